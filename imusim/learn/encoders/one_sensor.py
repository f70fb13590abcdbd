"""What networks of one sensor share: each worn sensor by itself, then the mean of a window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from imusim.conventions import STANDARD_GRAVITY
from imusim.learn.batch import SensorBatch
from imusim.learn.encoders.worn import Worn

Steps = Sequence[tuple[int, int]]
"""Span and stride, samples, of layers over time that are not padded."""


class OneSensor(nn.Module):
    """Embeds each worn sensor by :meth:`embed`; a window's embedding is the mean of its sensors'.

    Where sensors sit does not count. What is missing of a sensor is zero.
    """

    width: int
    """Of embeddings, D."""
    gyroscope = True
    """Without, sensors are (N, 3, T), and a gyroscope alone is no sensor."""

    def forward(self, batch: SensorBatch) -> Tensor:
        """(B, D) embeddings; zero of windows without a sensor."""
        signals, valid, worn = self.sensors(batch)
        if not torch.compiler.is_exporting() and not len(signals):
            return batch.signals.new_zeros(len(batch), self.width)
        return worn.mean(self.embed(signals, valid))

    def sensors(self, batch: SensorBatch) -> tuple[Tensor, Tensor, Worn]:
        """Signals (N, 6 or 3, T) of the N sensors worn, g and rad/s, and which are valid (N, T)."""
        batch = batch.cleaned() if self.gyroscope else batch.without_gyroscopes()
        worn = Worn(batch)
        valid = worn.each(batch.valid[:, None].expand(-1, batch.placement.shape[1], -1))
        signals = worn.each(batch.signals)
        force = signals[:, :3] / STANDARD_GRAVITY
        if not self.gyroscope:
            return force, valid, worn
        return torch.cat([force, signals[:, 3:]], dim=1), valid, worn

    def embed(self, signals: Tensor, valid: Tensor) -> Tensor:
        """(N, D) of sensors (N, 6 or 3, T), which are zero where they are not valid (N, T)."""
        raise NotImplementedError


def ends(valid: Tensor) -> Tensor:
    """How many samples (N,) there are up to the last valid one."""
    number = torch.arange(1, valid.shape[1] + 1, device=valid.device)
    return (valid * number).amax(dim=1)


def least(steps: Steps) -> int:
    """Samples of which one frame is made."""
    samples = 1
    for span, stride in reversed(steps):
        samples = (samples - 1) * stride + span
    return samples


def count_frames(samples: Tensor, steps: Steps) -> Tensor:
    """How many frames (N,) are made of so many samples; one of too few, by zeros behind them."""
    samples = samples.clamp(min=least(steps))
    for span, stride in steps:
        samples = (samples - span) // stride + 1
    return samples


def frames(valid: Tensor, steps: Steps) -> Tensor:
    """Which frames (N, F) count: they end by the last valid sample, and hear a valid one.

    ``valid`` (N, T) is as long as :func:`least` says. So padding behind a window makes no frame.
    """
    heard = valid[:, None].to(torch.float32)
    for span, stride in steps:
        heard = functional.max_pool1d(heard, span, stride)
    number = torch.arange(heard.shape[-1], device=valid.device)
    return (heard[:, 0] > 0) & (number < count_frames(ends(valid), steps)[:, None])


def lengthened(x: Tensor, samples: int) -> Tensor:
    """(…, T) with zeros behind, where T is less than so many samples."""
    short: Any = torch.sym_max(samples - x.shape[-1], 0)
    return functional.pad(x, (0, short))


def cut(x: Tensor, samples: int) -> Tensor:
    """(N, …, T) in P pieces (N, P, …, samples), the last with zeros behind."""
    pieces = (x.shape[-1] + samples - 1) // samples
    x = functional.pad(x, (0, pieces * samples - x.shape[-1]))
    return x.unflatten(-1, (pieces, samples)).movedim(-2, 1)


def at(x: Tensor, frame: Tensor) -> Tensor:
    """(N, D): of each (N, F, D) the frame (N,)."""
    return x.gather(1, frame[:, None, None].expand(-1, 1, x.shape[-1]))[:, 0]
