"""What frame-wise models take: frames of sensors at fixed places, and which of them are there."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from imusim.conventions import STANDARD_GRAVITY
from imusim.learn.encoders.sensor_graph import RATE_UNIT

INPUTS = 10
"""Numbers that a network is given of a sensor and frame, see :func:`inputs`."""
NO_LABEL = -1
_MOST = 1e3
"""Of scaled signals: no sensor reads as much, and what a broken stream holds stays finite."""


@dataclass(frozen=True, eq=False)
class FrameBatch:
    """B stretches of T frames of S sensors.

    Parameters
    ----------
    frames : (B, T, S, 6) float32 tensor
        Accelerometer, m/s², and gyroscope, rad/s, in sensor axes.
    present : (B, T, S, 2) bool tensor
        Whether there is an accelerometer's, a gyroscope's sample; none behind a stretch's end.
    labels : (B, T) int64 tensor
        Classes by number; :data:`NO_LABEL` where nobody says what is done.
    """

    frames: Tensor
    present: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.frames)

    def to(self, device: torch.device | str) -> FrameBatch:
        """The same on another device."""
        parts = (self.frames, self.present, self.labels)
        return FrameBatch(*(part.to(device, non_blocking=True) for part in parts))


def known(frames: Tensor, present: Tensor) -> Tensor:
    """Which samples (…, S, 2) count: those that are there and are numbers."""
    return present & frames.isfinite().unflatten(-1, (2, 3)).all(dim=-1)


def scaled(frames: Tensor, counts: Tensor) -> Tensor:
    """Signals (…, S, 6) in like units, g and 3 rad/s; zero where ``counts`` (…, S, 2) is false."""
    units = frames.new_tensor([STANDARD_GRAVITY, RATE_UNIT])[:, None]
    both = torch.where(counts[..., None], frames.unflatten(-1, (2, 3)) / units, 0.0)
    return both.clamp(-_MOST, _MOST).flatten(-2)


def inputs(frames: Tensor, present: Tensor) -> Tensor:
    """Numbers (…, S, 10): both signals in like units, their norms, and which there are.

    Parameters
    ----------
    frames : (…, S, 6) tensor
        m/s², rad/s. What stands where a sample is absent counts for nothing.
    present : (…, S, 2) bool tensor
    """
    counts = known(frames, present)
    signals = scaled(frames, counts)
    there = counts.to(signals.dtype)
    squares = signals.unflatten(-1, (2, 3)).square().sum(dim=-1)
    return torch.cat([signals, (squares + 1e-8).sqrt() * there, there], dim=-1)
