"""Long signals for a picture: the extremes of short stretches, so that no peak is lost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def thin(time_s: Array, values: Array, most: int) -> tuple[Array, Array]:
    """Keep at most so many samples.

    Parameters
    ----------
    time_s : (N,) array
    values : (N, C) array
    most : int
        2 or more.

    Returns
    -------
    time_s : (M,) array
        M ≤ ``most``.
    values : (M, C) array
        All of them where N ≤ ``most``. Otherwise each channel's least and largest value of every
        stretch, in the order in which they came, at the stretch's start and middle; NaN where
        a stretch has nothing else.
    """
    count = len(time_s)
    if count <= most:
        return time_s, values
    width = -(-count // (most // 2))
    bins = -(-count // width)
    padded = np.full((bins * width, values.shape[1]), np.nan)
    padded[:count] = values
    stretches = padded.reshape(bins, width, -1)
    first = np.where(np.isnan(stretches), np.inf, stretches)
    last = np.where(np.isnan(stretches), -np.inf, stretches)
    low, high = first.min(axis=1), last.max(axis=1)
    rising = first.argmin(axis=1) <= last.argmax(axis=1)
    pair = np.stack([np.where(rising, low, high), np.where(rising, high, low)], axis=1)
    pair[~np.isfinite(pair)] = np.nan
    starts = np.arange(bins) * width
    middles = np.minimum(starts + width // 2, count - 1)
    times = time_s[np.stack([starts, middles], axis=1)]
    return times.reshape(-1), pair.reshape(-1, values.shape[1])


def share(lengths: Sequence[int], weights: Sequence[int], budget: int) -> list[int]:
    """How many samples each of some signals may keep.

    Short ones keep all of theirs; the rest is divided evenly.

    Parameters
    ----------
    lengths : sequence of int
        Samples of each.
    weights : sequence of int
        Values a sample.
    budget : int
        Values in all.
    """
    kept = [0] * len(lengths)
    left, open_weight = budget, sum(weights)
    for at in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        kept[at] = min(lengths[at], max(2, left // max(open_weight, 1)))
        left -= kept[at] * weights[at]
        open_weight -= weights[at]
    return kept
