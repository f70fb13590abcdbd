"""The reference that the body follows, at the engine's steps."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from imusim.math import rotations as rot
from imusim.trajectory import LinkTrajectory

Array = NDArray[np.float64]

_FADING_STEPS = 10.0
"""Steps over which a margin gives up the acceleration with which it begins."""


def step_times(trajectory: LinkTrajectory, rate_hz: float) -> Array:
    """Times (N,) from 0 to the end of a trajectory, s, in equal steps of at least the rate."""
    steps = max(math.ceil(trajectory.end_s * rate_hz * (1 - 1e-12)), 3)
    return np.linspace(0.0, trajectory.end_s, steps + 1)


def with_margins(root_position: Array, world_from_link: Array, margin: int) -> tuple[Array, Array]:
    """Poses that go on past both ends for some steps, turned about the end: x(-t) = 2x(0) - x(t).

    Velocities have no kink there. Accelerations would change sign at once; they go on as they
    are at the end, and change over the next few steps.
    """
    steps = np.arange(1, margin + 1, dtype=np.float64)[:, None]
    fading = steps**2 * np.exp(-((steps / _FADING_STEPS) ** 4))
    before, after = slice(margin, 0, -1), slice(-2, -2 - margin, -1)
    back = 2 * root_position[0] - root_position[before]
    on = 2 * root_position[-1] - root_position[after]
    position = [
        back + fading[::-1] * _at_start(np.diff(root_position[:4], n=2, axis=0)),
        root_position,
        on + fading * _at_start(np.diff(root_position[-4:], n=2, axis=0)[::-1]),
    ]
    turns = [
        _turned_about(world_from_link[before], world_from_link[:4], fading[::-1]),
        world_from_link,
        _turned_about(world_from_link[after], world_from_link[:-5:-1], fading),
    ]
    return np.concatenate(position), rot.make_continuous(np.concatenate(turns))


def _turned_about(turns: Array, near: Array, fading: Array) -> Array:
    """Orientations (M, 22, 4) on the other side of an end, whose four nearest are ``near``."""
    steps = rot.to_rotation_vector(rot.multiply(rot.conjugate(near[:-1]), near[1:]))
    bend = rot.from_rotation_vector(fading[..., None] * _at_start(np.diff(steps, axis=0)))
    other_side = rot.multiply(rot.multiply(near[0], rot.conjugate(turns)), near[0])
    return rot.multiply(other_side, bend)


def _at_start(bends: Array) -> Array:
    """Second difference at an end, from those one and two steps away."""
    return 2 * bends[0] - bends[1]
