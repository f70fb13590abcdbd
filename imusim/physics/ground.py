"""Where a body meets the ground: its contact spheres, and the plates that they stand on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from imusim.body import Body, Spheres
from imusim.body.model import capsule
from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from imusim.physics.rigid import PrincipalBody

Array = NDArray[np.float64]

REACH_M = 0.10
"""Height over the ground below which a part of the body may stand on it, m: captures see the
soles of shoes and the flesh of hands and seat that far from where their ground is."""

REST_SPEED_M_S = 0.35
"""Speed of its lowest point under which a part stands, m/s: a swinging foot has several."""

LEAST_STANCE_S = 0.06
"""Shortest stance, s; a sprinter's lasts 0.09 s."""

SOLES_WITHIN_M = 0.04
"""Height over the lowest sole that stands within which another does: more, and it hangs."""

EDGE_M = 0.005
"""Radius of the heel's edge, m."""

STANDS_WITHIN_M = 0.3
"""Horizontal distance of the centre of mass from the hull of all that stands, m, beyond which
the body would fall: half a long stride is less."""

SITS_BEYOND_M = 0.1
"""The same for a body on bent legs: nearer, it squats; beyond, it sits."""

SEAT = 0.75
"""Height of the seat over the lower sole, in lengths of a leg from hip to ankle, under which the
body sits: on straight legs it is 0.9 and more, on a chair a shank's length."""

_DIRECTIONS = 16

_GIVE_M = 0.001
"""Distance by which a reference may miss its plate, m."""

_CLEAR_M = 0.05
"""Distance of a plate that is out of the way, m."""

_LOADING_M = 0.01
_LOADING_M_S = 0.5
"""Height over its plate and speed at which a sphere stops to carry load."""


def contact_spheres(body: Body) -> Spheres:
    """Spheres of a body, in its link frames: heels, balls of the feet and whatever may lie down.

    The toes have none: few captures see them bend, and stiff ones would reach into the ground
    when the heel lifts.
    """
    rows: list[tuple[int, Array, float]] = []
    for name, place in _PARTS:
        link = JOINTS.index(name)
        rows += [(link, *sphere) for sphere in place(body, link)]
    link, centre, radius = zip(*rows, strict=True)
    return Spheres(np.array(link), np.array(centre), np.array(radius))


def _sole(body: Body, link: int) -> list[tuple[Array, float]]:
    """The rear edge of the heel, and both sides of the ball, on the underside of the foot's box.

    The heel's is small: a foot lands on the edge, toes up.
    """
    centre, size = body.boxes[link]
    low = centre[2] - size[2] / 2
    back, front = centre[0] - size[0] / 2, centre[0] + size[0] / 2
    radius = min(0.35 * size[1], 0.5 * size[2])
    side = size[1] / 2 - radius
    ball = np.array([front - radius, centre[1], low + radius])
    return [
        (np.array([back + EDGE_M, centre[1], low + EDGE_M]), EDGE_M),
        (ball - np.array([0.0, side, 0.0]), radius),
        (ball + np.array([0.0, side, 0.0]), radius),
    ]


def _middle(body: Body, link: int) -> list[tuple[Array, float]]:
    """One as thick as the segment, in its middle."""
    centre, size = body.boxes[link]
    return [(centre, float(size.min() / 2))]


def _joint(body: Body, link: int) -> list[tuple[Array, float]]:
    """One about the joint, as thick as the segment: load there turns no light segment."""
    size = body.boxes[link, 1]
    return [(np.zeros(3), capsule(size)[0] if body.round_shape[link] else float(size.min()))]


def _breadth(body: Body, link: int) -> list[tuple[Array, float]]:
    """One on either side, as thick as the segment is deep."""
    centre, size = body.boxes[link]
    radius = size[0] / 2
    side = np.array([0.0, max(size[1] / 2 - radius, 0.3 * size[1]), 0.0])
    return [(centre - side, radius), (centre + side, radius)]


_PARTS = (
    ("left_ankle", _sole),
    ("right_ankle", _sole),
    ("left_wrist", _joint),
    ("right_wrist", _joint),
    ("left_knee", _joint),
    ("right_knee", _joint),
    ("left_elbow", _joint),
    ("right_elbow", _joint),
    ("pelvis", _breadth),
    ("spine3", _breadth),
    ("head", _middle),
)
"""Segments that may bear load, and how their spheres lie on them."""

_SOLES = [JOINTS.index(name) for name in ("left_ankle", "right_ankle")]
_PELVIS = JOINTS.index("pelvis")
_LEG = [JOINTS.index(name) for name in ("left_hip", "left_knee", "left_ankle")]


def to_principal(spheres: Spheres, body: PrincipalBody) -> Spheres:
    """Express spheres in the frames of the body as engines hold it."""
    centre = spheres.centre - np.where(spheres.link[:, None] == 0, body.root_offset, 0.0)
    turn = body.link_from_principal[spheres.link]
    return Spheres(spheres.link, rot.rotate_inverse(turn, centre), spheres.radius)


