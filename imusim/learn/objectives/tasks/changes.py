"""What is done to windows' time, for whole batches on their device.

Each change of order is told as the places (B, T) that samples are read from, from 0; behind a
window's end, where there is padding, all stays.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from torch import Tensor

KNOTS = 6
"""Of a warp's curve: four, and both ends."""
LEAST_PACE = 0.05
"""Of a warp: a curve below it, which is rare, would turn time back."""


def lengths(valid: Tensor) -> Tensor:
    """How long windows (B, T) are up to their last valid sample, (B,) int64."""
    places = torch.arange(valid.shape[1], device=valid.device)
    return torch.where(valid, places, -1).amax(dim=1) + 1


def backwards(length: Tensor, samples: int) -> Tensor:
    """Places (B, T) of windows that are read from their end."""
    places = torch.arange(samples, device=length.device)
    return torch.where(places < length[:, None], length[:, None] - 1 - places, places)


def shuffled(
    length: Tensor, samples: int, generator: torch.Generator, parts: int, least: int
) -> Tensor:
    """Places (B, T) of windows whose parts stand in random order, which can be the old one.

    Parameters
    ----------
    length : (B,) int64 tensor
        Windows shorter than ``parts * least`` stay as they are.
    samples : int
    generator : torch.Generator
    parts : int
    least : int
        Samples of each part.
    """
    count, device = len(length), length.device
    spare = (length - parts * least).clamp(min=0)[:, None]
    cuts = torch.rand(count, parts - 1, generator=generator, device=device).sort(dim=1).values
    cuts = (cuts * (spare + 1)).long().clamp(max=spare)
    edges = torch.cat([torch.zeros_like(spare), cuts, spare], dim=1)
    sizes = edges.diff(dim=1) + least  # (B, parts)
    starts = sizes.cumsum(dim=1) - sizes
    order = torch.rand(count, parts, generator=generator, device=device).argsort(dim=1)
    moved = sizes.gather(1, order)
    ends = moved.cumsum(dim=1)
    places = torch.arange(samples, device=device).expand(count, samples).contiguous()
    part = torch.searchsorted(ends, places, right=True).clamp(max=parts - 1)
    shift = starts.gather(1, order) - (ends - moved)
    stays = (length[:, None] < parts * least) | (places >= length[:, None])
    return torch.where(stays, places, places + shift.gather(1, part))


def warped(
    length: Tensor, samples: int, generator: torch.Generator, sigma: float, curves: int = 1
) -> Tensor:
    """Places (B, C, T), between samples, of windows whose pace changes smoothly.

    The time from a sample to the next is drawn out by a cubic spline through six knots evenly
    apart, normal about 1; both ends stay.

    Parameters
    ----------
    length : (B,) int64 tensor
    samples : int
    generator : torch.Generator
    sigma : float
        Standard deviation at the knots.
    curves : int
        C, of each window.
    """
    count, device = len(length), length.device
    knots = torch.randn(count, curves, KNOTS, generator=generator, device=device)
    places = torch.arange(samples, device=device, dtype=torch.float32)
    if samples < 2:
        return places.expand(count, curves, samples)
    last = (length - 1).clamp(min=1)[:, None].float()
    pace = (1 + sigma * knots) @ _basis((places / last).clamp(max=1)).mT
    pace = pace.clamp(min=LEAST_PACE)
    pace[..., 0] = 0  # time passes between samples
    last = last[:, None]
    inside = places <= last
    come = (pace * inside).cumsum(dim=-1)
    when = torch.where(inside, come / come[..., -1:] * last, places)
    # Which place has come when it is t: the inverse, straight between samples.
    asked = places.expand(count, curves, samples).contiguous()
    after = torch.searchsorted(when.contiguous(), asked).clamp(1, samples - 1)
    low, high = when.gather(2, after - 1), when.gather(2, after)
    found = after - 1 + ((asked - low) / (high - low)).clamp(0, 1)
    return torch.where(inside, torch.minimum(found, last), places)


def _basis(at: Tensor) -> Tensor:
    """Splines (…, 6) at parts (…,) of the unit interval, each 1 at its knot, 0 at the others.

    A spline is linear in its values at the knots, so these make all. The ends are SciPy's, as
    published: the first two pieces are one cubic, and the last two.
    """
    pieces = torch.tensor(_pieces(), dtype=at.dtype, device=at.device)
    piece = (at * (KNOTS - 1)).long().clamp(max=KNOTS - 2)
    into = at - piece / (KNOTS - 1)
    cubic, square, straight, constant = pieces[:, piece].unbind()
    into = into[..., None]
    return ((cubic * into + square) * into + straight) * into + constant


@lru_cache
def _pieces() -> NDArray[np.float64]:
    """Coefficients (4, 5, 6): highest power first, piece, knot."""
    return CubicSpline(np.linspace(0, 1, KNOTS), np.eye(KNOTS)).c


def read(signals: Tensor, at: Tensor) -> Tensor:
    """Signals (B, …, T) at places (B, …, T) between samples; other axes are broadcast."""
    signals, at = torch.broadcast_tensors(signals, at)
    before = at.long().clamp(max=signals.shape[-1] - 1)
    after = (before + 1).clamp(max=signals.shape[-1] - 1)
    share = (at - before).to(signals.dtype)
    return torch.lerp(signals.gather(-1, before), signals.gather(-1, after), share)
