"""Nonlinear least squares over all pairs of one sensor on one person.

Levenberg's steps on Huber's cost. What is simulated is smooth in time, so the derivative by the
offset is the signal's own. Errors of a simulation are not white: each sensor's weigh as much as
there are independent ones among them (Sokal's integrated autocorrelation time), which the
standard errors and the weight of the priors follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from imusim.compare.align.model import Steps
from imusim.compare.align.signals import Stack
from imusim.compare.align.state import BLOCKS, OWN, SHARED, State, derivatives, errors

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

HUBER = 2.5
"""Errors beyond so many standard deviations count by their size, not its square."""
LEAST_ERROR = 1e-6
"""Errors are taken to be no smaller, m/s² and rad/s: those of rounding."""
ROUNDS, STEPS = 3, 6
DONE = 0.01
"""A step that is expected to lower the cost by less ends the search: in every direction it is
below a tenth of the standard error."""
THICK, FEW = 3, 4000
"""Samples that are left to an independent error, and in all, where many are thinned."""
LEAST_INFORMATION = 1e-12
"""On a parameter that nothing tells about: so that its error is large, not infinite."""
RIDGE = 1e-9
"""Of the scaled normal matrix: what nothing tells about stays where it is."""


@dataclass(frozen=True, eq=False)
class Found:
    """A solution.

    Parameters
    ----------
    state : State
    free : (18 + 2P,) bool array
        What moved.
    covariance : (18 + 2P, 18 + 2P) array
        Of a step; zero where nothing moved.
    error, apart : (2,) array
        Robust size of the errors of accelerometer and gyroscope, m/s² and rad/s, and how many
        samples there are to an independent one.
    """

    state: State
    free: Mask
    covariance: Array
    error: Array
    apart: Array


def solve(pairs: Stack, start: State, free: Mask, steps: Steps, rounds: int = ROUNDS) -> Found:
    """From a start to the least cost.

    Parameters
    ----------
    pairs : Stack
    start : State
    free : (18 + 2P,) bool array
        Which parameters move.
    steps : Steps
        For its priors.
    rounds : int
        How often the weights of the errors are found anew.
    """
    state, weights = start, weights_of(pairs, start)
    normal = np.eye(len(free))
    for number in range(rounds):
        weights = weights_of(pairs, state) if number else weights
        state, normal, settled = _descend(pairs, state, free, weights, steps)
        if settled:
            break
    return Found(state, free, _inverse(normal, free), weights.error, weights.apart)


def assess(pairs: Stack, state: State, free: Mask) -> Found:
    """A state as if it were the solution: how sure it is."""
    weights = weights_of(pairs, state)
    normal = _equations(pairs, state, weights, Steps())[1]
    return Found(state, free, _inverse(normal, free), weights.error, weights.apart)


def _inverse(normal: Array, free: Mask) -> Array:
    """Covariance of what is free, from the normal matrix; zero elsewhere."""
    covariance = np.zeros_like(normal)
    own = np.ix_(free, free)
    size = 1 / np.sqrt(np.maximum(np.diag(normal)[free], LEAST_INFORMATION))
    scaled = normal[own] * size[:, None] * size + RIDGE * np.eye(len(size))
    covariance[own] = np.linalg.inv(scaled) * size[:, None] * size
    return covariance


def spared(pairs: Stack, state: State) -> Stack:
    """The pairs without samples that tell nothing new, where there are many.

    THICK are left to an independent error, and FEW in all.
    """
    apart = weights_of(pairs, state).apart[pairs.seen.any(axis=0)]
    stride = int(min(apart.min() / THICK, len(pairs.time_s) / FEW))
    return pairs.thinned(stride) if stride > 1 else pairs


def without(found: Found, places: list[int]) -> Found:
    """What the solution would be if parameters were neutral, as far as it is linear.

    The least cost under ``x[places] = 0`` of a quadratic with this covariance.
    """
    covariance = found.covariance
    among = covariance[np.ix_(places, places)]
    gain = np.linalg.solve(among + 1e-12 * np.diag(np.diag(among)), covariance[places]).T
    step = -gain @ found.state.values()[places]
    free = found.free.copy()
    free[places] = False
    left = covariance - gain @ covariance[places]
    left[places], left[:, places] = 0.0, 0.0
    state = found.state.moved(step)
    shared, clocks = state.shared.copy(), state.clocks.copy()
    for place in places:
        if place < SHARED:
            shared[place - 3] = 0.0
        else:
            clocks[divmod(place - SHARED, OWN)] = 0.0
    return replace(found, state=State(state.turn, shared, clocks), free=free, covariance=left)


@dataclass(frozen=True, eq=False)
class Weights:
    """What is held while the solver descends: sizes of errors, and the samples that count."""

    error: Array
    apart: Array
    counted: Mask


def _descend(
    pairs: Stack, state: State, free: Mask, weights: Weights, steps: Steps
) -> tuple[State, Array, bool]:
    """Levenberg's steps for given weights; whether the first was already too small to count."""
    cost, normal, slope = _equations(pairs, state, weights, steps)
    damping = 0.0
    for number in range(STEPS):
        moving = free & ~_stopped(pairs, state, slope, steps)
        own = np.ix_(moving, moving)
        size = 1 / np.sqrt(np.maximum(np.diag(normal)[moving], LEAST_INFORMATION))
        scaled = normal[own] * size[:, None] * size + (damping + RIDGE) * np.eye(len(size))
        step = np.zeros(len(free))
        step[moving] = size * np.linalg.solve(scaled, size * slope[moving])
        trial = _bounded(pairs, state.moved(step), steps)
        after, next_normal, next_slope = _equations(pairs, trial, weights, steps)
        small = float(step @ slope) < DONE
        if after > cost:
            if small or damping > 1e6:
                return state, normal, number == 0
            damping = max(10 * damping, 1e-3)
            continue
        state, cost, normal, slope = trial, after, next_normal, next_slope
        damping = 0.0 if damping < 1e-2 else damping / 10
        if small:
            return state, normal, number == 0
    return state, normal, False


