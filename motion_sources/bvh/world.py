"""What BVH files leave unsaid: their unit of length and their upward axis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import Skeleton, forward_kinematics

Array = NDArray[np.float64]

# Metre, centimetre, millimetre, inch, and the unit of CMU's own files: an inch over 0.45.
UNITS = (1.0, 0.01, 0.001, 0.0254, 0.0254 / 0.45)

TYPICAL_STATURE = 1.70
"""Metres. The unit is taken that brings the body nearest to it, by ratio."""

STATURES = (0.6, 2.6)
"""Metres. A body outside these has some other unit, which the user must state."""

LEG_TO_STATURE = 0.491
"""Hip to knee to ankle as a part of stature (Drillis and Contini 1966)."""

_LEG = ("hip", "knee", "ankle")


def infer_scale(skeleton: Skeleton, joint_map: Mapping[str, str], positions: Array) -> float:
    """Metres in the file's unit, from the size of the body.

    Parameters
    ----------
    skeleton : Skeleton
        In the file's unit.
    joint_map : mapping
    positions : (T, J, 3) array
        World positions of the joints in the file's unit, for some of the frames.

    Raises
    ------
    MotionError
        If no usual unit gives the size of a person.
    """
    stature = _stature(skeleton, joint_map, positions)
    if not stature > 0:
        raise MotionError("all joints lie in one point: no bone has a length")
    scale = min(UNITS, key=lambda unit: abs(np.log(unit * stature / TYPICAL_STATURE)))
    if not STATURES[0] <= scale * stature <= STATURES[1]:
        raise MotionError(
            f"cannot tell the unit of length: the body is {stature:.4g} units tall; "
            "state the metres in one unit with --scale"
        )
    return scale


def _stature(skeleton: Skeleton, joint_map: Mapping[str, str], positions: Array) -> float:
    """Height of the body in the file's unit, from its legs or else from all of it."""
    at = {name: skeleton.index(joint) for name, joint in joint_map.items()}
    legs = []
    for side in ("left", "right"):
        chain = [at[name] for joint in _LEG if (name := f"{side}_{joint}") in at]
        if len(chain) == len(_LEG):
            steps = np.diff(positions[:, chain], axis=1)
            legs.append(np.median(np.linalg.norm(steps, axis=-1).sum(axis=1)))
    if legs and np.mean(legs) > 0:
        return float(np.mean(legs)) / LEG_TO_STATURE
    return float(np.median(np.ptp(positions, axis=1).max(axis=-1)))


def infer_up(skeleton: Skeleton, joint_map: Mapping[str, str], positions: Array) -> str:
    """The upward axis, ``"y"`` unless the body clearly stands along z.

    The body's long axis, from feet to head, is taken over the frames and in the rest pose. A
    body that lies down points along z in a y-up file too; so where the rest pose says y, z is
    believed only if the feet are at z = 0 and stay below the head all the time.
    """
    along = _long_axis(joint_map, skeleton, positions)
    if along is None:
        return "y"
    mean = along.mean(axis=0)
    if mean[2] < 0.8 * np.linalg.norm(mean) or mean[2] <= 0:
        return "y"
    still = np.tile(rot.IDENTITY, (1, len(skeleton.names), 1))
    rest, _ = forward_kinematics(skeleton.parents, skeleton.offsets, np.zeros((1, 3)), still)
    rest_along = _long_axis(joint_map, skeleton, rest)
    length = np.linalg.norm(along, axis=-1)
    if rest_along is not None and rest_along[0, 1] > 0.8 * np.linalg.norm(rest_along[0]):
        upright = (along[:, 2] > 0.7 * length).all()
        ground = abs(np.median(positions[..., 2].min(axis=1))) < 0.15 * np.median(length)
        return "z" if upright and ground else "y"
    return "z"


def _long_axis(joint_map: Mapping[str, str], skeleton: Skeleton, positions: Array) -> Array | None:
    """From the feet to the highest joint that is known, (T, 3)."""
    at = {name: skeleton.index(joint) for name, joint in joint_map.items()}
    top = next((at[name] for name in ("head", "neck", "spine3", "pelvis") if name in at), None)
    low = [at[name] for name in ("left_ankle", "right_ankle") if name in at]
    low = low or [at[name] for name in ("left_knee", "right_knee") if name in at]
    if top is None or not low:
        return None
    return positions[:, top] - positions[:, low].mean(axis=1)
