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
from imusim.sensor.soft_tissue import SoftTissue, ride, sampling_hz
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


def read_imu(
    trajectory: LinkTrajectory,
    mounting: Mounting,
    rate_hz: float,
    tissue: SoftTissue | None = None,
) -> ImuSignals:
    """Read ideal sensors at a rate.

    The accelerometer reads ``R (a + α×r + ω×(ω×r) − g)`` for its own point, r being its lever
    arm; the gyroscope reads ``R ω`` (Titterton and Weston, *Strapdown Inertial Navigation
    Technology*, 2nd ed., ch. 3). Where the trajectory carries more than half the rate asked
    for, the sensors are read faster and brought down through a low-pass filter.

    Parameters
    ----------
    trajectory : LinkTrajectory
    mounting : Mounting
    rate_hz : float
    tissue : SoftTissue, optional
        The springs on which the sensors ride (:mod:`imusim.sensor.soft_tissue`); ``None``: they
        sit rigidly.

    Raises
    ------
    ConfigError
        For a joint that the trajectory does not have, a rate that is not positive, or springs
        for another number of sensors.
    """
    if not (math.isfinite(rate_hz) and rate_hz > 0):
        raise ConfigError(f"the rate is {rate_hz} Hz; it must be positive")
    unknown = [joint for joint in mounting.joints if joint not in trajectory.names]
    if unknown:
        raise ConfigError(f"no joint {unknown[0]!r}; there are: {', '.join(trajectory.names)}")
    links = [trajectory.names.index(joint) for joint in mounting.joints]
    if tissue is not None:
        return _read_on_tissue(trajectory, links, mounting, rate_hz, tissue)
    time_s = trajectory.times(rate_hz)
    accelerometer, gyroscope = (np.empty((len(time_s), len(links), 3)) for _ in range(2))
    jumping = trajectory.jumping()
    smooth_hz = trajectory.without_jumps().bandwidth_hz
    # Links whose velocity jumps carry more, and are read faster than the others need to be.
    for fast, band_hz in ((False, smooth_hz), (True, trajectory.bandwidth_hz)):
        group = [k for k, link in enumerate(links) if jumping[link] is fast]
        if group:
            alone = trajectory.part([links[k] for k in group])
            factor = _factor(2 * band_hz, rate_hz)
            sensed = _sense(alone, mounting.offset[group], _fine(time_s, rate_hz, factor))
            turn = mounting.link_from_sensor[group]
            accelerometer[:, group] = decimate(rot.rotate_inverse(turn, sensed[1]), factor)
            gyroscope[:, group] = decimate(rot.rotate_inverse(turn, sensed[2]), factor)
    return ImuSignals(time_s, accelerometer, gyroscope)


def _read_on_tissue(
    trajectory: LinkTrajectory,
    links: list[int],
    mounting: Mounting,
    rate_hz: float,
    tissue: SoftTissue,
) -> ImuSignals:
    """Sensor by sensor: each is read as fast as its springs ask for, whatever the others are."""
    if len(tissue) != len(links):
        raise ConfigError(f"springs for {len(tissue)} sensors, but there are {len(links)}")
    time_s = trajectory.times(rate_hz)
    accelerometer, gyroscope = (np.empty((len(time_s), len(links), 3)) for _ in range(2))
    for k, link in enumerate(links):
        springs = tissue.springs(k)
        own_hz = sampling_hz(springs)
        # A spring follows its drive between samples: twice what the band alone asks for.
        band_hz = (4 if own_hz else 2) * trajectory.bandwidth_hz
        factor = _factor(max(band_hz, own_hz), rate_hz)
        fine = _fine(time_s, rate_hz, factor)
        alone = trajectory.part([link])
        sensed = _sense(alone, mounting.offset[k : k + 1], fine)
        world_from_link, force, rate, change = (array[:, 0] for array in sensed)
        felt = ride(springs, world_from_link, force, rate, change, 1 / (rate_hz * factor))
        for signal, values in zip((accelerometer, gyroscope), felt, strict=True):
            turned = rot.rotate_inverse(mounting.link_from_sensor[k], values)
            signal[:, k] = decimate(turned, factor)
    return ImuSignals(time_s, accelerometer, gyroscope)


def _factor(least_hz: float, rate_hz: float) -> int:
    """Least multiple of a rate that reaches another."""
    return max(math.ceil(least_hz / rate_hz * (1 - 1e-9)), 1)


def _fine(time_s: Array, rate_hz: float, factor: int) -> Array:
    return np.arange((len(time_s) - 1) * factor + 1) / (rate_hz * factor)


def _sense(
    trajectory: LinkTrajectory, arm: Array, time_s: Array
) -> tuple[Array, Array, Array, Array]:
    """Orientation, and in the links' axes specific force, angular velocity and acceleration."""
    acceleration, world_from_link, rate, change = trajectory.accelerations(time_s)
    force = rot.rotate_inverse(world_from_link, acceleration - GRAVITY_WORLD)
    if arm.any():
        force = force + np.cross(change, arm) + np.cross(rate, np.cross(rate, arm))
    return world_from_link, force, rate, change
