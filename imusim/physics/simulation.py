"""A retargeted motion through a physics engine."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from imusim.body import Body, RetargetedMotion, Spheres
from imusim.conventions import GRAVITY_WORLD, JOINTS, PHYSICS_QUALITY, STANDARD_GRAVITY
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import forward_kinematics
from imusim.physics.engines import open_world
from imusim.physics.feasible import check_feasible
from imusim.physics.ground import Footing, contact_spheres, find_footing, to_principal
from imusim.physics.inverse_dynamics import (
    Forces,
    inverse_dynamics,
    joined,
    link_motion,
    passed_to_root,
)
from imusim.physics.load import ground_load
from imusim.physics.reference import step_times, with_margins
from imusim.physics.rigid import PrincipalBody, principal_body
from imusim.physics.settings import PhysicsSettings
from imusim.physics.steps import Steps, accelerations, steps_through
from imusim.physics.tracking import Run, track
from imusim.trajectory import LinkTrajectory, fit_trajectory, rigid_poses

Array = NDArray[np.float64]

GLITCH_LOAD, GLITCH_S = 8.0, 0.1
"""Force, in body weights, that no body makes, and the time around it in which there is no ground
for the body: a glitch of the capture would throw it off."""

MOST_STRAY_M = 0.3
"""Distance of a joint from the reference at which physics has failed to follow."""

LEAST_SUPPORT = 0.3
"""Upward force, in body weights, below which a body is in flight."""

_BLOCK = 4096
"""Steps whose forces are computed at once."""

MARGIN_S = 0.1
"""Time before and after the clip in which the body comes to stand on its feet, s."""


@dataclass(frozen=True, eq=False)
class Simulated:
    """What a body did in a physics engine: N steps.

    Parameters
    ----------
    trajectory : LinkTrajectory
        Through the recorded states of the links, which it meets at every step.
    ground_reaction : (N, 22, 3) array
        Force of the ground on each segment during each step, world, N.
    contact : (N, 22) bool array
        Whether the segment touched the ground.
    joint_torque : (N, 22, 3) array
        Of each joint on its child, in the child's link frame, N m; the pelvis's row is zero.
    root_wrench : (N, 6) array
        Force, N, and torque about the pelvis's joint, N m, on the pelvis, world: the part of
        the motion that physics did not explain.
    tracking_error : (N, 22) array
        Distance of each joint from the reference, m.
    body_weight : float
        N.
    """

    trajectory: LinkTrajectory
    ground_reaction: Array
    contact: NDArray[np.bool_]
    joint_torque: Array
    root_wrench: Array
    tracking_error: Array
    body_weight: float

    @property
    def rate_hz(self) -> float:
        """Steps a second."""
        return self.trajectory.rate_hz

    def quality(self) -> dict[str, float]:
        """Numbers of :data:`imusim.conventions.PHYSICS_QUALITY`, over the whole clip.

        ``tracking_error_m``
            Root mean square distance of the joints from the reference.
        ``root_force_fraction``
            Root mean square of the force on the pelvis that physics did not explain, over the
            body's weight.
        """
        force = np.linalg.norm(self.root_wrench[:, :3], axis=1) / self.body_weight
        numbers = (self.tracking_error, force)
        values = (float(np.sqrt(np.mean(np.square(n)))) for n in numbers)
        return dict(zip(PHYSICS_QUALITY, values, strict=True))


@dataclass(frozen=True, eq=False)
class _Plan:
    """A reference and the forces that drive a body through it."""

    body: PrincipalBody
    spheres: Spheres
    reference: Steps
    positions: Array
    drive: Forces
    ground: Array


def simulate(
    moved: RetargetedMotion,
    trajectory: LinkTrajectory,
    settings: PhysicsSettings | None = None,
) -> Simulated:
    """Drive the body through a motion in a physics engine.

    The forces of the motion are computed first, by inverse dynamics in the engine's own steps;
    the ground takes a share of the root's wrench, as far as the feet, or whatever else lies on
    it, can have carried it. The engine then moves the body under these forces, gravity and
    contact, while a weak pull holds it to the reference.

    Jumps of velocity are put onto what comes out: heel pads, shoes and joints take a blow along a
    stretched leg, which rigid bones cannot.

    Parameters
    ----------
    moved : RetargetedMotion
    trajectory : LinkTrajectory
        Of the same motion, from :func:`imusim.trajectory.fit_trajectory`.
    settings : PhysicsSettings, optional

    Raises
    ------
    MissingExtraError
        If the engine is not installed.
    MotionError
        If the motion is none that a body makes, or the engine cannot follow it.
    """
    settings = settings or PhysicsSettings()
    check_feasible(moved)
    time_s = step_times(trajectory, settings.rate_hz)
    margin = min(round(MARGIN_S / time_s[1]), len(time_s) - 2)
    plan = _plan(moved.body, trajectory.without_jumps(), time_s, margin, settings)
    step_s = plan.reference.step_s
    with closing(open_world(plan.body.body, plan.spheres, settings, step_s)) as world:
        run = track(world, plan.reference, plan.drive, plan.ground, settings)
    done = _outcome(plan, run, margin, _valid(trajectory, time_s))
    return replace(done, trajectory=done.trajectory.with_jumps_of(trajectory))


def _plan(
    body: Body, trajectory: LinkTrajectory, time_s: Array, margin: int, settings: PhysicsSettings
) -> _Plan:
    principal = principal_body(body, settings.foot_mass_ratio)
    positions, turns = rigid_poses(trajectory, body.offsets, time_s)
    root, turns = principal.to_principal(*with_margins(positions[:, 0], turns, margin))
    reference = steps_through(principal.body.parents, root, turns, float(time_s[1]))
    positions, _ = forward_kinematics(
        principal.body.parents, principal.body.offsets, root, reference.rotations
    )
    changes = accelerations(reference)
    drive = _forces(principal.body, reference, turns, changes)
    spheres = to_principal(contact_spheres(body), principal)
    if not settings.contact:
        spheres = spheres.chosen(np.zeros(len(spheres), bool))
        ground = np.zeros((len(root), 0, 3))
        return _Plan(principal, spheres, reference, positions, drive, ground)
    masses = principal.body.masses
    weight = float(masses.sum()) * STANDARD_GRAVITY
    centres = positions + rot.rotate(turns, principal.body.centres_of_mass)
    centre_of_mass = np.einsum("l,nlk->nk", masses / masses.sum(), centres)
    held = drive.root_force[:, 2] > LEAST_SUPPORT * weight
    footing = find_footing(spheres, positions, turns, centre_of_mass, held, reference.step_s)
    footing = footing.without(_glitches(drive.root_force, weight, reference.step_s))
    used = footing.carries.max(axis=0) > 0
    spheres, footing = spheres.chosen(used), footing.chosen(used)
    load = settings.load_share * ground_load(
        footing.point, footing.carries, root, drive.root_force, drive.root_torque,
        settings.friction, weight,
    )  # fmt: skip
    return _Plan(
        principal,
        spheres,
        reference,
        positions,
        drive - _borne(spheres, footing, load, positions, turns),
        footing.pressed(load[..., 2] / settings.stiffness),
    )


def _glitches(root_force: Array, weight: float, step_s: float) -> NDArray[np.bool_]:
    """Steps (N,) in or about which the motion asks for more than any ground gives."""
    wild = np.linalg.norm(root_force, axis=1) > GLITCH_LOAD * weight
    reach = round(GLITCH_S / step_s)
    about = np.convolve(wild, np.ones(2 * reach + 1))  # longer than a short clip
    return about[reach : reach + len(wild)] > 0.5


def _borne(
    spheres: Spheres, footing: Footing, load: Array, positions: Array, turns: Array
) -> Forces:
    """What the joints bear of forces (N, S, 3) on spheres, in blocks."""
    blocks = []
    for block in _blocks(len(load)):
        force, torque = np.zeros_like(positions[block]), np.zeros_like(positions[block])
        for column, link in enumerate(spheres.link):
            arm = footing.point[block, column] - positions[block, link]
            force[:, link] += load[block, column]
            torque[:, link] += np.cross(arm, load[block, column])
        blocks.append(passed_to_root(turns[block], positions[block], force, torque))
    return joined(blocks)


def _forces(
    body: Body,
    steps: Steps,
    turns: Array,
    changes: tuple[Array, Array],
    gravity: Array = GRAVITY_WORLD,
) -> Forces:
    """Inverse dynamics in blocks of steps, so that a long clip takes little memory."""
    blocks = []
    for block in _blocks(len(turns)):
        motion = link_motion(body, steps.part(block), turns[block], *(c[block] for c in changes))
        blocks.append(inverse_dynamics(body, turns[block], motion, gravity=gravity))
    return joined(blocks)


def _blocks(steps: int) -> list[slice]:
    return [slice(start, start + _BLOCK) for start in range(0, steps, _BLOCK)]


def _outcome(plan: _Plan, run: Run, margin: int, valid: NDArray[np.bool_]) -> Simulated:
    steps, principal = run.steps, plan.body
    positions, turns = forward_kinematics(
        principal.body.parents, principal.body.offsets, steps.root_position, steps.rotations
    )
    error = np.linalg.norm(positions - plan.positions, axis=-1)
    acted = plan.drive + _pulled(principal.body, run, turns)
    pelvis, links = principal.from_principal(steps.root_position, turns)
    torque = acted.root_torque + np.cross(steps.root_position - pelvis, acted.root_force)
    positions[:, 0] = pelvis
    ground = np.zeros_like(positions)
    for sphere, link in enumerate(plan.spheres.link):
        ground[:, link] += run.contact_force[:, sphere]
    kept = slice(margin, margin + len(valid))
    _check_strays(error[kept], steps.step_s)
    trajectory = fit_trajectory(
        JOINTS, positions, rot.make_continuous(links), 1 / steps.step_s, position_noise=0.0
    )
    ground = ground[kept]
    return Simulated(
        _cut(trajectory, margin, valid),
        ground,
        np.square(ground).sum(axis=2) > 0,
        rot.rotate(principal.link_from_principal, acted.joint_torques[kept]),
        np.concatenate([acted.root_force, torque], axis=1)[kept],
        error[kept],
        float(principal.body.masses.sum()) * STANDARD_GRAVITY,
    )


def _check_strays(error: Array, step_s: float) -> None:
    step, joint = np.unravel_index(np.argmax(error), error.shape)
    if error[step, joint] > MOST_STRAY_M:
        raise MotionError(
            f"{JOINTS[joint]} strays by {error[step, joint]:.2f} m at {step * step_s:.2f} s: "
            "physics cannot follow"
        )


def _cut(trajectory: LinkTrajectory, start: int, valid: NDArray[np.bool_]) -> LinkTrajectory:
    """The same splines from a frame on, for as many frames as ``valid`` has.

    They go through the margins: a spline has no hold at its own ends.
    """
    tracks = (
        replace(track, knots=track.knots - start)
        for track in (trajectory.position, trajectory.orientation)
    )
    return LinkTrajectory(trajectory.names, trajectory.rate_hz, valid, *tracks)


def _pulled(body: Body, run: Run, turns: Array) -> Forces:
    """Forces that would have pulled as the added velocities did: their rate times the inertia."""
    steps = run.steps
    rest = Steps(
        steps.step_s,
        steps.root_position,
        steps.rotations,
        np.zeros_like(steps.root_velocity),
        np.zeros_like(steps.rates),
    )
    gained = run.push / steps.step_s
    return _forces(body, rest, turns, (gained[:, 0], gained[:, 1:]), gravity=np.zeros(3))


def _valid(trajectory: LinkTrajectory, time_s: Array) -> NDArray[np.bool_]:
    """Whether both frames around each time were seen."""
    place = np.clip(time_s * trajectory.rate_hz, 0, len(trajectory.valid) - 1)
    below, above = np.floor(place + 1e-6).astype(int), np.ceil(place - 1e-6).astype(int)
    return trajectory.valid[below] & trajectory.valid[above]
