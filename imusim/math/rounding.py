"""What rounding to whole steps adds to noise, or takes from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]

_BLOCK = 200
"""Samples over which the level is taken as constant."""
_COARSE = 0.7
"""Noise over a step from which rounding adds step²/12, within 1 in 1000."""
_LEVELS = np.arange(-6.0, 7.0)
_OFFSETS = np.linspace(-0.5, 0.5, 81)


def rounding_variance(stretches: Sequence[Array], step: float) -> float:
    """Variance of rounded noise less that of the noise.

    It is step²/12 where the noise spans a step or more (Widrow, Kollár and Liu 1996). Less noise
    than that is enlarged or hidden, as its level lies between two steps or upon one; normal noise
    is sought whose rounded variance, at the levels that the readings show, is the readings' own.

    Parameters
    ----------
    stretches : sequence of (n,) arrays
        Readings.
    step : float
        Above zero.

    Returns
    -------
    float
        May be negative.
    """
    blocks = [
        s[: len(s) // size * size].reshape(-1, size)
        for s in stretches
        if (size := min(_BLOCK, len(s)))
    ]
    mean = np.concatenate([b.mean(axis=1) for b in blocks]) / step
    variance = float(np.concatenate([b.var(axis=1) for b in blocks]).mean()) / step**2
    if variance > _COARSE**2 + 1 / 12:
        return step**2 / 12
    low, high = 0.02, _COARSE + 0.1
    for _ in range(30):
        middle = (low + high) / 2
        if _rounded(mean, middle) < variance:
            low = middle
        else:
            high = middle
    return (variance - ((low + high) / 2) ** 2) * step**2


def _rounded(mean: Array, sigma: float) -> float:
    """Mean variance of rounded normal noise at levels whose rounded means are given, steps²."""
    edges = (_LEVELS[:-1] + 0.5 - _OFFSETS[:, None]) / sigma
    cumulative = np.concatenate(
        [np.zeros((len(_OFFSETS), 1)), ndtr(edges), np.ones((len(_OFFSETS), 1))], axis=1
    )
    share = np.diff(cumulative, axis=1)
    first = share @ _LEVELS
    second = share @ _LEVELS**2 - first**2
    return float(np.interp(mean - np.round(mean), first, second).mean())
