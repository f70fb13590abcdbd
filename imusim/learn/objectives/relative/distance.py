"""How far one window is from another: how badly it is rebuilt from the other's motifs."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from imusim.learn.batch import SensorBatch
from imusim.learn.objectives.relative.sparsemax import sparsemax

AXES = 3
_LEAST = 1e-5
"""Added to variances."""
_NOWHERE = -1e30
"""Score of a sample that is not there."""


@dataclass(frozen=True, eq=False)
class Traces:
    """N windows of one accelerometer.

    Parameters
    ----------
    signals : (N, 3, T) float tensor
        m/s²; zero where nothing is known.
    valid : (N, T) bool tensor
    """

    signals: Tensor
    valid: Tensor

    def __len__(self) -> int:
        return len(self.signals)

    def __getitem__(self, chosen: slice | Tensor) -> Traces:
        """Some of the windows."""
        return Traces(self.signals[chosen], self.valid[chosen])


def traces_of(sensors: SensorBatch) -> Traces:
    """The accelerometer of each window's first sensor."""
    valid = sensors.valid & sensors.present[:, 0, :1]
    return Traces(sensors.signals[:, 0, :AXES] * valid[:, None], valid)


@dataclass(frozen=True, eq=False)
class Read:
    """Of N candidates: mean and deviation (N, 3, 1), keys and values (N, E, T)."""

    mean: Tensor
    deviation: Tensor
    keys: Tensor
    values: Tensor
    valid: Tensor

    def __getitem__(self, chosen: slice | Tensor) -> Read:
        """Some of the candidates."""
        return Read(*(part[chosen] for part in vars(self).values()))


class MotifDistance(nn.Module):
    """The learnable distance of RelCon (Xu et al., ICLR 2025), after REBAR (Xu et al., ICLR 2024).

    An anchor is rebuilt from a candidate: both are normalised by the candidate's mean and deviation
    (RevIN, Kim et al., ICLR 2022), dilated convolutions make queries of the one and keys and values
    of the other, each sample of the anchor attends to the candidate's by sparsemax, and what is
    found is put back on the candidate's scale. The distance is the mean square error. So a
    candidate is near if it holds the anchor's motifs anywhere, at the anchor's level and size.

    Parameters
    ----------
    channels : int
        E, of queries, keys and values; a multiple of 8.
    kernel : int
        Samples of a convolution; odd.
    doublings : int
        Convolutions behind the first, of dilation 1, 2, 4 and so on.
    dropout : float
        Of attention, while it learns.
    """

    def __init__(
        self, channels: int = 64, kernel: int = 15, doublings: int = 2, dropout: float = 0.1
    ):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(AXES, 1))
        self.bias = nn.Parameter(torch.zeros(AXES, 1))
        self.query, self.key, self.value = (_Motifs(channels, kernel, doublings) for _ in range(3))
        self.out = nn.Conv1d(channels, AXES, 1)
        self.dropout = nn.Dropout(dropout)

    def read(self, candidates: Traces) -> Read:
        """What of candidates does not depend on the anchor."""
        there = candidates.valid[:, None].to(candidates.signals.dtype)
        mean, variance = _moments(candidates.signals, there)
        deviation = (variance + _LEAST).sqrt()
        scaled = self._scaled(candidates.signals, there, mean, deviation)
        return Read(
            mean, deviation, self.key(scaled, there), self.value(scaled, there), candidates.valid
        )

    def rebuild(self, anchors: Traces, read: Read) -> Tensor:
        """Anchors (N, 3, T) from as many candidates."""
        there = anchors.valid[:, None].to(anchors.signals.dtype)
        scaled = self._scaled(anchors.signals, there, read.mean, read.deviation)
        query = self.query(scaled, there)
        scores = query.mT @ read.keys / query.shape[1] ** 0.5  # (N, T, T')
        scores = scores.masked_fill(~read.valid[:, None], _NOWHERE)
        found = read.values @ self.dropout(sparsemax(scores)).mT
        return (self.out(found) - self.bias) / self.gain * read.deviation + read.mean

    def forward(self, anchors: Traces, candidates: Traces) -> Tensor:
        """Distances (N,), (m/s²)², of as many anchors and candidates."""
        return square_error(self.rebuild(anchors, self.read(candidates)), anchors)

    @torch.no_grad()
    def among(self, windows: Traces, anchor: Tensor, candidate: Tensor, at_once: int) -> Tensor:
        """Distances (P,) of pairs of windows by number, so many at a time."""
        own = [self.read(windows[a : a + at_once]) for a in range(0, len(windows), at_once)]
        parts = zip(*(vars(each).values() for each in own), strict=True)
        read = Read(*map(torch.cat, parts))
        made = [
            square_error(self.rebuild(windows[a], read[c]), windows[a])
            for a, c in zip(anchor.split(at_once), candidate.split(at_once), strict=True)
        ]
        return torch.cat(made)

    def _scaled(self, signals: Tensor, there: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
        return ((signals - mean) / deviation * self.gain + self.bias) * there


def square_error(rebuilt: Tensor, anchors: Traces) -> Tensor:
    """Means (N,) over axes and the samples that are there."""
    there = anchors.valid[:, None]
    apart = torch.where(there, rebuilt - anchors.signals, 0.0).square().sum(dim=(1, 2))
    return apart / (AXES * anchors.valid.sum(dim=1)).clamp(min=1)


class _Motifs(nn.Module):
    """What surrounds each sample: (N, 3, T) to (N, E, T)."""

    def __init__(self, channels: int, kernel: int, doublings: int):
        super().__init__()
        self.first = nn.Conv1d(AXES, channels, kernel, padding=kernel // 2, bias=False)
        self.offset = nn.Parameter(torch.zeros(channels, 1))
        self.blocks = nn.ModuleList(
            _Dilated(channels, kernel, 2**number) for number in range(doublings)
        )

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        # Where a part of the kernel sees nothing the rest counts for all (Liu et al. 2018).
        kernel = self.first.kernel_size[0]
        taps = functional.conv1d(there, there.new_ones(1, 1, kernel), padding=kernel // 2)
        x = self.first(x) * (kernel / taps.clamp(min=1)) + self.offset
        x = _normed(functional.gelu(x), there)
        for block in self.blocks:
            x = block(x, there)
        return x


class _Dilated(nn.Module):
    """A residual block through an eighth of the channels."""

    def __init__(self, channels: int, kernel: int, dilation: int):
        super().__init__()
        self.narrow = nn.Conv1d(channels, channels // 8, 1)
        self.wide = nn.Conv1d(
            channels // 8, channels, kernel, padding=kernel // 2 * dilation, dilation=dilation
        )

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        return _normed(functional.gelu(self.wide(self.narrow(x) * there) + x), there)


def _normed(x: Tensor, there: Tensor) -> Tensor:
    """Each channel of each window with mean 0 and deviation 1."""
    mean, variance = _moments(x, there)
    return (x - mean) * torch.rsqrt(variance + _LEAST) * there


def _moments(x: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """Means and variances (N, C, 1) over the samples that are there."""
    count = there.sum(dim=-1, keepdim=True).clamp(min=1)
    mean = (x * there).sum(dim=-1, keepdim=True) / count
    return mean, ((x - mean) * there).square().sum(dim=-1, keepdim=True) / count
