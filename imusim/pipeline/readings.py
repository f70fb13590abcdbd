"""What the sensors of a clip read: mounted, driven by the motion, measured by their devices."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imusim.body import Body
from imusim.corpus.channels import FORCES
from imusim.math import rotations as rot
from imusim.pipeline.config import GenerateConfig
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
from imusim.sensor.earth_field import parse_field
from imusim.sensor.magnetic import draw_field, read_magnetometer
from imusim.sensor.pressure import draw_sea_level_pressure, read_barometer
from imusim.sensor.sampling import Sampling
from imusim.trajectory import LinkTrajectory

Array = NDArray[np.float64]
Rngs = Sequence[np.random.Generator]

_MOUNTING, _TISSUE, _DEVICE, _TEMPERATURE, _FIELD, _WEATHER = range(6)
"""Random streams: what is drawn of one does not change what is drawn of another."""
TESLA_UT = 1e6
"""Microteslas in a tesla."""


class Readings(NamedTuple):
    """What S sensors read of F frames.

    ``device`` (S,) says which of the plan's devices each is, ``channels`` what else they gave.
    """

    signals: ImuSignals
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
    """
    rngs = _generators(seed, _MOUNTING, plan.names) if plan.rotations.mode != "none" else ()
    mounting = draw_mounting(plan.seats(body), plan.rotations, rngs)
    rngs = _generators(seed, _TISSUE, plan.names) if config.soft_tissue == "random" else ()
    tissue = draw_tissue(plan.joints, config.soft_tissue, rngs)
    hz, time_s = config.rate_hz, trajectory.times(config.rate_hz)
    beyond = set(plan.channels) - set(FORCES) - {"received"}  # what needs more than the signals
    ideal, channels = None, {}
    if plan.ideal or config.keep_truth:
        ideal = read_imu(trajectory, mounting, hz, tissue)
        if beyond:
            places = _places(trajectory, mounting, time_s)
            clean = _surroundings(plan, config, places, seed)
            channels |= clean | {f"true_{name}": values for name, values in clean.items()}
            channels |= _truth(ideal, places)
    if plan.ideal and ideal is not None:
        device = np.zeros(len(plan.names), np.intp)
        return Readings(ideal, mounting, device, _kept(channels, plan))
    rngs = _generators(seed, _DEVICE, plan.names)
    device = np.array(
        [own[rng.integers(len(own))] for own, rng in zip(plan.choices, rngs, strict=True)]
    )
    errors = draw_errors([plan.devices[number] for number in device], rngs)
    instants = sample_times(errors, time_s, rngs)
    if instants is not None:
        instants = channels["true_time"] = np.clip(instants, 0, time_s[-1])
    bands = np.stack([errors.accelerometer.bandwidth_hz, errors.gyroscope.bandwidth_hz], axis=1)
    sampling = Sampling(bands, instants, config.simulation_rate_hz or 0.0)
    reached = read_imu(trajectory, mounting, hz, tissue, sampling)
    ambient_c = _ambient_c(config, seed)
    measured = measure(reached, errors, hz, rngs, ambient_c)
    channels["received"] = measured.received
    if beyond & {"magnetometer", "barometer"}:
        warmth = warmth_k(errors.thermal, time_s, ambient_c)
        places = _places(trajectory, mounting, time_s, instants)
        for name, clean in _surroundings(plan, config, places, seed).items():
            values = _measured(name, clean, errors, hz, rngs, warmth)
            channels[name] = hold(values, measured.received)
    signals = ImuSignals(time_s, measured.accelerometer, measured.gyroscope)
    return Readings(signals, mounting, device, _kept(channels, plan))


def _kept(channels: dict[str, NDArray[Any]], plan: SensorPlan) -> dict[str, NDArray[Any]]:
    return {name: values for name, values in channels.items() if name in plan.channels}


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


def _surroundings(
    plan: SensorPlan, config: GenerateConfig, places: _Places, seed: int
) -> dict[str, Array]:
    """What ideal magnetometers (F, S, 3), µT, and barometers (F, S), Pa, read, as asked for."""
    found = {}
    if "magnetometer" in plan.channels:
        every = places.position.reshape(-1, 3)
        field = draw_field(
            parse_field(config.magnetic_field),
            np.random.default_rng([seed, _FIELD]),
            disturbance_t=config.magnetic_disturbance_ut / TESLA_UT,
            low=every.min(axis=0),
            high=every.max(axis=0),
        )
        tesla = read_magnetometer(field, places.position, places.world_from_sensor)
        found["magnetometer"] = tesla * TESLA_UT
    if "barometer" in plan.channels:
        sea_level_pa = draw_sea_level_pressure(np.random.default_rng([seed, _WEATHER]))
        found["barometer"] = read_barometer(places.position[..., 2], sea_level_pa)
    return found


def _measured(
    name: str, clean: Array, errors: Errors, hz: float, rngs: Rngs, warmth: Array
) -> Array:
    """What devices make of magnetometer or barometer, in the units of the corpus."""
    if name == "barometer":
        return measure_channel(clean[..., None], errors.barometer, hz, rngs, warmth)[..., 0]
    tesla = measure_channel(clean / TESLA_UT, errors.magnetometer, hz, rngs, warmth)
    return tesla * TESLA_UT


def _truth(
    ideal: ImuSignals, places: _Places, instants: Array | None = None
) -> dict[str, NDArray[Any]]:
    """What ideal devices read, where the sensors were, when they were read."""
    on_time = np.broadcast_to(ideal.time_s[:, None], places.position.shape[:2])
    return {
        "true_accelerometer": ideal.accelerometer,
        "true_gyroscope": ideal.gyroscope,
        "true_orientation": places.world_from_sensor,
        "true_position": places.position,
        "true_velocity": places.velocity,
        "true_time": on_time if instants is None else instants,
    }
