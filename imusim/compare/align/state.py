"""The model of a sensor's readings, and its derivatives by every parameter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.compare.align.model import NAMES, Alignment
from imusim.compare.align.signals import Stack
from imusim.math import rotations as rot

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

BLOCKS = {
    "rotation": slice(0, 3),
    "lever_arm": slice(3, 6),
    "accelerometer_bias": slice(6, 9),
    "gyroscope_bias": slice(9, 12),
    "accelerometer_scale": slice(12, 15),
    "gyroscope_scale": slice(15, 18),
}
"""Columns of what the pairs share."""
SHARED, OWN = 18, 2
"""How many parameters the pairs share, and how many each has alone: its offset at the middle of
the recording, s, and by how much its clock runs off until the end of it, s."""


@dataclass(frozen=True, eq=False)
class State:
    """Where the solver stands.

    Parameters
    ----------
    turn : (4,) array
        link_from_sensor, xyzw.
    shared : (15,) array
        Lever arm, biases and scale factors less one, in the order of BLOCKS.
    clocks : (P, 2) array
        Offset at the middle, s, and run-off until the end, s, of each pair.
    """

    turn: Array = field(default_factory=rot.IDENTITY.copy)
    shared: Array = field(default_factory=lambda: np.zeros(15))
    clocks: Array = field(default_factory=lambda: np.zeros((1, 2)))

    def block(self, name: str) -> Array:
        """One of the BLOCKS but the rotation (3,)."""
        own = BLOCKS[name]
        return self.shared[own.start - 3 : own.stop - 3]

    @property
    def scale(self) -> Array:
        """Scale factors (6,) of accelerometer and gyroscope."""
        return 1 + self.shared[9:]

    @property
    def bias(self) -> Array:
        """Biases (6,)."""
        return self.shared[3:9]

    def values(self) -> Array:
        """All parameters (18 + 2P,); the rotation, which has no neutral value, as zeros."""
        return np.concatenate([np.zeros(3), self.shared, self.clocks.reshape(-1)])

    def moved(self, step: Array) -> State:
        """After a step (18 + 2P,)."""
        turn = rot.multiply(self.turn, rot.from_rotation_vector(step[:3]))
        clocks = self.clocks + step[SHARED:].reshape(-1, OWN)
        return replace(
            self, turn=rot.normalise(turn), shared=self.shared + step[3:SHARED], clocks=clocks
        )


def state_of(alignment: Alignment) -> State:
    """The mounting of an alignment, for one pair whose clock is still open."""
    values = [getattr(alignment, name) for name in NAMES]
    return State(
        alignment.link_from_sensor, np.concatenate([*values[:3], *(v - 1 for v in values[3:])])
    )


def readings(state: State, motion: Array) -> Array:
    """What the sensor reads (N, 6) while the motion's force, rate and change are (N, 9)."""
    return state.scale * _felt(state, motion) + state.bias


def felt(state: State, pairs: Stack) -> Array:
    """What a perfect sensor would read (N, 6) there and then."""
    return _felt(state, pairs.smooth.at(pairs.motion_times(state.clocks), pairs.owner))


def arm_effects(state: State, pairs: Stack) -> Array:
    """What the lever arm adds to the force (N, 3), in the sensor's axes."""
    return (felt(state, pairs) - felt(replace(state, shared=np.zeros(15)), pairs))[:, :3]


def _felt(state: State, motion: Array) -> Array:
    """Force at the sensor and rate (N, 6) in its axes."""
    force, rate, change = motion[:, :3], motion[:, 3:6], motion[:, 6:]
    arm = state.block("lever_arm")
    force = force + rot.cross(change, arm) + rot.cross(rate, rot.cross(rate, arm))
    turn = Rotation.from_quat(state.turn).as_matrix()
    return np.concatenate([force @ turn, rate @ turn], axis=1)


def derivatives(state: State, pairs: Stack) -> tuple[Array, Array]:
    """Errors of the readings, and their derivatives.

    Returns
    -------
    wrong : (6, N) array
        Real less predicted.
    columns : (20, 6, N) array
        Derivatives of the prediction by the shared parameters and the pair's own; the
        rotation's by a small rotation vector in the sensor's axes.
    """
    time_s = pairs.motion_times(state.clocks)
    motion = pairs.smooth.at(time_s, pairs.owner)
    slopes = pairs.smooth.slopes(time_s, pairs.owner)
    arm, rate, steepening = state.block("lever_arm"), motion[:, 3:6], slopes[:, 3:6]
    back = Rotation.from_quat(state.turn).as_matrix().T
    perfect = _felt(state, motion).T
    slope = slopes[:, :3] + rot.cross(slopes[:, 6:], arm)
    slope += rot.cross(steepening, rot.cross(rate, arm))
    slope += rot.cross(rate, rot.cross(steepening, arm))
    scale = state.scale[:, None]
    columns = np.zeros((SHARED + OWN, 6, len(time_s)))
    for half in range(0, 6, 3):
        for k in range(3):  # a small turn w changes a vector v by v × w
            after, last = (k + 1) % 3, (k + 2) % 3
            columns[after, half + last] = perfect[half + k]
            columns[last, half + after] = -perfect[half + k]
    for k, unit in enumerate(np.eye(3)):
        effect = rot.cross(motion[:, 6:], unit) + rot.cross(rate, rot.cross(rate, unit))
        columns[BLOCKS["lever_arm"].start + k, :3] = back @ effect.T
    columns[SHARED, :3] = back @ slope.T
    columns[SHARED, 3:] = back @ steepening.T
    columns[SHARED + 1] = columns[SHARED] * pairs.ahead
    columns *= scale
    for axis in range(6):
        columns[BLOCKS["accelerometer_bias"].start + axis, axis] = 1
        columns[BLOCKS["accelerometer_scale"].start + axis, axis] = perfect[axis]
    return pairs.real.T - (scale * perfect + state.bias[:, None]), columns


def errors(state: State, pairs: Stack) -> tuple[Array, Mask]:
    """Errors of the readings (N, 6), and what lies within the motion (N,)."""
    time_s = pairs.motion_times(state.clocks)
    found = readings(state, pairs.smooth.at(time_s, pairs.owner))
    return pairs.real - found, pairs.smooth.inside(time_s, pairs.owner)
