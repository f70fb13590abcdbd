"""From pairs of signals to alignments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from imusim.compare.align.begin import begin
from imusim.compare.align.keep import keep_significant
from imusim.compare.align.model import NAMES, Alignment, Pair, Steps
from imusim.compare.align.refine import refine
from imusim.compare.align.signals import Smooth, Stack, enough, stack
from imusim.compare.align.solve import Found, assess, solve, spared
from imusim.compare.align.state import BLOCKS, OWN, SHARED, errors, readings, state_of
from imusim.compare.kinematics import Kinematics
from imusim.errors import MotionError

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
        own clock. From one with too few samples nothing is learnt; it keeps its nominal offset.
    steps : Steps, optional

    Returns
    -------
    list of Alignment
        One a pair.

    Raises
    ------
    MotionError
        If there is no pair with enough samples, or none lies within its motion.
    """
    steps = steps or Steps()
    told = [number for number, pair in enumerate(pairs) if enough(pair)]
    if not told:
        raise MotionError("nothing to align: no recording with enough samples beside its motion")
    ready = stack([pairs[number] for number in told])
    clocks = _free_clocks(ready, steps)
    free = np.concatenate([np.zeros(SHARED, bool), (clocks & [True, False]).reshape(-1)])
    free[BLOCKS["rotation"]] = steps.rotation
    start = begin(ready, steps)
    if not errors(start, ready)[1].any():
        raise MotionError("no sample of the recording lies within its motion")
    ready = spared(ready, start)
    first = solve(ready, start, free, steps, rounds=1)
    free[SHARED:] = clocks.reshape(-1)
    for name in NAMES:
        half = 1 if name.startswith("gyroscope") else 0
        free[BLOCKS[name]] = getattr(steps, _STEP_OF[name]) and bool(ready.seen[:, half].any())
    found = keep_significant(ready, solve(ready, first.state, free, steps), steps)
    ours = {number: _alignment(found, ready, k) for k, number in enumerate(told)}
    shared = next(iter(ours.values()))
    return [ours.get(number) or _unclocked(shared, pair) for number, pair in enumerate(pairs)]


def refine_offset(pair: Pair, alignment: Alignment, steps: Steps | None = None) -> Alignment:
    """The same mounting, with offset and clock of this recording.

    Parameters
    ----------
    pair : Pair
    alignment : Alignment
        Of other recordings of the same sensor on the same person.
    steps : Steps, optional
        Of which ``offset`` and ``clock`` count. The clock is taken where it is significant.
    """
    steps = steps or Steps()
    if not enough(pair):
        return _unclocked(alignment, pair)
    ready = stack([pair])
    clocks = _free_clocks(ready, steps)[0]
    fixed = np.zeros(SHARED, bool)
    state = refine(ready, state_of(alignment), steps)
    if not errors(state, ready)[1].any():
        return _unclocked(alignment, pair)
    found = assess(ready, state, np.concatenate([fixed, clocks & [True, False]]))
    if clocks[1]:
        both = solve(ready, state, np.concatenate([fixed, clocks]), steps)
        both = keep_significant(ready, both, steps)
        found = both if both.free[SHARED + 1] else found
    own = _alignment(found, ready, 0)
    kept = _unclocked(alignment, pair)
    return replace(
        kept,
        offset_s=own.offset_s,
        clock_ratio=own.clock_ratio,
        deviation={**kept.deviation, **own.deviation},
        span_s=own.span_s,
    )


def predict(alignment: Alignment, kinematics: Kinematics, time_s: Array) -> tuple[Array, Array]:
    """What the sensor reads at its own times.

    Returns
    -------
    accelerometer, gyroscope : (N, 3) array
        In the sensor's axes, with biases and scale factors; m/s² and rad/s. Held at the ends of
        the motion.
    """
    owner = np.zeros(len(time_s), int)
    motion = Smooth.of([kinematics]).at(alignment.motion_times(time_s), owner)
    found = readings(state_of(alignment), motion)
    return found[:, :3], found[:, 3:]


def within(alignment: Alignment, kinematics: Kinematics, time_s: Array) -> Mask:
    """Which of the sensor's times (N,) lie within the motion, away from gaps of its capture."""
    owner = np.zeros(len(time_s), int)
    return Smooth.of([kinematics]).inside(alignment.motion_times(time_s), owner)


def _free_clocks(pairs: Stack, steps: Steps) -> Mask:
    """Which offsets and clocks (P, 2) are open."""
    long = 2 * pairs.half_s >= steps.clock_min_s
    return np.stack([np.full(len(pairs), steps.offset), steps.clock & long], axis=1)


def _alignment(found: Found, pairs: Stack, number: int) -> Alignment:
    """What was found of one pair."""
    state, half_s = found.state, max(float(pairs.half_s[number]), 1e-9)
    middle_s = float(pairs.middle_s[number])
    offset_s, run_off = map(float, state.clocks[number])
    deviation = {
        name: np.where(found.free[block], np.sqrt(np.diag(found.covariance)[block]), np.nan)
        for name, block in BLOCKS.items()
        if found.free[block].any()
    }
    place = SHARED + OWN * number
    covariance = found.covariance[place : place + OWN, place : place + OWN]
    if found.free[place + 1]:
        deviation["clock_ratio"] = np.sqrt(covariance[1:, 1]) / half_s
    if found.free[place]:
        lever = np.array([1.0, -middle_s / half_s])
        deviation["offset_s"] = np.sqrt([lever @ covariance @ lever])
    return Alignment(
        offset_s=offset_s - run_off / half_s * middle_s,
        clock_ratio=1 + run_off / half_s,
        link_from_sensor=state.turn,
        lever_arm=state.block("lever_arm").copy(),
        accelerometer_bias=state.block("accelerometer_bias").copy(),
        gyroscope_bias=state.block("gyroscope_bias").copy(),
        accelerometer_scale=1 + state.block("accelerometer_scale"),
        gyroscope_scale=1 + state.block("gyroscope_scale"),
        deviation=deviation,
        span_s=(middle_s - half_s, middle_s + half_s),
    )


def _unclocked(alignment: Alignment, pair: Pair) -> Alignment:
    """The mounting of an alignment with the nominal clock of a pair."""
    own = ("offset_s", "clock_ratio")
    deviation = {name: v for name, v in alignment.deviation.items() if name not in own}
    return replace(
        alignment,
        offset_s=pair.offset_s,
        clock_ratio=1.0,
        deviation=deviation,
        span_s=(0.0, 0.0),
    )
