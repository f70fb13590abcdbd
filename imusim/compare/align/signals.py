"""Both sides of a pair, ready for least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline, make_interp_spline

from imusim.compare.align.model import Pair
from imusim.compare.kinematics import Kinematics
from imusim.errors import MotionError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MIN_SAMPLES = 20
"""Fewest samples of a pair that anything can be told from."""


@dataclass(frozen=True, eq=False)
class Smooth:
    """Kinematics in continuous time, with their derivatives."""

    spline: BSpline
    slope: BSpline
    end_s: float
    rate_hz: float
    valid: Mask

    @staticmethod
    def of(kinematics: Kinematics) -> Smooth:
        """The spline through the samples. Raises MotionError for fewer than four of them."""
        if len(kinematics.force) < 4:
            raise MotionError(f"{len(kinematics.force)} samples of motion; an alignment needs 4")
        values = np.concatenate([kinematics.force, kinematics.rate, kinematics.change], axis=1)
        grid = np.arange(len(values)) / kinematics.rate_hz
        spline = make_interp_spline(grid, values, k=3)
        return Smooth(
            spline, spline.derivative(), kinematics.end_s, kinematics.rate_hz, kinematics.valid
        )

    def at(self, time_s: Array) -> Array:
        """Force, rate and change, side by side (N, 9), at times (N,); held at the ends."""
        return self.spline(np.clip(time_s, 0.0, self.end_s))

    def slopes(self, time_s: Array) -> Array:
        """Their time derivatives (N, 9)."""
        return self.slope(np.clip(time_s, 0.0, self.end_s))

    def inside(self, time_s: Array) -> Mask:
        """Which times lie within the motion, away from gaps of the capture."""
        frames = np.clip(time_s * self.rate_hz, 0, len(self.valid) - 1)
        whole = self.valid[np.floor(frames).astype(int)] & self.valid[np.ceil(frames).astype(int)]
        slack = 1e-9 + 1e-9 * self.end_s
        return whole & (time_s >= -slack) & (time_s <= self.end_s + slack)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A pair of which only what may be looked at is left.

    ``real`` (N, 6): accelerometer and gyroscope; ``seen`` (2,): which of both there are;
    ``middle_s``: the sensor's time about which its clock is stretched; ``half_s``: half the time
    looked at; the pair's own bounds and first guess of the offset.
    """

    smooth: Smooth
    time_s: Array
    real: Array
    seen: tuple[bool, bool]
    middle_s: float
    half_s: float
    offset_s: float
    offset_within_s: float


def prepare(pair: Pair, most: int = 200_000) -> Prepared:
    """Take the used samples, at most so many, evenly chosen.

    Raises
    ------
    MotionError
        If there are fewer than MIN_SAMPLES.
    """
    real = pair.real
    use = real.use.copy()
    seen = real.accelerometer is not None, real.gyroscope is not None
    columns = []
    for channel in (real.accelerometer, real.gyroscope):
        if channel is None:
            columns.append(np.zeros((len(use), 3)))
        else:
            use &= np.isfinite(channel).all(axis=1)
            columns.append(channel)
    if use.sum() < MIN_SAMPLES:
        raise MotionError(f"{use.sum()} samples to align; it takes {MIN_SAMPLES}")
    kept = np.flatnonzero(use)
    kept = kept[:: -(-len(kept) // most)]
    time_s = real.time_s[kept]
    return Prepared(
        Smooth.of(pair.kinematics),
        time_s,
        np.concatenate(columns, axis=1)[kept],
        seen,
        float(time_s[0] + time_s[-1]) / 2,
        float(time_s[-1] - time_s[0]) / 2,
        pair.offset_s,
        pair.offset_within_s,
    )
