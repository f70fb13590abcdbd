"""How well windows find their captions among all that are held out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from imusim.learn.objectives.contrast import NONE


@dataclass(frozen=True)
class Retrieval:
    """From windows to texts.

    Parameters
    ----------
    recall_1, recall_5 : float
        Share of windows of which a fitting text is the nearest, is among the five nearest.
    reciprocal_rank : float
        Mean of one over the rank of the nearest fitting text: by this, steps are compared.
    windows, texts : int
    """

    recall_1: float
    recall_5: float
    reciprocal_rank: float
    windows: int
    texts: int

    @property
    def score(self) -> float:
        """What is best where it is largest."""
        return self.reciprocal_rank

    @property
    def headline(self) -> str:
        """In a few characters."""
        return f"R@1 {self.recall_1:.0%}"


def retrieval(sensors: Tensor, texts: Tensor, fitting: Tensor) -> Retrieval:
    """Rank all texts for each window.

    Parameters
    ----------
    sensors : (N, E) tensor
        Unit embeddings of windows.
    texts : (M, E) tensor
        Of different texts.
    fitting : (N, K) int64 tensor
        Which of the M fit each window; NONE-padded, one at least. Of equally near texts those
        that do not fit come first, so that embeddings that are all alike find nothing.
    """
    near = sensors @ texts.mT
    own = torch.where(fitting == NONE, -torch.inf, near.gather(1, fitting.clamp(min=0))).amax(dim=1)
    fits = torch.zeros_like(near, dtype=torch.bool)
    rows = torch.arange(len(near), device=near.device)[:, None].expand_as(fitting)
    known = fitting != NONE
    fits[rows[known], fitting[known]] = True
    rank = 1 + ((near >= own[:, None]) & ~fits).sum(dim=1)
    return Retrieval(
        float((rank == 1).double().mean()),
        float((rank <= 5).double().mean()),
        float((1 / rank.double()).mean()),
        len(sensors),
        len(texts),
    )