@dataclass(frozen=True, eq=False)
class Footing:
    """What the reference's parts do on the ground at N moments.

    Parameters
    ----------
    point : (N, S, 3) array
        The lowest point of each sphere, world, m.
    rests : (N, S) bool array
        Whether the sphere is slow.
    carries : (N, S) array
        How ready each sphere is to bear load, 0 to 1.
    levels : (N, S) array
        Heights of the plates, m: each sphere has one.
    """

    point: Array
    rests: NDArray[np.bool_]
    carries: Array
    levels: Array

    def chosen(self, used: NDArray[np.bool_]) -> Footing:
        """Of some of the spheres (S,)."""
        kept = self.point[:, used], self.rests[:, used]
        return Footing(*kept, self.carries[:, used], self.levels[:, used])

    def without(self, steps: NDArray[np.bool_]) -> Footing:
        """No load and no plates at some steps (N,)."""
        away = np.where(steps[:, None], self.point[..., 2] - _CLEAR_M, self.levels)
        return replace(self, carries=np.where(steps[:, None], 0.0, self.carries), levels=away)

    def pressed(self, depth: Array) -> Array:
        """Ground (N, S, 3) that lets the reference sink in by what its load presses, (N, S), m.

        It lies under each sphere's lowest point, at the height of its plate. A part that stands
        deeper or higher than usual takes its plate with it, but for a little: the force that its
        errors of place would make is bounded by that. From under one that sinks into the ground
        as it moves, the plate is taken away.
        """
        meets = self.point[..., 2] + depth
        levels = np.minimum(self.levels, meets + _GIVE_M)
        levels = np.where(depth > 0, np.maximum(levels, meets - _GIVE_M), levels)
        sinks = (depth == 0) & ~self.rests & (meets < self.levels - _GIVE_M)
        heights = np.where(sinks, meets - _CLEAR_M, levels)
        return np.concatenate([self.point[..., :2], heights[..., None]], axis=-1)


def find_footing(
    spheres: Spheres,
    positions: Array,
    world_from_link: Array,
    centre_of_mass: Array,
    held: NDArray[np.bool_],
    step_s: float,
) -> Footing:
    """Find where a reference stands, part by part.

    A part stands while it is slow and near the ground; where all that does so leaves the body
    without support, a foot may stand higher up, and so may the seat of a body on bent legs, on
    what the capture does not show: a stair, a chair. Captures see a ground that wanders by
    millimetres and skeletons whose soles do not fit, so each sphere has a plate of its own, which
    lies at the middle height of each stance, and in between moves from one to the next.

    Parameters
    ----------
    spheres : Spheres
        In the frames of ``world_from_link``.
    positions : (N, 22, 3) array, world_from_link : (N, 22, 4) array
    centre_of_mass : (N, 3) array
        Of the body, world, m.
    held : (N,) bool array
        Whether something holds the body up; false in flight.
    step_s : float
    """
    centre = positions[:, spheres.link] + rot.rotate(
        world_from_link[:, spheres.link], spheres.centre
    )
    point = centre - np.array([0.0, 0.0, 1.0]) * spheres.radius[:, None]
    speed = _speed(point, step_s)
    rests = speed < REST_SPEED_M_S
    stands = rests & (point[..., 2] < REACH_M)
    sole = np.isin(spheres.link, _SOLES)
    lowest = np.where(stands & sole, point[..., 2], np.inf).min(axis=1)
    stands &= ~sole | (point[..., 2] < lowest[:, None] + SOLES_WITHIN_M)
    beyond = _beyond(point[..., :2] - centre_of_mass[:, None, :2], stands)[:, None]
    height = point[..., 2]
    leg_m = np.linalg.norm(np.diff(positions[0, _LEG], axis=0), axis=1).sum()
    low = height - height[:, sole].min(axis=1)[:, None] < SEAT * leg_m
    sits = low & (spheres.link == _PELVIS) & (beyond > SITS_BEYOND_M)
    stands |= held[:, None] & rests & (sits | (sole & (beyond > STANDS_WITHIN_M)))
    levels = np.stack([_level(*track, step_s) for track in zip(height.T, stands.T, strict=True)], 1)
    near = np.clip(1 - (height - levels) / _LOADING_M, 0, 1)
    return Footing(point, rests, near * np.clip(1 - speed / _LOADING_M_S, 0, 1), levels)


def _beyond(arm: Array, stands: NDArray[np.bool_]) -> Array:
    """How far (N,) the origin lies outside the hull of those of the points (N, S, 2) that stand."""
    angle = np.arange(_DIRECTIONS) * (2 * np.pi / _DIRECTIONS)
    reach = arm @ np.stack([np.cos(angle), np.sin(angle)])
    return -np.where(stands[..., None], reach, -np.inf).max(axis=1).min(axis=1)


def _speed(point: Array, step_s: float) -> Array:
    speed = np.empty(point.shape[:2])
    speed[1:-1] = np.linalg.norm(point[2:] - point[:-2], axis=-1) / (2 * step_s)
    speed[0], speed[-1] = speed[1], speed[-2]
    return speed


def _level(height: Array, stands: NDArray[np.bool_], step_s: float) -> Array:
    """Height of a sphere's plate (N,); far below where it never stands."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], stands, [0]])))
    spans = [
        (start, stop)
        for start, stop in zip(edges[::2], edges[1::2], strict=True)
        if (stop - start) * step_s >= LEAST_STANCE_S
    ]
    if not spans:
        return np.full(len(height), float(height.min()) - 1.0)
    times = [edge for start, stop in spans for edge in (start, stop - 1)]
    values = [np.median(height[start:stop]) for start, stop in spans for _ in range(2)]
    return np.interp(np.arange(len(height)), times, values)
