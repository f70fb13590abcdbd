"""Frames as those of a whole recording: splines, and a low-pass that looks both ways."""

from __future__ import annotations

from bisect import bisect_right
from math import ceil

import numpy as np
from numpy.typing import NDArray

from imusim.live.track import Array, Track
from imusim.math.resampling import decimate, filter_reach
from imusim.recordings.gaps import usual_period
from imusim.recordings.resampling import LONGEST_GAP
from imusim.recordings.splines import splined, stretches_of

FINER = 2
"""As in :mod:`imusim.recordings.resampling`: samples of the splines for each of the stream."""
SPLINE_SAMPLES = 32
"""A sample so many further on moves a quintic spline by 0.43 to that power: not at all."""
_SPLINE_S = 0.2
"""Beyond the filter's reach, so that splines do not feel where the samples end."""
_LOOK_BACK_S = 10.0
_SAME = 0.25
"""By how much of one, a whole number of finer samples may be off before another is taken."""


class SplinedTrack(Track):
    """Reads a signal as :func:`imusim.recordings.resampling.even` reads a whole recording."""

    kept = SPLINE_SAMPLES

    def __init__(self, rate_hz: float, period_s: float = 0.0):
        super().__init__(rate_hz, period_s)
        self._second = max(round(rate_hz), 1)
        self._step_s = 0.0
        self._factor = 0

    @property
    def lookahead_s(self) -> float:
        """What the filter needs, and the splines: about a second at 20 Hz."""
        return (filter_reach(2) / 2 + 1) / self._rate_hz + _SPLINE_S

    @property
    def context_s(self) -> float:
        """How far before a frame samples still tell of it."""
        return SPLINE_SAMPLES * min(self._step_s, 0.2) + (filter_reach(1) + 2) / self._rate_hz

    def _measure(self, now_s: float) -> None:
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
        """Frames, whose samples' period is taken anew every second."""
        if first % self._second == 0:
            self._measure(start_s + first / self._rate_hz + self.lookahead_s)
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
