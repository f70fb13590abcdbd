"""Bones measured from joint positions, and the standing pose that they are laid out in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.conventions import JOINTS, PARENTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion.model import Skeleton

Array = NDArray[np.float64]

# Steps from a joint's parent to the joint in a T-pose that faces +x, m: round numbers of an
# adult. Only their directions matter, and for joints where several bones leave their spread.
_STEPS: dict[str, tuple[float, float, float]] = {
    "pelvis": (0, 0, 0),
    "hip": (0, 0.08, -0.08),
    "spine1": (0, 0, 0.11),
    "knee": (0, 0, -0.4),
    "spine2": (0, 0, 0.12),
    "ankle": (0, 0, -0.42),
    "spine3": (0, 0, 0.06),
    "foot": (0.12, 0, -0.05),
    "neck": (0, 0, 0.22),
    "collar": (0, 0.07, 0.12),
    "head": (0, 0, 0.1),
    "shoulder": (0, 0.11, 0.03),
    "elbow": (0, 0.26, 0),
    "wrist": (0, 0.25, 0),
}

_SMPL_AXES = [1, 2, 0]
"""Our y, z and x are SMPL's x, y and z: left, up, forward."""
_ROUNDS = 3
"""Times that a rigid shape is fitted to the frames and averaged anew."""


def kind(joint: str) -> str:
    """A joint's name without its side."""
    return joint.removeprefix("left_").removeprefix("right_")


def rest_positions() -> Array:
    """Joint positions (22, 3) of the T-pose, m."""
    positions = np.zeros((len(JOINTS), 3))
    for joint, parent in enumerate(PARENTS):
        step = np.array(_STEPS[kind(JOINTS[joint])], float)
        if JOINTS[joint].startswith("right_"):
            step[1] *= -1
        positions[joint] = step if parent < 0 else positions[parent] + step
    return positions


def smpl_skeleton() -> Skeleton:
    """SMPL's 22 body joints with round proportions, in SMPL's axes."""
    places = rest_positions()[:, _SMPL_AXES]
    parents = np.array(PARENTS, np.intp)
    offsets = places - places[parents]
    offsets[0] = 0.0
    return Skeleton(JOINTS, parents, offsets)


def order_joints(joints: Sequence[str]) -> tuple[list[int], NDArray[np.intp]]:
    """Put the joints that a source has into the canonical order.

    Parameters
    ----------
    joints : sequence of str
        Canonical names in the source's order.

    Returns
    -------
    columns : list of int
        Where each joint stands in the source.
    parents : (J,) int array
        Nearest ancestor that the source has.

    Raises
    ------
    MotionError
        For a name that is no canonical joint or comes twice, or without pelvis, hips and a
        joint of the trunk above them.
    """
    if len(set(joints)) != len(joints):
        raise MotionError("joint names repeat")
    unknown = set(joints) - set(JOINTS)
    if unknown:
        raise MotionError(f"{sorted(unknown)[0]!r} is no joint; there are: {', '.join(JOINTS)}")
    lacking = {"pelvis", "left_hip", "right_hip"} - set(joints)
    if lacking or not {"spine1", "spine2", "spine3", "neck"} & set(joints):
        lacks = ", ".join(sorted(lacking)) or "a joint of the spine, or the neck,"
        raise MotionError(f"{lacks} missing: the trunk's orientation cannot be told")
    present = [j for j, name in enumerate(JOINTS) if name in joints]
    parents = []
    for joint in present:
        above = PARENTS[joint]
        while above >= 0 and above not in present:
            above = PARENTS[above]
        parents.append(present.index(above) if above >= 0 else -1)
    return [list(joints).index(JOINTS[j]) for j in present], np.array(parents, np.intp)


def rigid_shape(points: Array, template: Array) -> Array:
    """Shape (K, 3) of points that move as one body, laid along a template.

    The median over the frames, each turned onto the shape so far: generalised Procrustes
    analysis (Gower 1975) with medians, which bad frames do not move.

    Parameters
    ----------
    points : (T, K, 3) array
        m.
    template : (K, 3) array
        The shape that gives the axes, m.
    """
    centred = points - points.mean(axis=1, keepdims=True)
    template = template - template.mean(axis=0)
    shape = template
    for _ in range(_ROUNDS):
        turns = rigid_turns(shape, centred)
        shape = np.median(np.einsum("tji,tkj->tki", turns, centred), axis=0)
        shape = shape @ rigid_turns(template, shape[None])[0]
    return shape


def rigid_turns(shape: Array, points: Array) -> Array:
    """Rotation matrices (T, 3, 3) that bring a shape (K, 3) onto points (T, K, 3), both centred."""
    return rot.nearest_matrix(np.einsum("tki,kj->tij", points, shape))


def rigid_orientations(shape: Array, points: Array) -> Array:
    """As quaternions (T, 4), of points (T, K, 3) anywhere."""
    turns = rigid_turns(shape, points - points.mean(axis=1, keepdims=True))
    return Rotation.from_matrix(turns).as_quat()
