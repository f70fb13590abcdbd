"""What a recipe states about a body over time, and the joint rotations that follow from it.

Index 0 of a pair is left, 1 right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imusim.conventions import JOINTS, PARENTS
from imusim.math import rotations as rot
from imusim.motion import local_rotations
from motion_sources.procedural import noise
from motion_sources.procedural.person import Person
from motion_sources.procedural.reach import above, elbow_side, from_axes, turned, two_bones
from motion_sources.procedural.timing import moves

Array = NDArray[np.float64]

SIDES = ("left", "right")
PALM_ABOVE = 0.03
"""Lowest place of a palm above the floor, m."""
FREE, FARTHEST = 0.90, 0.985
"""Share of the arm's length up to which a hand goes where it is put, and which it never exceeds:
beyond, trunks lean and shoulders protract instead of elbows locking."""

_SPINE = ("spine1", "spine2", "spine3")


@dataclass(frozen=True, eq=False)
class Controls:
    """A posture, or one over time: then every array has time (T,) in front.

    Parameters
    ----------
    root : (3,) array
        Pelvis in the world, m.
    turn : (4,) array
        Yaw, pitch (forward), roll (to the right) and spin about its own long axis of the
        pelvis, in that order from the outside, rad. On the back: pitch −π/2.
    spine : (3,) array
        Rotation vector of the upper trunk against the pelvis: side bend to the right, forward
        bend, twist to the left, rad.
    head : (3,) array
        The same of the head against the upper trunk.
    shrug : (2,) array
        Collars raised, rad.
    ankles : (2, 3) array
        In the world, m.
    feet : (2, 3) array
        Roll, pitch (toes down) and yaw of feet that are planted, rad.
    plant : (2,) array
        1 where ``feet`` hold, 0 where the foot hangs on its shank.
    point : (2,) array
        Plantar flexion of feet that hang, rad.
    splay : (2,) array
        Knees turned outwards, rad.
    hands : (2, 3) array
        Palms from the shoulders in the chest's frame, m.
    hold : (2,) array
        1 where the hand is at ``held`` instead.
    held : (2, 3) array
        Palms in the world, m.
    swivel : (2,) array
        Elbows turned outwards and up, rad.
    forearm : (2, 3) array
        Pronation from thumb-up, flexion and thumb-side deviation of the wrist, rad.
    tip : (2,) array
        What ``hands`` and ``held`` place: this far beyond the wrist, m; constant over time.
    """

    root: Array
    turn: Array
    spine: Array
    head: Array
    shrug: Array
    ankles: Array
    feet: Array
    plant: Array
    point: Array
    splay: Array
    hands: Array
    hold: Array
    held: Array
    swivel: Array
    forearm: Array
    tip: Array

    def but(self, **changes: ArrayLike) -> Controls:
        """The same with some values replaced."""
        return replace(self, **{k: np.asarray(v, float) for k, v in changes.items()})


Moves = Sequence[tuple[float, float, Controls]]


def blend(time_s: Array, first: Controls, keys: Moves = ()) -> Controls:
    """Controls over time: from one posture to the next with moves of minimum jerk.

    Parameters
    ----------
    time_s : (T,) array
    first : Controls
        A posture.
    keys : sequence of (start, end, posture)
    """
    names = [f.name for f in fields(Controls)]
    shapes = [getattr(first, name).shape for name in names]
    ends = np.cumsum([0] + [int(np.prod(shape)) for shape in shapes])

    def row(posture: Controls) -> Array:
        return np.concatenate([getattr(posture, name).ravel() for name in names])

    track = moves(time_s, row(first), [(a, b, row(posture)) for a, b, posture in keys])
    return Controls(
        **{
            name: track[:, ends[i] : ends[i + 1]].reshape(len(time_s), *shapes[i])
            for i, name in enumerate(names)
        }
    )


def mix(first: Controls, second: Controls, weight: Array) -> Controls:
    """Controls over time: from a posture (weight 0) to another (1), weights (T,)."""
    out = {}
    for f in fields(Controls):
        a, b = getattr(first, f.name), getattr(second, f.name)
        out[f.name] = a + weight.reshape(-1, *[1] * a.ndim) * (b - a)
    return Controls(**out)


def living(
    controls: Controls,
    rng: np.random.Generator,
    person: Person,
    time_s: Array,
    *,
    sway: float = 0.0,
    effort: float = 1.0,
) -> Controls:
    """Add breath, sway, tremor and slow shifts of trunk, head and arms; keep elbows from locking.

    Parameters
    ----------
    sway : float
        Share of quiet standing's sway.
    effort : float
        Breath against that at rest: up to three times as deep and twice as fast in exercise.
    """
    frames = len(time_s)
    breath = noise.breathing(rng, time_s, person.breath_hz * (1 + effort) / 2)
    breath *= person.breath_rad * effort
    # Quiet standing's sway: most power below 0.5 Hz, hardly any above 2 (Winter 1995).
    drift = noise.coloured(rng, frames, 0.15, 1.0, 2) * person.sway * sway
    shift = noise.coloured(rng, frames, 0.08, 0.6, 10)
    far = np.linalg.norm(controls.hands, axis=-1, keepdims=True) / person.arm
    near = -above(-far, -FARTHEST, FARTHEST - FREE) / np.maximum(far, 1e-9)
    tremor = noise.band(rng, frames, 8.0, 12.0, 6).reshape(frames, 2, 3) * person.tremor_m
    root = controls.root.copy()
    root[:, :2] += drift
    turn = controls.turn.copy()
    turn[:, 1] += drift[:, 0] / (0.55 * person.stature)
    turn[:, 2] -= drift[:, 1] / (0.55 * person.stature)
    spine = controls.spine + 0.006 * shift[:, :3]
    spine[:, 1] -= breath
    head = controls.head + 0.015 * shift[:, 3:6]
    head[:, 1] += 0.7 * breath
    return replace(
        controls,
        root=root,
        turn=turn,
        spine=spine,
        head=head,
        shrug=controls.shrug + 0.4 * breath[:, None],
        hands=near * controls.hands + tremor + 0.002 * shift[:, None, 6:9],
        held=controls.held + tremor,
        swivel=controls.swivel + 0.02 * shift[:, 9:10],
    )


@dataclass(frozen=True, eq=False)
class Trunk:
    """Pelvis, spine and head over time: world positions (T, 22, 3) and orientations (T, 22, 4).

    Arms beyond the shoulders and legs beyond the hips are not filled in.
    """

    position: Array
    world: Array

    def place(self, joint: str, offset: ArrayLike = (0.0, 0.0, 0.0)) -> Array:
        """World position (T, 3) of a point in a joint's frame, m."""
        j = JOINTS.index(joint)
        return self.position[:, j] + rot.rotate(self.world[:, j], np.asarray(offset, float))


