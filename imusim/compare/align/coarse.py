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
from imusim.compare.align.signals import Prepared

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


def guesses(pair: Prepared, steps: Steps) -> list[tuple[float, float]]:
    """Offsets at the middle of the recording, s, and clock ratios, the likeliest first."""
    middle = pair.offset_s
    if not steps.offset:
        return [(middle, 1.0)]
    grid_hz = min(GRID_HZ, MOST_GRID / max(pair.smooth.end_s, 2 * pair.half_s, 1.0))
    motion_s = np.arange(int(pair.smooth.end_s * grid_hz) + 1) / grid_hz
    motion = np.zeros((len(motion_s), 2))
    inside = pair.smooth.inside(motion_s)
    values = pair.smooth.at(motion_s)
    motion[:, 0] = np.linalg.norm(values[:, :3], axis=1)
    motion[:, 1] = np.linalg.norm(values[:, 3:6], axis=1)
    found: list[tuple[float, float, float]] = []
    for ratio in _ratios(pair, steps):
        real, present, start_s = _gridded(pair, ratio, grid_hz)
        lags, score = _correlated(motion, inside, real, present, pair.seen)
        # The sensor's grid begins at start_s of the motion's time without offset.
        offsets = lags / grid_hz - start_s
        own = offsets + (ratio - 1) * pair.middle_s
        reach = pair.offset_within_s + abs(ratio - 1) * pair.half_s + 0.5 / grid_hz
        score = np.where(np.abs(own - middle) <= reach, score, -np.inf)
        found += [(float(score[k]), float(own[k]), ratio) for k in _peaks(score)]
    found.sort(key=lambda guess: -guess[0])
    return [(own, ratio) for _, own, ratio in found[:PEAKS]] or [(middle, 1.0)]


def _ratios(pair: Prepared, steps: Steps) -> list[float]:
    if not steps.clock or 2 * pair.half_s < steps.clock_min_s:
        return [1.0]
    half = int(np.ceil(steps.clock_within * pair.half_s / SHIFT_S))
    half = min(half, MOST_RATIOS // 2)
    return (
        [1.0]
        if half == 0
        else (1 + steps.clock_within * np.arange(-half, half + 1) / half).tolist()
    )


def _gridded(pair: Prepared, ratio: float, grid_hz: float) -> tuple[Array, Array, float]:
    """Norms (M, 2) of the sensor averaged over the cells of a grid, where there are any."""
    time_s = ratio * pair.time_s
    start_s = float(time_s[0])
    cell = np.rint((time_s - start_s) * grid_hz).astype(int)
    count = np.bincount(cell)
    norms = np.stack(
        [np.linalg.norm(pair.real[:, :3], axis=1), np.linalg.norm(pair.real[:, 3:], axis=1)]
    )
    sums = np.stack([np.bincount(cell, norm) for norm in norms], axis=1)
    return sums / np.maximum(count, 1)[:, None], (count > 0).astype(float), start_s


def _correlated(
    motion: Array, inside: Mask, real: Array, present: Array, seen: tuple[bool, bool]
) -> tuple[NDArray[np.int_], Array]:
    """Lags of the motion's grid against the sensor's, and the mean correlation there.

    Pearson's over what overlaps, gaps left out, by FFT of values, squares and presence (Padfield
    2012, IEEE Trans. Image Processing 21:2706).
    """
    length = len(motion) + len(real)
    size = int(next_fast_len(length, real=True) or length)
    lags = np.arange(-len(real) + 1, len(motion))

    def over(a: Array, b: Array) -> Array:
        """Sum over k of ``a[k + lag] b[k]``."""
        spectrum = np.asarray(rfft(a, size)) * np.asarray(rfft(b, size)).conj()
        return np.asarray(irfft(spectrum, size))[lags % size]

    mask = inside.astype(float)
    count = over(mask, present)
    enough = count >= max(OVERLAP * min(mask.sum(), present.sum()), 5)
    count = np.maximum(count, 1)
    total, parts = np.zeros(len(lags)), 0
    for channel in range(2):
        if not seen[channel]:
            continue
        a = (motion[:, channel] - motion[inside, channel].mean()) * mask
        b = (real[:, channel] - real[present > 0, channel].mean()) * present
        sum_a, sum_b = over(a, present), over(mask, b)
        square_a = over(a * a, present) - sum_a**2 / count
        square_b = over(mask, b * b) - sum_b**2 / count
        least = 1e-9 * (np.abs(square_a).max() * np.abs(square_b).max() + 1e-30)
        scale = np.sqrt(np.maximum(square_a, 0) * np.maximum(square_b, 0) + least)
        total += (over(a, b) - sum_a * sum_b / count) / scale
        parts += 1
    return lags, np.where(enough, total / max(parts, 1), -np.inf)


def _peaks(score: Array) -> list[int]:
    """Indices of the highest local maxima."""
    padded = np.concatenate([[-np.inf], score, [-np.inf]])
    high = (score > padded[:-2]) & (score >= padded[2:]) & np.isfinite(score)
    found = np.flatnonzero(high)
    return found[np.argsort(-score[found])][:PEAKS].tolist()
