"""The ideal inertial measurement unit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import GRAVITY_WORLD
from imusim.errors import ConfigError
from imusim.math import rotations as rot
from imusim.math.resampling import decimate
from imusim.sensor.mounting import Mounting
from imusim.sensor.sampling import Sampling, sampled
from imusim.sensor.soft_tissue import SoftTissue, Spring, ride, sampling_hz
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
    sampling: Sampling | None = None,
) -> ImuSignals:
    """Read ideal sensors at a rate.

    The accelerometer reads ``R (a + α×r + ω×(ω×r) − g)`` for its own point, r being its lever
    arm; the gyroscope reads ``R ω`` (Titterton and Weston, *Strapdown Inertial Navigation
    Technology*, 2nd ed., ch. 3). Where the trajectory carries more than half the rate asked
    for, the sensors are read faster and brought down through a low-pass filter: an ideal one,
    or that of the devices.

    Parameters
    ----------
    trajectory : LinkTrajectory
    mounting : Mounting
    rate_hz : float
    tissue : SoftTissue, optional
        The springs on which the sensors ride (:mod:`imusim.sensor.soft_tissue`); ``None``: they
        sit rigidly.
    sampling : Sampling, optional
        Bandwidths and instants of the devices (:mod:`imusim.sensor.sampling`); ``None``: ideal.

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
    if tissue is not None and len(tissue) != len(mounting.joints):
        raise ConfigError(
            f"springs for {len(tissue)} sensors, but there are {len(mounting.joints)}"
        )
    time_s = trajectory.times(rate_hz)
    signals = ImuSignals(
        time_s, *(np.empty((len(time_s), len(mounting.joints), 3), order="F") for _ in range(2))
    )
    least_hz = 0.0 if sampling is None else sampling.simulation_hz
    for sensors, springs, band_hz in _groups(trajectory, mounting, tissue):
        factor = _factor(max(band_hz, least_hz), rate_hz)
        felt = _feel(trajectory, mounting, sensors, springs, _fine(time_s, rate_hz, factor))
        if sampling is None:
            force, rate = (decimate(values, factor) for values in felt)
        else:
            own_s = None if sampling.time_s is None else sampling.time_s[:, sensors]
            bands_hz = sampling.bandwidth_hz[sensors].reshape(-1, 6)
            both = sampled(np.concatenate(felt, axis=2), bands_hz, factor, rate_hz, own_s)
            force, rate = both[..., :3], both[..., 3:]
        signals.accelerometer[:, sensors], signals.gyroscope[:, sensors] = force, rate
    return signals


def _groups(
    trajectory: LinkTrajectory, mounting: Mounting, tissue: SoftTissue | None
) -> Iterator[tuple[list[int], tuple[Spring, Spring] | None, float]]:
    """Sensors that are read together, their springs, and the least rate that they ask for."""
    if tissue is not None:  # each as fast as its springs ask for, whatever the others are
        for sensor in range(len(tissue)):
            springs = tissue.springs(sensor)
            own_hz = sampling_hz(springs)
            # A spring follows its drive between samples: twice what the band alone asks for.
            band_hz = (4 if own_hz else 2) * trajectory.bandwidth_hz
            yield [sensor], springs, max(band_hz, own_hz)
        return
    jumping = dict(zip(trajectory.names, trajectory.jumping(), strict=True))
    smooth_hz = trajectory.without_jumps().bandwidth_hz
    # Links whose velocity jumps carry more, and are read faster than the others need to be.
    for fast, band_hz in ((False, smooth_hz), (True, trajectory.bandwidth_hz)):
        sensors = [s for s, joint in enumerate(mounting.joints) if jumping[joint] is fast]
        if sensors:
            yield sensors, None, 2 * band_hz


def _feel(
    trajectory: LinkTrajectory,
    mounting: Mounting,
    sensors: list[int],
    springs: tuple[Spring, Spring] | None,
    time_s: Array,
) -> tuple[Array, Array]:
    """Specific force and angular rate (N, G, 3) of some of the sensors, in their axes."""
    links = [trajectory.names.index(mounting.joints[sensor]) for sensor in sensors]
    arm = mounting.offset[sensors]
    world_from_link, force, rate, change = _sense(trajectory, links, arm, time_s)
    if springs is not None:
        turn, own_force, own_rate, own_change = (
            array[:, 0] for array in (world_from_link, force, rate, change)
        )
        step_s = float(time_s[1]) if len(time_s) > 1 else 1.0
        swung = ride(springs, turn, own_force, own_rate, own_change, step_s)
        force, rate = (array[:, None] for array in swung)
    if not mounting.slips:
        turn = mounting.link_from_sensor[sensors]
        return rot.rotate_inverse(turn, force), rot.rotate_inverse(turn, rate)
    turn = mounting.at(time_s)[:, sensors]
    rate = rot.rotate_inverse(turn, rate) + mounting.slip_rate(time_s)[:, sensors]
    return rot.rotate_inverse(turn, force), rate


def _factor(least_hz: float, rate_hz: float) -> int:
    """Least multiple of a rate that reaches another."""
    return max(math.ceil(least_hz / rate_hz * (1 - 1e-9)), 1)


def _fine(time_s: Array, rate_hz: float, factor: int) -> Array:
    return np.arange((len(time_s) - 1) * factor + 1) / (rate_hz * factor)


def _sense(
    trajectory: LinkTrajectory, links: list[int], arm: Array, time_s: Array
) -> tuple[Array, Array, Array, Array]:
    """Orientation, and in the links' axes specific force, angular velocity and acceleration.

    Each (N, G, ·), for points with lever arms (G, 3) on G links, of which some may be the same.
    """
    own, of_each = np.unique(links, return_inverse=True)
    sensed = trajectory.part(own.tolist()).accelerations(time_s)
    if len(own) < len(links) or (np.diff(links) < 0).any():
        sensed = tuple(array[:, of_each] for array in sensed)
    acceleration, world_from_link, rate, change = sensed
    force = rot.rotate_inverse(world_from_link, acceleration - GRAVITY_WORLD)
    if arm.any():
        force = force + rot.cross(change, arm) + rot.cross(rate, rot.cross(rate, arm))
    return world_from_link, force, rate, change
