"""The default encoder: time first, on the sensors that are present; then the body."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from imusim.conventions import STANDARD_GRAVITY
from imusim.errors import ConfigError
from imusim.learn.augment.rotations import onto_z
from imusim.learn.batch import UNKNOWN, SensorBatch
from imusim.learn.encoders.body_graph import hops
from imusim.learn.encoders.worn import Worn

RATE_UNIT = 3.0
"""rad/s that are given to the network as 1."""
_REACH = (0.5, 2.0, 8.0)
"""Bones over which what a sensor tells fades, at first, in the kinds of relation."""
_FRAMES = ("sensor", "level", "heading")
_INPUTS = 10
_LEAST_FORCE = 1e-3


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
        Channels of the stages: the first is at a quarter of the rate, each further one halves it.
    depth : int
        Residual blocks a stage.
    graph_layers : int
        0: sensors are only averaged.
    width : int
        Of the embedding.
    kernel : int
        Of convolutions over time, moments of their stage; odd.
    dropout : float
        Before the last layer.
    frame : {"sensor", "level", "heading"}
        Axes in which each sensor is read: its own; turned so that its mean specific force points
        along z; turned about z so that its mean specific force lies above x. Of a mounting of which
        nothing is known the second leaves only the turn about the vertical to learn; of one whose
        z is known the third leaves nothing.
    turns : int
        When not in training, embeddings are means over so many even turns of all sensors about
        their z axes, along which a mounting says least; of the frame ``heading`` see ``doubt``.
    """

    def __init__(
        self,
        widths: Sequence[int] = (96, 160),
        depth: int = 2,
        graph_layers: int = 1,
        width: int = 256,
        kernel: int = 5,
        dropout: float = 0.1,
        frame: str = "sensor",
        turns: int = 1,
        doubt: float = 0.0,
    ):
        super().__init__()
        if turns < 1:
            raise ConfigError(f"encoder sensor_graph: turns are 1 or more, not {turns}")
        if frame not in _FRAMES:
            raise ConfigError(
                f"encoder sensor_graph: no frame {frame!r}; there are: {', '.join(_FRAMES)}"
            )
        if not doubt >= 0 or (doubt and frame != _FRAMES[-1]):
            raise ConfigError(
                f"encoder sensor_graph: doubt is 0 m/s² or more, and of the frame {_FRAMES[-1]!r}; "
                f"not {doubt} of {frame!r}"
            )
        self.width, self.frame, self.turns, self.doubt = width, frame, turns, doubt
        stages: list[nn.Module] = []
        before = _INPUTS
        for number, channels in enumerate(widths):
            first = number == 0
            stages.append(_Fewer(before, channels, 11 if first else kernel, 4 if first else 2))
            stages += [_TimeBlock(channels, kernel) for _ in range(depth)]
            before = channels
        self.stages = nn.ModuleList(stages)
        self.where = nn.Embedding(UNKNOWN + 1, before)
        nn.init.normal_(self.where.weight, std=0.1)
        self.graph = nn.ModuleList(_GraphBlock(before, kernel) for _ in range(graph_layers))
        self.norm = nn.LayerNorm(before)
        self.head = nn.Sequential(
            nn.Linear(2 * before, width), nn.SiLU(), nn.Dropout(dropout), nn.Linear(width, width)
        )

    def forward(self, batch: SensorBatch) -> Tensor:
        """(B, ``width``) embeddings."""
        worn = Worn(batch)
        valid = worn.each(batch.valid[:, None].expand(-1, batch.placement.shape[1], -1))[..., None]
        present = worn.each(batch.present)
        known = present.repeat_interleave(3, dim=1)[:, None] & valid
        signals = worn.each(batch.signals).transpose(1, 2).where(known, 0.0)
        every = [
            self._embedded(seen, present, valid, batch, worn) for seen in self._seen(signals, valid)
        ]
        return torch.stack(every).mean(dim=0) if len(every) > 1 else every[0]

    def _seen(self, signals: Tensor, valid: Tensor) -> Iterator[Tensor]:
        """Signals (N, T, 6) of sensors worn, in each of the ways in which they are read."""
        if self.frame == "heading":
            count = valid.sum(dim=1).clamp(min=1)
            if self.training:
                drawn = torch.rand(len(signals), 1, device=signals.device) * (2 * math.pi)
                yield headed(signals, count * self.doubt * torch.cat([drawn.cos(), drawn.sin()], 1))
                return
            for part in _parts(self.turns if self.doubt else 1):
                away = signals.new_tensor([math.cos(part), math.sin(part)])
                yield headed(signals, count * self.doubt * away)
            return
        if self.frame == "level":
            signals = levelled(signals)
        yield signals
        if not self.training:
            for part in _parts(self.turns)[1:]:
                yield _about_z(signals, part)

    def _embedded(
        self, signals: Tensor, present: Tensor, valid: Tensor, batch: SensorBatch, worn: Worn
    ) -> Tensor:
        """Of sensors worn, (N, T, 6), as they are turned."""
        x, valid = self._over_time(_inputs(signals, present) * valid, valid)
        x = x + self.where(worn.each(batch.placement))[:, None].to(x.dtype)
        for block in self.graph:
            x = block(x, valid, worn)
        x = self.norm(x)
        count = valid.sum(dim=1).clamp(min=1)
        mean = (x * valid).sum(dim=1) / count
        peak = x.masked_fill(~valid, -1e4).amax(dim=1)
        return self.head(worn.mean(torch.cat([mean, peak], dim=-1)))

    def _over_time(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """All stages; of windows that are half padding, without that half."""
        step = 4 * 2 ** (sum(isinstance(stage, _Fewer) for stage in self.stages) - 1)
        half = step * math.ceil(x.shape[1] / 2 / step)
        if torch.compiler.is_exporting() or half >= x.shape[1]:
            return self._staged(x, valid)
        long = valid[:, half:].any(dim=1)[:, 0]
        if long.all():
            return self._staged(x, valid)
        if not long.any():
            return self._staged(x[:, :half], valid[:, :half])
        longer, shorter = long.nonzero()[:, 0], (~long).nonzero()[:, 0]
        whole, _ = self._staged(x[longer], valid[longer])
        part, _ = self._staged(x[shorter, :half], valid[shorter, :half])
        part = functional.pad(part, (0, 0, 0, whole.shape[1] - part.shape[1]))
        room = torch.zeros(len(x), *whole.shape[1:], dtype=whole.dtype, device=x.device)
        made = room.index_copy(0, longer, whole).index_copy(0, shorter, part)
        return made, _fewer(valid, step)

    def _staged(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        for stage in self.stages:
            x, valid = stage(x, valid)
        return x, valid


def levelled(signals: Tensor) -> Tensor:
    """Sensors (N, T, 6), each turned so that its mean specific force points along z.

    Zero where nothing is known; what feels no force stays as it is.
    """
    force = signals[..., :3].sum(dim=1)
    return _turned(signals, onto_z(_direction(force, (0.0, 0.0, 1.0))))


def headed(signals: Tensor, away: Tensor | float = 0.0) -> Tensor:
    """Sensors (N, T, 6), each turned about z so that its mean specific force lies above x.

    Zero where nothing is known; what feels force along z alone stays as it is. To the sum of the
    force across z ``away`` (N, 2) is added before.
    """
    force = signals[..., :2].sum(dim=1) + away
    cos, sin = _direction(force, (1.0, 0.0)).unbind(dim=-1)
    none, one = torch.zeros_like(cos), torch.ones_like(cos)
    rows = torch.stack([cos, sin, none, -sin, cos, none, none, none, one], dim=-1)
    return _turned(signals, rows.unflatten(-1, (3, 3)))


def _parts(turns: int) -> list[float]:
    """So many even angles of a whole turn, rad."""
    return [2 * math.pi * number / turns for number in range(turns)]


def _direction(vectors: Tensor, otherwise: tuple[float, ...]) -> Tensor:
    """Unit vectors (N, D) along others; a given one where these are next to nothing."""
    size = vectors.norm(dim=-1, keepdim=True)
    other = torch.tensor(otherwise, dtype=vectors.dtype, device=vectors.device)
    return torch.where(size > _LEAST_FORCE, vectors / size.clamp(min=_LEAST_FORCE), other)


def _turned(signals: Tensor, turn: Tensor) -> Tensor:
    """Both signals of sensors (N, T, 6) turned by matrices (N, 3, 3) or one (3, 3)."""
    rows = turn.mT
    return torch.cat([signals[..., :3] @ rows, signals[..., 3:] @ rows], dim=-1)


def _about_z(signals: Tensor, angle: float) -> Tensor:
    """Sensors (N, T, 6) turned about z."""
    cos, sin = math.cos(angle), math.sin(angle)
    return _turned(signals, signals.new_tensor([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]))


def _inputs(signals: Tensor, present: Tensor) -> Tensor:
    """(N, T, 10): both signals in like units, their norms, and which there are."""
    force, rate = signals[..., :3] / STANDARD_GRAVITY, signals[..., 3:] / RATE_UNIT
    there = present[:, None].to(signals.dtype).expand(-1, signals.shape[1], -1)
    norms = [part.square().sum(dim=-1, keepdim=True).add(1e-8).sqrt() for part in (force, rate)]
    return torch.cat([force, rate, *norms, there], dim=-1)


def _over_time(conv: nn.Conv2d, x: Tensor) -> Tensor:
    """A convolution of (N, T, C): channels last, as processors like it."""
    return conv(x.transpose(1, 2)[:, :, None]).squeeze(2).transpose(1, 2)


def _convolution(before: int, channels: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    made = nn.Conv2d(before, channels, (1, kernel), (1, stride), (0, kernel // 2))
    made.weight.data = made.weight.data.contiguous(memory_format=torch.channels_last)
    return made


class _Fewer(nn.Module):
    """A convolution of every so manieth sample."""

    def __init__(self, before: int, channels: int, kernel: int, stride: int):
        super().__init__()
        self.stride = stride
        self.conv = _convolution(before, channels, kernel, stride)

    def forward(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        return _over_time(self.conv, x * valid), _fewer(valid, self.stride)


def _fewer(valid: Tensor, stride: int) -> Tensor:
    """Which moments (N, T', 1) hold a known sample: of so many each, one is enough."""
    known = functional.pad(valid.transpose(1, 2).to(torch.float32), (0, stride - 1))
    every = torch.ones(1, 1, stride, device=known.device)
    with torch.autocast(known.device.type, enabled=False):
        return functional.conv1d(known, every, stride=stride).transpose(1, 2) > 0


class _TimeBlock(nn.Module):
    def __init__(self, channels: int, kernel: int):
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.conv = _convolution(channels, channels, kernel)
        self.mix = nn.Linear(channels, channels)

    def forward(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        inner = _over_time(self.conv, self.norm(x) * valid)
        return x + self.mix(functional.silu(inner)), valid


class _GraphBlock(nn.Module):
    """Relations between joints, then a convolution over time."""

    def __init__(self, channels: int, kernel: int):
        super().__init__()
        bones = torch.from_numpy(hops()).float()
        known = torch.zeros(UNKNOWN + 1, UNKNOWN + 1)
        known[:UNKNOWN, :UNKNOWN] = bones
        known[UNKNOWN, :UNKNOWN] = known[:UNKNOWN, UNKNOWN] = bones.mean(dim=1)  # anywhere
        self.relation = nn.Parameter(torch.stack([torch.exp(-known / reach) for reach in _REACH]))
        self.norm = nn.LayerNorm(channels)
        self.tell = nn.Linear(channels, len(_REACH) * channels)
        self.time = _TimeBlock(channels, kernel)

    def forward(self, x: Tensor, valid: Tensor, worn: Worn) -> Tensor:
        told = self.tell(self.norm(x)).unflatten(-1, (len(_REACH), -1))  # (N, T, K, C)
        relation = self.relation[:, worn.placement[:, :, None], worn.placement[:, None]]
        relation = relation * worn.both
        relation = relation / relation.abs().sum(dim=-1, keepdim=True).clamp(min=1e-6)
        heard = torch.einsum("kbij,bjtkc->bitc", relation.to(told.dtype), worn.spread(told))
        x = x + functional.silu(worn.each(heard))
        return self.time(x, valid)[0]
