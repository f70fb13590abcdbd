"""Whole trainings of frame-wise models, short ones: learnt, repeatable, stopped and resumed."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")
from frame_recordings import LABELS, made_recorded, small  # noqa: E402
from test_frame_networks import made_frames  # noqa: E402

from imusim.errors import ConfigError, Interrupted  # noqa: E402
from imusim.learn.online.evaluation import evaluate_frames  # noqa: E402
from imusim.learn.online.frames import NO_LABEL, FrameBatch  # noqa: E402
from imusim.learn.online.model import FrameModel, FrameSettings, load_frame_model  # noqa: E402
from imusim.learn.online.tasks import Labelled  # noqa: E402
from imusim.learn.online.training import parted, train_frames  # noqa: E402
from imusim.learn.online.windows import JoinedStretches, RecordedStretches  # noqa: E402

SAMPLES = 80


@pytest.fixture(scope="module")
def recorded():
    return made_recorded()


@pytest.fixture(scope="module")
def stretches(recorded):
    return JoinedStretches([RecordedStretches(recorded, SAMPLES)])


def stop_after(step, number=signal.SIGINT):
    """Press the keyboard's interrupt, or send another signal, when so many steps are done."""

    def progress(done, steps, loss):
        if done == step:
            os.kill(os.getpid(), number)

    return progress


def test_labels_cost_the_mean_cross_entropy_of_frames_that_have_one():
    torch.manual_seed(8)
    settings = FrameSettings("gru", {"width": 8}, ("left_wrist", "pelvis"), 50.0, LABELS)
    model = FrameModel(settings).double().eval()
    frames, present = made_frames(3, batch=4, samples=15, sensors=2)
    rng = np.random.default_rng(1)
    labels = rng.integers(0, len(LABELS), (4, 15))
    labels[rng.random((4, 15)) < 0.3] = NO_LABEL
    labels[2] = NO_LABEL
    batch = FrameBatch(frames.double(), present, torch.tensor(labels))
    with torch.no_grad():
        made = Labelled(model)(batch, rng).item()
        logits = model(batch.frames, present).numpy()
        batch.labels[:] = NO_LABEL
        assert Labelled(model)(batch, rng).item() == 0
    costs = []
    for b, t in np.ndindex(labels.shape):
        if labels[b, t] != NO_LABEL:
            own = logits[b, t]
            costs.append(np.log(np.exp(own).sum()) - own[labels[b, t]])
    assert made == pytest.approx(np.mean(costs), rel=1e-9)


def test_it_is_learnt_and_transferred(recorded, tmp_path):
    """Three things that differ plainly, of people whom the model did not see."""
    mine = JoinedStretches([RecordedStretches(recorded, SAMPLES, ("p3",))])
    config = small(steps=60, validation_every=30, batch_size=16, learning_rate=1e-2)
    made = train_frames(config, mine, tmp_path / "o", LABELS)
    assert (made.people, made.held, made.steps) == (2, 1, 60)
    model = load_frame_model(made.folder / "model.pt")
    assert model.settings.source["people"] == ["made p0", "made p1", "made p2"]
    assert model.settings.source["licences"] == ["CC0-1.0"]
    result = evaluate_frames(model, recorded, n_resamples=20)
    assert result.people == ("p3",)
    assert result.figures["macro_f1"].value > 0.85
    assert result.figures["missed"].value < 0.3
    assert result.figures["delay_median_s"].value < 0.6
    # The same people under other labels, from what was learnt: it starts where the other ended.
    begun = train_frames(
        small(steps=1, learning_rate=1e-9), mine, tmp_path / "t", ("x", "y", "z"), model
    )
    after = load_frame_model(begun.folder / "model.pt")
    frames, present = recorded.sequences[0].frames[None], recorded.sequences[0].present[None]
    given = torch.from_numpy(frames), torch.from_numpy(present)
    with torch.no_grad():
        np.testing.assert_allclose(after.network(*given), model.network(*given), atol=1e-4)
    with pytest.raises(ConfigError, match="trained on everybody in made"):
        whole = JoinedStretches([RecordedStretches(recorded, SAMPLES)])
        every = train_frames(small(steps=1), whole, tmp_path / "e", LABELS)
        evaluate_frames(load_frame_model(every.folder / "model.pt"), recorded)


