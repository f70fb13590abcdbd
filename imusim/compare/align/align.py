"""From pairs of signals to alignments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from scipy.stats import chi2

from imusim.compare.align.coarse import guesses
from imusim.compare.align.model import NAMES, Alignment, Pair, Steps
from imusim.compare.align.signals import Prepared, Smooth, prepare
from imusim.compare.align.solve import Found, solve
from imusim.compare.align.state import BLOCKS, OWN, SHARED, State, motion_time, readings
from imusim.compare.kinematics import Kinematics
from imusim.errors import MotionError
from imusim.math import rotations as rot

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_STEP_OF = {
    "lever_arm": "lever_arm",
    "accelerometer_bias": "bias",
    "gyroscope_bias": "bias",
    "accelerometer_scale": "scale",
    "gyroscope_scale": "scale",
}


def align(pairs: Sequence[Pair], steps: Steps | None = None) -> list[Alignment]:
    """Find how a sensor sat and what its errors are, from recordings beside motion.

    Parameters
    ----------
    pairs : sequence of Pair
        Of one sensor on one person: they share mounting, biases and scale factors. Each has its
        own clock.
    steps : Steps, optional

    Returns
    -------
    list of Alignment
        One a pair.

    Raises
    ------
    MotionError
        If there is no pair, or one has too few samples.
    """
    steps = steps or Steps()
    if not pairs:
        raise MotionError("nothing to align: no pair of motion and recording")
    ready = [prepare(pair) for pair in pairs]
    state = _begin(ready, steps)
    free = np.zeros(SHARED, bool)
    free[BLOCKS["rotation"]] = steps.rotation
    own = np.array([_own_free(pair, steps) for pair in ready])
    first = solve(ready, state, free, own & [True, False], steps, rounds=1)
    names = [name for name in NAMES if getattr(steps, _STEP_OF[name]) and _visible(ready, name)]
    for name in names:
        free[BLOCKS[name]] = True
    found = _kept(ready, solve(ready, first.state, free, own, steps), steps)
    return [_alignment(found, ready, k) for k in range(len(ready))]


def refine_offset(pair: Pair, alignment: Alignment, steps: Steps | None = None) -> Alignment:
    """The same mounting, with offset and clock of this recording.

    Parameters
    ----------
    pair : Pair
    alignment : Alignment
        Of other recordings of the same sensor on the same person.
    steps : Steps, optional
        Of which ``offset`` and ``clock`` count.
    """
    steps = steps or Steps()
    ready = prepare(pair)
    fixed = _state(alignment)
    candidates = [
        State(fixed.turn, fixed.shared, _clock(ready, guess)) for guess in guesses(ready, steps)
    ]
    own = np.array([_own_free(ready, steps)])
    free = np.zeros(SHARED, bool)
    best = min(candidates, key=lambda state: misfit(ready, state, 0))
    found = solve([ready], best, free, own & [True, False], steps, rounds=1)
    if own[0, 1]:
        found = _kept([ready], solve([ready], found.state, free, own, steps), steps)
    own_part = _alignment(found, [ready], 0)
    deviation = dict(alignment.deviation)
    for name in ("offset_s", "clock_ratio"):
        deviation.pop(name, None)
    return replace(
        alignment,
        offset_s=own_part.offset_s,
        clock_ratio=own_part.clock_ratio,
        deviation=deviation | dict(own_part.deviation),
        span_s=own_part.span_s,
    )


def predict(alignment: Alignment, kinematics: Kinematics, time_s: Array) -> tuple[Array, Array]:
    """What the sensor reads at its own times.

    Returns
    -------
    accelerometer, gyroscope : (N, 3) array
        In the sensor's axes, with biases and scale factors; m/s² and rad/s. Held at the ends of
        the motion.
    """
    found = readings(_state(alignment), Smooth.of(kinematics), alignment.motion_times(time_s))
    return found[:, :3], found[:, 3:]


def within(alignment: Alignment, kinematics: Kinematics, time_s: Array) -> Mask:
    """Which of the sensor's times (N,) lie within the motion, away from gaps of its capture."""
    return Smooth.of(kinematics).inside(alignment.motion_times(time_s))


def misfit(pair: Prepared, state: State, number: int) -> float:
    """Mean size of the errors over that of the signals; what is not in the motion counts as 1."""
    time_s = motion_time(pair, state.clocks[number], pair.time_s)
    inside = pair.smooth.inside(time_s)
    wrong = np.abs(pair.real - readings(state, pair.smooth, time_s))
    shares = []
    for half in range(2):
        if pair.seen[half]:
            rows = slice(3 * half, 3 * half + 3)
            spread = np.abs(pair.real[:, rows] - np.median(pair.real[:, rows], axis=0)).mean()
            share = np.minimum(wrong[:, rows].mean(axis=1) / max(spread, 1e-9), 3.0)
            shares.append(np.where(inside, share, 1.0).mean())
    return float(np.mean(shares))


