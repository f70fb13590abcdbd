"""All pairs of one sensor, laid one after the other, ready for least squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline

from imusim.compare.align.model import Pair
from imusim.compare.kinematics import Kinematics
from imusim.errors import MotionError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MIN_SAMPLES = 20
"""Fewest samples of a pair that anything can be told from."""
MOST_SAMPLES = 24_000
"""Samples beyond so many, of all pairs together, are thinned evenly: a minute at 400 Hz."""


@dataclass(frozen=True, eq=False)
class Smooth:
    """Kinematics of P motions in continuous time: the cubic splines through their samples.

    Parameters
    ----------
    value, slope : (G, 9) array
        Force, rate and change at the samples of all motions, and their derivatives by frames.
    valid : (G,) bool array
    first, last : (P,) array
        Where each motion begins, and its last frame counted from there.
    rate_hz : (P,) array
    """

    value: Array
    slope: Array
    valid: Mask
    first: NDArray[np.int_]
    last: NDArray[np.int_]
    rate_hz: Array

    @staticmethod
    def of(motions: Sequence[Kinematics]) -> Smooth:
        """The splines; samples that are not finite are bridged by lines, and count as gaps.

        Raises
        ------
        MotionError
            For a motion of fewer than four samples, or of none that is finite.
        """
        values, slopes, valid = [], [], []
        for motion in motions:
            if len(motion.force) < 4:
                raise MotionError(f"{len(motion.force)} samples of motion; an alignment needs 4")
            value = np.concatenate([motion.force, motion.rate, motion.change], axis=1)
            frames, whole = np.arange(len(value)), np.isfinite(value).all(axis=1)
            if not whole.any():
                raise MotionError("the motion has no finite sample")
            if not whole.all():
                bridged = [np.interp(frames, frames[whole], column[whole]) for column in value.T]
                value = np.stack(bridged, axis=1)
            slopes.append(make_interp_spline(frames, value, k=3)(frames, 1))
            values.append(value)
            valid.append(motion.valid & whole)
        counts = np.array([len(value) for value in values])
        return Smooth(
            np.concatenate(values),
            np.concatenate(slopes),
            np.concatenate(valid),
            np.cumsum(counts) - counts,
            counts - 1,
            np.array([motion.rate_hz for motion in motions]),
        )

    def _place(self, time_s: Array, owner: NDArray[np.int_]) -> tuple[NDArray[np.int_], Array]:
        """Number of the sample before each time, and the share of the way to the next."""
        frames = np.clip(time_s * self.rate_hz[owner], 0, self.last[owner])
        before = np.minimum(frames.astype(np.intp), self.last[owner] - 1)
        return before + self.first[owner], (frames - before)[:, None]

    def at(self, time_s: Array, owner: NDArray[np.int_]) -> Array:
        """Force, rate and change, side by side (N, 9), at times (N,) of motions (N,); held at
        the ends.
        """  # fmt: skip
        k, u = self._place(time_s, owner)
        left, right = self.value[k], self.value[k + 1]
        before, after = self.slope[k], self.slope[k + 1]
        rise = right - left
        bend = u * ((3 - 2 * u) * rise - (2 - u) * before - (1 - u) * after)
        return left + u * (before + bend)

    def slopes(self, time_s: Array, owner: NDArray[np.int_]) -> Array:
        """Their time derivatives (N, 9)."""
        k, u = self._place(time_s, owner)
        rise = self.value[k + 1] - self.value[k]
        before, after = self.slope[k], self.slope[k + 1]
        found = 6 * u * (1 - u) * rise + (1 - u) * (1 - 3 * u) * before + u * (3 * u - 2) * after
        return found * self.rate_hz[owner][:, None]

    def inside(self, time_s: Array, owner: NDArray[np.int_]) -> Mask:
        """Which times lie within the motions, away from gaps of the capture."""
        frames = time_s * self.rate_hz[owner]
        slack = 1e-6
        k, u = self._place(time_s, owner)
        whole = (self.valid[k] | (u[:, 0] > 1 - slack)) & (self.valid[k + 1] | (u[:, 0] < slack))
        return whole & (frames >= -slack) & (frames <= self.last[owner] + slack)


@dataclass(frozen=True, eq=False)
class Stack:
    """P pairs, of which only what may be looked at is left: N samples.

    Parameters
    ----------
    smooth : Smooth
    time_s : (N,) array
        The sensors' own times.
    owner : (N,) int array
        Which pair.
    real : (N, 6) array
        Accelerometer and gyroscope.
    seen : (N, 2) bool array
        Which of both there are.
    starts : (P,) int array
        First sample of each pair.
    middle_s, half_s : (P,) array
        The sensors' times about which their clocks are stretched, and half the spans.
    offset_s, within_s : (P,) array
        What is known of the offsets beforehand.
    """

    smooth: Smooth
    time_s: Array
    owner: NDArray[np.int_]
    real: Array
    seen: Mask
    starts: NDArray[np.int_]
    middle_s: Array
    half_s: Array
    offset_s: Array
    within_s: Array

    def __len__(self) -> int:
        return len(self.starts)

    def span(self, number: int) -> slice:
        """Samples of one pair."""
        ends = [*self.starts[1:].tolist(), len(self.time_s)]
        return slice(int(self.starts[number]), ends[number])

    def sums(self, values: Array) -> Array:
        """Sums over the samples (N, ...) of each pair (P, ...)."""
        return np.add.reduceat(values, self.starts, axis=0)

    def thinned(self, stride: int) -> Stack:
        """Every so many of the samples of each pair."""
        place = np.arange(len(self.time_s)) - self.starts[self.owner]
        kept = place % stride == 0
        owner = self.owner[kept]
        return replace(
            self,
            time_s=self.time_s[kept],
            owner=owner,
            real=self.real[kept],
            seen=self.seen[kept],
            starts=np.searchsorted(owner, np.arange(len(self))),
        )

    @property
    def ahead(self) -> Array:
        """How far each sample is along its recording (N,): -1 to 1."""
        return (self.time_s - self.middle_s[self.owner]) / np.maximum(self.half_s, 1e-9)[self.owner]

    def motion_times(self, clocks: Array) -> Array:
        """The motions' times (N,) for offsets at the middle and run-offs until the end (P, 2)."""
        own = clocks[self.owner]
        return self.time_s + own[:, 0] + own[:, 1] * self.ahead


