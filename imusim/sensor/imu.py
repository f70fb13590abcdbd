"""The ideal inertial measurement unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import GRAVITY_WORLD
from imusim.errors import ConfigError
from imusim.math import rotations as rot
from imusim.math.resampling import decimate
from imusim.sensor.mounting import Mounting
from imusim.trajectory import LinkTrajectory

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ImuSignals:
    """What S sensors read at F moments.

    Parameters
    ----------
    time_s : (F,) array
    accelerometer : (F, S, 3) array
        Specific force in the sensor's frame, m/s².
    gyroscope : (F, S, 3) array
        Angular rate against the world in the sensor's frame, rad/s.
    """

    time_s: Array
    accelerometer: Array
    gyroscope: Array


def read_imu(trajectory: LinkTrajectory, mounting: Mounting, rate_hz: float) -> ImuSignals:
    """Read ideal sensors at a rate.

    The accelerometer reads ``R (a + α×r + ω×(ω×r) − g)`` for its own point, r being its lever
    arm; the gyroscope reads ``R ω`` (Titterton and Weston, *Strapdown Inertial Navigation
    Technology*, 2nd ed., ch. 3). Where the trajectory carries more than half the rate asked
    for, the sensors are read faster and brought down through a low-pass filter.

    Raises
    ------
    ConfigError
        For a joint that the trajectory does not have, or a rate that is not positive.
    """
    if not (math.isfinite(rate_hz) and rate_hz > 0):
        raise ConfigError(f"the rate is {rate_hz} Hz; it must be positive")
    unknown = [joint for joint in mounting.joints if joint not in trajectory.names]
    if unknown:
        raise ConfigError(f"no joint {unknown[0]!r}; there are: {', '.join(trajectory.names)}")
    chosen = [trajectory.names.index(joint) for joint in mounting.joints]
    time_s = trajectory.times(rate_hz)
    factor = math.ceil(2 * trajectory.bandwidth_hz / rate_hz * (1 - 1e-9))
    factor = max(factor, 1)
    fine = np.arange((len(time_s) - 1) * factor + 1) / (rate_hz * factor)
    states = trajectory.sample(fine)
    rate = states.angular_velocity[:, chosen]
    change = states.angular_acceleration[:, chosen]
    arm = mounting.offset
    link = rot.rotate_inverse(
        states.world_from_link[:, chosen], states.acceleration[:, chosen] - GRAVITY_WORLD
    )
    if arm.any():
        link = link + np.cross(change, arm) + np.cross(rate, np.cross(rate, arm))
    return ImuSignals(
        time_s,
        decimate(rot.rotate_inverse(mounting.link_from_sensor, link), factor),
        decimate(rot.rotate_inverse(mounting.link_from_sensor, rate), factor),
    )