def _begin(pairs: Sequence[Prepared], steps: Steps) -> State:
    """Offsets from the norms, the rotation from all pairs together."""
    options = [[_clock(pair, guess)[0] for guess in guesses(pair, steps)] for pair in pairs]
    clocks = []
    for pair, own in zip(pairs, options, strict=True):
        states = [
            State(_wahba([pair], [clock]) if steps.rotation else rot.IDENTITY, clocks=clock[None])
            for clock in own
        ]
        clocks.append(min(states, key=lambda state: misfit(pair, state, 0)).clocks[0])
    turn = rot.IDENTITY
    for _ in range(3):
        turn = _wahba(pairs, clocks) if steps.rotation else turn
        chosen = [
            min(own, key=lambda clock: misfit(pair, State(turn, clocks=clock[None]), 0))
            for pair, own in zip(pairs, options, strict=True)
        ]
        if all((a == b).all() for a, b in zip(chosen, clocks, strict=True)):
            break
        clocks = chosen
    return State(turn, clocks=np.array(clocks))


def _wahba(pairs: Sequence[Prepared], clocks: Sequence[Array]) -> Array:
    """link_from_sensor (4,) that turns the real signals onto the motion's, in like sizes."""
    moments = np.zeros((2, 3, 3))
    power = np.zeros(2)
    for pair, clock in zip(pairs, clocks, strict=True):
        time_s = motion_time(pair, clock, pair.time_s)
        inside = pair.smooth.inside(time_s)
        values = pair.smooth.at(time_s)[inside]
        for half in range(2):
            rows = slice(3 * half, 3 * half + 3)
            if pair.seen[half]:
                moments[half] += values[:, rows].T @ pair.real[inside, rows]
                power[half] += (pair.real[inside, rows] ** 2).sum()
    total = (moments / np.maximum(power, 1e-12)[:, None, None]).sum(axis=0)
    return Rotation.from_matrix(rot.nearest_matrix(total)).as_quat()


def _clock(pair: Prepared, guess: tuple[float, float]) -> Array:
    offset, ratio = guess
    return np.array([[offset, (ratio - 1) * pair.half_s]])


def _own_free(pair: Prepared, steps: Steps) -> tuple[bool, bool]:
    return steps.offset, steps.clock and 2 * pair.half_s >= steps.clock_min_s


def _visible(pairs: Sequence[Prepared], name: str) -> bool:
    return any(pair.seen[1 if name.startswith("gyroscope") else 0] for pair in pairs)


def _kept(pairs: Sequence[Prepared], found: Found, steps: Steps) -> Found:
    """Set back, one after the other, what is not significant; the least significant first."""
    while True:
        free, own = found.free.copy(), found.own_free.copy()
        shared, clocks = found.state.shared.copy(), found.state.clocks.copy()
        doubts = []
        for name in NAMES:
            block = BLOCKS[name]
            if free[block].any():
                doubts.append((_chance(found, list(range(block.start, block.stop))), name))
        doubts = [doubt for doubt in doubts if doubt[0] > steps.significance]
        if doubts:
            block = BLOCKS[max(doubts)[1]]
            free[block] = False
            shared[block.start - 3 : block.stop - 3] = 0.0
        steady = [
            int(number)
            for number in np.flatnonzero(own[:, 1])
            if _chance(found, [SHARED + OWN * int(number) + 1]) > steps.significance
        ]
        own[steady, 1], clocks[steady, 1] = False, 0.0
        if not doubts and not steady:
            return found
        found = solve(pairs, State(found.state.turn, shared, clocks), free, own, steps)


def _chance(found: Found, places: list[int]) -> float:
    """Chance of parameters so far from nominal where there is nothing: Wald's test."""
    values = np.concatenate([np.zeros(3), found.state.shared, found.state.clocks.reshape(-1)])
    inverse = np.linalg.pinv(found.covariance[np.ix_(places, places)], hermitian=True)
    return float(chi2.sf(values[places] @ inverse @ values[places], len(places)))


def _alignment(found: Found, pairs: Sequence[Prepared], number: int) -> Alignment:
    """What was found of one pair."""
    pair, state = pairs[number], found.state
    middle, run_off = state.clocks[number]
    half = max(pair.half_s, 1e-9)
    excess = float(run_off) / half
    deviation = {}
    for name, block in BLOCKS.items():
        if found.free[block].any():
            deviation[name] = np.sqrt(np.diag(found.covariance)[block])
    own = slice(SHARED + OWN * number, SHARED + OWN * (number + 1))
    covariance = found.covariance[own, own]
    if found.own_free[number, 1]:
        deviation["clock_ratio"] = np.sqrt(covariance[1:, 1]) / half
    if found.own_free[number, 0]:
        lever = np.array([1.0, -pair.middle_s / half])
        deviation["offset_s"] = np.sqrt([lever @ covariance @ lever])
    scales = {
        f"{name}_scale": 1 + state.block(f"{name}_scale") for name in ("accelerometer", "gyroscope")
    }
    return Alignment(
        offset_s=float(middle) - excess * pair.middle_s,
        clock_ratio=1 + excess,
        link_from_sensor=state.turn,
        lever_arm=state.block("lever_arm").copy(),
        accelerometer_bias=state.block("accelerometer_bias").copy(),
        gyroscope_bias=state.block("gyroscope_bias").copy(),
        deviation=deviation,
        span_s=(pair.middle_s - pair.half_s, pair.middle_s + pair.half_s),
        **scales,
    )


def _state(alignment: Alignment) -> State:
    """The mounting of an alignment, for one pair whose clock is still open."""
    values = [getattr(alignment, name) for name in NAMES]
    return State(
        alignment.link_from_sensor, np.concatenate([*values[:3], *(v - 1 for v in values[3:])])
    )