def enough(pair: Pair) -> bool:
    """Whether a pair has samples to tell anything from."""
    return int(_used(pair).sum()) >= MIN_SAMPLES


def _used(pair: Pair) -> Mask:
    given = [a for a in (pair.real.accelerometer, pair.real.gyroscope) if a is not None]
    return pair.real.use & np.isfinite(np.concatenate(given, axis=1)).all(axis=1)


def stack(pairs: Sequence[Pair]) -> Stack:
    """Lay pairs that have :func:`enough` one after the other.

    Raises
    ------
    MotionError
        If there are none, or one has too few samples.
    """
    used = [_used(pair) for pair in pairs]
    counts = [int(use.sum()) for use in used]
    if not pairs or min(counts) < MIN_SAMPLES:
        raise MotionError(f"{min(counts, default=0)} samples to align; it takes {MIN_SAMPLES}")
    stride = max(-(-sum(counts) // MOST_SAMPLES), 1)
    times, reals, seen = [], [], []
    for pair, use in zip(pairs, used, strict=True):
        step = min(stride, max(int(use.sum()) // MIN_SAMPLES, 1))
        kept = np.flatnonzero(use)[::step]
        times.append(pair.real.time_s[kept])
        channels = [pair.real.accelerometer, pair.real.gyroscope]
        reals.append(
            np.concatenate(
                [np.zeros((len(kept), 3)) if c is None else c[kept] for c in channels], 1
            )
        )
        seen.append(np.tile([c is not None for c in channels], (len(kept), 1)))
    lengths = np.array([len(time_s) for time_s in times])
    return Stack(
        Smooth.of([pair.kinematics for pair in pairs]),
        np.concatenate(times),
        np.repeat(np.arange(len(pairs)), lengths),
        np.concatenate(reals),
        np.concatenate(seen),
        np.cumsum(lengths) - lengths,
        np.array([(t[0] + t[-1]) / 2 for t in times]),
        np.array([(t[-1] - t[0]) / 2 for t in times]),
        np.array([pair.offset_s for pair in pairs], float),
        np.array([pair.offset_within_s for pair in pairs], float),
    )
