"""What was seen lately: features that stand in for neighbours."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from imusim.errors import ConfigError


class FeatureQueue(nn.Module):
    """The last features of several kinds, first in, first out; a row holds all kinds of one thing.

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
    def nearest(self, kind: int, features: Tensor) -> tuple[Tensor, Tensor]:
        """Rows (B, kinds, width) whose feature of a kind is nearest to unit features (B, width).

        Also whether there is any row at all, () bool; if not, rows are zeros.
        """
        near = features.float() @ self.held[:, kind].mT
        empty = torch.arange(len(self.held), device=self.held.device) >= self.came
        found = near.masked_fill(empty, -torch.inf).argmax(dim=1)
        return self.held[found], self.came > 0

    @torch.no_grad()
    def add(self, rows: Tensor) -> None:
        """Let rows (N, kinds, width) in, the oldest out."""
        size, count = len(self.held), len(rows)
        last = rows[-size:]
        places = self.came + count - len(last) + torch.arange(len(last), device=rows.device)
        self.held[places % size] = last.to(self.held.dtype)
        self.came += count
