"""The model of a sensor's readings, and its derivatives by every parameter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.compare.align.signals import Prepared, Smooth
from imusim.compare.kinematics import arm_effect
from imusim.math import rotations as rot

Array = NDArray[np.float64]

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

    def moved(self, step: Array) -> State:
        """After a step (18 + 2P,)."""
        turn = rot.multiply(self.turn, rot.from_rotation_vector(step[:3]))
        clocks = self.clocks + step[SHARED:].reshape(-1, OWN)
        return replace(
            self, turn=rot.normalise(turn), shared=self.shared + step[3:SHARED], clocks=clocks
        )


def motion_time(pair: Prepared, clock: Array, time_s: Array) -> Array:
    """The motion's times of a sensor's times, for an offset and a run-off (2,)."""
    return time_s + clock[0] + clock[1] * (time_s - pair.middle_s) / max(pair.half_s, 1e-9)


def clean(smooth: Smooth, turn: Array, arm: Array, time_s: Array) -> tuple[Array, Array]:
    """What a perfect sensor feels: force and rate (N, 3) in its axes, at the motion's times."""
    values = smooth.at(time_s)
    rate, change = values[:, 3:6], values[:, 6:]
    force = values[:, :3] + arm_effect(rate, change, arm)
    return rot.rotate_inverse(turn, force), rot.rotate_inverse(turn, rate)


def readings(state: State, smooth: Smooth, time_s: Array) -> Array:
    """What the sensor reads (N, 6) at the motion's times."""
    felt = np.concatenate(clean(smooth, state.turn, state.block("lever_arm"), time_s), axis=1)
    return _device(state, felt)


def _device(state: State, felt: Array) -> Array:
    scale = np.concatenate([state.block("accelerometer_scale"), state.block("gyroscope_scale")])
    bias = np.concatenate([state.block("accelerometer_bias"), state.block("gyroscope_bias")])
    return (1 + scale) * felt + bias


def derivatives(
    state: State, pair: Prepared, number: int
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Error of the readings (N, 6), its derivatives (N, 6, 20), and what lies in the motion (N,).

    The derivatives are those of the readings by the shared parameters and the pair's own; the
    rotation's by a small rotation vector in the sensor's axes.
    """
    time_s = motion_time(pair, state.clocks[number], pair.time_s)
    inside = pair.smooth.inside(time_s)
    values, slopes = pair.smooth.at(time_s), pair.smooth.slopes(time_s)
    arm = state.block("lever_arm")
    force, rate, change = values[:, :3], values[:, 3:6], values[:, 6:]
    turn = Rotation.from_quat(state.turn).as_matrix()
    felt = np.concatenate([(force + arm_effect(rate, change, arm)) @ turn, rate @ turn], axis=1)
    steepening = slopes[:, 3:6]
    slope = slopes[:, :3] + rot.cross(slopes[:, 6:], arm)
    slope += rot.cross(steepening, rot.cross(rate, arm)) + rot.cross(
        rate, rot.cross(steepening, arm)
    )
    columns = np.zeros((len(time_s), 6, SHARED + OWN))
    for half in range(2):
        rows = slice(3 * half, 3 * half + 3)
        columns[:, rows, BLOCKS["rotation"]] = _cross_matrix(felt[:, rows])
    columns[:, :3, BLOCKS["lever_arm"]] = turn.T @ _arm_matrix(rate, change)
    both = np.concatenate([slope @ turn, slopes[:, 3:6] @ turn], axis=1)
    columns[:, :, SHARED] = both
    ahead = (pair.time_s - pair.middle_s) / max(pair.half_s, 1e-9)
    columns[:, :, SHARED + 1] = both * ahead[:, None]
    scale = np.concatenate([state.block("accelerometer_scale"), state.block("gyroscope_scale")])
    columns *= (1 + scale)[:, None]
    for axis in range(3):
        columns[:, axis, BLOCKS["accelerometer_bias"].start + axis] = 1
        columns[:, 3 + axis, BLOCKS["gyroscope_bias"].start + axis] = 1
        columns[:, axis, BLOCKS["accelerometer_scale"].start + axis] = felt[:, axis]
        columns[:, 3 + axis, BLOCKS["gyroscope_scale"].start + axis] = felt[:, 3 + axis]
    return pair.real - _device(state, felt), columns, inside


def _arm_matrix(rate: Array, change: Array) -> Array:
    """Matrices (N, 3, 3) that take a lever arm to what it adds: ``[α×] + ω ωᵀ - |ω|² I``."""
    turning = rate[:, :, None] * rate[:, None, :] - rot.dot(rate, rate)[:, None, None] * np.eye(3)
    return turning + _cross_matrix(change)


def _cross_matrix(v: Array) -> Array:
    """Matrices (N, 3, 3) that take a vector w to ``v × w``."""
    out = np.zeros((len(v), 3, 3))
    for k in range(3):
        after, last = (k + 1) % 3, (k + 2) % 3
        out[:, last, after] = v[:, k]
        out[:, after, last] = -v[:, k]
    return out