@pytest.mark.parametrize(
    ("pretrain", "number"), [("none", signal.SIGTERM), ("masked", signal.SIGINT)]
)
def test_resumed_is_unbroken(stretches, tmp_path, pretrain, number):
    config = small(pretrain=pretrain, network="lstm")
    train_frames(config, stretches, tmp_path / "whole", LABELS)
    with pytest.raises(Interrupted, match=r"after step 3 of 6.*--resume"):
        train_frames(config, stretches, tmp_path / "parts", LABELS, progress=stop_after(3, number))
    train_frames(config, stretches, tmp_path / "parts", LABELS, resume=True)
    for name in ("model.pt", "config.json"):
        one, other = (tmp_path / folder / name for folder in ("whole", "parts"))
        assert one.read_bytes() == other.read_bytes(), name
    train_frames(config.model_copy(update={"seed": 1}), stretches, tmp_path / "other", LABELS)
    assert (tmp_path / "other" / "model.pt").read_bytes() != one.with_name("model.pt").read_bytes()
    with pytest.raises(ConfigError, match="was trained with seed = 0, not 1"):
        train_frames(small(pretrain=pretrain, network="lstm", seed=1), stretches,
                     tmp_path / "parts", LABELS, resume=True)  # fmt: skip
    fewer = JoinedStretches([RecordedStretches(made_recorded(3), SAMPLES)])
    with pytest.raises(ConfigError, match="was trained on other data"):
        train_frames(config, fewer, tmp_path / "parts", LABELS, resume=True)
    with pytest.raises(ConfigError, match="go on with --resume, or give --overwrite"):
        train_frames(config, stretches, tmp_path / "parts", LABELS)


def test_people_are_held_out_whole():
    people = np.repeat([f"p{n}" for n in range(20)], 5)
    chosen, held = parted(people, 0.15, 0)
    assert len(chosen) + len(held) == 100
    assert not set(people[chosen]) & set(people[held])
    assert len(set(people[held])) == 3
    assert [len(part) for part in parted(people[:10], 0.5, 0)] == [10, 0]  # of two people nobody
    assert [len(part) for part in parted(people, 0.0, 0)] == [100, 0]


def test_stretches_cover_every_frame_and_join_in_order(recorded):
    one = RecordedStretches(recorded, SAMPLES, ("p2", "p3"))
    other = RecordedStretches(recorded, SAMPLES, ("p0", "p1"))
    both = JoinedStretches([one, other])
    numbers = np.random.default_rng(0).permutation(len(both))
    read = both.read(numbers)
    for place, number in enumerate(numbers.tolist()):
        part = one if number < len(one) else other
        own = part.read(np.array([number if number < len(one) else number - len(one)]))
        assert torch.equal(read.frames[place], own.frames[0])
        assert torch.equal(read.labels[place], own.labels[0])
    seen = {row.tobytes() for row in read.frames.numpy().reshape(-1, 6)}
    for sequence in recorded.sequences:
        assert all(row.tobytes() in seen for row in sequence.frames.reshape(-1, 6))


def test_trainings_that_cannot_be(stretches, tmp_path):
    with pytest.raises(ConfigError, match="needs two of them"):
        train_frames(small(), stretches, tmp_path / "o")
    with pytest.raises(ConfigError, match=r"unknown setting 'step'. Did you mean 'steps'"):
        small(step=3)
    with pytest.raises(ConfigError, match=r"mounting: .*got 'upright'"):
        small(mounting="upright")
    assert not (tmp_path / "o").exists()
