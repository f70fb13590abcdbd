"""What a point on a segment does: the one form in which every way of simulating is compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline

from imusim.conventions import GRAVITY_WORLD
from imusim.math import rotations as rot
from imusim.trajectory import LinkTrajectory

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Kinematics:
    """A point of a segment, evenly sampled, in the segment's axes.

    Parameters
    ----------
    rate_hz : float
    force : (F, 3) array
        Specific force at the point, m/s².
    rate : (F, 3) array
        Angular velocity against the world, rad/s.
    change : (F, 3) array
        Angular acceleration, rad/s².
    valid : (F,) bool array
        False where it rests on a gap of the capture.
    """

    rate_hz: float
    force: Array
    rate: Array
    change: Array
    valid: NDArray[np.bool_]

    @property
    def end_s(self) -> float:
        """Time of the last sample, s; the first is at 0."""
        return (len(self.force) - 1) / self.rate_hz

    def at(self, time_s: Array) -> tuple[Array, Array, Array]:
        """Force, rate and change (N, 3) at times (N,), s; beyond the ends, as at the ends."""
        time_s = np.clip(time_s, 0.0, self.end_s)
        grid = np.arange(len(self.force)) / self.rate_hz
        values = np.concatenate([self.force, self.rate, self.change], axis=1)
        found = make_interp_spline(grid, values, k=min(3, len(grid) - 1))(time_s)
        return found[:, :3], found[:, 3:6], found[:, 6:]


def link_kinematics(
    trajectory: LinkTrajectory, link: str, offset: Array, rate_hz: float
) -> Kinematics:
    """Of a point (3,) in a link's frame, m, sampled at a rate or a little faster.

    Raises
    ------
    MotionError
        If the trajectory has no time.
    """
    part = trajectory.part([trajectory.names.index(link)])
    time_s = part.times(rate_hz)
    states = part.sample(time_s)
    rate, change = states.angular_velocity[:, 0], states.angular_acceleration[:, 0]
    force = rot.rotate_inverse(states.world_from_link, states.acceleration - GRAVITY_WORLD)[:, 0]
    frames = np.clip(time_s * part.rate_hz, 0, len(part.valid) - 1)
    valid = part.valid[np.floor(frames).astype(int)] & part.valid[np.ceil(frames).astype(int)]
    return Kinematics(rate_hz, force + arm_effect(rate, change, offset), rate, change, valid)


def arm_effect(rate: Array, change: Array, arm: Array) -> Array:
    """What a lever arm (3,) adds to the specific force (N, 3): ``α×r + ω×(ω×r)``."""
    return np.cross(change, arm) + np.cross(rate, np.cross(rate, arm))
