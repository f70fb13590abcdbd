"""Parts of a signal at another rate, without resampling all of it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from imusim.math.resampling import filter_reach, resample

Float32 = NDArray[np.float32]

_FEW = 32
"""Samples made at a time, at least: few enough that most of the matrix is filter."""


class Resampler:
    """Gives any part of what :func:`imusim.math.resampling.resample` makes of a signal.

    The filter is linear and repeats itself every ``up`` samples, so that a small matrix, found
    by filtering unit impulses, makes them all. It works in float32.

    Parameters
    ----------
    from_hz, to_hz : float
        Rates of the signal as it is and as it is wanted, Hz.
    """

    def __init__(self, from_hz: float, to_hz: float):
        ratio = Fraction(to_hz / from_hz).limit_denominator(1000)
        self.up, self.down = ratio.numerator, ratio.denominator
        if not self.up:
            raise ValueError(f"{to_hz} Hz is too low a rate for a signal at {from_hz} Hz")
        times = -(-_FEW // self.up)
        self._step = times * self.down
        self._reach = filter_reach(max(self.up, self.down)) // self.up + 1
        before = -(-self._reach // self.down) * self.down
        columns = slice(before - self._reach, before + self._step + self._reach)
        impulses = np.eye(before + self._step + before)[:, columns]
        first = before // self.down * self.up
        rows = resample(impulses, from_hz, to_hz)[first : first + times * self.up]
        self._matrix = rows.astype(np.float32)

    def length(self, frames: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many samples there are of signals with so many frames."""
        return np.where(frames > 0, (frames - 1) * self.up // self.down + 1, 0)

    def nearest(self, first: int, count: int) -> NDArray[np.int64]:
        """Frames nearest to samples, (count,)."""
        return (np.arange(first, first + count) * self.down * 2 + self.up) // (2 * self.up)

    def clean(self, valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether all frames (F,) less than a step from a sample are valid: (M,).

        A step is the longer of the two rates' intervals.
        """
        bad = np.concatenate([[0], np.cumsum(~valid)])
        at = np.arange(int(self.length(np.array(len(valid))))) * self.down
        step = max(self.up, self.down)
        first = np.maximum((at - step) // self.up + 1, 0)
        last = np.minimum(-(-(at + step) // self.up), len(valid))
        return bad[last] == bad[first]

    def part(
        self, read: Callable[[int, int], Float32], frames: int, first: int, count: int
    ) -> Float32:
        """Samples of a signal.

        Parameters
        ----------
        read : callable
            Gives the frames from one number to another, (F, ...), of the signal.
        frames : int
            How many it has.
        first, count : int
            Which samples.

        Returns
        -------
        (count, ...) float32 array
        """
        skip = first % self.up
        start = (first - skip) // self.up * self.down
        blocks = -(-(skip + count) // len(self._matrix))
        low, high = start - self._reach, start + blocks * self._step + self._reach
        near = read(max(low, 0), min(high, frames))
        flat = near.reshape(len(near), -1)
        out = (max(0, -low), max(0, high - frames))
        if any(out):  # beyond its ends the signal is continued by point reflection
            flat = np.pad(flat, (out, (0, 0)), "reflect", reflect_type="odd")
        if len(flat) != high - low:
            raise ValueError(f"{len(near)} frames were read where {high - low - sum(out)} are")
        # What sliding_window_view makes, in a quarter of its 30 µs.
        rows, columns = flat.strides
        shape = (blocks, self._matrix.shape[1], flat.shape[1])
        parts = as_strided(flat, shape, (self._step * rows, rows, columns), writeable=False)
        made = (self._matrix @ parts).reshape(-1, flat.shape[1])
        return made[skip : skip + count].reshape(count, *near.shape[1:])
