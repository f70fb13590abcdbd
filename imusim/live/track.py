"""One signal of one sensor: samples in the order of their times, read at even times."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from math import ceil

import numpy as np
from numpy.typing import NDArray

from imusim.live.samples import Triple
from imusim.math.resampling import decimate, filter_reach
from imusim.recordings.gaps import usual_period
from imusim.recordings.resampling import LONGEST_GAP
from imusim.recordings.splines import splined, stretches_of

Array = NDArray[np.float64]

FINER = 2
"""As in :mod:`imusim.recordings.resampling`: samples of the splines for each of the stream."""
SPLINE_SAMPLES = 32
"""A sample so many further on moves a quintic spline by 0.43 to that power: not at all."""
_LOOK_BACK_S = 10.0
_SAME = 0.25
"""By how much of one, a whole number of finer samples may be off before another is taken."""


class Track:
    """Samples that are still needed.

    Parameters
    ----------
    rate_hz : float
        Of the frames.
    period_s : float
        Between samples, where that is known; 0: it is told from their times.
    """

    def __init__(self, rate_hz: float, period_s: float = 0.0):
        self._rate_hz = rate_hz
        self._stated_s = period_s
        self._step_s = 0.0
        self._factor = 0
        self._times: list[float] = []
        self._values: list[Triple] = []
        self._known = False

    def add(self, time_s: float, value: Triple) -> bool:
        """Put a sample in its place; False if one of that time is there."""
        times = self._times
        if not times or time_s > times[-1]:
            times.append(time_s)
            self._values.append(value)
            return True
        at = bisect_left(times, time_s)
        if times[at] == time_s:
            return False
        times.insert(at, time_s)
        self._values.insert(at, value)
        return True

    def forget(self, before_s: float) -> None:
        """Let go of samples that nothing rests on any more; a few of the last ones stay."""
        count = min(bisect_left(self._times, before_s), len(self._times) - SPLINE_SAMPLES)
        if count > 0:
            del self._times[:count], self._values[:count]

    def __len__(self) -> int:
        return len(self._times)

    @property
    def span_s(self) -> tuple[float, float]:
        """First and last time. Of an empty track: two infinities the wrong way round."""
        return (self._times[0], self._times[-1]) if self._times else (np.inf, -np.inf)

    def next_s(self, after_s: float) -> float:
        """Time of the first sample after a time; infinity where there is none."""
        at = bisect_right(self._times, after_s)
        return self._times[at] if at < len(self._times) else np.inf

    @property
    def context_s(self) -> float:
        """How far before a frame samples still tell of it."""
        return SPLINE_SAMPLES * min(self._step_s, 0.2) + (filter_reach(1) + 2) / self._rate_hz

    def measure(self, now_s: float) -> None:
        """Take the period of the samples of the last seconds before a time."""
        low, high = (bisect_right(self._times, t) for t in (now_s - _LOOK_BACK_S, now_s))
        step_s = self._stated_s or usual_period(np.array(self._times[low:high]))
        if not step_s > 0:
            return
        ideal = FINER / (step_s * self._rate_hz)
        if self._stated_s or not self._factor - 1 - _SAME < ideal < self._factor + _SAME:
            self._factor = max(ceil(ideal if self._stated_s else ideal - 0.02), 1)
        self._step_s = step_s

    def read(
        self, start_s: float, first: int, count: int, end: int | None, until_s: float
    ) -> tuple[Array, NDArray[np.bool_]]:
        """Frames, as :func:`imusim.recordings.resampling.even` makes them of a whole recording.

        Parameters
        ----------
        start_s : float
            Time of frame 0.
        first, count : int
            Which frames.
        end : int or None
            Number of the last frame of all, where the stream has ended.
        until_s : float
            Samples after it are not looked at.

        Returns
        -------
        values : (count, 3) array
        valid : (count,) bool array
        """
        factor, rate_hz = self._factor, self._rate_hz
        stop = bisect_right(self._times, until_s)
        last = first + count - 1
        if not stop or not factor:
            return np.zeros((count, 3)), np.zeros(count, bool)
        low = max(first - -(-filter_reach(factor) // factor), 0)
        high = last * factor + filter_reach(factor)
        if end is None:
            high = min(high, int((until_s - start_s) * rate_hz * factor))
        else:
            high = min(high, end * factor)
        high = max(high, last * factor)
        time_s = np.array(self._times[:stop])
        signal = np.array(self._values[:stop])
        fine_s = start_s + np.arange(low * factor, high + 1) / (rate_hz * factor)
        stretches = stretches_of(time_s, (LONGEST_GAP + 1.5) * self._step_s)
        fine = splined(time_s, signal, fine_s, stretches)
        values = decimate(fine, factor)[first - low : last - low + 1]
        open_end = end is not None or until_s - time_s[-1] <= (LONGEST_GAP + 1.5) * self._step_s
        valid = self._covered(start_s, first, count, stretches, time_s, open_end)
        return values, valid

    def gaps(self, valid: NDArray[np.bool_]) -> int:
        """How many gaps begin in frames that follow those that were asked about before."""
        before = np.append(self._known, valid[:-1])
        self._known = bool(valid[-1])
        return int((before & ~valid).sum())

    def _covered(
        self,
        start_s: float,
        first: int,
        count: int,
        stretches: list[tuple[int, int]],
        time_s: Array,
        open_end: bool,
    ) -> NDArray[np.bool_]:
        at = first + np.arange(count)
        reach_s = max(self._step_s, 1 / self._rate_hz)
        covered = np.zeros(count, bool)
        for a, b in stretches:
            begin_s = time_s[a] + (reach_s if a else 0)
            end_s = time_s[b] - (0 if open_end and b == len(time_s) - 1 else reach_s)
            low = np.ceil((begin_s - start_s) * self._rate_hz - 1e-6)
            high = np.floor((end_s - start_s) * self._rate_hz + 1e-6)
            covered |= (at >= low) & (at <= high)
        return covered
