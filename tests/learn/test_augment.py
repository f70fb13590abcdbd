"""Augmentation: what it changes, by how much, and what it must leave."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from pydantic import ValidationError  # noqa: E402

from imusim.conventions import JOINTS, STANDARD_GRAVITY  # noqa: E402
from imusim.learn.augment import Augment, AugmentSettings  # noqa: E402
from imusim.learn.augment.rotations import about_z, onto_z, uniform, up_in_link  # noqa: E402
from imusim.learn.batch import UNKNOWN  # noqa: E402
from imusim.learn.examples import Raw  # noqa: E402
from imusim.learn.objectives.base import Step  # noqa: E402
from imusim.learn.training.batches import Drawn  # noqa: E402

RATE_HZ, SAMPLES = 20.0, 100
STILL = AugmentSettings().plain()


def raw(count=64, sensors=4, samples=125, length=125, seed=0):
    generator = torch.Generator().manual_seed(seed)
    signals = torch.randn(count, samples, sensors, 6, generator=generator)
    valid = (torch.arange(samples) < length).expand(count, -1)
    turned = torch.randn(count, sensors, 4, generator=generator)
    joint = torch.arange(sensors).expand(count, -1)
    return Raw(
        signals * valid[..., None, None],
        valid,
        torch.nn.functional.normalize(turned, dim=-1),
        joint,
    )


def made(windows, seed=1, **changes):
    settings = STILL.model_copy(update=changes)
    return Augment(settings, RATE_HZ, SAMPLES)(windows, torch.Generator().manual_seed(seed))


def gyroscope_norm(batch):
    return batch.signals[:, :, 3:].norm(dim=2)


def test_nothing_asked_for_changes_nothing():
    windows = raw(samples=SAMPLES, length=SAMPLES)
    batch = made(windows, mounting="stored", sensors=(4, 4))
    order = batch.placement
    expected = torch.stack([w[:, p] for w, p in zip(windows.signals, order, strict=True)])
    assert torch.equal(batch.signals, expected.permute(0, 2, 3, 1))
    assert batch.present.all() and batch.valid.all()


def test_both_signals_of_a_sensor_turn_alike_and_sensors_apart():
    windows = raw(samples=SAMPLES, length=SAMPLES)
    plain = made(windows, mounting="stored", sensors=(4, 4))
    turned = made(windows, mounting="unknown", sensors=(4, 4))
    assert torch.equal(plain.placement, turned.placement)
    one = plain.signals.unflatten(2, (2, 3)).transpose(1, 2).flatten(0, 1)  # (B 2, S, 3, T)
    other = turned.signals.unflatten(2, (2, 3)).transpose(1, 2).flatten(0, 1)
    # The rotation that least squares find of the accelerometer also explains the gyroscope.
    found = other[0::2] @ torch.linalg.pinv(one[0::2])
    identity = torch.eye(3).expand_as(found)
    torch.testing.assert_close(found @ found.transpose(-1, -2), identity, atol=1e-4, rtol=0)
    assert (torch.linalg.det(found) > 0).all()
    torch.testing.assert_close(found @ one[1::2], other[1::2], atol=1e-4, rtol=1e-4)
    assert (found[:, 0] - found[:, 1]).abs().amax(dim=(1, 2)).min() > 1e-3


def test_views_are_of_the_same_sensors():
    """Turned and noisy otherwise, with the norms of the same signals under it."""
    windows = raw(sensors=9, samples=SAMPLES, length=SAMPLES)
    settings = STILL.model_copy(update={"mounting": "unknown", "sensors": (1, 3)})
    drawn = Drawn(0, windows, *[torch.zeros(64, dtype=torch.long)] * 3, np.zeros((64, 1), int))
    augment = Augment(settings, RATE_HZ, SAMPLES)
    step = Step(None, drawn, augment, None, torch.zeros(0, 0), seed=7)
    one, other = step.sensors(0), step.sensors(1)
    assert torch.equal(one.placement, other.placement)
    assert torch.equal(one.present, other.present)
    torch.testing.assert_close(gyroscope_norm(one), gyroscope_norm(other))
    assert (one.signals - other.signals)[one.present[..., 0]].abs().amax(dim=(1, 2)).min() > 1e-2
    alone = augment(windows, step.generator(0))  # the first view is what a single one would be
    assert torch.equal(one.signals, alone.signals)
    assert len({tuple(row) for row in one.placement.tolist()}) > 20


def test_rotations_are_uniform():
    turns = uniform((20_000,), torch.Generator().manual_seed(0))
    # Of Haar measure: no mean, squares of 1/3, and the angle's density (1 - cos a) / pi.
    assert turns.mean(dim=0).abs().max() < 0.02
    assert (turns.square().mean(dim=0) - 1 / 3).abs().max() < 0.01
    trace = turns.diagonal(dim1=-2, dim2=-1).sum(-1)
    angle = ((trace - 1) / 2).clamp(-1, 1).arccos()
    assert (angle < 1).float().mean() == pytest.approx((1 - math.sin(1)) / math.pi, abs=0.005)


def test_upright_sensors_feel_gravity_along_z():
    """Standing with the arms hanging, whatever way sensors were mounted in the corpus."""
    joints = torch.arange(len(JOINTS)).expand(50, -1)
    turned = torch.randn(50, len(JOINTS), 4, generator=torch.Generator().manual_seed(0))
    turned = torch.nn.functional.normalize(turned, dim=-1)
    x, y, z, w = turned.unbind(-1)
    up = up_in_link().expand(50, -1, -1)
    vector, scalar = -torch.stack([x, y, z], -1), w[..., None]  # link_from_sensor inverted
    felt = (
        up
        + 2 * scalar * vector.cross(up, dim=-1)
        + 2 * vector.cross(vector.cross(up, dim=-1), dim=-1)
    )
    signals = torch.cat([felt * STANDARD_GRAVITY, 0 * felt], dim=-1)[:, None].repeat(1, 125, 1, 1)
    windows = Raw(signals, torch.ones(50, 125, dtype=torch.bool), turned, joints)
    upright = made(windows, mounting="upright", tilt_deg=0.0, sensors=(22, 22))
    force = upright.signals[:, :, :3, 0]
    expected = torch.tensor([0, 0, STANDARD_GRAVITY]).expand_as(force)
    torch.testing.assert_close(force, expected, atol=2e-3, rtol=0)
    tilted = made(windows, mounting="upright", tilt_deg=7.0, sensors=(22, 22))
    lean = (tilted.signals[:, :, 2, 0] / STANDARD_GRAVITY).clamp(-1, 1).arccos()
    rms_deg = lean.square().mean().sqrt() * 180 / math.pi
    assert rms_deg == pytest.approx(7 * math.sqrt(2), rel=0.1)  # two components


def test_turns_about_z_are_of_all_angles_and_opposite_axes_are_met():
    turns = about_z((4000,), 0.0, torch.Generator().manual_seed(2))
    assert (turns[:, 2, 2] - 1).abs().max() < 1e-6
    assert turns[:, :2, :2].mean(dim=0).abs().max() < 0.05
    for axis in ((0.0, 0.0, -1.0), (0.0, 0.0, 1.0), (0.6, 0.0, 0.8), (0.0, -1.0, 0.0)):
        up = torch.tensor(axis)
        torch.testing.assert_close(onto_z(up) @ up, torch.tensor([0.0, 0.0, 1.0]))


def test_motion_at_twice_the_speed_turns_twice_as_fast():
    time_s = torch.arange(250) / RATE_HZ
    wave = torch.sin(2 * math.pi * 0.5 * time_s)
    signals = wave[None, :, None, None].repeat(3, 1, 1, 6)
    windows = Raw(
        signals,
        torch.ones(3, 250, dtype=torch.bool),
        torch.tensor([0, 0, 0, 1.0]).expand(3, 1, 4),
        torch.zeros(3, 1, dtype=torch.int64),
    )
    batch = made(windows, mounting="stored", sensors=(1, 1), speed=(2.0, 2.0))
    force, rate = batch.signals[:, 0, 0], batch.signals[:, 0, 3]
    torch.testing.assert_close(rate, 2 * force)
    power = torch.fft.rfft(force).abs()
    assert (power.argmax(dim=1) * RATE_HZ / SAMPLES == 1.0).all()  # Hz, twice the 0.5 of before
    assert force.abs().max() == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_padding_stays_behind_and_counts_for_nothing(seed):
    settings = AugmentSettings(crop=0.5, shortest_s=1.0)
    windows = raw(length=70)
    batch = Augment(settings, RATE_HZ, SAMPLES)(windows, torch.Generator().manual_seed(seed))
    assert (batch.valid.int().diff(dim=1) <= 0).all()
    assert not batch.signals.masked_select(~batch.valid[:, None, None]).any()
    seconds = batch.valid.sum(dim=1) / RATE_HZ
    assert seconds.min() >= 1.0 / 1.25 - 0.1
    assert seconds.max() <= 70 / 20 / 0.8 + 0.1
    noisy = Raw(
        windows.signals + 1e3 * ~windows.valid[..., None, None],
        windows.valid,
        windows.link_from_sensor,
        windows.joint,
    )
    again = Augment(settings, RATE_HZ, SAMPLES)(noisy, torch.Generator().manual_seed(seed))
    assert torch.equal(batch.signals, again.signals)


def test_how_many_sensors_and_which_is_drawn_evenly():
    windows = raw(count=4000, sensors=6, samples=5, length=5)
    joint = windows.joint.clone()
    joint[:, 4:] = -1
    windows = Raw(windows.signals, windows.valid, windows.link_from_sensor, joint)
    batch = made(windows, sensors=(1, 3))
    counts = batch.worn.sum(dim=1)
    for count in (1, 2, 3):
        assert (counts == count).float().mean() == pytest.approx(1 / 3, abs=0.03)
    shown = batch.placement[batch.worn]
    assert shown.max() < 4  # what the corpus has no sensor for is never worn
    for joint_number in range(4):
        assert (shown == joint_number).float().mean() == pytest.approx(1 / 4, abs=0.02)
    few = made(windows, sensors=(5, 5))
    assert (few.worn.sum(dim=1) == 4).all()


def test_a_window_loses_its_gyroscopes_or_its_places_as_often_as_asked():
    batch = made(raw(count=4000, samples=5, length=5), no_gyroscope=0.3, no_placement=0.2)
    gyroscopes = batch.present[..., 1].any(dim=1)
    assert (~gyroscopes).float().mean() == pytest.approx(0.3, abs=0.03)
    assert not batch.signals[~gyroscopes][:, :, 3:].any()
    lost = (batch.placement == UNKNOWN).all(dim=1)
    assert lost.float().mean() == pytest.approx(0.2, abs=0.03)
    assert ((batch.placement == UNKNOWN).any(dim=1) == lost).all()


def test_devices_clip_scale_and_add_noise():
    windows = raw(count=2000, samples=SAMPLES, length=SAMPLES)
    clipped = made(windows, clip=1.0, accelerometer_ranges=(0.5,), gyroscope_ranges=(0.25,))
    assert clipped.signals[:, :, :3].abs().max() == 0.5
    assert clipped.signals[:, :, 3:].abs().max() == 0.25
    still = Raw(0 * windows.signals, windows.valid, windows.link_from_sensor, windows.joint)
    noisy = made(still, accelerometer_noise=0.3, gyroscope_noise=0.1, sensors=(1, 1))
    spread = noisy.signals[:, 0].unflatten(1, (2, 3)).std(dim=(2, 3))
    for k, most in enumerate((0.3, 0.1)):
        assert spread[:, k].max() < most * 1.2
        assert spread[:, k].mean() == pytest.approx(most / 2, rel=0.1)
    constant = made(still, accelerometer_bias=0.2, sensors=(1, 1)).signals[:, 0, :3]
    assert constant.std(dim=-1).max() < 1e-6
    assert constant.std() == pytest.approx(0.2, rel=0.1)
    scaled = made(windows, scale=0.1, sensors=(1, 1), mounting="stored", seed=4)
    plain = made(windows, sensors=(1, 1), mounting="stored", seed=4)
    assert torch.equal(scaled.placement, plain.placement)
    factor = gyroscope_norm(scaled) / gyroscope_norm(plain)
    assert factor.std(dim=-1).max() < 1e-4
    assert factor[:, 0, 0].log().std() == pytest.approx(0.1, rel=0.1)


def test_the_same_seed_draws_the_same():
    settings = AugmentSettings()
    augment = Augment(settings, RATE_HZ, SAMPLES)
    one, same, other = (augment(raw(), torch.Generator().manual_seed(s)) for s in (7, 7, 8))
    assert torch.equal(one.signals, same.signals)
    assert torch.equal(one.placement, same.placement)
    assert not torch.equal(one.signals, other.signals)


@pytest.mark.parametrize(
    "wrong",
    [{"sensors": (0, 3)}, {"sensors": (4, 2)}, {"speed": (1.2, 0.8)}, {"clip": 1.5},
     {"accelerometer_noise": -1.0}, {"mounting": "sideways"}, {"accelerometer_ranges": ()},
     {"unknown_setting": 1}],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValidationError):
        AugmentSettings(**wrong)
