"""What the sensors of a clip read: mounted, driven by the motion, measured by their devices."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imusim.body import Body
from imusim.corpus.schema import POSE_RATE_HZ
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.pipeline.config import GenerateConfig
from imusim.pipeline.counting import UNITS
from imusim.pipeline.sensors import SensorPlan
from imusim.sensor import ImuSignals, Mounting, draw_mounting, draw_tissue, read_imu
from imusim.sensor.device import (
    Errors,
    draw_errors,
    hold,
    measure,
    measure_channel,
    sample_times,
    warmth_k,
)
from imusim.sensor.device.draw import ChannelErrors
from imusim.sensor.device.steps import rescaled
from imusim.sensor.earth_field import parse_field
from imusim.sensor.magnetic import MagneticField, draw_field, read_magnetometer
from imusim.sensor.pressure import draw_sea_level_pressure, read_barometer
from imusim.sensor.sampling import Sampling, sampled
from imusim.sensor.soft_tissue import SoftTissue
from imusim.trajectory import LinkTrajectory

Array = NDArray[np.float64]

_MOUNTING, _TISSUE, _DEVICE, _TEMPERATURE, _FIELD, _WEATHER = range(6)
"""Random streams: what is drawn of one does not change what is drawn of another."""
_NOISES = {"magnetometer": 6, "barometer": 7}
"""Streams of further channels' noises, so that none depends on which others there are."""


class Readings(NamedTuple):
    """What S sensors read of F frames.

    ``reached`` is what came to their converters, ``device`` (S,) says which of the plan's devices
    each is, ``channels`` what else they gave.
    """

    signals: ImuSignals
    reached: ImuSignals
    mounting: Mounting
    device: NDArray[np.intp]
    channels: dict[str, NDArray[Any]]


def read_sensors(
    trajectory: LinkTrajectory, body: Body, plan: SensorPlan, config: GenerateConfig, seed: int
) -> Readings:
    """Mount the sensors, draw their devices, read them.

    Raises
    ------
    ConfigError
        If a sensor has no place on the body.
    MotionError
        If a device's clock is off by most of the clip.
    """
    rngs = _generators(seed, _MOUNTING, plan.names) if plan.rotations.mode != "none" else ()
    mounting = draw_mounting(plan.seats(body), plan.rotations, rngs)
    rngs = _generators(seed, _TISSUE, plan.names) if config.soft_tissue == "random" else ()
    tissue = draw_tissue(plan.joints, config.soft_tissue, rngs)
    around = _draw_surroundings(trajectory, plan, config, seed)
    truth: dict[str, NDArray[Any]] = {}
    ideal = None
    if plan.ideal or config.keep_truth:
        ideal = read_imu(trajectory, mounting, config.rate_hz, tissue)
        if around or config.keep_truth:
            places = _places(trajectory, mounting, ideal.time_s)
            truth = _truth(ideal, places)
            truth |= {f"true_{name}": values for name, values in around.read(places).items()}
    if plan.ideal and ideal is not None:
        channels = truth | {name: truth[f"true_{name}"] for name in around.names()}
        read = Readings(ideal, ideal, mounting, np.zeros(len(plan.names), np.intp), channels)
    else:
        read = _measured(trajectory, mounting, tissue, around, plan, config, seed)
        read = read._replace(channels=truth | read.channels)
    kept = {name: values for name, values in read.channels.items() if name in plan.channels}
    return read._replace(channels=kept)


