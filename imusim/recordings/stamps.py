"""When samples were taken, where their stamps say when they were handed over."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, minimum_filter1d

from imusim.recordings.gaps import usual_period

Array = NDArray[np.float64]

_SHORT = 0.3
"""Of a step: samples that follow each other faster were not taken so."""
_LATE, _RATIO, _TAIL = 1.0, 2.0, 0.02
"""Stamps are late if so many of them are over so many steps later than those around them, and so
many times as much as others are earlier."""
_WAIT_S, _BLOCK_S = 1.0, 5.0
_LOST = 0.75


def taken_at(time_s: Array, signal: Array) -> tuple[Array, Array]:
    """Times at which samples (N, C) were taken, and the samples, one a time.

    Stamps that are far later than those around them, but hardly ever earlier, say when samples
    were handed over: some waited, and came in a burst. No stamp is early, so that the earliest
    within a few seconds tell when samples were taken, and the others are put between them by
    their count. Where samples were lost, stamps stay late: there the count starts anew.

    Any other stamps are taken at their word. Samples that are closer than a sensor takes them
    are then made one, their mean; a sample that was given twice counts once.

    Returns
    -------
    time_s : (M,) array
        Rising.
    signal : (M, C) array
    """
    if len(time_s) < 4:
        return time_s, signal
    step_s = usual_period(time_s)
    again = (np.diff(time_s) < _SHORT * step_s) & (signal[1:] == signal[:-1]).all(axis=1)
    if again.any():
        kept = np.append(True, ~again)
        return taken_at(time_s[kept], signal[kept])
    clock_s = clocked(time_s)
    if clock_s is not time_s:
        return clock_s, signal
    first = np.flatnonzero(np.diff(time_s, prepend=-np.inf) >= _SHORT * step_s)
    count = np.diff(first, append=len(time_s))
    if (count == 1).all():
        return time_s, signal
    time_s = np.add.reduceat(time_s, first) / count
    return time_s, np.add.reduceat(signal, first) / count[:, None]


def clocked(time_s: Array) -> Array:
    """Times (N,) at which samples were taken, as in :func:`taken_at`, but of every sample."""
    if len(time_s) < 4:
        return time_s
    step_s = usual_period(time_s)
    return _clock(time_s, step_s) if _come_late(time_s, step_s) else time_s


def _come_late(time_s: Array, step_s: float) -> bool:
    late = time_s / step_s - np.arange(len(time_s))
    around = min(int(_WAIT_S / step_s), len(time_s)) | 1
    late = late - median_filter(late, around, mode="nearest")
    early, latest = np.quantile(late, [_TAIL, 1 - _TAIL])
    return bool(latest > max(_LATE, -_RATIO * early))


def _clock(time_s: Array, step_s: float) -> Array:
    """The even clock that no stamp is early of, anew after each loss."""
    number = np.arange(len(time_s))
    late_s = time_s - step_s * number
    wait = 2 * (min(int(_WAIT_S / step_s), len(time_s)) // 2)
    # the least of this sample and those that come within the longest wait
    least_s = minimum_filter1d(late_s, wait + 1, mode="nearest", origin=-(wait // 2))
    lost = np.flatnonzero(np.diff(least_s) > _LOST * step_s) + 1
    taken_s = np.empty_like(time_s)
    block = max(int(_BLOCK_S / step_s), 2)
    for a, b in zip(np.append(0, lost), np.append(lost, len(time_s)), strict=True):
        edges = np.linspace(a, b, max((b - a) // block, 1) + 1).astype(int)
        spans = list(pairwise(edges))
        middles = [(low + high - 1) / 2 for low, high in spans]
        earliest = [late_s[low:high].min() for low, high in spans]
        taken_s[a:b] = step_s * number[a:b] + np.interp(number[a:b], middles, earliest)
    rising_s = np.maximum.accumulate(taken_s) + 1e-6 * step_s * number  # in any case
    return np.asarray(rising_s, np.float64)