def _bounds(pairs: Stack, run_off: Array, steps: Steps) -> tuple[Array, Array]:
    """Most of the run-offs (P,), and how far offsets (P,) may be from what was known."""
    return steps.clock_within * pairs.half_s, pairs.within_s + np.abs(run_off)


def _bounded(pairs: Stack, state: State, steps: Steps) -> State:
    """Offsets and clocks held within their bounds."""
    most, _ = _bounds(pairs, state.clocks[:, 1], steps)
    run_off = np.clip(state.clocks[:, 1], -most, most)
    reach = _bounds(pairs, run_off, steps)[1]
    offset = np.clip(state.clocks[:, 0], pairs.offset_s - reach, pairs.offset_s + reach)
    return replace(state, clocks=np.stack([offset, run_off], axis=1))


def _stopped(pairs: Stack, state: State, slope: Array, steps: Steps) -> Mask:
    """Parameters (18 + 2P,) that are at a bound and pushed against it."""
    most, reach = _bounds(pairs, state.clocks[:, 1], steps)
    away = np.stack([state.clocks[:, 0] - pairs.offset_s, state.clocks[:, 1]], axis=1)
    at = np.abs(away) >= np.stack([reach, most], axis=1) * (1 - 1e-9)
    own = at & (away * slope[SHARED:].reshape(-1, OWN) > 0)
    return np.concatenate([np.zeros(SHARED, bool), own.reshape(-1)])


def _equations(
    pairs: Stack, state: State, weights: Weights, steps: Steps
) -> tuple[float, Array, Array]:
    """Cost, normal matrix (18 + 2P, ·) and slope (18 + 2P,) at a state."""
    wrong, columns = derivatives(state, pairs)
    weight, cost = np.zeros_like(wrong), 0.0
    for half, (error, apart) in enumerate(zip(weights.error, weights.apart, strict=True)):
        rows, use = slice(3 * half, 3 * half + 3), weights.counted & pairs.seen[:, half]
        size = np.sqrt((wrong[rows] ** 2).sum(axis=0)) / (np.sqrt(3) * error)
        weight[rows] = np.where(use, HUBER / np.maximum(size, HUBER), 0.0) / (error**2 * apart)
        huber = np.where(size <= HUBER, size**2, 2 * HUBER * size - HUBER**2)
        cost += 3 * float(huber[use].sum()) / apart
    count = SHARED + OWN * len(pairs)
    own = np.arange(SHARED, count).reshape(-1, OWN)
    normal, slope = np.zeros((count, count)), np.zeros(count)
    flat = columns[:SHARED].reshape(SHARED, -1)
    normal[:SHARED, :SHARED] = (flat * weight.reshape(-1)) @ flat.T
    slope[:SHARED] = flat @ (weight * wrong).reshape(-1)
    for k in range(OWN):
        weighted = weight * columns[SHARED + k]
        slope[own[:, k]] = pairs.sums((weighted * wrong).sum(axis=0))
        across = pairs.sums((columns * weighted).sum(axis=1).T)
        normal[own[:, k], :SHARED] = across[:, :SHARED]
        normal[:SHARED, own[:, k]] = across[:, :SHARED].T
        normal[own[:, k, None], own] = across[:, SHARED:]
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


def weights_of(pairs: Stack, state: State) -> Weights:
    """What the errors as they are weigh; only what lies within the motion counts."""
    wrong, inside = errors(state, pairs)
    sizes, apart = np.ones(2), np.ones(2)
    for half in range(2):
        use = inside & pairs.seen[:, half]
        if use.any():
            part = wrong[use, 3 * half : 3 * half + 3]
            size = max(float(np.median(np.abs(part))) / 0.6745, LEAST_ERROR)
            part = np.clip(part, -HUBER * size, HUBER * size)
            sizes[half], apart[half] = size, correlation_samples(part, pairs.owner[use])
    return Weights(sizes, apart, inside)


def correlation_samples(wrong: Array, owner: NDArray[np.int_]) -> float:
    """Integrated autocorrelation time, in samples, of errors (N, 3) of several recordings (N,).

    ``1 + 2 Σ ρ(k)`` up to the first k that is five such times (Sokal 1997, *Monte Carlo methods
    in statistical mechanics*); never below 1.
    """
    number = np.unique(owner, return_inverse=True)[1]
    counts = np.bincount(number)
    longest = int(counts.max())
    place = np.arange(len(wrong)) - np.repeat(np.cumsum(counts) - counts, counts)
    laid = np.zeros((len(counts), 3, longest))
    laid[number, :, place] = wrong
    size = int(next_fast_len(2 * longest, real=True) or 2 * longest)
    power = (np.abs(np.asarray(rfft(laid, size))) ** 2).sum(axis=(0, 1))
    total = np.asarray(irfft(power, size))[:longest]
    if total[0] <= 0:
        return 1.0
    times = 2 * np.cumsum(total / total[0]) - 1
    window = np.flatnonzero(np.arange(longest) >= 5 * times)
    last = int(window[0]) if len(window) else longest // 5
    return float(np.clip(times[last], 1.0, longest / 4))
