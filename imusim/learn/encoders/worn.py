"""The sensors of a batch that are worn, in one row, and back to their windows."""

from __future__ import annotations

import torch
from torch import Tensor

from imusim.learn.batch import SensorBatch


class Worn:
    """Which sensors are on one body: windows' sensors by place, and back.

    An exported network computes all sensors, worn or not, since its sizes must follow from those of
    its inputs. What comes out is the same.
    """

    def __init__(self, batch: SensorBatch):
        self.placement, self.worn = batch.placement, batch.worn
        every = torch.compiler.is_exporting()
        self._place = None if every else self.worn.flatten().nonzero()[:, 0]

    @property
    def both(self) -> Tensor:
        """(B, S, S): whether two sensors are on one body."""
        return self.worn[:, :, None] & self.worn[:, None]

    def each(self, x: Tensor) -> Tensor:
        """(B, S, …) to (N, …) of the sensors that are worn."""
        x = x.flatten(0, 1)
        return x if self._place is None else x[self._place]

    def spread(self, x: Tensor) -> Tensor:
        """(N, …) of the sensors that are worn to (B, S, …), zero elsewhere."""
        if self._place is not None:
            room = torch.zeros(self.worn.numel(), *x.shape[1:], dtype=x.dtype, device=x.device)
            x = room.index_copy(0, self._place, x)
        return x.unflatten(0, self.worn.shape)

    def mean(self, x: Tensor) -> Tensor:
        """(N, D) of the sensors that are worn to means (B, D) of windows; zero of none."""
        told = self.spread(x) * self.worn[..., None]
        return told.sum(dim=1) / self.worn.sum(dim=1, keepdim=True).clamp(min=1)
