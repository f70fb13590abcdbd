"""Whether a gyroscope tells how gravity turns in the accelerometer beside it.

Turned back by what the gyroscope says, the specific force of a few seconds keeps its mean,
gravity, however the sensor moved. Where the gyroscope's numbers have another unit, its axes
another order or sign, or where time runs backwards, it does so only once that is put right.
No motion needs to be known.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames

Array = NDArray[np.float64]

WINDOW_S = 4.0
"""Long enough for gravity to turn, short enough for a gyroscope's bias to matter little."""
MEAN_S = 1.0
"""Specific force is averaged over this time, in which a limb's own acceleration comes to little."""
MOST_WINDOWS = 64
"""Windows that are looked at: those that turn most."""
_RATE_HZ = 60.0
"""About the rate at which they are looked at."""
DEGREES = 180 / np.pi


def signed_permutations() -> NDArray[np.float64]:
    """All orders and signs of three axes, (48, 3, 3), the given one first."""
    found = []
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            matrix = np.zeros((3, 3))
            matrix[range(3), order] = signs
            found.append(matrix)
    return np.array(found)


SIGNED_PERMUTATIONS = signed_permutations()


@dataclass(frozen=True, eq=False)
class Turning:
    """How well gravity stays where it is, by what is done to the gyroscope.

    Parameters
    ----------
    as_given : float
        Variance of the specific force turned back, over its variance not turned back at all.
    degrees, radians : float
        The same with the gyroscope's numbers taken for degrees a second, and with numbers that
        have been taken for degrees though they were radians.
    axes : (48,) array
        The same with its axes in all orders and signs, :data:`SIGNED_PERMUTATIONS`.
    turned_rad : float
        Mean angle that a window turns, as the gyroscope says.
    windows : int
    """

    as_given: float
    degrees: float
    radians: float
    axes: Array
    turned_rad: float
    windows: int


def turning(accelerometer: Array, gyroscope: Array, rate_hz: float) -> Turning | None:
    """Try what a gyroscope's numbers mean; None where no window of signals (N, 3) is whole."""
    step = max(1, round(rate_hz / _RATE_HZ))
    count = len(accelerometer) // step
    blocks = np.concatenate([accelerometer, gyroscope], axis=1)[: count * step]
    coarse = blocks.reshape(count, step, 6).mean(axis=1)
    length = min(round(WINDOW_S * rate_hz / step), count)
    if length < 8:
        return None
    starts = np.arange(0, count - length + 1, length)
    whole = whole_frames(coarse)
    starts = [s for s in starts.tolist() if whole[s : s + length].all()]
    if not starts:
        return None
    windows = np.stack([coarse[s : s + length] for s in starts], axis=1)  # (n, W, 6)
    size = rot.norm(windows[..., 3:]).mean(axis=0)
    windows = windows[:, np.argsort(-size, kind="stable")[:MOST_WINDOWS]]
    force, rate = windows[..., :3], windows[..., 3:]
    step_s = step / rate_hz
    still = _spread(force[:, None], step_s)[0]
    if still <= 0:
        return None
    scales = np.array([1.0, 1 / DEGREES, DEGREES])
    by_scale = _turned_back(force, rate[:, None] * scales[:, None, None], step_s) / still
    turned = np.einsum("pij,nwj->npwi", SIGNED_PERMUTATIONS, rate)
    by_axes = _turned_back(force, turned, step_s) / still
    angle = float(rot.norm(rate).sum(axis=0).mean() * step_s)
    given, degrees, radians = by_scale.tolist()
    return Turning(given, degrees, radians, by_axes, angle, windows.shape[1])


def _turned_back(force: Array, rate: Array, step_s: float) -> Array:
    """Spread (P,) of specific force (n, W, 3) turned back by rates (n, P, W, 3)."""
    turns = rot.from_rotation_vector(rate * step_s)
    world = np.empty(rate.shape)
    attitude = np.broadcast_to(rot.IDENTITY, turns.shape[1:])
    for k in range(len(force)):
        world[k] = rot.rotate(attitude, force[k])
        attitude = rot.multiply(attitude, turns[k])
    return _spread(world, step_s)


def _spread(values: Array, step_s: float) -> Array:
    """Variance within windows (P,) of running means of vectors (n, P, W, 3)."""
    count = min(max(round(MEAN_S / step_s), 1), len(values) // 2)
    sums = np.cumsum(np.concatenate([np.zeros_like(values[:1]), values]), axis=0)
    means = (sums[count:] - sums[:-count]) / count
    return ((means - means.mean(axis=0)) ** 2).sum(axis=(0, 2, 3)) / len(means)
