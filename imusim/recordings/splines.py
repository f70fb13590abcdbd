"""Samples read between their times, by splines that end at gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline

from imusim.errors import MotionError
from imusim.recordings.stamps import clocked, taken_at

Array = NDArray[np.float64]

_DEGREE = 5


def read_at(time_s: Array, other_s: Array, signal: Array, longest_s: float) -> Array:
    """Samples (M, C) of times (M,), both of one clock, read at other times (N,): NaN in gaps.

    For a gyroscope that has other stamps than the accelerometer beside it. Both are placed where
    their samples were taken (:func:`imusim.recordings.stamps.taken_at`). Nothing is filtered; the
    rates should be near each other. Two samples further apart than ``longest_s`` are a gap.

    Raises
    ------
    MotionError
        If ``other_s`` does not rise.
    """
    if (np.diff(other_s) <= 0).any():
        raise MotionError("times do not rise")
    known = np.isfinite(signal).all(axis=1)
    other_s, signal = other_s[known], signal[known]
    if not len(other_s):
        return np.full((len(time_s), signal.shape[1]), np.nan)
    (other_s, signal), time_s = taken_at(other_s, signal), clocked(time_s)
    stretches = stretches_of(other_s, longest_s)
    read = splined(other_s, signal, time_s, stretches)
    covered = np.zeros(len(time_s), bool)
    for a, b in stretches:
        covered[slice(*np.searchsorted(time_s, [other_s[a], np.nextafter(other_s[b], np.inf)]))] = 1
    read[~covered] = np.nan
    return read


def stretches_of(time_s: Array, longest_s: float) -> list[tuple[int, int]]:
    """First and last sample of each stretch without a gap."""
    breaks = np.flatnonzero(np.diff(time_s) > longest_s) + 1
    return list(
        zip(np.append(0, breaks).tolist(), (np.append(breaks, len(time_s)) - 1).tolist(),
            strict=True)
    )  # fmt: skip


def splined(time_s: Array, signal: Array, at_s: Array, stretches: list[tuple[int, int]]) -> Array:
    """A spline in each stretch, straight lines across gaps, level beyond the ends."""
    read = np.stack([np.interp(at_s, time_s, axis) for axis in signal.T], axis=1)
    for a, b in stretches:
        if b - a >= _DEGREE:
            low, high = np.searchsorted(at_s, [time_s[a], time_s[b]])
            if high > low and (np.diff(time_s[a : b + 1]) > 0).all():
                spline = make_interp_spline(time_s[a : b + 1], signal[a : b + 1], _DEGREE)
                read[low:high] = spline(at_s[low:high])
    return read
