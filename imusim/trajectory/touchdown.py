"""Velocity jumps of feet that touch down, which smoothing takes away.

A foot that lands loses its speed within milliseconds. A smoother spreads this over a tenth of a
second: what an accelerometer feels as a blow of several g is gone from the trajectory, though the
capture shows it. With S the smoother, a path that is smooth but for a jump of velocity c at t_k is
best rebuilt as ``S y + c (r - S r)``, r being the ramp ``max(t - t_k, 0)``: the bracket is a cusp
as wide as the smoother's response. So the residual ``y - S y`` is searched for such cusps where
feet come to stand, and only there; the jump must go upwards and against the foot's speed.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from imusim.body import RetargetedMotion
from imusim.body.ground import soles
from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from imusim.math import splines
from imusim.trajectory.trajectory import LinkTrajectory, fit_trajectory

Array = NDArray[np.float64]

LEAST_RATE_HZ = 60.0
LEAST_CUTOFF_HZ = 8.0
"""Captures that are slower, or smoothed more, do not show when a foot lands."""
FINE_HZ = 240.0
"""Least rate of a trajectory that has touchdowns: a jump lasts one of its frames."""
STEP_S = 0.0025
"""Between the moments that are tried for a touchdown."""
REST_SPEED_M_S = 0.35
"""A sole's lowest corner that is slower, and low, has come to stand."""
LOW_M = 0.1
APART_S = 0.15
"""Between stances of one foot, at least."""
SHORTEST_S = 0.06
BEFORE_S, AFTER_S = 0.06, 0.02
"""Where a touchdown is looked for, about the moment from which the smoothed foot stands."""
LEAST_JUMP_M_S = 0.1

_REACH = 1.5
"""Half width of a cusp, in periods of the cut-off."""
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
        Through the same poses at 240 Hz or more, with the jumps; or ``trajectory`` itself where
        none were found, the capture being too slow, too noisy or exact, or no foot landing.
    """
    found = find_touchdowns(trajectory, moved)
    if not any(len(times) for times in found.values()):
        return trajectory
    factor = math.ceil(FINE_HZ / trajectory.rate_hz)
    frames = np.arange((len(trajectory.valid) - 1) * factor + 1) / factor
    states = trajectory.sample(frames / trajectory.rate_hz)
    tracks = [states.position.copy(), states.world_from_link.copy()]
    captured = _captured(moved, [track[::factor] for track in tracks])
    for side, times in found.items():
        for link in (JOINTS.index(f"{side}_ankle"), JOINTS.index(f"{side}_foot")):
            cutoffs = (trajectory.position.cutoff_hz, trajectory.orientation.cutoff_hz)
            for track, own, cutoff in zip(tracks, captured, cutoffs, strict=True):
                residual = own[:, link] - track[::factor, link]
                cusp = _Cusp(trajectory.rate_hz, float(cutoff[link]))
                for time in times:
                    track[:, link] += cusp.fitted(residual, time, frames)
    whole = trajectory.valid[np.floor(frames).astype(int)]
    whole &= trajectory.valid[np.ceil(frames).astype(int)]
    fine = fit_trajectory(
        trajectory.names,
        tracks[0],
        rot.normalise(tracks[1]),
        trajectory.rate_hz * factor,
        position_noise=0.0,
    )
    return replace(fine, valid=whole)


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
    states = trajectory.sample(np.arange(len(trajectory.valid)) / rate_hz)
    smooth = soles(moved.body, states.position, states.world_from_link)
    captured = soles(moved.body, *moved.world_poses())
    speed = np.gradient(smooth, 1 / rate_hz, axis=0)
    found = {}
    for foot, side in enumerate(_FEET):
        cusp = _Cusp(rate_hz, float(cutoffs[0, foot]))
        residual = captured[:, foot] - smooth[:, foot]
        moments = [
            _touchdown(start, residual[:, corner], speed[:, foot, corner], cusp)
            for start, corner in _stances(smooth[:, foot], speed[:, foot], rate_hz)
        ]
        found[side] = np.array([moment for moment in moments if moment is not None], float)
    return found


def _captured(moved: RetargetedMotion, smooth: list[Array]) -> list[Array]:
    """Positions and orientations of the links as captured, the quaternions on the same side."""
    positions, links = moved.world_poses()
    opposite = np.sum(links * smooth[1], axis=2, keepdims=True) < 0
    return [positions, np.where(opposite, -links, links)]


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


def _touchdown(start: int, residual: Array, speed: Array, cusp: _Cusp) -> float | None:
    """Moment of a touchdown, in frames, from a corner's residual and speed (T, 3)."""
    step = 1 / cusp.phases
    first = start - BEFORE_S * cusp.rate_hz
    moments = np.arange(np.round(first / step), (start + AFTER_S * cusp.rate_hz) / step) * step
    if moments[0] < cusp.reach + 1 or moments[-1] > len(residual) - cusp.reach - 2:
        return None
    sizes = np.array([cusp.size(residual, moment) for moment in moments])
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


class _Cusp:
    """What smoothing takes from a ramp, at any place between frames.

    Parameters
    ----------
    rate_hz, cutoff_hz : float
        Of the smoother.
    """

    def __init__(self, rate_hz: float, cutoff_hz: float):
        self.rate_hz = rate_hz
        self.reach = math.ceil(_REACH * rate_hz / cutoff_hz)
        self.phases = max(round(1 / (rate_hz * STEP_S)), 1)
        self._ratio = rate_hz / cutoff_hz

    def at(self, moment: float, frames: Array) -> Array:
        """The cusp (N,) of a ramp that begins at ``moment``, at ``frames`` near it."""
        whole = math.floor(moment + 1e-9)
        middle = 4 * self.reach
        phase = round((moment - whole) * self.phases) / self.phases
        smooth = _smoothed_ramp(self._ratio, middle, phase)
        place = frames - whole + middle
        knots = splines.smoothing_knots(2 * middle + 1)
        return (
            np.maximum(place - middle - phase, 0.0)
            - splines.evaluate(knots, smooth[:, None], place)[:, 0]
        )

    def size(self, residual: Array, moment: float) -> Array:
        """Jump (D,), units a frame, that explains a residual (T, D) best."""
        near, cusp = self._near(moment)
        return cusp @ residual[near] / (cusp @ cusp)

    def fitted(self, residual: Array, moment: float, frames: Array) -> Array:
        """That jump's cusp at ``frames`` (N,), zero away from it: (N, D)."""
        out = np.zeros((len(frames), residual.shape[1]))
        close = np.abs(frames - moment) <= self.reach
        out[close] = self.at(moment, frames[close])[:, None] * self.size(residual, moment)
        return out

    def _near(self, moment: float) -> tuple[slice, Array]:
        middle = math.floor(moment + 1e-9)
        near = np.arange(middle - self.reach, middle + self.reach + 1)
        return slice(int(near[0]), int(near[-1]) + 1), self.at(moment, near.astype(float))


@lru_cache(maxsize=64)
def _smoothed_ramp(ratio: float, middle: int, phase: float) -> Array:
    """Spline coefficients of a smoothed ramp that begins at ``middle + phase``."""
    ramp = np.maximum(np.arange(2 * middle + 1.0) - middle - phase, 0.0)
    return splines.smoothing_spline(ramp[:, None], ratio, 1.0)[:, 0]
