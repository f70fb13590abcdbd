"""Channels that a corpus can hold beside the signals: forces, other sensors, the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS

KINEMATIC = "kinematic"
"""The engine without forces: its clips have no such channels."""

SENSORS = -1
"""In a channel's shape: as many as there are sensors."""


class Channel(NamedTuple):
    """A dataset with a row a signal frame: a row's shape, its type, frames a chunk, notes."""

    shape: tuple[int, ...]
    dtype: str
    chunk_frames: int
    notes: dict[str, str]

    def row(self, sensors: int) -> tuple[int, ...]:
        """A row's shape where there are so many sensors."""
        return tuple(sensors if size == SENSORS else size for size in self.shape)


def _each_sensor(axes: str, units: str, frame: str, *shape: int) -> Channel:
    notes = {"units": units, "axes": f"frame, sensor{axes}", "frame": frame}
    return Channel((SENSORS, *shape), "<f4", 256, {k: v for k, v in notes.items() if v})


_FORCES: dict[str, Channel] = {
    "ground_reaction": Channel(
        (len(JOINTS), 3),
        "<f4",
        256,
        {
            "units": "N",
            "axes": "frame, segment, xyz",
            "frame": "world, right-handed, z up; force of the ground on the segment",
            "meaning": "mean over the frame's interval; NaN where no physics ran",
        },
    ),
    "contact": Channel(
        (len(JOINTS),),
        "|b1",
        1024,
        {
            "axes": "frame, segment",
            "meaning": "whether the segment touched the ground in the frame's interval",
        },
    ),
    "joint_torque": Channel(
        (len(JOINTS), 3),
        "<f4",
        256,
        {
            "units": "N m",
            "axes": "frame, joint, xyz",
            "frame": "link; torque of the joint on the segment below it, zero at the pelvis",
            "meaning": "mean over the frame's interval; NaN where no physics ran",
        },
    ),
    "root_wrench": Channel(
        (6,),
        "<f4",
        1024,
        {
            "units": "N, N m",
            "axes": "frame, force xyz and torque xyz",
            "frame": "world, at the pelvis's joint; the part of the motion that physics did not "
            "explain",
            "meaning": "mean over the frame's interval; NaN where no physics ran",
        },
    ),
}
"""What the physics felt and did; segments and joints are those of
:data:`imusim.conventions.JOINTS`."""

_IDEAL = "; without the device's errors"
_TRUTH: dict[str, Channel] = {
    "true_accelerometer": _each_sensor(", xyz", "m/s^2", f"sensor; specific force{_IDEAL}", 3),
    "true_gyroscope": _each_sensor(", xyz", "rad/s", f"sensor; angular velocity{_IDEAL}", 3),
    "true_orientation": _each_sensor(", quaternion xyzw", "", "world from sensor", 4),
    "true_position": _each_sensor(", xyz", "m", "world", 3),
    "true_velocity": _each_sensor(", xyz", "m/s", "world", 3),
    "true_time": _each_sensor("", "s", "instant at which the device sampled, from the start"),
}

CHANNELS: dict[str, Channel] = {
    **_FORCES,
    "magnetometer": _each_sensor(", xyz", "uT", "sensor; magnetic flux density", 3),
    "barometer": _each_sensor("", "Pa", "air pressure"),
    "received": Channel(
        (SENSORS,),
        "|b1",
        1024,
        {"axes": "frame, sensor", "meaning": "false: the sample was lost, the last one is held"},
    ),
    **_TRUTH,
    "true_magnetometer": _each_sensor(", xyz", "uT", f"sensor; magnetic flux density{_IDEAL}", 3),
    "true_barometer": _each_sensor("", "Pa", f"air pressure{_IDEAL}"),
}
"""All that there are, in the order in which they are stored."""

FORCES = tuple(_FORCES)
"""Channels that need a physics engine."""
TRUTH = tuple(_TRUTH)
"""What every device should have read, and where its sensor was."""


def known_channels(names: Sequence[str]) -> tuple[str, ...]:
    """The names in the order in which they are stored. Raises ValueError if one is unknown."""
    unknown = [name for name in names if name not in CHANNELS]
    if unknown:
        raise ValueError(f"no channel {unknown[0]!r}; there are: {', '.join(CHANNELS)}")
    return tuple(name for name in CHANNELS if name in names)


def checked_channels(
    given: Mapping[str, NDArray[Any]],
    names: tuple[str, ...],
    frames: int,
    sensors: int,
    engine: str,
) -> dict[str, NDArray[Any]]:
    """A clip's channels in the types that are stored.

    A kinematic clip has no forces: NaN is stored, and no contact. Raises ValueError.
    """
    if engine == KINEMATIC:
        felt = [name for name in given if name in FORCES]
        if felt:
            raise ValueError(f"a kinematic clip has no forces, and so no channel {felt[0]!r}")
        nothing = {n: _nothing(CHANNELS[n], frames) for n in names if n in FORCES}
        given = {**given, **nothing}
    if set(given) != set(names):
        wrong = sorted(set(given) ^ set(names))[0]
        raise ValueError(f"it lacks, or should not have, the channel {wrong!r}")
    arrays = {}
    for name in names:
        shape = (frames, *CHANNELS[name].row(sensors))
        with np.errstate(over="ignore"):
            array = np.asarray(given[name]).astype(CHANNELS[name].dtype, copy=False)
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, not {shape}")
        nothing_there = engine == KINEMATIC and name in FORCES
        if not (nothing_there or np.isfinite(array).all()):
            raise ValueError(f"{name} holds a value that is not a finite float32 number")
        arrays[name] = array
    return arrays


def _nothing(channel: Channel, frames: int) -> NDArray[Any]:
    empty = False if channel.dtype == "|b1" else np.nan
    return np.full((frames, *channel.shape), empty, channel.dtype)
