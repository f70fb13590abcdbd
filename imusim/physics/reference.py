"""The reference that the body follows, at the engine's steps."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from imusim.math import rotations as rot
from imusim.trajectory import LinkTrajectory

Array = NDArray[np.float64]

_FADING_STEPS = 5.0
"""Steps over which a margin gives up the acceleration with which it begins."""


def step_times(trajectory: LinkTrajectory, rate_hz: float) -> Array:
    """Times (N,) from 0 to the end of a trajectory, s, in equal steps of at least the rate."""
    steps = max(math.ceil(trajectory.end_s * rate_hz * (1 - 1e-12)), 3)
    return np.linspace(0.0, trajectory.end_s, steps + 1)


def with_margins(root_position: Array, world_from_link: Array, margin: int) -> tuple[Array, Array]:
    """Poses that go on past both ends for some steps, turned about the end: x(-t) = 2x(0) - x(t).

    Velocities have no kink there. Accelerations would change sign at once; they go on for the
    step that the clip shares with its margin, and change over the next few.
    """
    steps = np.arange(1.0, margin + 1)[:, None]
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
