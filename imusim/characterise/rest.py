"""Where a sensor lay still."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from imusim.characterise.recording import Recording

Array = NDArray[np.float64]

WINDOW_S = 0.5
SHORTEST_S = 1.0
"""Shortest part at rest that is of use."""
FEWEST_SAMPLES = 100
ABOVE_FLOOR = 2.5
"""Standard deviation of a window over the recording's quietest, up to which the sensor rests."""
_FLOOR_SHARE = 0.1
"""Share of the windows that are taken for the quietest."""
LOUDEST = {"accelerometer": 0.3, "gyroscope": 0.05}
"""Standard deviation that no sensor at rest has, m/s² and rad/s, after a window's trend."""
_TURNING = 0.1
"""Mean angular rate over that of the windows at rest, rad/s: the sensor turns evenly."""
_TINY = 1e-9


def still_stretches(recording: Recording) -> list[slice]:
    """Find the parts in which the sensor rested.

    A window of half a second is at rest where the standard deviations of all its axes about
    their lines are near those of the recording's quietest windows, and below
    :data:`LOUDEST`, and its mean angular rate is near theirs. A window on either side of what
    moved is left out.

    Returns
    -------
    list of slice
        Of samples, in order; none holds a gap or a missing sample.
    """
    length = max(round(WINDOW_S * recording.rate_hz), 8)
    stretches: list[slice] = []
    spans = unbroken(recording)
    windows = [
        (start, min(start + length, span.stop))
        for span in spans
        for start in range(span.start, span.stop - length + 1, length)
    ]
    if not windows:
        return []
    first = np.array([start for start, _ in windows])
    still = np.ones(len(windows), bool)
    for kind, values in recording.signals.items():
        present = np.isfinite(values).any(axis=0)
        blocks = values[first[:, None] + np.arange(length)][..., present]
        spread = _spread(blocks)
        floor = np.maximum(np.quantile(spread, _FLOOR_SHARE, axis=0), _step(spread))
        limit = np.minimum(np.maximum(ABOVE_FLOOR * floor, _TINY), LOUDEST[kind])
        still &= (spread <= limit).all(axis=1)
        if kind == "gyroscope" and still.any():
            mean = blocks.mean(axis=1)
            still &= (np.abs(mean - np.median(mean[still], axis=0)) < _TURNING).all(axis=1)
    for span in spans:
        inside = (first >= span.start) & (first < span.stop)
        numbers = np.flatnonzero(inside)
        if not len(numbers):
            continue
        quiet = still[numbers]
        kept = quiet.copy()
        kept[1:] &= quiet[:-1]
        kept[:-1] &= quiet[1:]
        edges = np.diff(np.concatenate([[0], kept.astype(int), [0]]))
        for begin, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
            stop = span.stop if end == len(numbers) else int(first[numbers[end - 1]]) + length
            stretches.append(slice(int(first[numbers[begin]]), stop))
    least = max(round(SHORTEST_S * recording.rate_hz), FEWEST_SAMPLES)
    return [s for s in stretches if s.stop - s.start >= least]


def unbroken(recording: Recording, start: int = 0, stop: int | None = None) -> list[slice]:
    """Parts of a recording without gaps and without missing samples."""
    whole = np.ones(len(recording), bool)
    for values in recording.signals.values():
        present = np.isfinite(values).any(axis=0)
        whole &= np.isfinite(values[:, present]).all(axis=1)
    whole[:start] = False
    if stop is not None:
        whole[stop:] = False
    breaks = recording.after_gap | np.concatenate([[True], whole[1:] != whole[:-1]])
    edges = [*np.flatnonzero(breaks).tolist(), len(recording)]
    return [slice(a, b) for a, b in pairwise(edges) if whole[a]]


def _spread(blocks: Array) -> Array:
    """Standard deviations (W, C) of windows (W, n, C) about their lines."""
    count = blocks.shape[1]
    x = np.arange(count) - (count - 1) / 2
    centred = blocks - blocks.mean(axis=1, keepdims=True)
    slope = np.einsum("n,wnc->wc", x, centred) / (x**2).sum()
    power = np.einsum("wnc,wnc->wc", centred, centred) - slope**2 * (x**2).sum()
    return np.sqrt(np.maximum(power, 0) / max(count - 2, 1))


def _step(spread: Array) -> Array:
    """The least spread that is not zero: coarse readings may stand quite still."""
    positive = np.where(spread > _TINY, spread, np.inf).min(axis=0)
    return np.where(np.isfinite(positive), positive, 0.0)
