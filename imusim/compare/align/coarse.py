"""First guesses of offset and clock ratio, from what does not depend on how a sensor is turned.

The norms of specific force and angular rate are the same in every orientation. Those of the
sensor and those of the motion are laid on one even grid and correlated at all offsets at once by
FFT, for each of a few clock ratios. A periodic motion has many peaks of nearly one height: several
are handed on, and the full signals decide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from imusim.compare.align.model import Steps
from imusim.compare.align.signals import Stack
from imusim.math import rotations as rot

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

GRID_HZ = 50.0
MOST_GRID = 60_000
"""Longest grid; longer recordings are laid on a coarser one."""
SHIFT_S = 0.1
"""How far a clock may run off at the ends of a recording before the next ratio is tried."""
MOST_RATIOS = 201
PEAKS = 8
"""How many guesses are handed on."""
OVERLAP = 0.3
"""Least share of the shorter side that must overlap."""


def guesses(pairs: Stack, number: int, steps: Steps) -> Array:
    """Offsets at the middle and run-offs until the end (K, 2), s, the likeliest first."""
    known_s = float(pairs.offset_s[number])
    if not steps.offset:
        return np.array([[known_s, 0.0]])
    smooth, own = pairs.smooth, pairs.span(number)
    half_s, middle_s = float(pairs.half_s[number]), float(pairs.middle_s[number])
    end_s = float(smooth.last[number] / smooth.rate_hz[number])
    grid_hz = min(GRID_HZ, MOST_GRID / max(end_s, 2 * half_s, 1.0))
    motion_s = np.arange(int(end_s * grid_hz) + 1) / grid_hz
    owner = np.full(len(motion_s), number)
    values = smooth.at(motion_s, owner)
    motion = np.stack([rot.norm(values[:, :3]), rot.norm(values[:, 3:6])])
    inside = smooth.inside(motion_s, owner)
    if not inside.any():
        return np.array([[known_s, 0.0]])
    norms = np.stack([rot.norm(pairs.real[own, :3]), rot.norm(pairs.real[own, 3:])])
    seen = pairs.seen[own][0]
    found: list[tuple[float, float, float]] = []
    for ratio in _ratios(half_s, steps):
        start_s = ratio * float(pairs.time_s[own][0])
        real, present = _gridded(ratio * pairs.time_s[own] - start_s, norms, grid_hz)
        lags, score = _correlated(motion[seen], inside, real[seen], present)
        offsets = lags / grid_hz - start_s + (ratio - 1) * middle_s
        reach = float(pairs.within_s[number]) + abs(ratio - 1) * half_s + 0.5 / grid_hz
        score = np.where(np.abs(offsets - known_s) <= reach, score, -np.inf)
        found += [(float(score[k]), float(offsets[k]), (ratio - 1) * half_s) for k in _peaks(score)]
    found.sort(reverse=True)
    return np.array(
        [[offset_s, run_off] for _, offset_s, run_off in found[:PEAKS]] or [[known_s, 0]]
    )


def _ratios(half_s: float, steps: Steps) -> list[float]:
    if not steps.clock or 2 * half_s < steps.clock_min_s:
        return [1.0]
    half = min(int(np.ceil(steps.clock_within * half_s / SHIFT_S)), MOST_RATIOS // 2)
    return (1 + steps.clock_within * np.arange(-half, half + 1) / max(half, 1)).tolist()


def _gridded(time_s: Array, norms: Array, grid_hz: float) -> tuple[Array, Array]:
    """Norms (2, M) averaged over the cells of a grid, and where there are any (M,)."""
    cell = np.rint(time_s * grid_hz).astype(int)
    count = np.bincount(cell)
    sums = np.stack([np.bincount(cell, norm) for norm in norms])
    return sums / np.maximum(count, 1), (count > 0).astype(float)


def _correlated(
    motion: Array, inside: Mask, real: Array, present: Array
) -> tuple[NDArray[np.int_], Array]:
    """Lags of the motion's grid against the sensor's, and the mean correlation there.

    Of norms (C, M) and (C, N). Pearson's over what overlaps, gaps left out, by FFT of values,
    squares and presence (Padfield 2012, IEEE Trans. Image Processing 21:2706).
    """
    length = motion.shape[1] + real.shape[1]
    size = int(next_fast_len(length, real=True) or length)
    lags = np.arange(-real.shape[1] + 1, motion.shape[1])

    def transformed(values: Array) -> NDArray[np.complex128]:
        return np.asarray(rfft(values, size))

    mask = inside.astype(float)
    a = (motion - motion[:, inside].mean(axis=1, keepdims=True)) * mask
    b = (real - real[:, present > 0].mean(axis=1, keepdims=True)) * present
    mask_there, mask_here = transformed(mask), transformed(present).conj()
    a_there, b_here = transformed(a), transformed(b).conj()

    def over(product: NDArray[np.complex128]) -> Array:
        """Sum over k of ``a[k + lag] b[k]``, from the product of their transforms."""
        return np.asarray(irfft(product, size))[..., lags % size]

    count = over(mask_there * mask_here)
    enough = count >= max(OVERLAP * min(mask.sum(), present.sum()), 5)
    count = np.maximum(count, 1)
    sum_a, sum_b = over(a_there * mask_here), over(mask_there * b_here)
    square_a = over(transformed(a * a) * mask_here) - sum_a**2 / count
    square_b = over(mask_there * transformed(b * b).conj()) - sum_b**2 / count
    least = 1e-9 * np.abs(square_a).max() * np.abs(square_b).max() + 1e-30
    spread = np.sqrt(np.maximum(square_a, 0) * np.maximum(square_b, 0) + least)
    score = ((over(a_there * b_here) - sum_a * sum_b / count) / spread).mean(axis=0)
    return lags, np.where(enough, score, -np.inf)


def _peaks(score: Array) -> list[int]:
    """Indices of the highest local maxima."""
    padded = np.concatenate([[-np.inf], score, [-np.inf]])
    high = (score > padded[:-2]) & (score >= padded[2:]) & np.isfinite(score)
    found = np.flatnonzero(high)
    return found[np.argsort(-score[found])][:PEAKS].tolist()
