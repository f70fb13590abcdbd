"""The spatio-temporal graph network of UniMTS, on all joints of the body."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from imusim.conventions import JOINTS
from imusim.errors import ConfigError
from imusim.learn.batch import UNKNOWN, SensorBatch
from imusim.learn.encoders.body_graph import partitions_of
from imusim.learn.encoders.masked_norm import MaskedNorm

NODES = len(JOINTS)
KERNEL = 9
"""Samples that a convolution over time sees."""
BLOCKS = (
    (64, 1), (64, 1), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1), (512, 1),
)  # fmt: skip
"""Channels and stride of each block."""


class StGcn(nn.Module):
    """Embeds windows of all 22 joints, with zeros where there is no sensor.

    The network of UniMTS (Zhang et al., NeurIPS 2024), which is ST-GCN (Yan, Xiong and Lin, AAAI
    2018) on inertial signals: batch norm of the input, ten blocks of a graph convolution with three
    partitions of the neighbours and learnt importance of edges, and a convolution over time, then
    the mean over time and joints. 5.18 million parameters. Its work does not depend on how many
    sensors there are.

    Its own graph is the skeleton of UniMTS' motion files; this one is the canonical skeleton
    (:data:`imusim.conventions.PARENTS`). Also unlike there, samples that are not valid count for
    nothing, neither in norms nor in means.

    Of two sensors on one joint the mean is taken. A sensor whose place is not known is put on the
    pelvis, which is the middle of the graph.

    Parameters
    ----------
    gyroscope : bool
        Without, three channels a joint, as UniMTS' code has it: it uses no gyroscope.
    partitions : {"paper", "code"}
        Neighbours nearer to the pelvis and those farther from it weigh by matrices of their own,
        as the paper says; or only at the pelvis itself, as in the published code, whose distances
        end at one bone. See :func:`imusim.learn.encoders.body_graph.partitions_of`.
    dropout : float
        Behind the convolutions over time.

    Raises
    ------
    ConfigError
        For partitions of another name.
    """

    def __init__(self, gyroscope: bool = True, partitions: str = "paper", dropout: float = 0.0):
        super().__init__()
        if partitions not in ("paper", "code"):
            raise ConfigError(f"partitions {partitions!r}; there are: paper, code")
        self.width = BLOCKS[-1][0]
        self.channels = 6 if gyroscope else 3
        neighbours = torch.from_numpy(partitions_of(far=partitions == "paper")).float()
        self.register_buffer("neighbours", neighbours, persistent=False)
        self.norm = MaskedNorm(self.channels * NODES)
        self.blocks = nn.ModuleList()
        before = self.channels
        for number, (after, stride) in enumerate(BLOCKS):
            block = _Block(before, after, stride, len(neighbours), dropout, residual=number > 0)
            self.blocks.append(block)
            before = after
        self.importance = nn.ParameterList(
            nn.Parameter(torch.ones_like(neighbours)) for _ in BLOCKS
        )

    def forward(self, batch: SensorBatch) -> Tensor:
        """(B, 512) embeddings."""
        valid: Tensor | None = batch.valid[:, None, :, None].to(batch.signals.dtype)
        if not torch.compiler.is_exporting() and bool(batch.valid.all()):
            valid = None  # far less work
        x = on_joints(batch)[:, :, : self.channels]
        flat = self.norm(x.flatten(1, 2)[..., None], valid)
        x = flat[..., 0].unflatten(1, x.shape[1:3]).permute(0, 2, 3, 1)  # (B, C, T, joints)
        neighbours = cast(Tensor, self.neighbours)
        for block, importance in zip(self.blocks, self.importance, strict=True):
            x, valid = block(x, valid, neighbours * importance)
        if valid is None:
            return x.mean(dim=(2, 3))
        return x.sum(dim=(2, 3)) / (valid.sum(dim=(2, 3)) * NODES).clamp(min=1)


def on_joints(batch: SensorBatch) -> Tensor:
    """Signals (B, 22, 6, T) by joint: means of the sensors there, zero where there is none."""
    node = torch.where(batch.placement == UNKNOWN, JOINTS.index("pelvis"), batch.placement)
    sits = functional.one_hot(node, NODES).to(batch.signals.dtype)
    there = batch.present.repeat_interleave(3, dim=-1).to(batch.signals.dtype)
    share = sits[..., None] * there[:, :, None]  # (B, S, joints, 6)
    share = share / share.sum(dim=1, keepdim=True).clamp(min=1)
    return torch.einsum("bsvc,bsct->bvct", share, batch.cleaned().signals)


class _Block(nn.Module):
    """A graph convolution and one over time, beside a short cut."""

    def __init__(
        self,
        before: int,
        after: int,
        stride: int,
        partitions: int,
        dropout: float,
        residual: bool,
    ):
        super().__init__()
        self.stride = stride
        self.graph = nn.Conv2d(before, after * partitions, 1)
        self.norm = MaskedNorm(after)
        self.time = nn.Conv2d(after, after, (KERNEL, 1), (stride, 1), (KERNEL // 2, 0))
        self.last_norm = MaskedNorm(after)
        self.dropout = nn.Dropout(dropout)
        self.residual = residual
        self.cut = self.cut_norm = None
        if residual and (before != after or stride != 1):
            self.cut = nn.Conv2d(before, after, 1, (stride, 1))
            self.cut_norm = MaskedNorm(after)

    def forward(
        self, x: Tensor, valid: Tensor | None, neighbours: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        fewer = None if valid is None else valid[:, :, :: self.stride]
        told = self.graph(x).unflatten(1, (len(neighbours), -1))
        inner = torch.einsum("bkctv,kvw->bctw", told, neighbours.to(told.dtype))
        inner = self.time(functional.relu(self.norm(inner, valid)))
        inner = self.dropout(self.last_norm(inner, fewer))
        if self.cut is not None and self.cut_norm is not None:
            inner = inner + self.cut_norm(self.cut(x), fewer)
        elif self.residual:
            inner = inner + x
        return functional.relu(inner), fewer
