"""Networks of one sensor: their sizes, and their work by slow references."""

import math

import pytest

torch = pytest.importorskip("torch")
import plain_encoders as plain  # noqa: E402
from encoder_batches import make_batch  # noqa: E402

from imusim.conventions import STANDARD_GRAVITY  # noqa: E402
from imusim.errors import ConfigError  # noqa: E402
from imusim.learn.batch import UNKNOWN, SensorBatch  # noqa: E402
from imusim.learn.encoders import make_encoder  # noqa: E402
from imusim.learn.encoders.harnet import Fewer  # noqa: E402
from imusim.learn.model import ImuTextModel, ModelSettings  # noqa: E402
from imusim.learn.objectives import make_objective  # noqa: E402

HARNET = {"widths": (6, 7, 8, 9, 10)}
CASES = {
    # name, settings, samples of which the window is made, lengths to be held against
    "cnn": ("cnn", {}, plain.cnn, (46, 47, 80)),
    "cnn of accelerometers": ("cnn", {"gyroscope": False}, plain.cnn, (60,)),
    "deep_conv_lstm": (
        "deep_conv_lstm", {"filters": 5, "cells": 7}, plain.deep_conv_lstm, (17, 30)
    ),
    "primus": ("cnn_gru", {"width": 9}, plain.cnn_gru, (250, 131, 200)),
    "primus, its axis": ("cnn_gru", {"width": 9, "legacy_axis": True}, plain.cnn_gru, (250, 200)),
    "imu2clip": ("cnn_gru", {"width": 9, "pool": "max"}, plain.cnn_gru, (260, 160)),
    "imu2clip, its axis": (
        "cnn_gru", {"width": 9, "pool": "max", "legacy_axis": True}, plain.cnn_gru, (1000,),
    ),
    "resnet": ("resnet", {"widths": (6, 8, 9), "depths": (2, 1, 2)}, plain.resnet, (64, 49, 12)),
    "harnet5": ("harnet5", HARNET, plain.harnet, (150,)),
    "harnet10": ("harnet10", HARNET, plain.harnet, (300,)),
    "harnet30": ("harnet30", HARNET, plain.harnet, (900,)),
    "limu_bert": ("limu_bert", {}, plain.limu_bert, (120, 33)),
}  # fmt: skip


def randomised(model):
    for name, value in model.state_dict().items():
        if "running_var" in name or name.endswith("norm.weight"):
            value.uniform_(0.5, 1.5)
        elif value.is_floating_point() and value.ndim == 1:
            value.normal_(0, 0.3)
    return model.double().eval()


def alone(signals, valid=None, placed=0):
    """Windows (B, 6, T) of one sensor."""
    count, _, samples = signals.shape
    if valid is None:
        valid = torch.ones(count, samples, dtype=torch.bool)
    there = torch.ones(count, 1, 2, dtype=torch.bool)
    return SensorBatch(signals[:, None], torch.full((count, 1), placed), there, valid)


@pytest.mark.parametrize("case", CASES)
def test_the_same_as_a_slow_reference_of_each_window_without_its_padding(case):
    name, settings, reference, lengths = CASES[case]
    torch.manual_seed(3)
    model = randomised(make_encoder(name, settings))
    signals = 5 * torch.randn(len(lengths), 6, max(lengths) + 11, dtype=torch.float64) + 2
    valid = torch.arange(signals.shape[-1]) < torch.tensor(lengths)[:, None]
    signals[~valid[:, None].expand_as(signals)] = torch.nan
    with torch.no_grad():
        made = model(alone(signals, valid))
        for number, length in enumerate(lengths):
            window = signals[number, :, :length].clone()
            window[:3] /= STANDARD_GRAVITY
            expected = reference(model, window if model.gyroscope else window[:3])
            torch.testing.assert_close(made[number], expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "settings", "count"),
    [
        ("cnn_gru", {}, 850_892),
        ("resnet", {}, 3_635_840),  # RelCon: 3.64 M
        ("harnet5", {}, 4_227_904),
        ("harnet10", {}, 10_457_408),  # 10.46 M
        ("harnet30", {}, 10_457_408),
        ("deep_conv_lstm", {}, 457_280),
        ("cnn", {}, 32 * (24 * 6 + 1) + 64 * (16 * 32 + 1) + 96 * (8 * 64 + 1)),
        ("limu_bert", {}, 51_552),
    ],
)
def test_as_many_parameters_as_published(name, settings, count):
    model = make_encoder(name, settings)
    assert sum(value.numel() for value in model.parameters()) == count


def test_with_their_heads_too():
    """Published: 1,376,204, of which a bias of 512; 62,646, of which a layer that is not used."""
    primus = ImuTextModel(ModelSettings("cnn_gru", {}, "", 384, width=512))
    head = make_objective("views", 512, {"space": 512})
    counts = [
        sum(value.numel() for value in module.parameters())
        for module in (primus.encoder, primus.sensor_projection, head.head)
    ]
    assert sum(counts) == 1_376_204 - 512
    limu = make_encoder("limu_bert", {}), make_objective("masked", 72, {})
    count = sum(value.numel() for module in limu for value in module.parameters())
    assert count == 62_646 - (72 * 72 + 72)


@pytest.mark.parametrize("name", ["resnet", "harnet10"])
def test_accelerometers_alone(name):
    """Neither gyroscopes nor sensors that are nothing else count."""
    torch.manual_seed(1)
    small = {"widths": (8, 8, 8)} if name == "resnet" else HARNET
    model = make_encoder(name, small).eval()
    batch = make_batch(2, samples=60)
    present = batch.present.clone()
    present[:, 0, 0], present[:, 2] = True, torch.tensor([False, True])
    whole = SensorBatch(batch.signals, batch.placement, present, batch.valid)
    signals = batch.signals.clone()
    signals[:, :, 3:] *= -3
    other = SensorBatch(signals[:, :2], batch.placement[:, :2], present[:, :2], batch.valid)
    with torch.no_grad():
        torch.testing.assert_close(model(whole), model(other))