def _measured(
    trajectory: LinkTrajectory,
    mounting: Mounting,
    tissue: SoftTissue | None,
    around: _Surroundings,
    plan: SensorPlan,
    config: GenerateConfig,
    seed: int,
) -> Readings:
    """What devices make of it, each a unit drawn for this clip."""
    hz, time_s = config.rate_hz, trajectory.times(config.rate_hz)
    rngs = _generators(seed, _DEVICE, plan.names)
    device = np.array(
        [own[rng.integers(len(own))] for own, rng in zip(plan.choices, rngs, strict=True)]
    )
    errors = draw_errors([plan.devices[number] for number in device], rngs)
    instants = sample_times(errors, time_s, rngs)
    if instants is not None:
        instants = _within(instants, time_s, plan.names, errors)
    sampling = Sampling(errors.bandwidth_hz, instants, config.simulation_rate_hz or 0.0)
    reached = read_imu(trajectory, mounting, hz, tissue, sampling)
    ambient_c = _ambient_c(config, seed)
    measured = measure(reached, errors, hz, rngs, ambient_c)
    channels: dict[str, NDArray[Any]] = {"received": measured.received}
    if instants is not None:
        channels["true_time"] = instants
    if around:
        warmth = warmth_k(errors.thermal, time_s, ambient_c)
        for name, clean in _exposed(around, trajectory, mounting, errors, sampling, hz).items():
            values = np.atleast_3d(clean) / UNITS[name]
            own = _generators(seed, _NOISES[name], plan.names)
            faults: ChannelErrors = getattr(errors, name)
            values = hold(measure_channel(values, faults, hz, own, warmth), measured.received)
            values = rescaled(values, faults.resolution, UNITS[name])
            channels[name] = values.reshape(clean.shape)
    signals = ImuSignals(time_s, measured.accelerometer, measured.gyroscope)
    return Readings(signals, reached, mounting, device, channels)


def _exposed(
    around: _Surroundings,
    trajectory: LinkTrajectory,
    mounting: Mounting,
    errors: Errors,
    sampling: Sampling,
    hz: float,
) -> dict[str, Array]:
    """What converters of magnetometers and barometers get at the clock's instants.

    It is low-passed, at a finer rate, where a device states a bandwidth.
    """
    time_s = trajectory.times(hz)
    found = around.read(_places(trajectory, mounting, time_s, sampling.time_s))
    slow = {name: np.isfinite(getattr(errors, name).bandwidth_hz).any(axis=1) for name in found}
    sensors = np.flatnonzero(np.any([*slow.values()], axis=0)).tolist()
    if not sensors:
        return found
    least_hz = max(2 * trajectory.without_jumps().bandwidth_hz, sampling.simulation_hz)
    factor = max(math.ceil(least_hz / hz * (1 - 1e-9)), 1)
    fine_s = np.arange((len(time_s) - 1) * factor + 1) / (hz * factor)
    fine = around.read(_places(trajectory, mounting.part(sensors), fine_s))
    own_s = None if sampling.time_s is None else sampling.time_s[:, sensors]
    for name, values in fine.items():
        middle = values.mean(axis=0)  # left out, as the filter is of single precision
        bands_hz = getattr(errors, name).bandwidth_hz[sensors]
        passed = sampled(np.atleast_3d(values - middle), bands_hz, factor, hz, own_s)
        passed = middle + passed.reshape(len(time_s), *values.shape[1:])
        chosen = slow[name][sensors]
        found[name][:, slow[name]] = passed[:, chosen]
    return found


def _within(instants: Array, time_s: Array, names: Sequence[str], errors: Errors) -> Array:
    """Instants (F, S), those before and after the clip at its ends.

    Raises
    ------
    MotionError
        If a clock is off by most of the clip: all would be those of an end, and tell nothing.
    """
    off_s = np.abs(instants - time_s[:, None]).mean(axis=0)
    worst = int(np.argmax(off_s))
    if off_s[worst] > max(time_s[-1] / 2, 0.5):
        raise MotionError(
            f"the clock of the sensor on {names[worst]}, of device {errors.devices[worst]}, is off "
            f"by {off_s[worst]:,.3g} s, and the clip lasts {time_s[-1]:.3g} s; state a smaller "
            "offset, skew or jitter"
        )
    return np.clip(instants, 0, time_s[-1])


