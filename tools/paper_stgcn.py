"""The way of UniMTS, plainly: its network on all joints, its augmentation window by window.

Written for tools/pretrain_speed.py after the paper (Zhang et al., NeurIPS 2024) and what its public
code does: nothing here is batched, masked or spared beyond that.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from imusim.learn.encoders.body_graph import partitions_of

JOINTS, SAMPLES = 22, 200
BLOCKS = ((64, 1),) * 4 + ((128, 2), (128, 1), (128, 1), (256, 2), (256, 1), (512, 1))


class PaperBlock(nn.Module):
    """Graph convolution, norm, ReLU, convolution over time, norm; a short cut."""

    def __init__(self, before: int, after: int, stride: int, first: bool):
        super().__init__()
        self.graph = nn.Conv2d(before, 3 * after, 1)
        self.time = nn.Sequential(
            nn.BatchNorm2d(after),
            nn.ReLU(inplace=True),
            nn.Conv2d(after, after, (9, 1), (stride, 1), (4, 0)),
            nn.BatchNorm2d(after),
        )
        self.first = first
        self.cut = None
        if not first and (before != after or stride > 1):
            self.cut = nn.Sequential(
                nn.Conv2d(before, after, 1, (stride, 1)), nn.BatchNorm2d(after)
            )

    def forward(self, x: Tensor, neighbours: Tensor) -> Tensor:
        """(B, C, T, joints)."""
        count, _, samples, joints = x.shape
        told = self.graph(x).view(count, 3, -1, samples, joints)
        made = self.time(torch.einsum("nkctv,kvw->nctw", told, neighbours).contiguous())
        if not self.first:
            made = made + (x if self.cut is None else self.cut(x))
        return torch.relu(made)


class PaperStGcn(nn.Module):
    """(B, T, 132) to (B, 512)."""

    def __init__(self):
        super().__init__()
        self.register_buffer("neighbours", torch.from_numpy(partitions_of()).float())
        self.norm = nn.BatchNorm1d(6 * JOINTS)
        widths = [6, *(after for after, _ in BLOCKS)]
        self.blocks = nn.ModuleList(
            PaperBlock(before, after, stride, number == 0)
            for number, (before, (after, stride)) in enumerate(zip(widths, BLOCKS, strict=False))
        )
        self.importance = nn.ParameterList(
            nn.Parameter(torch.ones(3, JOINTS, JOINTS)) for _ in BLOCKS
        )

    def forward(self, x: Tensor) -> Tensor:
        """Embeddings of windows."""
        x = self.norm(x.transpose(1, 2)).unflatten(1, (JOINTS, 6)).permute(0, 2, 3, 1).contiguous()
        for block, importance in zip(self.blocks, self.importance, strict=True):
            x = block(x, self.neighbours * importance)
        return x.mean(dim=(2, 3))


def paper_window(clip: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """A clip (N, 22, 6) as a window (T, 132): repeated to its length, 1 to 5 joints left."""
    clip = np.where(np.isnan(clip), 0, clip)
    if len(clip) < SAMPLES:
        clip = np.pad(clip, ((0, SAMPLES - len(clip)), (0, 0), (0, 0)), mode="wrap")
    clip = clip[:SAMPLES]
    kept = np.zeros_like(clip)
    kept[:, rng.choice(JOINTS, rng.integers(1, 6), replace=False)] = 1
    return (clip * kept).reshape(SAMPLES, -1)


def paper_turned(windows: Tensor) -> Tensor:
    """Windows (B, T, 132) with a rotation a joint, one after the other."""
    turned = torch.zeros_like(windows)
    for window in range(len(windows)):
        for first in range(0, windows.shape[2], 6):
            q = torch.randn(4)
            w, x, y, z = q / q.norm()
            turn = torch.tensor(
                [
                    [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                    [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                    [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
                ],
                device=windows.device,
            )
            for part in (first, first + 3):
                turned[window, :, part : part + 3] = windows[window, :, part : part + 3] @ turn.T
    return turned
