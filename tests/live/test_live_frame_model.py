"""Frame-wise models behind a stream: fed by joint, with what is not heard absent."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")
from live_signals import made_sensor  # noqa: E402

from imusim.errors import ConfigError  # noqa: E402
from imusim.learn.online import (  # noqa: E402
    FrameModel,
    FrameSettings,
    is_frame_model,
    load_frame_model,
    save_frame_model,
)
from imusim.learn.online.recorded import sequence_of  # noqa: E402
from imusim.live.feed import Feed  # noqa: E402
from imusim.live.frame_model import FrameRecogniser  # noqa: E402
from imusim.live.frames import Framer  # noqa: E402
from imusim.live.session import Session  # noqa: E402
from imusim.live.sources.replay import Replay  # noqa: E402
from imusim.live.state import State  # noqa: E402
from imusim.recordings import Recording  # noqa: E402

LABELS = ("sitting", "walking")


def model(*sensors: str) -> FrameModel:
    torch.manual_seed(1)
    return FrameModel(FrameSettings("gru", {"width": 8}, sensors, 50.0, LABELS))


def stream(count: int, seconds: int = 1):
    rng = np.random.default_rng(count)
    frames = rng.normal(0, 5, (50 * seconds, count, 6)).astype(np.float32)
    return frames, rng.random((50 * seconds, count, 2)) < 0.9


def test_sensors_are_told_by_their_joints_and_others_are_absent():
    whole = model("pelvis", "left_wrist", "right_wrist")
    frames, present = stream(2)
    recogniser = FrameRecogniser(whole, {"a": "right_wrist", "b": "pelvis"})
    recogniser.start(["a", "b"])
    assert recogniser.heard == ("pelvis", "right_wrist")
    assert (recogniser.rate_hz, recogniser.labels) == (50.0, LABELS)
    told = [recogniser.push(*pair) for pair in zip(frames, present, strict=True)]
    every, there = np.zeros((50, 3, 6), np.float32), np.zeros((50, 3, 2), bool)
    every[:, [2, 0]], there[:, [2, 0]] = frames, present
    np.testing.assert_allclose(told, whole.probabilities(every, there), atol=1e-5)


def test_one_sensor_of_which_nobody_says_where_it_sits_is_the_models_only_one():
    frames, present = stream(1)
    one = FrameRecogniser(model("left_wrist"))
    one.start(["phone"])
    assert one.push(frames[0], present[0]) is not None
    several = FrameRecogniser(model("left_wrist", "pelvis"))
    several.start(["phone"])
    assert several.heard == ()
    assert several.push(frames[0], present[0]) is None


def test_a_new_start_forgets(tmp_path):
    save_frame_model(model("left_wrist"), tmp_path / "model.pt")
    assert is_frame_model(tmp_path)
    assert not is_frame_model(tmp_path / "none.pt")
    recogniser = FrameRecogniser(load_frame_model(tmp_path))
    frames, present = stream(1)
    runs = []
    for _ in range(2):
        recogniser.start(["left_wrist"])
        runs.append([recogniser.push(*pair) for pair in zip(frames, present, strict=True)])
    np.testing.assert_array_equal(runs[0], runs[1])
    with pytest.raises(ConfigError, match="nowhere"):
        FrameRecogniser(load_frame_model(tmp_path), "nowhere")


def test_answers_are_those_of_the_whole_recording():
    """Two sensors of other rates, with a gap, without a gyroscope; a third one never comes."""
    pocket = made_sensor("pocket", 97, 6.6, 1, gap=(3, 3.6))
    pocket = replace(pocket, gyroscope=None)
    recording = Recording("made", "", (made_sensor("left_wrist", 48, 7), pocket))
    whole = model("pelvis", "right_hip", "left_wrist")
    recogniser = FrameRecogniser(whole, {"pocket": "right_front_pocket"})
    feed, replay, told = Feed(), Replay(recording, 0), io.StringIO()
    framer = Framer(50.0, causal=recogniser.causal, counters=feed.counters)
    state = State(feed, LABELS)
    asyncio.run(Session([replay], feed, framer, state, recogniser, told=told).run())
    lines = [json.loads(line) for line in told.getvalue().splitlines()]
    joints = {"left_wrist": "left_wrist", "pocket": "right_hip"}
    frames = sequence_of(recording, joints, whole.settings.sensors, {}, 50.0)
    expected = whole.probabilities(frames.frames, frames.present)
    assert np.ptp(expected, axis=0).max() > 0.05  # there is something to be told
    np.testing.assert_allclose([line["time_s"] for line in lines], np.arange(len(frames)) / 50)
    answers = [[line["probabilities"][name] for name in LABELS] for line in lines]
    np.testing.assert_allclose(answers, expected, atol=1e-5)
