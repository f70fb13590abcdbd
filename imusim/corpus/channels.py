"""Channels that a corpus can hold beside the signals: what the physics felt and did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS

KINEMATIC = "kinematic"
"""The engine without forces: its clips have no channels."""


class Channel(NamedTuple):
    """A dataset with a row a signal frame: a row's shape, its type, frames a chunk, notes."""

    shape: tuple[int, ...]
    dtype: str
    chunk_frames: int
    notes: dict[str, str]


CHANNELS: dict[str, Channel] = {
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
"""All that there are, in the order in which they are stored; segments and joints are those of
:data:`imusim.conventions.JOINTS`."""


def known_channels(names: Sequence[str]) -> tuple[str, ...]:
    """The names in the order in which they are stored. Raises ValueError if one is unknown."""
    unknown = [name for name in names if name not in CHANNELS]
    if unknown:
        raise ValueError(f"no channel {unknown[0]!r}; there are: {', '.join(CHANNELS)}")
    return tuple(name for name in CHANNELS if name in names)


def checked_channels(
    given: Mapping[str, NDArray[Any]], names: tuple[str, ...], frames: int, engine: str
) -> dict[str, NDArray[Any]]:
    """A clip's channels in the types that are stored.

    A kinematic clip has none: NaN is stored, and no contact. Raises ValueError.
    """
    if engine == KINEMATIC and not given:
        return {name: _nothing(CHANNELS[name], frames) for name in names}
    if engine == KINEMATIC:
        raise ValueError("a kinematic clip has no forces, and so no channels")
    if set(given) != set(names):
        wrong = sorted(set(given) ^ set(names))[0]
        raise ValueError(f"it lacks, or should not have, the channel {wrong!r}")
    arrays = {}
    for name in names:
        shape = (frames, *CHANNELS[name].shape)
        with np.errstate(over="ignore"):
            array = np.asarray(given[name]).astype(CHANNELS[name].dtype, copy=False)
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, not {shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds a value that is not a finite float32 number")
        arrays[name] = array
    return arrays


def _nothing(channel: Channel, frames: int) -> NDArray[Any]:
    empty = False if channel.dtype == "|b1" else np.nan
    return np.full((frames, *channel.shape), empty, channel.dtype)
