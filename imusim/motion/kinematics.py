"""Forward kinematics, vectorised over time and over joints of equal depth."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from imusim.math import rotations as rot
from imusim.motion.model import Motion

Array = NDArray[np.float64]

_ALL = slice(None)


def world_poses(
    motion: Motion,
    joints: NDArray[np.intp] | None = None,
    frames: NDArray[np.intp] | slice = _ALL,
) -> tuple[Array, Array]:
    """World poses of joints of a motion.

    Parameters
    ----------
    motion : Motion
    joints : (K,) int array, optional
        Those that are wanted: the work is that of them and of what lies above them. ``None``:
        all.
    frames : (T,) int array or slice
        Of the motion.

    Returns
    -------
    positions : (T, K, 3) array
        World positions, m.
    world_from_joint : (T, K, 4) array
        World orientations, xyzw.
    """
    skeleton = motion.skeleton
    parents, chosen, place = skeleton.parents, slice(None), None
    if joints is not None:
        chosen, parents, place = _with_ancestors(parents, joints)
    translations = skeleton.offsets if motion.translations is None else motion.translations[frames]
    positions, world = forward_kinematics(
        parents,
        translations[..., chosen, :],
        motion.root_position[frames],
        motion.rotations[frames][:, chosen],
    )
    return (positions, world) if place is None else (positions[:, place], world[:, place])


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
    world = np.empty(rotations.shape, order="F")
    world[:, 0] = rotations[:, 0]
    for level in _levels(tuple(parents.tolist())):
        world[:, level] = rot.multiply(world[:, parents[level]], rotations[:, level])
    return joint_positions(parents, translations, root_position, world), world


def joint_positions(
    parents: NDArray[np.intp], translations: Array, root_position: Array, world_from_joint: Array
) -> Array:
    """Positions (T, J, 3), m, of joints whose orientations in the world (T, J, 4) are known.

    The other parameters are those of :func:`forward_kinematics`.
    """
    positions = np.empty((*world_from_joint.shape[:2], 3), order="F")
    positions[:, 0] = root_position
    positions[:, 1:] = rot.rotate(world_from_joint[:, parents[1:]], translations[..., 1:, :])
    for joint, parent in enumerate(parents[1:].tolist(), start=1):
        positions[:, joint] += positions[:, parent]
    return positions


def local_rotations(parents: NDArray[np.intp], world_from_joint: Array) -> Array:
    """Inverse of the rotational part: world orientations (T, J, 4) to rotations against parents."""
    local = np.empty(world_from_joint.shape, order="F")
    local[:, 0] = world_from_joint[:, 0]
    local[:, 1:] = rot.multiply(
        rot.conjugate(world_from_joint[:, parents[1:]]), world_from_joint[:, 1:]
    )
    return local


def _with_ancestors(
    parents: NDArray[np.intp], joints: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Joints and all above them, their parents among these, and where the joints then stand."""
    needed = np.zeros(len(parents), bool)
    needed[joints] = True
    for joint in range(len(parents) - 1, 0, -1):
        needed[parents[joint]] |= needed[joint]
    number = np.cumsum(needed) - 1
    chosen = np.flatnonzero(needed)
    above = np.where(parents[chosen] < 0, -1, number[parents[chosen]])
    return chosen, above, number[joints]


@lru_cache(maxsize=256)
def _levels(parents: tuple[int, ...]) -> tuple[NDArray[np.intp], ...]:
    """Joints grouped by depth, the root left out."""
    depth = [0] * len(parents)
    for joint, parent in enumerate(parents[1:], start=1):
        depth[joint] = depth[parent] + 1
    return tuple(np.flatnonzero(np.array(depth) == d) for d in range(1, max(depth) + 1))
