"""The offset of one recording whose mounting is known.

Poses err in place and in turn. What a wrong turn does to the axes, by gravity, does not show in
the norms; what it does to the norms, by a wrong place, shows less in the axes. The offset taken is
where four correlations are greatest in sum: those of both norms and, in the mean, those of the
axes of both sensors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.compare.align.coarse import guesses
from imusim.compare.align.model import Steps
from imusim.compare.align.signals import MIN_SAMPLES, Stack
from imusim.compare.align.state import State, readings
from imusim.math import rotations as rot

Array = NDArray[np.float64]

STEP_S = 0.02
"""First grid of offsets; it is refined FINER times, FACTOR times each."""
FINER, FACTOR = 3, 5
WIDE_S = 2.0
"""Within wider bounds only what is near the norms' guesses is searched."""
NEAR_S = 0.1
MOST_SAMPLES = 6000
"""Of the recording that are looked at."""
LEAST_SHARE = 0.5
"""Of the samples that must stay within the motion, against the most that do."""


def refine(pair: Stack, state: State, steps: Steps) -> State:
    """The state with the offset at the middle and the run-off that suit one pair best."""
    if not steps.offset:
        return State(state.turn, state.shared, np.array([[float(pair.offset_s[0]), 0.0]]))
    known_s, within_s = float(pair.offset_s[0]), float(pair.within_s[0])
    few = pair.thinned(max(len(pair.time_s) // MOST_SAMPLES, 1))
    best, run_off = known_s, 0.0
    if within_s <= WIDE_S:
        count = max(int(np.ceil(within_s / STEP_S)), 1)
        tried = known_s + within_s * np.arange(-count, count + 1) / count
        best = tried[_best(few, state, tried, run_off)]
    else:
        options = guesses(pair, 0, steps)
        around = STEP_S * np.arange(-round(NEAR_S / STEP_S), round(NEAR_S / STEP_S) + 1)
        found = []
        for offset_s, stretch in options:
            tried = offset_s + around
            scores = _scores(few, state, tried, stretch)
            found.append((scores.max(), tried[np.argmax(scores)], stretch))
        _, best, run_off = max(found)
    step_s = STEP_S
    for _ in range(FINER):
        step_s /= FACTOR
        tried = best + step_s * np.arange(-FACTOR, FACTOR + 1)
        tried = np.clip(tried, known_s - within_s, known_s + within_s)
        best = tried[_best(few, state, tried, run_off)]
    return State(state.turn, state.shared, np.array([[best, run_off]]))


def _best(pair: Stack, state: State, offsets: Array, run_off: float) -> int:
    return int(np.argmax(_scores(pair, state, offsets, run_off)))


def _scores(pair: Stack, state: State, offsets: Array, run_off: float) -> Array:
    """Sum of the four correlations (K,) at offsets (K,), s."""
    scores = np.full(len(offsets), -np.inf)
    counts = np.zeros(len(offsets))
    for k, offset_s in enumerate(offsets):
        time_s = pair.motion_times(np.array([[offset_s, run_off]]))
        inside = pair.smooth.inside(time_s, pair.owner)
        counts[k] = inside.sum()
        if counts[k] < MIN_SAMPLES:
            continue
        found = readings(state, pair.smooth.at(time_s[inside], pair.owner[inside]))
        scores[k] = _agreement(pair.real[inside], found, pair.seen[0])
    return np.where(counts < LEAST_SHARE * counts.max(), -np.inf, scores)


def _agreement(real: Array, found: Array, seen: NDArray[np.bool_]) -> float:
    """Sum of correlations of norms and, in the mean, of axes, of signals (N, 6)."""
    total = 0.0
    for half in np.flatnonzero(seen):
        rows = slice(3 * half, 3 * half + 3)
        a, b = real[:, rows], found[:, rows]
        total += float(_correlation(rot.norm(a)[:, None], rot.norm(b)[:, None])[0])
        total += float(_correlation(a, b).mean())
    return total


def _correlation(a: Array, b: Array) -> Array:
    """Pearson's of columns (N, C); 0 where one does not vary."""
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    power = (a**2).sum(axis=0) * (b**2).sum(axis=0)
    return (a * b).sum(axis=0) / np.sqrt(np.maximum(power, 1e-30))
