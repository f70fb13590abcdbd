"""Forward kinematics, vectorised over time and over joints of equal depth."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from imusim.math import rotations as rot
from imusim.motion.model import Motion

Array = NDArray[np.float64]


def world_poses(motion: Motion) -> tuple[Array, Array]:
    """World poses of all joints of a motion.

    Returns
    -------
    positions : (T, J, 3) array
        World positions, m.
    world_from_joint : (T, J, 4) array
        World orientations, xyzw.
    """
    skeleton = motion.skeleton
    return forward_kinematics(
        skeleton.parents,
        skeleton.offsets if motion.translations is None else motion.translations,
        motion.root_position,
        motion.rotations,
    )


def forward_kinematics(
    parents: NDArray[np.intp], translations: Array, root_position: Array, rotations: Array
) -> tuple[Array, Array]:
    """Compose local poses along a tree.

    Parameters
    ----------
    parents : (J,) int array
        Parents before children, -1 for the root.
    translations : (J, 3) or (T, J, 3) array
        Each joint's place in its parent's frame, m; the root's row is ignored.
    root_position : (T, 3) array
        World, m.
    rotations : (T, J, 4) array
        Against the parent; the root's against the world.

    Returns
    -------
    positions : (T, J, 3) array, world_from_joint : (T, J, 4) array
    """
    translations = np.broadcast_to(translations, (*rotations.shape[:2], 3))
    positions = np.empty((*rotations.shape[:2], 3))
    world = np.empty(rotations.shape)
    positions[:, 0], world[:, 0] = root_position, rotations[:, 0]
    for level in _levels(tuple(int(p) for p in parents)):
        above = parents[level]
        positions[:, level] = positions[:, above] + rot.rotate(
            world[:, above], translations[:, level]
        )
        world[:, level] = rot.multiply(world[:, above], rotations[:, level])
    return positions, world


def local_rotations(parents: NDArray[np.intp], world_from_joint: Array) -> Array:
    """Inverse of the rotational part: world orientations (T, J, 4) to rotations against parents."""
    local = world_from_joint.copy()
    local[:, 1:] = rot.multiply(
        rot.conjugate(world_from_joint[:, parents[1:]]), world_from_joint[:, 1:]
    )
    return local


@lru_cache(maxsize=256)
def _levels(parents: tuple[int, ...]) -> tuple[NDArray[np.intp], ...]:
    """Joints grouped by depth, the root left out."""
    depth = [0] * len(parents)
    for joint, parent in enumerate(parents[1:], start=1):
        depth[joint] = depth[parent] + 1
    return tuple(np.flatnonzero(np.array(depth) == d) for d in range(1, max(depth) + 1))
