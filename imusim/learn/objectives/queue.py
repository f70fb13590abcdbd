"""What was seen lately: features that stand in for neighbours."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from imusim.errors import ConfigError


class FeatureQueue(nn.Module):
    """The last features of several kinds, first in, first out; a row holds all kinds of one thing.

    A feature of zeros is none: what a thing lacks, and what has not come yet.

    Its content is buffers, so that it is saved and resumed with the objective.

    Parameters
    ----------
    size : int
        Rows.
    kinds : int
    width : int
        Of each feature.
    """

    held: Tensor
    """(size, kinds, width): row ``n % size`` is the n-th that came, for the last ones."""
    came: Tensor
    """() int64: how many rows ever came."""

    def __init__(self, size: int, kinds: int, width: int):
        super().__init__()
        if size < 1:
            raise ConfigError(f"a queue holds a row at least, not {size}")
        self.register_buffer("held", torch.zeros(size, kinds, width))
        self.register_buffer("came", torch.zeros((), dtype=torch.int64))

    def __len__(self) -> int:
        return min(int(self.came), len(self.held))

    @torch.no_grad()
    def nearest(self, kind: int, features: Tensor) -> Tensor:
        """Rows (B, kinds, width) whose feature of a kind is nearest to unit features (B, width).

        Rows that lack the kind are not found. Where there is nothing to find, or nothing to look
        with, rows are zeros.
        """
        there = self.held[:, kind].any(dim=-1)
        near = (features.float() @ self.held[:, kind].mT).masked_fill(~there, -torch.inf)
        found = there.any() & features.any(dim=-1)
        return torch.where(found[:, None, None], self.held[near.argmax(dim=1)], 0.0)

    @torch.no_grad()
    def add(self, rows: Tensor) -> None:
        """Let rows (N, kinds, width) in, the oldest out."""
        size, count = len(self.held), len(rows)
        last = rows[-size:]
        places = self.came + count - len(last) + torch.arange(len(last), device=rows.device)
        self.held[places % size] = last.to(self.held.dtype)
        self.came += count
