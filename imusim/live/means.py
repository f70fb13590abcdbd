"""Frames of the past alone, as frame-wise models are given them of recordings."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from imusim.live.track import Array, Track
from imusim.recordings.so_far import ROUNDING_S, hold_s, so_far


class MeanTrack(Track):
    """Reads a signal as :func:`imusim.recordings.so_far.so_far` reads one of a recording."""

    @property
    def lookahead_s(self) -> float:
        """Until no sample of the frame can come."""
        return 2 * ROUNDING_S

    @property
    def context_s(self) -> float:
        """A sample stands for a while, and a frame begins where the one before ended."""
        return hold_s(self._rate_hz) + 2 / self._rate_hz

    def read(
        self,
        start_s: float,
        first: int,
        count: int,
        end: int | None,  # noqa: ARG002
        until_s: float,
    ) -> tuple[Array, NDArray[np.bool_]]:
        """Frames; the one before them is made too, since it says where the first begins."""
        due_s = start_s + np.arange(first - 1, first + count) / self._rate_hz
        stop = bisect_right(self._times, until_s)
        time_s, signal = np.array(self._times[:stop]), np.array(self._values[:stop])
        told, known = so_far(time_s, signal, due_s, self._rate_hz)
        return told[1:], known[1:]
