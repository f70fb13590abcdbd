"""What is drawn of sensors beside their signals: where they sit, what they lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS, PARENTS
from imusim.corpus import Clip

_AHEAD = {"pelvis": "spine1", "spine3": "neck"}
"""Joint at the far end of segments that several others hang on."""
_BESIDE = 1.2
"""Bones from the joint, at most, at which a sensor is drawn."""


class Place(NamedTuple):
    """A point on a bone: the joint where it starts, the one where it ends, share of its length."""

    joint: int
    towards: int
    share: float


def sensor_places(clip: Clip, sensors: Sequence[str]) -> list[Place]:
    """Where on its bone each sensor sits; at the joint for bones without another end."""
    poses = clip.poses
    found = []
    for sensor in sensors:
        column = clip.sensors.index(sensor)
        joint = JOINTS.index(clip.joints[column])
        towards = _far_end(joint)
        share = 0.0
        if towards != joint and len(poses):
            bone = np.nanmedian(np.linalg.norm(poses[:, towards] - poses[:, joint], axis=-1))
            share = _along(clip.joints[column], clip.mounting_offset[column]) / max(bone, 1e-6)
        found.append(Place(joint, towards, float(np.clip(share, 1 - _BESIDE, _BESIDE))))
    return found


def lost_samples(clip: Clip, sensor: str) -> NDArray[np.bool_]:
    """Which samples (F,) of a sensor did not arrive."""
    if "received" not in clip.channels:
        return np.zeros(len(clip), bool)
    return ~clip.channel("received")[:, clip.sensors.index(sensor)]


def between(points: NDArray[np.float64], place: Place) -> NDArray[np.float64]:
    """The point of a figure (22, D) at a place, (D,)."""
    start, end = points[place.joint], points[place.towards]
    return start + place.share * (end - start) if np.isfinite(end).all() else start


def _far_end(joint: int) -> int:
    ahead = [child for child, parent in enumerate(PARENTS) if parent == joint]
    if JOINTS[joint] in _AHEAD:
        return JOINTS.index(_AHEAD[JOINTS[joint]])
    return ahead[0] if ahead else joint


def _along(joint: str, offset: NDArray[np.float64]) -> float:
    from imusim.sensor.placement.anatomy import segment_axes  # brings the engine

    return float(offset @ segment_axes(joint).distal)
