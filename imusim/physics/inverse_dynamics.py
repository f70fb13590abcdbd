"""Forces that a motion needs: the recursive Newton–Euler algorithm, all moments at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.body import Body
from imusim.conventions import GRAVITY_WORLD, PARENTS
from imusim.math import rotations as rot
from imusim.physics.steps import Steps

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Forces:
    """What drives a body at N moments.

    Parameters
    ----------
    root_force : (N, 3) array
        On the root, world, N.
    root_torque : (N, 3) array
        About the root's origin, world, N m.
    joint_torques : (N, 22, 3) array
        Of each joint on its child, in the child's link frame, N m; the root's row is zero.
    """

    root_force: Array
    root_torque: Array
    joint_torques: Array

    def __add__(self, other: Forces) -> Forces:
        return Forces(
            self.root_force + other.root_force,
            self.root_torque + other.root_torque,
            self.joint_torques + other.joint_torques,
        )

    def __neg__(self) -> Forces:
        return Forces(-self.root_force, -self.root_torque, -self.joint_torques)

    def __sub__(self, other: Forces) -> Forces:
        return self + -other


def joined(blocks: list[Forces]) -> Forces:
    """Those of one span of time after the other."""
    parts = zip(*((b.root_force, b.root_torque, b.joint_torques) for b in blocks), strict=True)
    return Forces(*(np.concatenate(part) for part in parts))


@dataclass(frozen=True, eq=False)
class LinkMotion:
    """Velocities and accelerations of L links at N moments, world frame, all (N, L, 3)."""

    position: Array
    rate: Array
    change: Array
    velocity: Array
    acceleration: Array


def link_motion(
    body: Body, steps: Steps, world_from_link: Array, root_acceleration: Array, rate_changes: Array
) -> LinkMotion:
    """Forward recursion: from generalised velocities and accelerations to those of the links.

    Parameters
    ----------
    body : Body
    steps : Steps
    world_from_link : (N, 22, 4) array
        Of the same poses.
    root_acceleration : (N, 3) array
        World, m/s².
    rate_changes : (N, 22, 3) array
        Of ``steps.rates``, rad/s².
    """
    turning = rot.rotate(world_from_link, steps.rates)
    gaining = rot.rotate(world_from_link, rate_changes)
    out = LinkMotion(*(np.empty_like(turning) for _ in range(5)))
    for link, parent in enumerate(PARENTS):
        if parent < 0:
            out.position[:, 0], out.velocity[:, 0] = steps.root_position, steps.root_velocity
            out.rate[:, 0], out.change[:, 0] = turning[:, 0], gaining[:, 0]
            out.acceleration[:, 0] = root_acceleration
            continue
        above = out.rate[:, parent]
        arm = rot.rotate(world_from_link[:, parent], body.offsets[link])
        swept = _cross(above, arm)
        out.position[:, link] = out.position[:, parent] + arm
        out.rate[:, link] = above + turning[:, link]
        out.change[:, link] = (
            out.change[:, parent] + gaining[:, link] + _cross(above, turning[:, link])
        )
        out.velocity[:, link] = out.velocity[:, parent] + swept
        out.acceleration[:, link] = (
            out.acceleration[:, parent] + _cross(out.change[:, parent], arm) + _cross(above, swept)
        )
    return out


def inverse_dynamics(
    body: Body,
    world_from_link: Array,
    motion: LinkMotion,
    gravity: Array = GRAVITY_WORLD,
) -> Forces:
    """Joint torques and root wrench of a motion that nothing outside but gravity acts on.

    Forces from outside are taken off afterwards, by :func:`passed_to_root`.

    R. Featherstone, *Rigid Body Dynamics Algorithms* (2008), ch. 5, for spherical joints and a
    floating base, with all vectors in the world frame.

    Parameters
    ----------
    body : Body
    world_from_link : (N, 22, 4) array
    motion : LinkMotion
    gravity : (3,) array
    """
    centre = rot.rotate(world_from_link, body.centres_of_mass)
    spun = _cross(motion.rate, centre)
    linear = motion.acceleration + _cross(motion.change, centre) + _cross(motion.rate, spun)
    force = body.masses[:, None] * (linear - gravity)
    rate = rot.rotate_inverse(world_from_link, motion.rate)
    change = rot.rotate_inverse(world_from_link, motion.change)
    gain = _times(body.inertias, change) + _cross(rate, _times(body.inertias, rate))
    torque = rot.rotate(world_from_link, gain) + _cross(centre, force)
    return passed_to_root(world_from_link, motion.position, force, torque)


def passed_to_root(world_from_link: Array, position: Array, force: Array, torque: Array) -> Forces:
    """What joints and root bear of forces on the links: the backward recursion, which is linear.

    Parameters
    ----------
    world_from_link : (N, 22, 4) array
    position : (N, 22, 3) array
        Of the links' origins, world, m.
    force, torque : (N, 22, 3) array
        World, N, and about the links' origins, N m; overwritten.
    """
    for link in range(len(PARENTS) - 1, 0, -1):
        parent = PARENTS[link]
        arm = position[:, link] - position[:, parent]
        force[:, parent] += force[:, link]
        torque[:, parent] += torque[:, link] + _cross(arm, force[:, link])
    joint = rot.rotate_inverse(world_from_link, torque)
    joint[:, 0] = 0.0
    return Forces(force[:, 0].copy(), torque[:, 0].copy(), joint)


def _cross(a: Array, b: Array) -> Array:
    """Cross product over the last axis; quicker than NumPy's for many short vectors."""
    out = np.empty(np.broadcast_shapes(a.shape, b.shape))
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        np.multiply(a[..., j], b[..., k], out=out[..., i])
        out[..., i] -= a[..., k] * b[..., j]
    return out


def _times(matrices: Array, vectors: Array) -> Array:
    """Products of (L, 3, 3) with (N, L, 3); quicker than einsum."""
    x, y, z = (vectors[..., k : k + 1] * matrices[..., k] for k in range(3))
    return x + y + z
