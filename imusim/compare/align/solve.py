"""Nonlinear least squares over all pairs of one sensor on one person.

Levenberg's steps on Huber's cost. What is simulated is smooth in time, so the derivative by the
offset is the signal's own. Errors of a simulation are not white: each sensor's weigh as much as
there are independent ones among them (Sokal's integrated autocorrelation time), which the
standard errors and the weight of the priors follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from imusim.compare.align.model import Steps
from imusim.compare.align.signals import Prepared
from imusim.compare.align.state import BLOCKS, OWN, SHARED, State, derivatives
from imusim.math import rotations as rot

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

HUBER = 2.5
"""Errors beyond so many standard deviations count by their size, not its square."""
LEAST_ERROR = 1e-6
"""Errors are taken to be no smaller, m/s² and rad/s: those of rounding."""
ROUNDS, STEPS = 4, 12
DONE = 0.03
"""A step that is below this share of every standard error ends the search."""


@dataclass(frozen=True, eq=False)
class Found:
    """A solution.

    Parameters
    ----------
    state : State
    free : (18,) bool array, own_free : (P, 2) bool array
        What moved.
    covariance : (18 + 2P, 18 + 2P) array
        Of a step; zero where nothing moved.
    error : (2,) array
        Robust size of the errors of accelerometer and gyroscope, m/s² and rad/s.
    """

    state: State
    free: Mask
    own_free: Mask
    covariance: Array
    error: Array


def solve(
    pairs: Sequence[Prepared],
    start: State,
    free: Mask,
    own_free: Mask,
    steps: Steps,
    rounds: int = ROUNDS,
) -> Found:
    """From a start to the least cost.

    Parameters
    ----------
    pairs : sequence of P Prepared
    start : State
    free : (18,) bool array
        Which of the shared parameters move.
    own_free : (P, 2) bool array
        Which of the offsets and clocks do.
    steps : Steps
        For its priors.
    rounds : int
        How often the weights of the errors are found anew.
    """
    moving = np.concatenate([free, own_free.reshape(-1)])
    state, error, apart = start, np.ones(2), np.ones(2)
    normal = np.eye(len(moving))
    for _ in range(rounds):
        error, apart = _noise(pairs, state)
        state, normal, settled = _descend(pairs, state, moving, error, apart, steps)
        if settled:
            break
    covariance = np.zeros_like(normal)
    own = np.ix_(moving, moving)
    covariance[own] = np.linalg.pinv(normal[own], hermitian=True)
    return Found(state, free, own_free, covariance, error)


def _descend(
    pairs: Sequence[Prepared], state: State, moving: Mask, error: Array, apart: Array, steps: Steps
) -> tuple[State, Array, bool]:
    """Levenberg's steps for given weights; whether the first was already too small to count."""
    cost, normal, slope = _equations(pairs, state, error, apart, steps)
    damping, settled = 0.0, True
    own = np.ix_(moving, moving)
    for number in range(STEPS):
        if not moving.any():
            break
        matrix = normal[own]
        diagonal = np.maximum(np.diag(matrix), 1e-300)
        size = 1 / np.sqrt(diagonal)
        scaled = matrix * size[:, None] * size + damping * np.eye(len(matrix))
        step = np.zeros(len(moving))
        step[moving] = size * np.linalg.lstsq(scaled, size * slope[moving], rcond=1e-12)[0]
        trial = _bounded(pairs, state.moved(step), steps)
        next_cost, next_normal, next_slope = _equations(pairs, trial, error, apart, steps)
        if next_cost > cost * (1 + 1e-12):
            if damping > 1e6:
                break
            damping = max(10 * damping, 1e-3)
            continue
        small = bool((np.abs(step[moving]) < DONE * size).all())
        state, cost, normal, slope = trial, next_cost, next_normal, next_slope
        damping = 0.0 if damping < 1e-4 else damping / 10
        if small:
            break
        settled = settled and number == 0 and small
    else:
        settled = False
    return state, normal, settled


def _bounded(pairs: Sequence[Prepared], state: State, steps: Steps) -> State:
    """Offsets and clocks held within their bounds."""
    clocks = state.clocks.copy()
    for clock, pair in zip(clocks, pairs, strict=True):
        reach = pair.offset_within_s
        clock[1] = np.clip(
            clock[1], -steps.clock_within * pair.half_s, steps.clock_within * pair.half_s
        )
        reach += abs(clock[1])
        clock[0] = np.clip(clock[0], pair.offset_s - reach, pair.offset_s + reach)
    return State(state.turn, state.shared, clocks)


