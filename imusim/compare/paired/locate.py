"""On which segment a sensor was worn, where nobody says it.

All points of a segment turn alike, so the norm of the angular rate tells the segment, however the
sensor is turned on it. Without a gyroscope the norm of the specific force must do, which depends
on the place along the segment as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline

from imusim.conventions import GRAVITY_WORLD, JOINTS
from imusim.errors import MotionError
from imusim.recordings import Sensor
from imusim.trajectory import LinkTrajectory

Array = NDArray[np.float64]

RATE_HZ = 50.0
"""Samples a second at which norms are held against each other: motion lies far below half of it."""
LEAST_OVERLAP = 0.5
"""Part of the shorter of both that must overlap."""


@dataclass(frozen=True)
class Located:
    """Where a sensor was found to be worn.

    Parameters
    ----------
    link : str
    explained : float
        Share of the norm's variance that its motion explains, at the best offset.
    next_link : str
        The next best segment.
    next_explained : float
    offset_s : float
        What to add to the sensor's times for those of the motion, s.
    """

    link: str
    explained: float
    next_link: str
    next_explained: float
    offset_s: float


def locate(sensor: Sensor, trajectory: LinkTrajectory) -> Located:
    """The segment whose motion is most like what a sensor read, at any offset of the clocks.

    Raises
    ------
    MotionError
        If the sensor reads nothing that varies.
    """
    states = trajectory.sample(trajectory.times(RATE_HZ))
    if sensor.gyroscope is not None:
        norms = np.linalg.norm(states.angular_velocity, axis=2)
        real = sensor.gyroscope
    else:
        norms = np.linalg.norm(states.acceleration - GRAVITY_WORLD, axis=2)
        real = sensor.accelerometer
    read = _even_norm(sensor.time_s, real)
    if read is None:
        raise MotionError(f"the sensor {sensor.name!r} reads nothing that varies")
    found = []
    for name, norm in zip(trajectory.names, norms.T, strict=True):
        if name in JOINTS:
            lag, explained = best_lag(norm, read)
            found.append((explained, lag / RATE_HZ, name))
    found.sort(reverse=True)
    (best, offset_s, link), (following, _, other) = found[:2]
    return Located(link, best, other, following, offset_s - float(sensor.time_s[0]))


def best_lag(long: Array, short: Array) -> tuple[int, float]:
    """Frames to add to those of one signal (N,) for another's (M,), and what it explains of it.

    That is ``1 - Σ(a - b)² / Σ(b - mean b)²`` over what overlaps, at least LEAST_OVERLAP of the
    shorter signal: unlike a correlation it counts sizes too.
    """
    from scipy.signal import correlate  # slow to import

    def summed(first: Array, second: Array) -> Array:
        return correlate(first, second, "full", "fft")

    ones_long, ones_short = np.ones_like(long), np.ones_like(short)
    count = np.rint(summed(ones_long, ones_short))
    squares = summed(ones_long, short**2)
    spread = squares - summed(ones_long, short) ** 2 / np.maximum(count, 1)
    apart = summed(long**2, ones_short) + squares - 2 * summed(long, short)
    enough = (count >= LEAST_OVERLAP * min(len(long), len(short))) & (spread > 1e-9)
    explained = np.where(enough, 1 - apart / np.where(enough, spread, 1.0), -np.inf)
    best = int(np.argmax(explained))
    return best - (len(short) - 1), float(explained[best])


def _even_norm(time_s: Array, values: Array | None) -> Array | None:
    """Norm at RATE_HZ from the first time on; ``None`` without variation."""
    if values is None:
        return None
    whole = np.isfinite(values).all(axis=1)
    if whole.sum() < 4:
        return None
    norm = np.linalg.norm(values[whole], axis=1)
    width = max(round(whole.sum() / (time_s[-1] - time_s[0]) / RATE_HZ), 1)
    smooth = np.convolve(norm, np.ones(width) / width, "same")
    wanted = np.arange(time_s[0], time_s[-1], 1 / RATE_HZ)
    even = make_interp_spline(time_s[whole], smooth, k=1)(np.clip(wanted, *time_s[whole][[0, -1]]))
    return even if even.std() > 1e-6 else None
