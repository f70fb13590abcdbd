"""One signal of one sensor: samples in the order of their times, of which frames are made."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from imusim.live.samples import Triple

Array = NDArray[np.float64]


class Track(ABC):
    """Samples that are still needed; subclasses say how frames are made of them.

    Parameters
    ----------
    rate_hz : float
        Of the frames.
    period_s : float
        Between samples, where that is known; 0: it is told from their times.
    """

    kept = 1
    """Samples that are not forgotten, however old."""

    def __init__(self, rate_hz: float, period_s: float = 0.0):
        self._rate_hz = rate_hz
        self._stated_s = period_s
        self._times: list[float] = []
        self._values: list[Triple] = []
        self._known = False

    @property
    @abstractmethod
    def lookahead_s(self) -> float:
        """For how long samples after a frame are waited for, so that it is whole."""

    @property
    @abstractmethod
    def context_s(self) -> float:
        """How far before a frame samples still tell of it."""

    @abstractmethod
    def read(
        self, start_s: float, first: int, count: int, end: int | None, until_s: float
    ) -> tuple[Array, NDArray[np.bool_]]:
        """Frames.

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
        count = min(bisect_left(self._times, before_s), len(self._times) - self.kept)
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

    def gaps(self, valid: NDArray[np.bool_]) -> int:
        """How many gaps begin in frames that follow those that were asked about before."""
        known = [self._known, *valid.tolist()]
        self._known = known[-1]
        return sum(before and not now for before, now in pairwise(known))