def solve_trunk(person: Person, controls: Controls) -> Trunk:
    """Pelvis, spine, head, collars and the places of shoulders and hips."""
    frames = len(controls.root)
    position, world = np.empty((frames, 22, 3)), np.empty((frames, 22, 4))
    yaw, pitch, roll, spin = controls.turn.T
    position[:, 0] = controls.root
    facing_down = rot.multiply(_about(2, yaw), _about(1, pitch))
    world[:, 0] = rot.multiply(facing_down, rot.multiply(_about(0, roll), _about(2, spin)))
    bend = {name: rot.from_rotation_vector(controls.spine / 3) for name in _SPINE}
    nod = rot.from_rotation_vector(controls.head / 2)
    local = {**bend, "neck": nod, "head": nod}
    for k, side in enumerate(SIDES):
        local[f"{side}_collar"] = _about(0, (1 - 2 * k) * controls.shrug[:, k])
        local[f"{side}_shoulder"] = rot.IDENTITY
        local[f"{side}_hip"] = rot.IDENTITY
    for j, name in enumerate(JOINTS):
        if name in local:
            parent = PARENTS[j]
            position[:, j] = position[:, parent] + rot.rotate(world[:, parent], person.offsets[j])
            world[:, j] = rot.multiply(world[:, parent], local[name])
    return Trunk(position, world)


def trunk_of(person: Person, posture: Controls) -> Trunk:
    """Pelvis, spine and head of one posture: a time of length 1."""
    return solve_trunk(person, blend(np.zeros(1), posture))


def solve(person: Person, controls: Controls) -> tuple[Array, Array]:
    """Root positions (T, 3) and local rotations (T, 22, 4) that meet the controls."""
    trunk = solve_trunk(person, controls)
    for k in (0, 1):
        _solve_leg(person, controls, trunk, k)
        _solve_arm(person, controls, trunk, k)
    world = rot.make_continuous(trunk.world)
    return controls.root, local_rotations(np.array(PARENTS, np.intp), world)


