"""What rounding to whole steps adds to noise, or takes from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]

_BLOCK = 200
"""Samples over which the level is taken as constant."""
_COARSE = 0.7
"""Noise over a step from which rounding adds step²/12, within 1 in 1000."""
_COARSE_ERROR = 0.03
"""Relative error of what is found of noise below that: the rest is not quite white."""
_LEAST_GAIN = 0.1
_LEVELS = np.arange(-6.0, 7.0)
_OFFSETS = np.linspace(-0.5, 0.5, 81)


class Rounding(NamedTuple):
    """Rounded noise is ``gain`` times the noise, and white noise of a variance beside it.

    ``error`` is the relative error of the noise that this leaves.
    """

    gain: float
    variance: float
    error: float


def rounding_effect(stretches: Sequence[Array], step: float) -> Rounding:
    """What rounding does to noise, by the readings' own level and variance.

    Where the noise spans a step or more, the gain is 1 and the variance step²/12 (Widrow, Kollár
    and Liu 1996). Less noise than that is enlarged or hidden, as its level lies between two steps
    or upon one: normal noise is sought whose rounded variance, at the levels that the readings
    show, is the readings' own; its gain is Bussgang's (1952).

    Parameters
    ----------
    stretches : sequence of (n,) arrays
        Readings.
    step : float
        Zero for none.
    """
    if not step > 0:
        return Rounding(1.0, 0.0, 0.0)
    blocks = [
        s[: len(s) // size * size].reshape(-1, size)
        for s in stretches
        if (size := min(_BLOCK, len(s)))
    ]
    mean = np.concatenate([b.mean(axis=1) for b in blocks]) / step
    variance = float(np.concatenate([b.var(axis=1) for b in blocks]).mean()) / step**2
    if variance > _COARSE**2 + 1 / 12:
        return Rounding(1.0, step**2 / 12, 0.0)
    low, high = 0.02, _COARSE + 0.1
    for _ in range(30):
        middle = (low + high) / 2
        if _rounded(mean, middle)[0] < variance:
            low = middle
        else:
            high = middle
    _, gain = _rounded(mean, (low + high) / 2)
    gain = max(gain, _LEAST_GAIN)
    left = max(variance - (gain * (low + high) / 2) ** 2, 0.0)
    return Rounding(gain, left * step**2, _COARSE_ERROR)


def _rounded(mean: Array, sigma: float) -> tuple[float, float]:
    """Mean variance, steps², and gain of rounded normal noise of given rounded means."""
    count = len(_OFFSETS)
    edges = (_LEVELS[:-1] + 0.5 - _OFFSETS[:, None]) / sigma
    cumulative = np.concatenate([np.zeros((count, 1)), ndtr(edges), np.ones((count, 1))], axis=1)
    share = np.diff(cumulative, axis=1)
    first = share @ _LEVELS
    second = share @ _LEVELS**2 - first**2
    slope = np.exp(-(edges**2) / 2).sum(axis=1) / (np.sqrt(2 * np.pi) * sigma)
    part = mean - np.round(mean)
    return (
        float(np.interp(part, first, second).mean()),
        float(np.sqrt((np.interp(part, first, slope) ** 2).mean())),
    )
