"""The default encoder: time first, on the sensors that are present; then the body."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from imusim.conventions import JOINTS, STANDARD_GRAVITY
from imusim.learn.batch import UNKNOWN, SensorBatch
from imusim.learn.encoders.body_graph import hops

RATE_UNIT = 3.0
"""rad/s that are given to the network as 1."""
_REACH = (0.5, 2.0, 8.0)
"""Bones over which what a sensor tells fades, at first, in the kinds of relation."""
_INPUTS = 10


class SensorGraph(nn.Module):
    """Embeds the sensors present, whichever and however many.

    Each sensor goes through one and the same convolutional network over time, which ends at an
    eighth of the rate. There each learns where it sits, and graph convolutions over the body pass
    on what others tell: between two joints they weigh by a learnt matrix for each kind of relation,
    which starts as an exponential of the bones between them (the partitions of Yan, Xiong and Lin
    2018, of all distances at once, since most joints have no sensor). Work grows with the sensors
    that are there, not with the joints of the body.

    Norms are of single moments, so that neither padding nor other windows change an embedding.

    Parameters
    ----------
    widths : sequence of int
        Channels of the stages; each halves the rate.
    depth : int
        Residual blocks a stage.
    graph_layers : int
        0: sensors are only averaged.
    width : int
        Of the embedding.
    kernel : int
        Of convolutions over time, samples; odd.
    dropout : float
        Before the last layer.
    """

    def __init__(
        self,
        widths: Sequence[int] = (64, 128, 256),
        depth: int = 1,
        graph_layers: int = 2,
        width: int = 512,
        kernel: int = 5,
        dropout: float = 0.1,
    ):
        super().__init__()
        self.width = width
        stages: list[nn.Module] = []
        before = _INPUTS
        for number, channels in enumerate(widths):
            stages.append(_Halve(before, channels, 9 if number == 0 else kernel))
            stages += [_TimeBlock(channels, kernel) for _ in range(depth)]
            before = channels
        self.stages = nn.ModuleList(stages)
        self.where = nn.Embedding(UNKNOWN + 1, before)
        nn.init.normal_(self.where.weight, std=0.1)
        self.graph = nn.ModuleList(_GraphBlock(before, kernel) for _ in range(graph_layers))
        self.norm = _Norm(before)
        self.head = nn.Sequential(
            nn.Linear(2 * before, width), nn.GELU(), nn.Dropout(dropout), nn.Linear(width, width)
        )

    def forward(self, batch: SensorBatch) -> Tensor:
        """(B, ``width``) embeddings."""
        count, most = batch.placement.shape
        worn = batch.worn.flatten()
        own = torch.arange(count, device=worn.device).repeat_interleave(most)[worn]
        valid = batch.valid[own][:, None].to(batch.signals.dtype)
        x = _inputs(batch)[worn] * valid
        for stage in self.stages:
            x, valid = stage(x, valid)
        where = batch.placement.flatten()[worn]
        x = (x + self.where(where)[..., None]) * valid
        if len(self.graph):
            pairs = _Pairs(batch, worn, where)
            for block in self.graph:
                x = block(x, valid, pairs)
        x = self.norm(x)
        known = valid.sum(dim=-1).clamp(min=1)
        mean = (x * valid).sum(dim=-1) / known
        peak = torch.where(valid > 0, x, -1e4).amax(dim=-1)
        told = torch.cat([mean, peak], dim=-1)
        sensors = torch.zeros(count, told.shape[1], dtype=told.dtype, device=told.device)
        sensors = sensors.index_add(0, own, told)
        return self.head(sensors / batch.worn.sum(dim=1, keepdim=True).clamp(min=1))


def _inputs(batch: SensorBatch) -> Tensor:
    """(B S, 10, T): both signals in like units, their norms, and which there are."""
    clean = batch.cleaned()
    signals = clean.signals.flatten(0, 1)
    force, rate = signals[:, :3] / STANDARD_GRAVITY, signals[:, 3:] / RATE_UNIT
    there = batch.present.flatten(0, 1)[..., None].to(signals.dtype)
    return torch.cat(
        [
            force, rate, force.norm(dim=1, keepdim=True), rate.norm(dim=1, keepdim=True),
            there.expand(-1, -1, signals.shape[-1]),
        ],
        dim=1,
    )  # fmt: skip


class _Norm(nn.Module):
    """Root mean square over the channels of each moment (Zhang and Sennrich 2019)."""

    def __init__(self, channels: int):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(dim=1, keepdim=True) + 1e-5) * self.gain


class _Halve(nn.Module):
    """A convolution of every second sample, with what was averaged beside it."""

    def __init__(self, before: int, channels: int, kernel: int):
        super().__init__()
        self.conv = nn.Conv1d(before, channels, kernel, stride=2, padding=kernel // 2)

    def forward(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        valid = valid[..., ::2]
        return functional.gelu(self.conv(x)) * valid, valid


class _TimeBlock(nn.Module):
    def __init__(self, channels: int, kernel: int):
        super().__init__()
        self.norm = _Norm(channels)
        self.conv = nn.Conv1d(channels, channels, kernel, padding=kernel // 2)
        self.mix = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        inner = functional.gelu(self.conv(self.norm(x)))
        return x + self.mix(inner) * valid, valid


class _Pairs:
    """Which sensors are on one body: windows' sensors by place, and back."""

    def __init__(self, batch: SensorBatch, worn: Tensor, where: Tensor):
        self.count, self.most = batch.placement.shape
        self.worn, self.where = worn, where
        self.placement = batch.placement
        self.both = batch.worn[:, :, None] & batch.worn[:, None]

    def spread(self, x: Tensor) -> Tensor:
        """(N, …) of the sensors that are worn to (B, S, …), zero elsewhere."""
        room = torch.zeros(self.count * self.most, *x.shape[1:], dtype=x.dtype, device=x.device)
        room[self.worn] = x
        return room.unflatten(0, (self.count, self.most))


class _GraphBlock(nn.Module):
    """Relations between joints, then a convolution over time."""

    def __init__(self, channels: int, kernel: int):
        super().__init__()
        bones = torch.from_numpy(hops()).float()
        mean = bones.mean(dim=1)
        known = torch.zeros(UNKNOWN + 1, UNKNOWN + 1)
        known[: len(JOINTS), : len(JOINTS)] = bones
        known[UNKNOWN, :UNKNOWN] = known[:UNKNOWN, UNKNOWN] = mean  # it may sit anywhere
        self.relation = nn.Parameter(torch.stack([torch.exp(-known / reach) for reach in _REACH]))
        self.norm = _Norm(channels)
        self.tell = nn.Conv1d(channels, len(_REACH) * channels, 1)
        self.time = _TimeBlock(channels, kernel)

    def forward(self, x: Tensor, valid: Tensor, pairs: _Pairs) -> Tensor:
        told = pairs.spread(self.tell(self.norm(x)).unflatten(1, (len(_REACH), -1)))
        relation = self.relation[:, pairs.placement[:, :, None], pairs.placement[:, None]]
        relation = relation * pairs.both
        relation = relation / relation.abs().sum(dim=-1, keepdim=True).clamp(min=1e-6)
        heard = torch.einsum("kbij,bjkct->bict", relation.to(told.dtype), told)
        x = x + functional.gelu(heard.flatten(0, 1)[pairs.worn]) * valid
        return self.time(x, valid)[0]