def _generators(seed: int, stream: int, names: Sequence[str]) -> list[np.random.Generator]:
    """A random generator for each sensor, from the clip's seed and the sensor's name alone."""
    words = [hashlib.sha256(name.encode()).digest()[:8] for name in names]
    return [np.random.default_rng([seed, stream, int.from_bytes(word, "little")]) for word in words]


def _ambient_c(config: GenerateConfig, seed: int) -> float | None:
    """Temperature around a clip's devices, degrees Celsius; ``None``: each one's reference."""
    if config.temperature_c is None:
        return None
    return float(np.random.default_rng([seed, _TEMPERATURE]).uniform(*config.temperature_c))


class _Places(NamedTuple):
    """Where S sensors are at F frames, without what their tissue adds, in the world frame."""

    position: Array
    velocity: Array
    world_from_sensor: Array


def _places(
    trajectory: LinkTrajectory, mounting: Mounting, time_s: Array, instants: Array | None = None
) -> _Places:
    """Places at times (F,), or at instants (F, S) of each sensor's own."""
    if instants is not None:
        alone = [
            _places(trajectory, mounting.part([sensor]), own_s)
            for sensor, own_s in enumerate(instants.T)
        ]
        return _Places(*(np.concatenate(parts, axis=1) for parts in zip(*alone, strict=True)))
    links = [trajectory.names.index(joint) for joint in mounting.joints]
    own, of_each = np.unique(links, return_inverse=True)
    states = trajectory.part(own.tolist()).sample(time_s)
    turn, rate = states.world_from_link[:, of_each], states.angular_velocity[:, of_each]
    return _Places(
        states.position[:, of_each] + rot.rotate(turn, mounting.offset),
        states.velocity[:, of_each] + rot.rotate(turn, np.cross(rate, mounting.offset)),
        rot.multiply(turn, mounting.at(time_s)),
    )


class _Surroundings(NamedTuple):
    """What magnetometers and barometers are exposed to; ``None`` where there are none."""

    field: MagneticField | None
    sea_level_pa: float | None

    def __bool__(self) -> bool:
        return bool(self.names())

    def names(self) -> list[str]:
        """The sensors that there are."""
        return [name for name, there in zip(UNITS, self, strict=True) if there is not None]

    def read(self, places: _Places) -> dict[str, Array]:
        """What ideal ones read: (F, S, 3), µT, and (F, S), Pa."""
        found = {}
        if self.field is not None:
            tesla = read_magnetometer(self.field, places.position, places.world_from_sensor)
            found["magnetometer"] = tesla * UNITS["magnetometer"]
        if self.sea_level_pa is not None:
            found["barometer"] = read_barometer(places.position[..., 2], self.sea_level_pa)
        return found


def _draw_surroundings(
    trajectory: LinkTrajectory, plan: SensorPlan, config: GenerateConfig, seed: int
) -> _Surroundings:
    """Field and weather of a clip, as far as the channels ask for them."""
    field = sea_level_pa = None
    if "magnetometer" in plan.channels:
        visited, _ = trajectory.poses(trajectory.times(POSE_RATE_HZ))
        field = draw_field(
            parse_field(config.magnetic_field),
            np.random.default_rng([seed, _FIELD]),
            disturbance_t=config.magnetic_disturbance_ut / UNITS["magnetometer"],
            low=visited.min(axis=(0, 1)),
            high=visited.max(axis=(0, 1)),
        )
    if "barometer" in plan.channels:
        sea_level_pa = draw_sea_level_pressure(np.random.default_rng([seed, _WEATHER]))
    return _Surroundings(field, sea_level_pa)


def _truth(ideal: ImuSignals, places: _Places) -> dict[str, NDArray[Any]]:
    """What ideal devices read, where the sensors were, when they are read."""
    return {
        "true_accelerometer": ideal.accelerometer,
        "true_gyroscope": ideal.gyroscope,
        "true_orientation": places.world_from_sensor,
        "true_position": places.position,
        "true_velocity": places.velocity,
        "true_time": np.broadcast_to(ideal.time_s[:, None], places.position.shape[:2]),
    }
