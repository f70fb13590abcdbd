"""Velocity jumps of feet that touch down, which smoothing takes away.

A foot that lands loses its speed within milliseconds. A smoother spreads this over a tenth of a
second: what an accelerometer feels as a blow of several g is gone from the trajectory, though the
capture shows it. Where feet come to stand, and only there, what the smoother left over is searched
for such a jump (:mod:`imusim.trajectory.jumps`); it must go upwards and against the foot's speed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.body import RetargetedMotion
from imusim.body.ground import soles
from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from imusim.trajectory.jumps import Cusp, Jump
from imusim.trajectory.trajectory import LinkTrajectory

Array = NDArray[np.float64]

LEAST_RATE_HZ = 60.0
LEAST_CUTOFF_HZ = 8.0
"""Captures that are slower, or smoothed more, do not show when a foot lands."""
REST_SPEED_M_S = 0.35
"""A sole's lowest corner that is slower, and low, has come to stand."""
LOW_M = 0.1
APART_S = 0.15
"""Between stances of one foot, at least."""
SHORTEST_S = 0.06
BEFORE_S, AFTER_S = 0.06, 0.02
"""Where a touchdown is looked for, about the moment from which the smoothed foot stands."""
LEAST_JUMP_M_S = 0.1

_FEET = ("left", "right")


def with_touchdowns(trajectory: LinkTrajectory, moved: RetargetedMotion) -> LinkTrajectory:
    """Give a smoothed trajectory the velocity jumps of its feet.

    Parameters
    ----------
    trajectory : LinkTrajectory
        Of all 22 links, from :func:`imusim.trajectory.fit_trajectory`.
    moved : RetargetedMotion
        The motion that it was fitted to.

    Returns
    -------
    LinkTrajectory
        With the jumps of rear foot and toes; the same where none are found, the capture being
        too slow, too noisy or exact, or no foot landing.
    """
    found = find_touchdowns(trajectory, moved)
    if not any(len(moments) for moments in found.values()):
        return trajectory
    frames = np.arange(len(trajectory.valid), dtype=float)
    tracks = []
    fitted = (trajectory.position, trajectory.orientation)
    for track, captured in zip(fitted, moved.world_poses(), strict=True):
        jumps = list(track.jumps)
        for side, moments in found.items():
            for link in (JOINTS.index(f"{side}_ankle"), JOINTS.index(f"{side}_foot")):
                smooth = track.part([link]).derivative(frames, 0, trajectory.rate_hz)[:, 0]
                own = captured[:, link]
                if own.shape[1] == 4:
                    own = np.where(np.sum(own * smooth, axis=1, keepdims=True) < 0, -own, own)
                cusp = Cusp(trajectory.rate_hz, float(track.cutoff_hz[link]))
                jumps += [
                    Jump(link, moment, cusp.size(own - smooth, moment), cusp) for moment in moments
                ]
        tracks.append(tuple(jumps))
    return trajectory.with_jumps(*tracks)


def find_touchdowns(trajectory: LinkTrajectory, moved: RetargetedMotion) -> dict[str, Array]:
    """Times (K,) of the touchdowns of the left and of the right foot, in frames of the motion.

    Parameters
    ----------
    trajectory : LinkTrajectory
    moved : RetargetedMotion
    """
    feet = [JOINTS.index(f"{side}_ankle") for side in _FEET]
    cutoffs = np.stack([trajectory.position.cutoff_hz, trajectory.orientation.cutoff_hz])[:, feet]
    rate_hz = trajectory.rate_hz
    none = {side: np.zeros(0) for side in _FEET}
    if rate_hz < LEAST_RATE_HZ or cutoffs.min() < LEAST_CUTOFF_HZ or cutoffs.max() > rate_hz / 2:
        return none
    smooth = soles(moved.body, *trajectory.poses(np.arange(len(trajectory.valid)) / rate_hz))
    captured = soles(moved.body, *moved.world_poses())
    speed = np.gradient(smooth, 1 / rate_hz, axis=0)
    found = {}
    for foot, side in enumerate(_FEET):
        cusp = Cusp(rate_hz, float(cutoffs[0, foot]))
        residual = captured[:, foot] - smooth[:, foot]
        moments = [
            _touchdown(start, residual[:, corner], speed[:, foot, corner], cusp)
            for start, corner in _stances(smooth[:, foot], speed[:, foot], rate_hz)
        ]
        found[side] = np.array([moment for moment in moments if moment is not None], float)
    return found


def _stances(corners: Array, speed: Array, rate_hz: float) -> list[tuple[int, int]]:
    """First frame of each stance of a foot, and the corner of its sole that lands.

    ``corners`` and ``speed`` are (T, 4, 3), m and m/s.
    """
    lowest = np.argmin(corners[..., 2], axis=1)
    frames = np.arange(len(corners))
    slow = np.linalg.norm(speed[frames, lowest], axis=1) < REST_SPEED_M_S
    stands = slow & (corners[frames, lowest, 2] < LOW_M)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], stands, [0]])))
    stances: list[list[int]] = []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if stances and start - stances[-1][1] < APART_S * rate_hz:
            stances[-1][1] = int(stop)
        else:
            stances.append([int(start), int(stop)])
    return [
        (start, int(lowest[start]))
        for start, stop in stances
        if stop - start >= SHORTEST_S * rate_hz
    ]


def _touchdown(start: int, residual: Array, speed: Array, cusp: Cusp) -> float | None:
    """Moment of a touchdown, in frames, from a corner's residual and speed (T, 3)."""
    step = 1 / cusp.phases
    first = start - BEFORE_S * cusp.rate_hz
    last = (start + AFTER_S * cusp.rate_hz) / step
    moments = np.arange(np.round(first / step), last, dtype=np.float64) * step
    if moments[0] < cusp.reach + 1 or moments[-1] > len(residual) - cusp.reach - 2:
        return None
    sizes = cusp.sizes(residual, moments)
    if not np.isfinite(sizes).all():
        return None
    rates = sizes * cusp.rate_hz
    speeds = _between(speed, moments)
    heading = rot.normalise(speeds[:, :2] + 1e-9)
    braking = -np.sum(rates[:, :2] * heading, axis=1)
    scores = np.maximum(rates[:, 2], 0) + np.maximum(braking, 0)
    best = int(np.argmax(scores))
    # A smoother takes half of a jump before it and half after.
    before, after = (np.linalg.norm(speeds[best] + side * rates[best] / 2) for side in (-1, 1))
    lands = scores[best] >= LEAST_JUMP_M_S and after < before
    return float(moments[best]) if lands else None


def _between(values: Array, frames: Array) -> Array:
    """Rows of values (T, D) at frames (N,) between whole ones, linearly."""
    low = np.floor(frames).astype(int)
    share = (frames - low)[:, None]
    return (1 - share) * values[low] + share * values[low + 1]
