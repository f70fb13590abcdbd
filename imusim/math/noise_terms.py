"""The four noises of an inertial sensor as sampled signals: their spectra and Allan variances.

Names and definitions follow IEEE 952-2020, annex C, and IEEE 647: quantisation Q, white noise
N (angle or velocity random walk), bias instability B (flicker) and rate random walk K. What is
sampled at a rate r is

* ``Q r (w[k] - w[k-1])``: white noise of the integral, differenced,
* ``N sqrt(r) w[k]``,
* ``B sum h[j] w[k-j]`` with h of ``(1 - z⁻¹)^(-1/2)`` (Kasdin, Proc. IEEE 83(5), 1995),
* ``K sum_{j<=k} w[j] / sqrt(r)``,

with w unit white noise. All their spectra are powers of ``x = 2 sin(pi f / r)``, which is
``2 pi f / r`` at low frequency.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TERMS = ("Q", "N", "B", "K")
"""Order of the terms wherever they stand in an array."""
SLOPES = (-1.0, -0.5, 0.0, 0.5)
"""Slope of each term's Allan deviation in a log-log plot."""
FLICKER_FLOOR = 2 * np.log(2) / np.pi
"""Allan variance of flicker noise over B², at averaging times of many samples."""

MARKOV_PEAK = 0.3811386581
"""Highest Allan variance of a Gauss–Markov process over its variance, at 1.89 correlation times."""

_EXACT_FACTOR = 64
"""Averaging factor from which flicker noise's Allan variance is taken as its limit."""


def term_spectra(x: Array, rate_hz: float) -> Array:
    """Variance spectra of the terms at unit Q, N, B, K.

    Parameters
    ----------
    x : (M,) array
        ``2 sin(pi f / rate)`` of the frequencies, above zero.
    rate_hz : float

    Returns
    -------
    (M, 4) array
        Two-sided density in Hz⁻¹ times the rate: the mean over all frequencies is the variance.
    """
    return np.stack(
        [rate_hz**2 * x**2, np.full_like(x, rate_hz), 1 / x, 1 / (rate_hz * x**2)], axis=-1
    )


def markov_spectrum(x: Array, rate_hz: float, correlation_time_s: float) -> Array:
    """Variance spectrum (M,) of a sampled first-order Gauss–Markov process at B = 1.

    Its Allan deviation peaks at flicker noise's floor, 0.664 B.
    """
    kept = np.exp(-1 / (rate_hz * correlation_time_s))
    lost = -np.expm1(-1 / (rate_hz * correlation_time_s))
    return FLICKER_FLOOR / MARKOV_PEAK * lost * (1 + kept) / (lost**2 + kept * x**2)


def term_variances(factor: NDArray[np.int64], rate_hz: float) -> Array:
    """Allan variances of the sampled terms at unit Q, N, B, K.

    The formulas of IEEE 952-2020 are those of continuous noise; sampled walks and sampled
    flicker noise differ from them at averaging times of few samples, by half at one sample.

    Parameters
    ----------
    factor : (M,) int array
        Averaging times in samples.
    rate_hz : float

    Returns
    -------
    (M, 4) array
    """
    m = np.asarray(factor, float)
    tau = m / rate_hz
    flicker = np.array([_flicker(int(f)) for f in np.asarray(factor)])
    walk = (2 * m**2 + 1) / (6 * m * rate_hz)
    return np.stack([3 / tau**2, 1 / tau, flicker, walk], axis=-1)


def markov_variance(tau_s: Array, correlation_time_s: float) -> Array:
    """Allan variance (M,) of a Gauss–Markov process at B = 1 (IEEE 952-2020, annex C)."""
    u = np.asarray(tau_s, float) / correlation_time_s
    long = np.maximum(u, 1e-3)  # below, the difference of nearly equal numbers
    closed = (2 * long - 3 + 4 * np.exp(-long) - np.exp(-2 * long)) / long**2
    return FLICKER_FLOOR / MARKOV_PEAK * np.where(u < 1e-3, 2 * u / 3 - u**2 / 2, closed)


@lru_cache(maxsize=_EXACT_FACTOR)
def _flicker(factor: int) -> float:
    """Allan variance of sampled flicker noise at B = 1.

    The difference of two neighbouring means is a triangle's sum of the noise's steps, whose
    autocovariance is ``(4/pi) / (1 - 4 k²)`` (fractional noise of order -1/2).
    """
    if factor > _EXACT_FACTOR:
        return FLICKER_FLOOR
    box = np.ones(factor)
    triangle = np.convolve(box, box) / factor
    overlap = np.correlate(triangle, triangle, "full")
    lag = np.arange(len(overlap)) - len(overlap) // 2
    return float((overlap * (4 / np.pi) / (1 - 4.0 * lag**2)).sum() / 2)
