"""Accelerations and angular rates as differences of neighbouring poses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from imusim.compare.kinematics import Kinematics
from imusim.conventions import GRAVITY_WORLD
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames

Array = NDArray[np.float64]

COMMON_HZ = 60.0
"""The rate at which the field synthesises readings."""
_FEWEST = 4
_WHOLE = 1e-6
"""A ratio of rates this near a whole number is one."""


def differences(
    position: Array, world_from_link: Array, rate_hz: float, offset: Array, span: int = 1
) -> Kinematics:
    """A sensor's readings by differences of its own sampled positions and orientations.

    The acceleration at frame t is ``(p[t-n] + p[t+n] - 2 p[t]) / (n dt)²``; the angular rate,
    which the papers do not synthesise, is the turn from frame t-n to t+n over its time, and the
    angular acceleration the difference of rates. Within n frames of an end n is 1, as in the
    published code of TransPose; the outermost frames repeat their neighbours.

    Parameters
    ----------
    position : (T, 3) array
        Of the link's origin in the world, m; NaN in gaps.
    world_from_link : (T, 4) array
        Orientation, xyzw; NaN in gaps.
    rate_hz : float
    offset : (3,) array
        The sensor in the link's frame, m. Its own positions are differenced, as those of a
        mesh's vertex are, so that no lever arm is left to be added.
    span : int
        n.

    Raises
    ------
    MotionError
        For fewer than four frames.
    """
    frames = len(position)
    if frames < _FEWEST:
        raise MotionError(f"{frames} frames; differences need {_FEWEST}")
    place = position + rot.rotate(world_from_link, np.broadcast_to(offset, position.shape))
    acceleration = np.full((frames, 3), np.nan)
    rate = np.full((frames, 3), np.nan)
    for n in (1, span):
        middle = slice(n, frames - n)
        if frames <= 2 * n:
            continue
        turn = rot.multiply(rot.conjugate(world_from_link[: -2 * n]), world_from_link[2 * n :])
        second = place[: -2 * n] + place[2 * n :] - 2 * place[middle]
        acceleration[middle] = second * (rate_hz / n) ** 2
        rate[middle] = rot.to_rotation_vector(turn) * (rate_hz / (2 * n))
    for values in (acceleration, rate):
        values[0], values[-1] = values[1], values[-2]
    force = rot.rotate_inverse(world_from_link, acceleration - GRAVITY_WORLD)
    change = np.asarray(np.gradient(rate, 1 / rate_hz, axis=0), np.float64)
    valid = whole_frames(force, rate, change)
    if not valid.any():
        raise MotionError("no two neighbouring frames of the capture are whole")
    for values in (force, rate, change):
        values[~valid] = 0.0
    return Kinematics(rate_hz, force, rate, change, valid)


def resampled(
    position: Array, world_from_link: Array, rate_hz: float, to_hz: float
) -> tuple[Array, Array, float]:
    """Poses at a lower rate; as they are where theirs is no higher.

    Of a whole multiple every so many frames are taken, as DIP and TransPose do. Between the
    frames of any other rate cubic splines are read: kinder than the straight lines between the
    nearest two of DIP's published code.

    Returns
    -------
    position : (F, 3) array, world_from_link : (F, 4) array
    rate_hz : float
    """
    ratio = rate_hz / to_hz
    if ratio < 1 + _WHOLE:
        return position, world_from_link, rate_hz
    if abs(ratio - round(ratio)) < _WHOLE * ratio:
        step = round(ratio)
        return position[::step], world_from_link[::step], rate_hz / step
    values = np.concatenate([position, rot.make_continuous(world_from_link)], axis=1)
    whole = whole_frames(values)
    if whole.sum() < _FEWEST:
        raise MotionError(f"{whole.sum()} whole frames; differences need {_FEWEST}")
    frame = np.arange(int((len(values) - 1) / ratio + 1e-9) + 1) * ratio
    read = CubicSpline(np.flatnonzero(whole), values[whole])(frame)
    near = np.minimum(np.ceil(frame - 1e-9).astype(int), len(values) - 1)
    read[~(whole[near] & whole[np.floor(frame + 1e-9).astype(int)])] = np.nan
    return read[:, :3], rot.normalise(read[:, 3:]), to_hz