def _equations(
    pairs: Sequence[Prepared], state: State, error: Array, apart: Array, steps: Steps
) -> tuple[float, Array, Array]:
    """Cost, normal matrix (18 + 2P, ·) and slope (18 + 2P,) at a state."""
    count = SHARED + OWN * len(pairs)
    normal, slope, cost = np.zeros((count, count)), np.zeros(count), 0.0
    for number, pair in enumerate(pairs):
        wrong, columns, inside = derivatives(state, pair, number)
        weight = np.zeros((len(wrong), 6))
        for half in range(2):
            if not pair.seen[half]:
                continue
            rows = slice(3 * half, 3 * half + 3)
            size = rot.norm(wrong[:, rows]) / (np.sqrt(3) * error[half])
            share = np.where(inside, HUBER / np.maximum(size, HUBER), 0)
            weight[:, rows] = (share / (error[half] ** 2 * apart[half]))[:, None]
            huber = np.where(size <= HUBER, size**2, 2 * HUBER * size - HUBER**2)
            # What lies outside of the motion costs as much as an error at the bend, lest the
            # offset flee there.
            cost += 3 * np.where(inside, huber, HUBER**2).sum() / apart[half]
        part = columns.reshape(-1, SHARED + OWN)
        weighted = part.T * weight.reshape(-1)
        own = SHARED + OWN * number
        places = [*range(SHARED), *range(own, own + OWN)]
        normal[np.ix_(places, places)] += weighted @ part
        slope[places] += weighted @ wrong.reshape(-1)
    for name, prior in _priors(steps).items():
        block = BLOCKS[name]
        normal[block, block] += np.eye(3) / prior**2
        slope[block] -= state.block(name) / prior**2
        cost += float((state.block(name) ** 2).sum()) / prior**2
    return cost, normal, slope


def _priors(steps: Steps) -> dict[str, float]:
    return {
        "lever_arm": steps.lever_arm_prior_m,
        "accelerometer_bias": steps.accelerometer_bias_prior,
        "gyroscope_bias": steps.gyroscope_bias_prior,
        "accelerometer_scale": steps.scale_prior,
        "gyroscope_scale": steps.scale_prior,
    }


def _noise(pairs: Sequence[Prepared], state: State) -> tuple[Array, Array]:
    """Robust size of the errors (2,), and samples in an independent one (2,)."""
    errors: list[list[Array]] = [[], []]
    for number, pair in enumerate(pairs):
        wrong, _, inside = derivatives(state, pair, number)
        for half in range(2):
            if pair.seen[half] and inside.any():
                errors[half].append(wrong[inside, 3 * half : 3 * half + 3])
    sizes, apart = np.ones(2), np.ones(2)
    for half, found in enumerate(errors):
        if found:
            size = np.median(np.abs(np.concatenate(found))) / 0.6745
            sizes[half] = max(float(size), LEAST_ERROR)
            limit = HUBER * sizes[half]
            apart[half] = correlation_samples([np.clip(part, -limit, limit) for part in found])
    return sizes, apart


def correlation_samples(errors: Sequence[Array]) -> float:
    """Integrated autocorrelation time, in samples, of errors (N, 3) of several recordings.

    ``1 + 2 Σ ρ(k)`` up to the first k that is five such times (Sokal 1997, *Monte Carlo methods
    in statistical mechanics*); never below 1.
    """
    longest = max(len(part) for part in errors)
    total = np.zeros(longest)
    for part in errors:
        size = int(next_fast_len(2 * len(part), real=True) or 2 * len(part))
        spectrum = np.asarray(rfft(part, size, axis=0))
        total[: len(part)] += np.asarray(irfft(np.abs(spectrum) ** 2, size, axis=0))[
            : len(part)
        ].sum(axis=1)
    if total[0] <= 0:
        return 1.0
    times = 2 * np.cumsum(total / total[0]) - 1
    window = np.flatnonzero(np.arange(longest) >= 5 * times)
    last = int(window[0]) if len(window) else longest // 5
    return float(np.clip(times[last], 1.0, longest / 4))
