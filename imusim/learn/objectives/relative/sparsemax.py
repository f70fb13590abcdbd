"""Attention that is zero for most."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def sparsemax(scores: Tensor) -> Tensor:
    """The nearest point of the simplex to each row (Martins and Astudillo 2016, eq. 2).

    Its threshold is the root of a convex, falling, piecewise straight function. Newton's steps
    from one below the largest score, where the root cannot be, reach it exactly, most often within
    a few passes; nothing is sorted.

    Parameters
    ----------
    scores : (…, N) float tensor
        Finite.

    Returns
    -------
    (…, N) tensor
        Not negative; rows sum to one.
    """
    return _Sparsemax.apply(scores)  # pyright: ignore


class _Sparsemax(torch.autograd.Function):
    """With the gradient of eq. 11 there: centred among what is not zero."""

    @staticmethod
    def forward(ctx: Any, scores: Tensor) -> Tensor:
        below = scores - scores.amax(dim=-1, keepdim=True)
        threshold = torch.full_like(below[..., :1], -1.0)
        support = below > threshold
        while True:
            inside = torch.where(support, below, 0.0).sum(dim=-1, keepdim=True)
            found = (inside - 1) / support.sum(dim=-1, keepdim=True)
            threshold = torch.maximum(threshold, found)
            fewer = below > threshold
            if torch.equal(fewer, support):
                break
            support = fewer
        ctx.save_for_backward(support)
        return (below - threshold).clamp(min=0)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (gradient,), (support,) = gradients, ctx.saved_tensors
        inside = torch.where(support, gradient, 0.0)
        mean = inside.sum(dim=-1, keepdim=True) / support.sum(dim=-1, keepdim=True)
        return torch.where(support, gradient - mean, 0.0)