@pytest.mark.parametrize("name", ["harnet5", "limu_bert"])
def test_long_windows_are_means_over_their_pieces(name):
    torch.manual_seed(4)
    samples, settings = (150, HARNET) if name == "harnet5" else (20, {"samples": 20})
    model = make_encoder(name, settings).eval()
    signals = 5 * torch.randn(2, 6, 2 * samples + samples // 2)
    with torch.no_grad():
        made = model(alone(signals))
        parts = [model(alone(part)) for part in signals.split(samples, dim=2)]
    torch.testing.assert_close(made, (2 * parts[0] + 2 * parts[1] + parts[2]) / 5)


def test_frames_of_every_sample():
    """Of the sensors worn, in the windows' order; what a sample says depends on the others."""
    torch.manual_seed(5)
    model = make_encoder("limu_bert").eval()
    batch = make_batch(1, samples=50)
    with torch.no_grad():
        made, embedded = model.frames(batch), model(batch)
        assert made.shape == (int(batch.worn.sum()), 50, 72)
        rows = iter(made)
        for window in range(len(batch)):
            valid = batch.valid[window]
            own = [next(rows)[valid].mean(dim=0) for worn in batch.worn[window] if worn]
            torch.testing.assert_close(embedded[window], torch.stack(own).mean(dim=0))
        signals = batch.signals.clone()
        signals[0, 0, :, 0] += 10
        moved = model.frames(SensorBatch(signals, batch.placement, batch.present, batch.valid))
    assert (moved[0] - made[0]).abs().amax(dim=1)[batch.valid[0]].min() > 1e-4
    torch.testing.assert_close(moved[1:], made[1:])


@pytest.mark.parametrize(("factor", "order"), [(2, 2), (3, 1), (3, 2), (5, 1), (5, 2)])
def test_tones_that_fewer_samples_cannot_hold_are_damped(factor, order):
    """The gain of boxes at a frequency, in closed form; a stride alone would pass all of it."""
    fewer = Fewer(1, factor, order).double()
    time = torch.arange(30 * factor, dtype=torch.float64)
    for cycles in (0.05 / factor, 0.8 / factor, 0.93 / factor):  # a sample; Nyquist is 0.5 / factor
        tone = torch.polar(torch.ones_like(time), 2 * math.pi * cycles * time)
        parts = [fewer(part[None, None])[0, 0, 3:-3] for part in (tone.real, tone.imag)]
        gain = math.sin(math.pi * cycles * factor) / (factor * math.sin(math.pi * cycles))
        expected = torch.full_like(parts[0], abs(gain) ** (order + 1))
        torch.testing.assert_close(torch.complex(*parts).abs(), expected, rtol=1e-6, atol=1e-7)
        if cycles > 0.5 / factor:
            assert expected[0] < 0.1


def test_norms_learn_nothing_from_padding():
    """A step of training on padded windows is that on windows without their padding."""
    torch.manual_seed(6)
    signals = 5 * torch.randn(3, 6, 60)
    one = make_encoder("resnet", {"widths": (6, 7, 8), "depths": (1, 1, 1)}).train()
    other = make_encoder("resnet", {"widths": (6, 7, 8), "depths": (1, 1, 1)}).train()
    other.load_state_dict(one.state_dict())
    valid = torch.ones(3, 60, dtype=torch.bool)
    valid[:, 41:] = False
    made = one(alone(signals, valid)), other(alone(signals[..., :41]))
    torch.testing.assert_close(*made, rtol=1e-4, atol=1e-5)
    for name, value in one.state_dict().items():
        torch.testing.assert_close(value, other.state_dict()[name], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "settings", "samples"),
    [
        ("cnn_gru", {"width": 16}, 130),
        ("cnn_gru", {"width": 16, "legacy_axis": True}, 130),
        ("resnet", {"widths": (8, 8, 8), "depths": (1, 1, 1)}, 40),
        ("harnet5", {"widths": (8, 8, 8, 8, 16)}, 150),
        ("deep_conv_lstm", {"filters": 8, "cells": 16}, 24),
        ("cnn", {}, 60),
        ("limu_bert", {"samples": 20}, 20),
    ],
)
def test_six_windows_are_learnt_by_heart(name, settings, samples):
    torch.manual_seed(7)
    model = make_encoder(name, settings).train()
    batch, labels = alone(6 * torch.randn(6, 6, samples), placed=UNKNOWN), torch.arange(6) % 3
    head = torch.nn.Linear(int(model.width), 3)
    parameters = [*model.parameters(), *head.parameters()]
    optimiser = torch.optim.Adam(parameters, 1e-2)
    for _ in range(40):
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(head(model(batch)), labels)
        loss.backward()
        optimiser.step()
    assert loss < 0.2
    assert all(value.grad is not None and value.grad.isfinite().all() for value in parameters)


def test_settings_that_cannot_be():
    for name, settings, message in (
        ("cnn_gru", {"pool": "mean"}, "there are: adaptive, max"),
        ("limu_bert", {"heads": 5}, "no 5 equal heads"),
        ("harnet10", {"widths": (8, 8)}, "widths are 5 numbers"),
        ("resnet", {"width": 8}, "encoder resnet"),
    ):
        with pytest.raises(ConfigError, match=message):
            make_encoder(name, settings)
