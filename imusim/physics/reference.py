"""The reference that the body follows: rigid, at the engine's steps."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import PARENTS
from imusim.math import rotations as rot
from imusim.trajectory import LinkTrajectory

Array = NDArray[np.float64]

_CHILDREN = tuple(
    tuple(child for child, parent in enumerate(PARENTS) if parent == link)
    for link in range(len(PARENTS))
)
_SHORTEST_BONE_M = 0.01
_ROUNDS = 2
_RIDGE = 1e-6
_FADING_STEPS = 5.0
"""Steps over which a margin gives up the acceleration with which it begins."""


def step_times(trajectory: LinkTrajectory, rate_hz: float) -> Array:
    """Times (N,) from 0 to the end of a trajectory, s, in equal steps of at least the rate."""
    steps = max(math.ceil(trajectory.end_s * rate_hz * (1 - 1e-12)), 3)
    return np.linspace(0.0, trajectory.end_s, steps + 1)


def rigid_reference(
    trajectory: LinkTrajectory, offsets: Array, time_s: Array
) -> tuple[Array, Array]:
    """Poses of a body of rigid bones that follows a trajectory.

    A trajectory smooths each link's position and orientation for itself, as strongly as its
    noise asks for; together they are not quite those of rigid bones. Here each segment is
    turned by the smallest rotation that points its bones to where the trajectory has the next
    joints, so positions, on which accelerations depend most, keep their own smoothing.

    Parameters
    ----------
    trajectory : LinkTrajectory
        Of the 22 links.
    offsets : (22, 3) array
        The body's bones, m.
    time_s : (N,) array

    Returns
    -------
    root_position : (N, 3) array, world_from_link : (N, 22, 4) array
    """
    states = trajectory.sample(time_s)
    position, turn = states.position, states.world_from_link.copy()
    placed = np.empty_like(position)
    placed[:, 0] = position[:, 0]
    for link, children in enumerate(_CHILDREN):
        parent = PARENTS[link]
        if parent >= 0:
            placed[:, link] = placed[:, parent] + rot.rotate(turn[:, parent], offsets[link])
        bones = [c for c in children if np.linalg.norm(offsets[c]) > _SHORTEST_BONE_M]
        if bones:
            have = rot.rotate(turn[:, link, None], offsets[bones])
            want = position[:, bones] - placed[:, link, None]
            turn[:, link] = rot.multiply(_smallest_turn(have, want), turn[:, link])
    return position[:, 0], rot.make_continuous(turn)


def with_margins(root_position: Array, world_from_link: Array, margin: int) -> tuple[Array, Array]:
    """Poses that go on past both ends for some steps, turned about the end: x(-t) = 2x(0) - x(t).

    Velocities have no kink there. Accelerations would change sign at once; they go on for the
    step that the clip shares with its margin, and change over the next few.
    """
    steps = np.arange(1, margin + 1)[:, None]
    fading = steps**2 * np.exp((1 - steps) / _FADING_STEPS)
    before, after = slice(margin, 0, -1), slice(-2, -2 - margin, -1)
    bend_first, bend_last = (
        np.diff(x, n=2, axis=0)[0] for x in (root_position[:3], root_position[-3:])
    )
    position = [
        2 * root_position[0] - root_position[before] + (fading * bend_first)[::-1],
        root_position,
        2 * root_position[-1] - root_position[after] + fading * bend_last,
    ]
    back = _turned_about(world_from_link[before], world_from_link[:3], fading[::-1], 0)
    on = _turned_about(world_from_link[after], world_from_link[-3:], fading, -1)
    turns = np.concatenate([back, world_from_link, on])
    return np.concatenate(position), rot.make_continuous(turns)


def _turned_about(turns: Array, at_end: Array, fading: Array, which: int) -> Array:
    """Orientations (M, 22, 4) on the other side of one of the three (3, 22, 4) at an end."""
    end = at_end[which]
    rates = rot.to_rotation_vector(rot.multiply(rot.conjugate(at_end[:-1]), at_end[1:]))
    bend = rot.from_rotation_vector(fading[..., None] * np.diff(rates, axis=0))
    return rot.multiply(rot.multiply(end, rot.multiply(rot.conjugate(turns), end)), bend)


def _smallest_turn(have: Array, want: Array) -> Array:
    """Rotations (N, 4) that bring vectors (N, K, 3) nearest to others, moving them least."""
    if have.shape[1] == 1:
        return rot.from_two_vectors(have[:, 0], want[:, 0])
    total = np.tile(rot.IDENTITY, (len(have), 1))
    turned = have
    for _ in range(_ROUNDS):  # Gauss and Newton: the turns are of a degree or less
        spread = np.einsum("nki,nkj->nij", turned, turned)
        # A little more than the trace: about bones that lie in one line, nothing turns.
        trace = np.trace(spread, axis1=1, axis2=2)[:, None, None]
        normal = (1 + _RIDGE) * trace * np.eye(3) - spread
        moment = np.cross(turned, want - turned).sum(axis=1)
        step = np.linalg.solve(normal, moment[..., None])[..., 0]
        total = rot.multiply(rot.from_rotation_vector(step), total)
        turned = rot.rotate(total[:, None], have)
    return total
