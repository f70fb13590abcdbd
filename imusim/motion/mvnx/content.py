"""What an MVNX file holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SEGMENTS = (
    "Pelvis", "L5", "L3", "T12", "T8", "Neck", "Head",
    "RightShoulder", "RightUpperArm", "RightForeArm", "RightHand",
    "LeftShoulder", "LeftUpperArm", "LeftForeArm", "LeftHand",
    "RightUpperLeg", "RightLowerLeg", "RightFoot", "RightToe",
    "LeftUpperLeg", "LeftLowerLeg", "LeftFoot", "LeftToe",
)  # fmt: skip
"""Of a whole body, in the order of the arrays."""
SENSORS = tuple(s for s in SEGMENTS if s not in ("L5", "L3", "T12", "Neck", "RightToe", "LeftToe"))
"""Segments that wear a unit in a full suit, in the order of the arrays."""


class Node(NamedTuple):
    """What each frame may hold: of segments or sensors, so many numbers each."""

    of: str
    width: int


NODES: Mapping[str, Node] = {
    "orientation": Node("segment", 4),
    "position": Node("segment", 3),
    "sensorAcceleration": Node("sensor", 3),
    "sensorAngularVelocity": Node("sensor", 3),
    "sensorFreeAcceleration": Node("sensor", 3),
    "sensorOrientation": Node("sensor", 4),
}


@dataclass(frozen=True, eq=False)
class Mvnx:
    """What was asked for of a file.

    Parameters
    ----------
    rate_hz : float or None
        As stated, else from the times of the frames; ``None``: neither says.
    segments, sensors : tuple of str
    joints : tuple of (str, str)
        Segments that a joint connects, the one nearer to the pelvis first.
    comment : str
        What the user of MVN wrote.
    frame : (T,) int array
        Numbers of the frames of motion; they rise, and skip where frames are missing.
    values : mapping of str to (T, K, width) array
        As the file has them: quaternions w first.
    calibration : mapping of str to mapping
        The poses ``identity`` and ``tpose``, (K, width) by name of the node.
    sha256 : str
    """

    rate_hz: float | None
    segments: tuple[str, ...]
    sensors: tuple[str, ...]
    joints: tuple[tuple[str, str], ...]
    comment: str
    frame: NDArray[np.int64]
    values: Mapping[str, Array]
    calibration: Mapping[str, Mapping[str, Array]]
    sha256: str

    def evenly(self, values: Array) -> Array:
        """Values (T, ...) of the frames at every frame from first to last, NaN where missing."""
        count = int(self.frame[-1] - self.frame[0]) + 1
        if count == len(values):
            return values
        out = np.full((count, *values.shape[1:]), np.nan)
        out[self.frame - self.frame[0]] = values
        return out
