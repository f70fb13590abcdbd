"""Rebuilding hidden samples, against plain loops; what counts and what must not."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from objective_steps import drawn  # noqa: E402

from imusim.conventions import STANDARD_GRAVITY  # noqa: E402
from imusim.errors import ConfigError  # noqa: E402
from imusim.learn.batch import SensorBatch  # noqa: E402
from imusim.learn.model import ImuTextModel, ModelSettings  # noqa: E402
from imusim.learn.objectives import Step, make_objective  # noqa: E402
from imusim.learn.objectives.masked import masked_loss, spans  # noqa: E402
from imusim.learn.training import load_pretrain_config  # noqa: E402

SMALL = {"width": 8, "hidden": 12, "blocks": 2, "heads": 2, "samples": 32}


@pytest.fixture
def model():
    torch.manual_seed(1)
    made = ImuTextModel(
        ModelSettings(encoder="limu_bert", encoder_settings=SMALL, text_width=0, width=8)
    )
    return made.double()


@pytest.fixture
def masked():
    torch.manual_seed(3)
    return make_objective("masked", 8, {}).double()


def step_of(model, sensors, seed=0):
    def encode(shown, frames):
        assert frames
        return model.frames(shown)

    return Step(model, drawn(0, len(sensors)), lambda *_: sensors, encode, None, seed)


def windows():
    """Four of up to three sensors, one of which has no gyroscope; with gaps and padding."""
    torch.manual_seed(5)
    present = torch.ones(4, 3, 2, dtype=torch.bool)
    present[1, 2] = present[2, 0, 1] = False
    valid = torch.rand(4, 32) < 0.9
    valid[3, 20:] = False
    signals = 8 * torch.randn(4, 3, 6, 32, dtype=torch.double)
    return SensorBatch(signals, torch.arange(3).expand(4, 3), present, valid).cleaned()


def plain(model, masked, sensors, what, hidden):
    """One sensor after another, sample by sample."""
    squares = []
    for b in range(len(sensors)):
        for s in torch.nonzero(sensors.worn[b]).flatten().tolist():
            alone = replace(
                sensors[[b]], signals=sensors.signals[[b], s : s + 1].clone(),
                placement=sensors.placement[[b], s : s + 1],
                present=sensors.present[[b], s : s + 1],
            )  # fmt: skip
            for t in range(what.shape[1]):
                if hidden[b, t]:
                    alone.signals[0, 0, :, t] = 0
            frames = model.encoder.frames(alone)[0]
            for t in range(what.shape[1]):
                if not (what[b, t] and sensors.valid[b, t]):
                    continue
                told = masked.head(frames[t])
                for axis in range(6):
                    if sensors.present[b, s, axis // 3]:
                        unit = STANDARD_GRAVITY if axis < 3 else 1.0
                        true = float(sensors.signals[b, s, axis, t]) / unit
                        squares.append((float(told[axis]) - true) ** 2)
    return np.mean(squares)


@torch.no_grad()
@pytest.mark.parametrize("seed", [0, 1])
def test_the_loss_is_the_plain_one(model, masked, seed):
    sensors = windows()
    step = step_of(model, sensors, seed)
    what, hidden = spans(sensors.valid, np.random.default_rng(seed + 1000))
    assert 0 < int(hidden.any(dim=1).sum()) <= 4
    expected = plain(model, masked, sensors, what, hidden)
    assert float(masked(step)) == pytest.approx(expected, rel=1e-6)


@torch.no_grad()
def test_samples_that_are_shown_are_not_asked(model, masked):
    """Whatever is told of them, and whatever they were, if that is not seen either."""
    sensors = windows()
    what, _ = spans(sensors.valid, np.random.default_rng(4))
    told = masked.head(model.frames(sensors))
    asked = sensors.worn.nonzero()[:, 0]
    other = torch.where(what[asked][..., None], told, 100 * torch.randn_like(told))
    changed = torch.where(what[:, None, None], sensors.signals, sensors.signals + 50)
    expected = masked_loss(told, sensors, what)
    assert masked_loss(other, sensors, what) == expected
    assert masked_loss(told, replace(sensors, signals=changed), what) == expected
    asked_more = torch.where(what[asked][..., None], told + 1, told)
    assert masked_loss(asked_more, sensors, what) != expected


@torch.no_grad()
def test_what_is_hidden_is_not_seen(model, masked):
    sensors = windows()
    _, hidden = spans(sensors.valid, np.random.default_rng(1000))
    seen = []

    def encode(shown, frames):
        seen.append(shown.signals)
        return model.frames(shown)

    changed = torch.where(hidden[:, None, None], sensors.signals + 9, sensors.signals)
    for signals in (sensors.signals, changed):
        step = step_of(model, replace(sensors, signals=signals))
        step.encode = encode
        masked(step)
    assert hidden.any()
    assert torch.equal(*seen)


def test_a_share_of_each_window_is_masked_and_hidden_in_four_of_five():
    valid = torch.ones(4000, 120, dtype=torch.bool)
    valid[::2, 60:] = False
    what, hidden = spans(valid, np.random.default_rng(2))
    assert (what.sum(dim=1) == torch.tensor([9, 18]).repeat(2000)).all()
    assert not what[::2, 60:].any()
    zeroed = hidden.any(dim=1)
    assert torch.equal(hidden, what & zeroed[:, None])
    # Binomial: standard deviation sqrt(0.8 0.2 / 4000) = 0.0063.
    assert float(zeroed.double().mean()) == pytest.approx(0.8, abs=0.02)
    # Every place is masked as often but near the ends, which fewer spans reach.
    often = what[1::2].double().mean(dim=0)
    assert float(often[10:-10].std()) < 0.02
    assert float(often.mean()) == pytest.approx(0.15, abs=1e-9)


def test_encoders_without_frames_are_refused(masked):
    masked.check(load_pretrain_config("limu-bert"))
    config = load_pretrain_config("limu-bert", overrides={"encoder": "cnn_gru"})
    message = "encoder cnn_gru makes nothing: choose --encoder limu_bert"
    with pytest.raises(ConfigError, match=message) as error:
        masked.check(config)
    assert "\n" not in str(error.value)
    with pytest.raises(ConfigError, match=r"objective masked: .*share"):
        make_objective("masked", 8, {"share": 0.3})
