"""Whole bodies around the few segments that were captured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.conventions import JOINTS, PARENTS
from imusim.math import rotations as rot
from imusim.motion import Motion, Provenance, Skeleton, local_rotations
from imusim.motion.bones import rest_positions

Array = NDArray[np.float64]

Z_FROM_Y_UP = np.array([np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)])
"""A quarter turn about x: from a world with y up to ours."""
SOLE_M = 0.057
"""Height of an adult's ankle joint above the sole."""
HEEL_M = 0.044
"""From the ankle joint to the back of the heel, along the foot."""
TOE_M = 0.20
"""From the ankle joint to the tip of the foot."""


def rest_offsets() -> Array:
    """Bones (22, 3) of a T-pose that faces +x, m: an adult's."""
    places = rest_positions()
    offsets = places - places[list(PARENTS)]
    offsets[0] = 0
    return offsets


def canonical_motion(
    pelvis: Array,
    world_from_link: Array,
    offsets: Array,
    rate_hz: float,
    key: str,
    provenance: Provenance,
    captions: tuple[str, ...] = (),
) -> Motion:
    """A motion of the canonical joints.

    Parameters
    ----------
    pelvis : (T, 3) array
        World, m; NaN in gaps.
    world_from_link : (T, 22, 4) array
        Orientations of the segments, which lie along the world's axes in a T-pose.
    offsets : (22, 3) array
        Bones in that T-pose, m.
    rate_hz : float
    key : str
    provenance : Provenance
    captions : tuple of str
    """
    parents = np.array(PARENTS, np.intp)
    return Motion(
        Skeleton(JOINTS, parents, offsets),
        pelvis,
        local_rotations(parents, world_from_link),
        rate_hz,
        captions=captions,
        key=key,
        provenance=provenance,
        joint_map={joint: joint for joint in JOINTS},
        rest_is_t_pose=True,
    )


def lowest_of_foot(ankle: Array, world_from_foot: Array) -> Array:
    """Height (T,) of the lower of heel and tip of a foot, m, from its ankle (T, 3) and link."""
    ends = [
        ankle + rot.rotate(world_from_foot, np.array([ahead, 0.0, -SOLE_M]))
        for ahead in (-HEEL_M, TOE_M)
    ]
    return np.minimum(*(end[:, 2] for end in ends))


def two_bones(hip: Array, ankle: Array, forward: Array, lengths: Sequence[float]) -> Array:
    """Orientations (T, 2, 4) of thigh and shank between hip and ankle (T, 3), knee forward.

    Both bones lie along -z of their links; the knee bends about their common y axis.
    """
    thigh, shank = lengths
    apart = ankle - hip
    distance = np.linalg.norm(apart, axis=1, keepdims=True)
    down = apart / distance
    ahead = rot.normalise(forward - np.sum(forward * down, axis=1, keepdims=True) * down)
    along = (distance**2 + thigh**2 - shank**2) / (2 * distance)
    knee = hip + along * down + np.sqrt(np.maximum(thigh**2 - along**2, 0)) * ahead
    links = []
    for start, end in ((hip, knee), (knee, ankle)):
        up = rot.normalise(start - end)
        left = np.cross(down, ahead) * -1.0
        matrices = np.stack([np.cross(left, up), left, up], axis=2)
        links.append(Rotation.from_matrix(matrices).as_quat())
    return np.stack(links, axis=1)
