"""The overlapping Allan deviation of sampled signals, with confidence intervals.

Definitions as in IEEE 952-2020, annex C, and in W. J. Riley, "Handbook of Frequency Stability
Analysis", NIST Special Publication 1065 (2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

Array = NDArray[np.float64]

CONFIDENCE = 0.95
"""Share of intervals that hold the true value."""
PER_DECADE = 12
"""Averaging times a decade."""
_FEWEST_PARTS = 4
"""How many averaging times a stretch must hold at the longest."""
_REACH = 10.0
"""Ratio of averaging times over which a slope is taken, up and down."""
_SURE = 50.0
"""Averaging times in a record from which a point of the curve is as good as any."""
_SLOPES = np.array([-2.0, -1.0, 0.0, 1.0])
"""Slopes of the variance of white phase noise, white noise, flicker noise and random walk."""


@dataclass(frozen=True)
class AllanCurve:
    """Overlapping Allan deviations at M averaging times of C channels.

    Parameters
    ----------
    rate_hz : float
    factor : (M,) int array
        Averaging times in samples.
    deviation : (M, C) array
        In the unit of the signal.
    freedom : (M, C) array
        Equivalent degrees of freedom of the deviation's square.
    """

    rate_hz: float
    factor: NDArray[np.int64]
    deviation: Array
    freedom: Array

    @property
    def tau_s(self) -> Array:
        """Averaging times, (M,), s."""
        return self.factor / self.rate_hz

    def interval(self, confidence: float = CONFIDENCE) -> tuple[Array, Array]:
        """Lower and upper ends of the deviations' confidence intervals, (M, C) each.

        ``freedom s² / chi²`` as in NIST SP 1065, section 5.3, at both tails.
        """
        tail = (1 - confidence) / 2
        low = self.deviation * np.sqrt(self.freedom / chi2.ppf(1 - tail, self.freedom))
        high = self.deviation * np.sqrt(self.freedom / chi2.ppf(tail, self.freedom))
        return low, high


def averaging_factors(samples: int, per_decade: int = PER_DECADE) -> NDArray[np.int64]:
    """Averaging times in samples, spaced evenly in logarithm, for a stretch of so many samples."""
    longest = samples // _FEWEST_PARTS
    if longest < 1:
        return np.zeros(0, np.int64)
    steps = np.arange(int(np.log10(longest) * per_decade) + 1) / per_decade
    return np.unique(np.floor(10**steps + 1e-9).astype(np.int64))


def allan_deviation(
    stretches: Sequence[Array],
    rate_hz: float,
    factor: NDArray[np.int64] | None = None,
    slope: Array | None = None,
) -> AllanCurve:
    """Overlapping Allan deviation of a signal, or of several stretches of one, pooled.

    All squared differences that lie within a stretch are averaged. Each averaging time costs
    one pass over the running sums.

    Parameters
    ----------
    stretches : sequence of (n, C) arrays
        Finite, evenly sampled; their means do not matter.
    rate_hz : float
    factor : (M,) int array, optional
        Averaging times in samples; by default :func:`averaging_factors` of the longest stretch.
        None for which no stretch is long enough: two of them, at least.
    slope : (M, C) array, optional
        Slopes of the log variance, for the intervals; by default they are taken from the curve.
        At averaging times near the length of the record, those of a fitted model are surer.

    Returns
    -------
    AllanCurve
    """
    arrays = [np.asarray(s, float).reshape(len(s), -1) for s in stretches]
    lengths = [len(a) for a in arrays]
    if factor is None:
        factor = averaging_factors(max(lengths, default=0))
    factor = np.asarray(factor, np.int64)
    if len(factor) and not (factor.min() >= 1 and 2 * factor.max() <= max(lengths, default=0)):
        raise ValueError("averaging times must be from 1 to half of the longest stretch's samples")
    channels = arrays[0].shape[1] if arrays else 0
    squares = np.zeros((len(factor), channels))
    counts = np.zeros(len(factor))
    for array in arrays:
        sums = np.zeros((len(array) + 1, channels))
        np.cumsum(array - array.mean(axis=0), axis=0, out=sums[1:])
        for number, m in enumerate(factor.tolist()):
            pairs = len(array) + 1 - 2 * m
            if pairs < 1:
                break
            second = sums[2 * m :] - 2 * sums[m:-m] + sums[: -2 * m]
            squares[number] += np.einsum("nc,nc->c", second, second)
            counts[number] += pairs
    variance = squares / (2.0 * factor**2 * counts)[:, None]
    if slope is None:
        slope = _local_slopes(factor, variance, max(lengths, default=1))
    freedom = sum(
        (equivalent_freedom(slope, length, factor) for length in lengths),
        start=np.zeros_like(variance),
    )
    return AllanCurve(rate_hz, factor, np.sqrt(variance), freedom)


def equivalent_freedom(slope: Array, samples: int, factor: NDArray[np.int64]) -> Array:
    """Equivalent degrees of freedom of an overlapping Allan variance.

    The approximations of NIST SP 1065, table 5 (Howe, Allan and Barnes 1981), by type of noise;
    between two types, in the logarithm, by the slope.

    Parameters
    ----------
    slope : (M, C) array
        Slope of the log variance over the log averaging time: -2 white phase noise
        (quantisation), -1 white noise, 0 flicker noise, 1 random walk.
    samples : int
    factor : (M,) int array

    Returns
    -------
    (M, C) array
        Zero where the stretch is shorter than two averaging times.
    """
    m = factor.astype(float)
    enough = 2 * factor <= samples
    n = float(samples + 1)  # points of the running sum
    m = np.where(enough, m, 1.0)
    if n < 4:
        return np.where(enough[:, None], 1.0, 0.0) * np.ones_like(slope)
    phase = (n + 1) * (n - 2 * m) / (2 * (n - m))
    white = (3 * (n - 1) / (2 * m) - 2 * (n - 2) / n) * 4 * m**2 / (4 * m**2 + 5)
    flicker = np.where(m > 1, 5 * n**2 / (4 * m * (n + 3 * m)), 2 * (n - 2) ** 2 / (2.3 * n - 4.9))
    walk = (n - 2) / m * ((n - 1) ** 2 - 3 * m * (n - 1) + 4 * m**2) / (n - 3) ** 2
    table = np.log(np.maximum([phase, white, flicker, walk], 1.0))
    position = np.clip(slope - _SLOPES[0], 0, len(_SLOPES) - 1.001)
    below = position.astype(int)
    rows = np.arange(len(m))[:, None]
    share = position - below
    freedom = np.exp((1 - share) * table[below, rows] + share * table[below + 1, rows])
    return np.where(enough[:, None], freedom, 0.0)


def _local_slopes(factor: NDArray[np.int64], variance: Array, samples: int) -> Array:
    """Slopes of the log variance about each averaging time.

    Lines fitted over two decades; a point counts for the less, the fewer of its averaging times
    the record holds.
    """
    log_tau = np.log(factor.astype(float))
    log_variance = np.log(np.maximum(variance, 1e-300))
    near = np.abs(log_tau[:, None] - log_tau) <= np.log(_REACH) + 1e-9
    weight = np.where(near, np.minimum(samples / factor, _SURE), 0.0)
    weight /= weight.sum(axis=1, keepdims=True)
    x = log_tau - (weight @ log_tau)[:, None]
    spread = (weight * x**2).sum(axis=1)[:, None]
    return np.where(spread > 0, (weight * x) @ log_variance / np.maximum(spread, 1e-12), -1.0)
