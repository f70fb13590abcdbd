"""Where samples are missing, from times that jitter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d

Array = NDArray[np.float64]

GAP = 2.5
"""Intervals by which the stamps fall behind for good where samples are missing."""
_LOOK = 25
"""Samples over which a late delivery must have been caught up with."""
_REACH = 100
"""Samples over which the period is taken first."""


def usual_period(stamps: Array) -> float:
    """Median interval of stamps (n,), over a hundred of them or a quarter; 0 where there are none.

    A gap is in fewer than half of the stretches of that length.
    """
    reach = min(_REACH, max(1, len(stamps) // 4), len(stamps) - 1)
    return float(np.median((stamps[reach:] - stamps[:-reach]) / reach)) if reach > 0 else 0.0


def after_gaps(stamps: Array, period: float) -> NDArray[np.bool_]:
    """Samples (n,) before which some are missing.

    A sample that is delivered late is followed by others soon after; the earliest of the samples
    around tell when they were due.
    """
    steps = np.diff(stamps)
    behind = stamps - np.arange(len(stamps)) * period
    origin = _LOOK // 2
    earliest_next = minimum_filter1d(behind, _LOOK, mode="nearest", origin=-origin)
    earliest_last = minimum_filter1d(behind, _LOOK, mode="nearest", origin=origin)
    late = earliest_next[1:] - earliest_last[:-1] > GAP * period
    after = np.zeros(len(stamps), bool)
    last = -_LOOK
    for sample in (np.flatnonzero(late & (steps > GAP * period)) + 1).tolist():
        if sample - last >= _LOOK:  # until then, what went before the gap still shows
            after[sample] = True
            last = sample
    return after
