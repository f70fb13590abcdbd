"""Driving the body through a reference: exact feed-forward and a pull on velocities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.physics.inverse_dynamics import Forces
from imusim.physics.settings import PhysicsSettings
from imusim.physics.steps import Steps
from imusim.physics.world import Contact, World

Array = NDArray[np.float64]


def _products() -> Array:
    """From products (16,) of two quaternions' components to conj(first) second, (16, 4)."""
    maps = np.zeros((4, 4, 4))
    maps[range(4), range(4), 3] = 1.0
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        maps[i, j, k], maps[j, i, k] = -1.0, 1.0
        maps[3, i, i], maps[i, 3, i] = 1.0, -1.0
    return maps.reshape(16, 4)


_BETWEEN = _products()

MOST_ERROR = 2.0
"""Distance of the pelvis, m, or turn of a joint, rad, at which the reference counts as lost: the
toes are light, and may turn by one when the ground meets the foot aslant."""

CREEP_S = 0.05
"""Time in which the ground lets what stands beside its place in the reference come to it."""


@dataclass(frozen=True, eq=False)
class Run:
    """What the engine did at N steps.

    Parameters
    ----------
    steps : Steps
        States before each step.
    push : (N, 23, 3) array
        Velocities that the pull added at each step.
    contact_force : (N, S, 3) array
        Of the ground on each sphere during each step, world, N.
    contact_moment : (N, S, 3) array
        Of these about the world's origin, N m.
    """

    steps: Steps
    push: Array
    contact_force: Array
    contact_moment: Array


def track(
    world: World, reference: Steps, drive: Forces, ground: Array, settings: PhysicsSettings
) -> Run:
    """Follow a reference through the engine.

    At every step the drive's forces act and the velocities gain ``h (ω² e + 2 ζ ω ė)``: the pull
    of a damped spring on every coordinate, as strong as the inertia that it moves.

    Where a foot lands beside its place, or slides as captured feet do, friction would hold it
    there against the pull with all it has: so the ground under each sphere gives way slowly.

    Parameters
    ----------
    world : World
    reference : Steps
    drive : Forces
        Of the reference, from :func:`imusim.physics.inverse_dynamics.inverse_dynamics`.
    ground : (N, S, 3) array
        Where the reference's spheres meet the ground, at the heights of their plates, m.
    settings : PhysicsSettings

    Raises
    ------
    MotionError
        When the body runs away from the reference.
    """
    step_s = reference.step_s
    omega = 2 * np.pi * settings.tracking_hz
    stiff, damp = step_s * omega**2, 2 * step_s * settings.tracking_damping_ratio * omega
    wanted = np.concatenate([reference.root_velocity[:, None], reference.rates], axis=1)
    position = np.empty_like(reference.root_position)
    rotations = np.empty_like(reference.rotations)
    velocities, push = np.empty_like(wanted), np.empty_like(wanted)
    contacts: list[tuple[int, Contact]] = []
    touched: list[Contact] = []
    speeds = np.zeros_like(ground[..., :2])
    error = np.empty(wanted.shape[1:])
    world.reset(reference.root_position[0], reference.rotations[0], wanted[0])
    for k in range(len(position)):
        position[k], rotations[k], velocities[k] = world.read()
        error[0] = reference.root_position[k] - position[k]
        error[1:] = _turn_between(rotations[k], reference.rotations[k])
        if not np.abs(error).max() < MOST_ERROR:
            raise MotionError(
                f"the {settings.engine} engine loses the motion after {k * step_s:.2f} s: it "
                "moves as no body does"
            )
        push[k] = stiff * error + damp * (wanted[k] - velocities[k])
        for sphere, _, (x, y, _) in touched:  # as the last step began
            speeds[k, sphere] += (ground[k - 1, sphere, :2] - (x, y)) / CREEP_S
        world.set_ground(ground[k, :, 2], speeds[k])
        world.step(push[k], drive.root_force[k], drive.root_torque[k], drive.joint_torques[k])
        touched = world.touched()
        contacts += [(k, contact) for contact in touched]
    steps = Steps(step_s, position, rotations, velocities[:, 0], velocities[:, 1:])
    return Run(steps, push, *_summed(contacts, ground.shape[:2]))


def _summed(contacts: list[tuple[int, Contact]], shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Forces and their moments about the origin, (N, S, 3)."""
    force, moment = np.zeros((*shape, 3)), np.zeros((*shape, 3))
    if contacts:
        step = np.array([k for k, _ in contacts])
        sphere = np.array([contact[0] for _, contact in contacts])
        pressed, at = (np.array([contact[i] for _, contact in contacts]) for i in (1, 2))
        np.add.at(force, (step, sphere), pressed)
        np.add.at(moment, (step, sphere), np.cross(at, pressed))
    return force, moment


def _turn_between(turns: Array, wanted: Array) -> Array:
    """Small rotations (22, 3) from turns to those wanted, in the links' own frames."""
    products = (turns[:, :, None] * wanted[:, None, :]).reshape(-1, 16)
    between = products @ _BETWEEN
    return np.copysign(2.0, between[:, 3:]) * between[:, :3]
