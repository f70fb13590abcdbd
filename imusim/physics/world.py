"""What a physics engine does for the tracker: the one interface of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Vector = tuple[float, float, float]
Contact = tuple[int, Vector, Vector]
"""A sphere, the ground's force on it, N, and where it acts, m; both in the world frame."""


class World(Protocol):
    """A body in a physics engine, stepped by hand.

    The body is one of :func:`imusim.physics.rigid.principal_body`. Velocities are those of
    :class:`imusim.physics.steps.Steps`: (23, 3), the root's in the world frame, m/s, then the
    angular rates of the 22 links against their parents in their own frames, rad/s.
    """

    def reset(self, root_position: Array, rotations: Array, velocities: Array) -> None:
        """Place the body, (3,) and (22, 4), at velocities (23, 3), with no memory of before."""
        ...

    def set_ground(self, heights: Array, speeds: Array) -> None:
        """Put the ground plates, one for each sphere, to heights (S,), m.

        They slide at ``speeds`` (S, 2), m/s, where an engine's friction holds fast; where it
        gives way by itself, they need not.
        """
        ...

    def read(self) -> tuple[Array, Array, Array]:
        """Root position (3,), rotations (22, 4) against the parents, velocities (23, 3)."""
        ...

    def step(
        self, push: Array, root_force: Array, root_torque: Array, joint_torques: Array
    ) -> None:
        """Add velocities (23, 3), then advance one step under world forces and joint torques."""
        ...

    def touched(self) -> list[Contact]:
        """Contacts of the last step."""
        ...

    def close(self) -> None:
        """Leave the engine."""
        ...


def turned(turn: Sequence[float], vector: Sequence[float]) -> Vector:
    """One vector by one quaternion; NumPy takes twenty times longer for so little."""
    x, y, z, w = turn
    a, b, c = vector
    d, e, f = 2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)
    return a + w * d + y * f - z * e, b + w * e + z * d - x * f, c + w * f + x * e - y * d
