"""Windows of a corpus made into what a model sees, all of a batch at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from imusim.conventions import JOINTS
from imusim.learn.augment.rotations import about_z, uniform, z_from_sensor
from imusim.learn.augment.settings import AugmentSettings
from imusim.learn.batch import UNKNOWN, SensorBatch
from imusim.learn.examples import Raw

_LEAST_RATE = 0.1
"""rad/s."""


class Augment:
    """Draws what a model sees of windows.

    All draws are of the generator that is handed in, so that a seed and a step give the same
    batch on any number of workers; everything is computed where the windows lie.

    Parameters
    ----------
    settings : AugmentSettings
    rate_hz : float
        Of the windows.
    samples : int
        Of what a model sees; the windows have as many or more.
    """

    def __init__(self, settings: AugmentSettings, rate_hz: float, samples: int):
        self.settings, self.rate_hz, self.samples = settings, rate_hz, samples

    def __call__(
        self, raw: Raw, generator: torch.Generator, choice: torch.Generator | None = None
    ) -> SensorBatch:
        """Windows as new as the generator makes them.

        Parameters
        ----------
        raw : Raw
        generator : torch.Generator
            On the device of the windows.
        choice : torch.Generator, optional
            What the sensors are chosen by, if not by the other: two views that are to be of the
            same sensors are given equal ones.

        Returns
        -------
        SensorBatch
            With as many places for sensors as ``settings.sensors`` has at most.
        """
        seen = _timed(_chosen(raw, self.settings, choice or generator), self, generator)
        seen = _measured(_turned(seen, self.settings, generator), self.settings, generator)
        return _told(seen, self.settings, generator)


@dataclass(frozen=True, eq=False)
class _Seen:
    """Signals (B, K, T, 2, 3) of K sensors a window; which are worn (B, K); how they sat."""

    signals: Tensor
    valid: Tensor
    link_from_sensor: Tensor
    joint: Tensor
    worn: Tensor


def _rand(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    return torch.rand(*shape, generator=generator, device=generator.device)


def _randn(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    return torch.randn(*shape, generator=generator, device=generator.device)


def _chosen(raw: Raw, settings: AugmentSettings, generator: torch.Generator) -> _Seen:
    """Some of the sensors of each window."""
    low, high = settings.sensors
    high = min(high, raw.joint.shape[1])
    there = raw.joint >= 0
    count = low + (_rand((len(raw),), generator) * (high + 1 - low)).long().clamp(max=high - low)
    weight = torch.ones(UNKNOWN + 1, device=there.device)
    for joint, favour in settings.favoured.items():
        weight[JOINTS.index(joint)] = favour
    # Weighted draws without replacement (Efraimidis and Spirakis 2006).
    weights = weight[raw.joint.clamp(min=0)]
    if settings.movement:
        power = (
            raw.signals[..., 3:].square().sum(dim=(1, 3))
            / raw.valid.sum(dim=1).clamp(min=1)[:, None]
        )
        weights = weights * (power.sqrt() + _LEAST_RATE) ** settings.movement
    race = _rand(tuple(there.shape), generator).log() / weights
    drawn = race.masked_fill(~there, -torch.inf).topk(high, dim=1)
    rows = torch.arange(len(raw), device=there.device)[:, None]
    place = torch.arange(high, device=there.device)
    return _Seen(
        raw.signals[rows, :, drawn.indices].unflatten(-1, (2, 3)),
        raw.valid,
        raw.link_from_sensor[rows, drawn.indices],
        raw.joint[rows, drawn.indices],
        (place < count[:, None]) & drawn.values.isfinite(),
    )


def _timed(seen: _Seen, how: Augment, generator: torch.Generator) -> _Seen:
    """A stretch of each window, faster or slower: read between samples."""
    settings, count = how.settings, len(seen.valid)
    device = seen.valid.device
    slow, fast = settings.speed
    speed = slow * (fast / slow) ** _rand((count,), generator)
    places = torch.arange(seen.valid.shape[1], device=device)
    length = (torch.where(seen.valid, places, -1).amax(dim=1) + 1).float()
    shortest = torch.minimum(length, torch.tensor(settings.shortest_s * how.rate_hz).to(device))
    part = shortest + (length - shortest) * _rand((count,), generator)
    cropped = _rand((count,), generator) < settings.crop
    span = torch.minimum(torch.where(cropped, part, length), how.samples * speed)
    start = (length - span) * _rand((count,), generator)
    if slow == fast == 1:
        start = start.floor()  # as the corpus has the samples
    offset = torch.arange(how.samples, device=device) * speed[:, None]
    at = start[:, None] + offset
    before = at.floor().long().clamp(max=seen.valid.shape[1] - 1)
    after = (before + 1).clamp(max=seen.valid.shape[1] - 1)
    share = (at - before).clamp(0, 1)
    rows = torch.arange(count, device=device)[:, None]
    known = (offset < span[:, None] - 0.5) & seen.valid[rows, before]
    share = torch.where(seen.valid[rows, after], share, torch.zeros_like(share))
    one, other = seen.signals[rows, :, before], seen.signals[rows, :, after]
    signals = torch.lerp(one, other, share[:, :, None, None, None]).transpose(1, 2)
    pace = torch.stack([torch.ones_like(speed), speed], dim=1)[:, None, None, :, None]
    return replace(seen, signals=signals * pace, valid=known)


def _turned(seen: _Seen, settings: AugmentSettings, generator: torch.Generator) -> _Seen:
    """Sensors mounted anew; accelerometer and gyroscope of one alike."""
    shape = tuple(seen.joint.shape)
    if settings.mounting == "stored":
        return seen
    if settings.mounting == "unknown":
        turn = uniform(shape, generator)
    else:
        upright = z_from_sensor(seen.joint, seen.link_from_sensor)
        turn = about_z(shape, settings.tilt_deg, generator) @ upright
    flat = seen.signals.flatten(2, 3)  # (B, K, 2 T, 3)
    return replace(seen, signals=(flat @ turn.transpose(-1, -2)).view_as(seen.signals))


def _measured(seen: _Seen, settings: AugmentSettings, generator: torch.Generator) -> _Seen:
    """What devices add: scale, noise, bias, a limited range."""
    count, most = seen.joint.shape
    device, signals = seen.joint.device, seen.signals
    each = (count, most, 1, 2, 1)
    if settings.scale:
        signals = signals * (_randn(each, generator) * settings.scale).exp()
    noise = torch.tensor([settings.accelerometer_noise, settings.gyroscope_noise], device=device)
    if noise.any():
        level = noise[:, None] * _rand(each, generator)
        signals = signals + level * _randn(tuple(signals.shape), generator)
    bias = torch.tensor([settings.accelerometer_bias, settings.gyroscope_bias], device=device)
    if bias.any():
        signals = signals + bias[:, None] * _randn((count, most, 1, 2, 3), generator)
    if settings.clip:
        limits = []
        for ranges in (settings.accelerometer_ranges, settings.gyroscope_ranges):
            drawn = (
                (_rand((count, most), generator) * len(ranges)).long().clamp(max=len(ranges) - 1)
            )
            limits.append(torch.tensor(ranges, device=device)[drawn])
        limit = torch.stack(limits, dim=-1)
        off = _rand((count, most), generator) >= settings.clip
        limit = limit.masked_fill(off[..., None], torch.inf)[:, :, None, :, None]
        signals = torch.maximum(torch.minimum(signals, limit), -limit)
    return replace(seen, signals=signals)


def _told(seen: _Seen, settings: AugmentSettings, generator: torch.Generator) -> SensorBatch:
    """As encoders take it; some without gyroscope, some without their places."""
    count = len(seen.joint)
    present = seen.worn[..., None].repeat(1, 1, 2)
    mute = _rand((count,), generator) < settings.no_gyroscope
    present[..., 1] &= ~mute[:, None]
    lost = _rand((count,), generator) < settings.no_placement
    placement = torch.where(seen.joint < 0, UNKNOWN, seen.joint)
    placement = placement.masked_fill(lost[:, None], UNKNOWN)
    signals = seen.signals.flatten(3, 4).transpose(2, 3)
    return SensorBatch(signals.contiguous(), placement, present, seen.valid).cleaned()
