"""What is known of a signal at even times, of the past alone: what frame-wise models are given.

Unlike :mod:`imusim.recordings.resampling`, whose filter looks both ways. Recordings for training
and streams are read by this one rule.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HOLD_S = 0.1
"""A sample stands for so long where no other follows; then the signal counts as absent."""
ROUNDING_S = 1e-6
"""By which times may be off and count as the same: the time of day in seconds is little finer."""


def hold_s(rate_hz: float) -> float:
    """For how long a sample stands: :data:`HOLD_S`, or an interval, if that is longer."""
    return max(HOLD_S, 1 / rate_hz)


def so_far(
    time_s: NDArray[np.float64],
    signal: NDArray[np.float64],
    due_s: NDArray[np.float64],
    rate_hz: float,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Frames of a signal: of each the mean of the samples since the frame before.

    Where there are none the last sample stands, for :func:`hold_s`; then nothing is known.

    Parameters
    ----------
    time_s : (N,) array
        Rising.
    signal : (N, 3) array
        Numbers.
    due_s : (T,) array
        When frames are due, rising by an interval each. The first takes all samples up to it.
    rate_hz : float

    Returns
    -------
    told : (T, 3) array
        Zero where nothing is known.
    known : (T,) bool array
    """
    if not len(time_s):
        return np.zeros((len(due_s), 3)), np.zeros(len(due_s), bool)
    until = time_s.searchsorted(due_s + ROUNDING_S, side="right")
    fresh = until.copy()
    fresh[1:] -= until[:-1]
    last = until - 1
    known = (until > 0) & (due_s - time_s[last] <= hold_s(rate_hz) + ROUNDING_S)
    told = signal[last]
    many = fresh > 1
    if np.count_nonzero(many):
        sums = np.zeros((len(signal) + 1, 3))
        signal.cumsum(axis=0, out=sums[1:])
        until, fresh = until[many], fresh[many]
        told[many] = (sums[until] - sums[until - fresh]) / fresh[:, None]
    told[~known] = 0.0
    return told, known