def _solve_leg(person: Person, controls: Controls, trunk: Trunk, k: int) -> None:
    hip, knee, ankle, foot = (
        JOINTS.index(f"{SIDES[k]}_{name}") for name in ("hip", "knee", "ankle", "foot")
    )
    out = 1 - 2 * k
    start, target = trunk.position[:, hip], controls.ankles[:, k]
    line = target - start
    line = line / np.linalg.norm(line, axis=-1, keepdims=True)
    lateral = rot.rotate(trunk.world[:, 0], np.array([0.0, 1.0, 0.0]))
    ahead = np.asarray(np.cross(line, lateral), float)
    side = turned(ahead, -line, out * controls.splay[:, k])
    along, across, flexion = two_bones(start, target, side, person.thigh, person.shank)
    z, x = -along, -across
    trunk.world[:, hip] = from_axes(x, np.asarray(np.cross(z, x), float), z)
    trunk.world[:, knee] = rot.multiply(trunk.world[:, hip], _about(1, flexion))
    hanging = rot.multiply(trunk.world[:, knee], _about(1, controls.point[:, k]))
    roll, pitch, yaw = controls.feet[:, k].T
    planted = rot.multiply(_about(2, yaw), rot.multiply(_about(1, pitch), _about(0, roll)))
    between = rot.to_rotation_vector(rot.multiply(rot.conjugate(hanging), planted))
    trunk.world[:, ankle] = rot.multiply(
        hanging, rot.from_rotation_vector(controls.plant[:, k, None] * between)
    )
    # Where the heel has risen the toes stay on the floor.
    risen = 0.5 * (pitch + np.sqrt(pitch**2 + 0.05**2) - 0.05) * controls.plant[:, k]
    trunk.world[:, foot] = rot.multiply(trunk.world[:, ankle], _about(1, -risen))


def palms(controls: Controls, trunk: Trunk, k: int) -> Array:
    """Where the controls want a palm (or wrist, by ``tip``): world (T, 3), kept off the floor."""
    chest = trunk.world[:, JOINTS.index("spine3")]
    shoulder = trunk.position[:, JOINTS.index(f"{SIDES[k]}_shoulder")]
    target = shoulder + rot.rotate(chest, controls.hands[:, k])
    target = target + controls.hold[:, k, None] * (controls.held[:, k] - target)
    target[:, 2] = above(target[:, 2], PALM_ABOVE, 0.02)
    return target


def _solve_arm(person: Person, controls: Controls, trunk: Trunk, k: int) -> None:
    shoulder, elbow, wrist = (
        JOINTS.index(f"{SIDES[k]}_{name}") for name in ("shoulder", "elbow", "wrist")
    )
    out = 1 - 2 * k
    chest = trunk.world[:, JOINTS.index("spine3")]
    start, target = trunk.position[:, shoulder], palms(controls, trunk, k)
    line = target - start
    line = line / np.linalg.norm(line, axis=-1, keepdims=True)
    side = rot.rotate(chest, elbow_side(rot.rotate_inverse(chest, line), k == 0))
    side = turned(side, line, out * controls.swivel[:, k])
    lower = person.length(JOINTS[wrist]) + float(controls.tip[0, k])
    along, across, flexion = two_bones(start, target, side, person.length(JOINTS[elbow]), lower)
    y = out * along
    trunk.world[:, shoulder] = from_axes(across, y, np.asarray(np.cross(across, y), float))
    pronation, bend, deviation = controls.forearm[:, k].T
    trunk.world[:, elbow] = rot.multiply(
        trunk.world[:, shoulder], rot.multiply(_about(2, -out * flexion), _about(1, pronation))
    )
    trunk.world[:, wrist] = rot.multiply(
        trunk.world[:, elbow],
        rot.multiply(_about(0, -out * bend), _about(2, -out * deviation)),
    )


def _about(axis: int, angle: Array) -> Array:
    """Quaternions (T, 4) of turns about a coordinate axis."""
    out = np.zeros((len(angle), 4))
    out[:, axis], out[:, 3] = np.sin(angle / 2), np.cos(angle / 2)
    return out


def facing(controls: Controls, heading: float) -> Controls:
    """The whole scene turned about the vertical through the origin, rad."""
    spin = rot.from_rotation_vector([0.0, 0.0, heading])
    turn, feet = controls.turn.copy(), controls.feet.copy()
    turn[..., 0] += heading
    feet[..., 2] += heading
    return replace(
        controls,
        root=rot.rotate(spin, controls.root),
        turn=turn,
        feet=feet,
        ankles=rot.rotate(spin, controls.ankles),
        held=rot.rotate(spin, controls.held),
    )
