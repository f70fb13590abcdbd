"""One recording's motion by every method: what the segment under each sensor does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from imusim.compare.baselines import BASELINES
from imusim.compare.kinematics import Kinematics, link_kinematics
from imusim.compare.paired.locate import Located, locate
from imusim.compare.paired.settings import PairedSettings
from imusim.errors import ConfigError, MotionError
from imusim.math.resampling import band_limit
from imusim.motion import ClipRef, Motion
from imusim.pipeline import Inputs
from imusim.pipeline.clip import move
from imusim.recordings import Recording, Sensor, TrackedPoses
from imusim.sensor.placement import find_placements, seat
from imusim.trajectory import LinkTrajectory, fit_trajectory

Array = NDArray[np.float64]

OVERSAMPLED = 4
"""Samples of what is simulated for each of the sensor's, at least: between them lies a cubic."""


@dataclass(frozen=True, eq=False)
class Place:
    """The nominal place of a sensor: a link, and a point (3,) in its frame, m.

    ``found``: how it was found, where the recording does not say.
    """

    link: str
    offset: Array
    found: Located | None = None


@dataclass(frozen=True, eq=False)
class Simulated:
    """A recording by every method.

    Parameters
    ----------
    places : mapping
        Sensor to its nominal place.
    kinematics : mapping
        Sensor to method to what the place does.
    failed : mapping
        Engine to why it has no result.
    """

    places: Mapping[str, Place]
    kinematics: Mapping[str, Mapping[str, Kinematics]]
    failed: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class _Poses:
    """Sampled poses (T, 3), (T, 4) of links, as they were captured."""

    rate_hz: float
    position: Mapping[str, Array]
    world_from_link: Mapping[str, Array]


def simulate(recording: Recording, settings: PairedSettings, inputs: Inputs) -> Simulated:
    """Simulate what every sensor of a recording is on.

    Raises
    ------
    MotionError
        If there is no motion, or none of the engines can make it.
    """
    if isinstance(recording.motion, TrackedPoses):
        return _tracked(recording, recording.motion, settings)
    motion = read_motion(recording, inputs)
    body = inputs.body_for(motion.shape)
    trajectories: dict[str, LinkTrajectory] = {}
    failed: dict[str, str] = {}
    captured: _Poses | None = None
    for engine in settings.engines:
        try:
            moved = move(motion, body, settings.simulation.model_copy(update={"engine": engine}))
        except MotionError as error:
            failed[engine] = str(error)
            continue
        trajectories[engine] = moved.trajectory
        if captured is None:
            position, turn = moved.body.world_poses()
            names = moved.trajectory.names
            captured = _Poses(
                moved.body.rate_hz,
                {name: position[:, k] for k, name in enumerate(names)},
                {name: turn[:, k] for k, name in enumerate(names)},
            )
            body = moved.body.body
    if captured is None:
        raise MotionError("; ".join(dict.fromkeys(failed.values())))
    first = next(iter(trajectories.values()))
    places = {}
    for sensor in recording.sensors:
        named = settings.placement or sensor.placement
        if named:
            there = seat(find_placements([named])[0], body)
            own = None if settings.placement else sensor.offset
            places[sensor.name] = Place(there.joint, there.offset if own is None else own)
        else:
            found = locate(sensor, first)
            places[sensor.name] = Place(found.link, np.zeros(3), found)
    return Simulated(
        places,
        {
            sensor.name: _methods(sensor, places[sensor.name], trajectories, captured, settings)
            for sensor in recording.sensors
        },
        failed,
    )


def read_motion(recording: Recording, inputs: Inputs) -> Motion:
    """The motion of a recording that has one on a skeleton, as long as the recording if so stated.

    Raises
    ------
    MotionError
        If there is none, or it cannot be read.
    """
    motion = recording.motion
    if motion is None or isinstance(motion, TrackedPoses):
        raise MotionError(f"recording {recording.key!r} has no motion: give it one")
    if isinstance(motion, ClipRef):
        motion = inputs.read(motion)
    if recording.motion_spans:
        span = max(sensor.time_s[-1] - sensor.time_s[0] for sensor in recording.sensors)
        motion = replace(motion, rate_hz=(motion.frames - 1) / span)
    return motion


def _tracked(recording: Recording, motion: TrackedPoses, settings: PairedSettings) -> Simulated:
    """Of things that are no body: only the kinematic engine moves them."""
    failed = {
        engine: "there is no body to move" for engine in settings.engines if engine != "kinematic"
    }
    places, found = {}, {}
    for sensor in recording.sensors:
        name = sensor.name
        if name not in motion.position:
            raise ConfigError(f"recording {recording.key!r}: no poses of the sensor {name!r}")
        poses = motion.position[name][:, None], motion.world_from_tracked[name][:, None]
        trajectory = fit_trajectory((name,), *poses, motion.rate_hz)
        places[name] = Place(name, np.zeros(3))
        captured = _Poses(motion.rate_hz, motion.position, motion.world_from_tracked)
        engines = {"kinematic": trajectory} if "kinematic" in settings.engines else {}
        found[name] = _methods(sensor, places[name], engines, captured, settings)
    return Simulated(places, found, failed)


def _methods(
    sensor: Sensor,
    place: Place,
    trajectories: Mapping[str, LinkTrajectory],
    captured: _Poses,
    settings: PairedSettings,
) -> dict[str, Kinematics]:
    found = {
        engine: sensed(trajectory, place, sensor.rate_hz)
        for engine, trajectory in trajectories.items()
    }
    if settings.baselines:
        position, turn = captured.position[place.link], captured.world_from_link[place.link]
        for name, baseline in BASELINES.items():
            with suppress(MotionError):  # for too few frames
                found[name] = baseline.make(position, turn, captured.rate_hz, place.offset)
    return found


def sensed(trajectory: LinkTrajectory, place: Place, rate_hz: float) -> Kinematics:
    """What a place does, below half a sensor's rate, several times as densely sampled."""
    factor = max(OVERSAMPLED, math.ceil(2 * trajectory.bandwidth_hz / rate_hz))
    fine = link_kinematics(trajectory, place.link, place.offset, factor * rate_hz)
    force, rate, change = (band_limit(a, factor) for a in (fine.force, fine.rate, fine.change))
    return Kinematics(fine.rate_hz, force, rate, change, fine.valid)
