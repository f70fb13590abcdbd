"""Sampled noises by their definitions, for tests."""

import numpy as np
from scipy.signal import fftconvolve, lfilter


def noise(value, samples, rate_hz, rng):
    """Sum of quantisation, white, flicker and walking noise of sizes Q, N, B, K."""
    q, n, b, k = value
    total = np.zeros(samples)
    if q:
        total += q * rate_hz * np.diff(rng.standard_normal(samples + 1))
    if n:
        total += n * np.sqrt(rate_hz) * rng.standard_normal(samples)
    if b:  # as though it had run for a record's length before
        lag = np.arange(1, 2 * samples)
        taps = np.cumprod(np.concatenate([[1.0], (lag - 0.5) / lag]))
        steps = rng.standard_normal(2 * samples)
        total += b * fftconvolve(steps, taps)[samples : 2 * samples]
    if k:
        total += k / np.sqrt(rate_hz) * rng.standard_normal(samples).cumsum()
    return total


def markov(b, correlation_time_s, samples, rate_hz, rng):
    """A Gauss–Markov bias whose Allan deviation peaks at 0.664 b."""
    kept = np.exp(-1 / (rate_hz * correlation_time_s))
    sigma = b * np.sqrt(2 * np.log(2) / np.pi / 0.3811386)
    steps = rng.standard_normal(samples + int(20 * rate_hz * correlation_time_s))
    return lfilter([sigma * np.sqrt(1 - kept**2)], [1, -kept], steps)[-samples:]
