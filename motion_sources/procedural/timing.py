"""Values over time: moves of minimum jerk, repetitions and rhythms, all twice differentiable."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import make_interp_spline

Array = NDArray[np.float64]

RATE_HZ = 100.0
"""Rate at which motion is made."""

CYCLE_VARIATION = 0.05
"""Relative standard deviation from one repetition to the next; of stride time it is 1–3 %
(Hausdorff 2007, Human Movement Science 26:555), of freely paced exercise more."""


def times(seconds: float) -> Array:
    """Times (T,) of a clip, s."""
    return np.arange(round(seconds * RATE_HZ) + 1) / RATE_HZ


def minimum_jerk(u: ArrayLike) -> Array:
    """From 0 to 1 while u goes from 0 to 1, resting outside.

    T. Flash and N. Hogan, J. Neuroscience 5 (1985) 1688: the polynomial of least jerk between
    two points at rest.
    """
    u = np.clip(u, 0.0, 1.0)
    return u**3 * (10 + u * (6 * u - 15))


def move(time_s: Array, start: float, end: float) -> Array:
    """A move of minimum jerk from 0 before ``start`` to 1 after ``end``, (T,)."""
    return minimum_jerk((time_s - start) / max(end - start, 1e-6))


def between(time_s: Array, start: float, end: float, ramp: float) -> Array:
    """1 from ``start`` to ``end`` and 0 elsewhere, with ramps inside of that length, (T,)."""
    ramp = min(ramp, (end - start) / 2)
    return move(time_s, start, start + ramp) - move(time_s, end - ramp, end)


def moves(time_s: Array, first: ArrayLike, keys: Sequence[tuple[float, float, ArrayLike]]) -> Array:
    """Value that rests at ``first`` and moves to each key in turn.

    Moves add up where their times overlap, so that the path rounds the point between them
    (Flash and Henis 1991, J. Cognitive Neuroscience 3:220).

    Parameters
    ----------
    time_s : (T,) array
    first : (...) array
    keys : sequence of (start, end, value)

    Returns
    -------
    (T, ...) array
    """
    value = np.asarray(first, float)
    out = np.broadcast_to(value, (len(time_s), *value.shape)).copy()
    for start, end, target in keys:
        change = np.asarray(target, float) - value
        if change.any():
            begun, done = np.searchsorted(time_s, [start, end])
            weight = move(time_s[begun:done], start, end).reshape(-1, *[1] * value.ndim)
            out[begun:done] += weight * change
            out[done:] += change
        value = np.asarray(target, float)
    return out


def through(time_s: Array, at_s: ArrayLike, points: ArrayLike) -> Array:
    """Quintic spline through points (K, ...) at times (K,), at rest before and after.

    With rest at both ends it is the path of least jerk through the points (Flash and Hogan).
    """
    at_s, points = np.asarray(at_s, float), np.asarray(points, float)
    flat = points.reshape(len(points), -1)
    still = [(1, np.zeros(flat.shape[1])), (2, np.zeros(flat.shape[1]))]
    spline = make_interp_spline(at_s, flat, k=5, bc_type=(still, still))
    return spline(np.clip(time_s, at_s[0], at_s[-1])).reshape(len(time_s), *points.shape[1:])


def phase(
    rng: np.random.Generator,
    time_s: Array,
    hz: float,
    start: float = 0.0,
    end: float | None = None,
    ramp: float = 0.8,
    variation: float = CYCLE_VARIATION,
) -> Array:
    """Phase of a rhythm, rad (T,): zero up to ``start``, constant after ``end``.

    The rate rises and falls in ``ramp`` seconds and varies from cycle to cycle.
    """
    end = float(time_s[-1]) + 2 * ramp if end is None else end
    rate = np.full(len(time_s), hz)
    if variation > 0:
        cycles = max(int((time_s[-1] + 1) * hz) + 4, 8)
        knots = 1 + variation * np.clip(rng.standard_normal(cycles), -2, 2)
        at = np.linspace(-0.5, time_s[-1] + 0.5, cycles)
        rate = hz * make_interp_spline(at, knots, k=3)(time_s)
    if start > 0 or end <= time_s[-1]:
        begins = start if start > 0 else -2 * ramp
        rate = rate * between(time_s, begins, end, ramp)
    return 2 * np.pi * np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2)]) / RATE_HZ
