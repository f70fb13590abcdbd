"""Q, N, B and K of a sensor from a record at rest, with intervals.

The parameters are those of the Allan curve, but they are not read off the curve: neighbouring
points of it share nearly all their data, and its long averaging times rest on a few
differences. The record's spectrum in cosine coefficients holds independent numbers, and the
fit is that of greatest likelihood (P. Whittle 1953, "Estimation and information in stationary
time series"): the expected power is a sum of known shapes with weights Q², N², B², K² that are
not negative, found by scoring with non-negative least squares. Intervals are of the profile
likelihood.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import chi2

from imusim.math.noise_band import model_band
from imusim.math.noise_likelihood import Likelihood
from imusim.math.noise_spectrum import (
    Spectrum,
    banded_spectrum,
    cosine_coefficients,
    without_ends,
)
from imusim.math.noise_terms import markov_variance, term_spectra, term_variances
from imusim.math.rounding import rounding_effect

Array = NDArray[np.float64]

CONFIDENCE = 0.95
FEWEST_SAMPLES = 100
"""Shortest record that is fitted, samples."""
_EXACT = 1e-13
"""Deviation over the level that is arithmetic's: the channel is constant."""
_SEEN = 10.0
"""Fall of twice the log-likelihood without a term, from which the term is seen."""
_BETTER = 10.0
"""Gain of the same from which a bias is a Gauss–Markov process rather than flicker noise."""
_FOREVER = (np.inf, np.inf)
_TIME_STEPS = 30
"""How far correlation times are tried to either side, in steps that grow."""
_CLEANINGS = 4
"""Rounds in which the ends of quantisation noise are found; each knows its size better."""
_Q, _N, _B, _K = range(4)


@dataclass(frozen=True)
class NoiseFit:
    """Terms of one channel, in the order of :data:`imusim.math.noise_terms.TERMS`.

    Parameters
    ----------
    rate_hz : float
    value : (4,) array
        Q, N, B, K in the signal's unit times s, s^½, 1, s^-½. Zero for a term not seen.
    lower, upper : (4,) arrays
        Ends of the 95 % intervals; of a term not seen, zero and its upper bound.
    correlation_time_s : float
        Of the Gauss–Markov process that B describes; infinite: flicker noise.
    correlation_interval_s : (2,) floats
        Ends of its 95 % interval.
    top_hz : float
        Frequency up to which the spectrum was fitted. Above it the device's low-pass shows.
    bandwidth_hz : float
        Of the device's low-pass, taken as a second-order Butterworth; infinite where none shows.
    dispersion : float
        Scatter of the spectrum about the fit, as variance over what chance alone gives; the
        intervals allow for it.
    """

    rate_hz: float
    value: Array
    lower: Array
    upper: Array
    correlation_time_s: float
    correlation_interval_s: tuple[float, float]
    top_hz: float
    bandwidth_hz: float
    dispersion: float

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Which terms the record shows, (4,)."""
        return self.value > 0

    def variances(self, factor: NDArray[np.int64]) -> Array:
        """Allan variances of the terms at averaging times in samples, (M, 4)."""
        return term_allan(self.value, factor, self.rate_hz, self.correlation_time_s)


def term_allan(
    value: Array, factor: NDArray[np.int64], rate_hz: float, correlation_time_s: float = np.inf
) -> Array:
    """Allan variances (M, 4) of terms (4,), B being a Gauss–Markov process of a finite time."""
    basis = term_variances(factor, rate_hz)
    if np.isfinite(correlation_time_s):
        basis[:, _B] = markov_variance(factor / rate_hz, correlation_time_s)
    return basis * value**2


def fit_noise(
    stretches: Sequence[Array],
    rate_hz: float,
    step: float = 0.0,
    markov: bool = True,
) -> NoiseFit:
    """Fit the terms of one channel.

    Parameters
    ----------
    stretches : sequence of (n,) arrays
        At rest, evenly sampled, at least :data:`FEWEST_SAMPLES` in each.
    rate_hz : float
    step : float
        Resolution of the readings: what rounding adds, step²/12 where it is fine, is not
        counted as N.
    markov : bool
        Whether B may be a Gauss–Markov process where that describes the record better.
    """
    transforms = [cosine_coefficients(np.asarray(s, float)) for s in stretches]
    scale = float(np.sqrt(np.mean(np.concatenate(transforms) ** 2)))
    size = max(float(np.abs(s).max()) for s in stretches)
    if not scale > _EXACT * size:
        zero = np.zeros(4)
        return NoiseFit(
            rate_hz, zero, zero, zero, np.inf, (np.inf, np.inf), rate_hz / 2, np.inf, 1.0
        )
    transforms = [t / scale for t in transforms]
    rounded = rounding_effect([np.asarray(s, float) for s in stretches], step)
    rounding = rounded.variance / scale**2
    spectrum = banded_spectrum(transforms, rate_hz)
    for _ in range(_CLEANINGS):
        used = model_band(spectrum, rounding)
        value = _seen_terms(Likelihood.of(used, used.terms(), rounding))[0]
        if not value[_Q] > 0:
            break
        cleaned = [
            without_ends(t, _expected(value, len(t) + 1, rate_hz, rounding)) for t in transforms
        ]
        spectrum = banded_spectrum(cleaned, rate_hz)
    fit = _fit(spectrum, rounding, markov)
    unit = scale / rounded.gain
    return replace(
        fit,
        value=fit.value * unit,
        lower=fit.lower * unit * (1 - rounded.error),
        upper=fit.upper * unit * (1 + rounded.error),
    )


def _expected(value: Array, length: int, rate_hz: float, rounding: float) -> Array:
    """Variances of the cosine coefficients of a record of so many samples, (length - 1,)."""
    x = 2 * np.sin(np.pi * np.arange(1, length) / (2 * length))
    return term_spectra(x, rate_hz) @ value + rounding


def _fit(spectrum: Spectrum, rounding: float, markov: bool) -> NoiseFit:
    """Choose the band, the kind of bias and the terms; then the intervals."""
    used = model_band(spectrum, rounding)
    flicker = Likelihood.of(used, used.terms(), rounding)
    chosen, time_s = flicker, np.inf
    if markov:
        chosen, time_s = _kind_of_bias(used, rounding, flicker)
    value, full = _seen_terms(chosen)
    lowest = chosen.fit()[1]
    bounds = np.array([_profile(chosen, term, lowest, full, value[term]) for term in range(4)])
    times = _FOREVER
    if np.isfinite(time_s) and value[_B] > 0:
        bounds, times = _over_times(used, chosen, time_s, value, bounds)
    if not used.whole:  # at most what stands anywhere
        ceiling = spectrum.power * (1 + 2 * np.sqrt(2 / spectrum.count))
        bounds[_Q, 1] = (ceiling / spectrum.terms()[:, _Q]).min()
    return NoiseFit(
        used.rate_hz,
        np.sqrt(value),
        np.sqrt(bounds[:, 0]),
        np.sqrt(bounds[:, 1]),
        time_s if value[_B] > 0 else np.inf,
        times,
        used.rate_hz / 2 if used.whole else float(used.frequency_hz.max()),
        used.bandwidth_hz,
        chosen.dispersion,
    )


def _kind_of_bias(used: Spectrum, rounding: float, flicker: Likelihood) -> tuple[Likelihood, float]:
    """Flicker noise, or the Gauss–Markov process that describes the record clearly better."""
    cost = flicker.fit()[1]
    shortest, longest = 5 / used.rate_hz, 0.1 / used.frequency_hz.min()
    count = max(int(6 * np.log10(max(longest / shortest, 1))) + 1, 1)
    best, best_time, best_cost = flicker, np.inf, cost - _BETTER * flicker.dispersion / 2
    for time_s in np.geomspace(shortest, max(longest, shortest), count):
        other = replace(flicker, basis=used.terms(float(time_s)))
        theta, its_cost = other.fit()
        if its_cost < best_cost and theta[_B] > 0:
            best, best_time, best_cost = other, float(time_s), its_cost
    if best is flicker:
        return flicker, np.inf
    found = minimize_scalar(
        lambda log_time: replace(flicker, basis=used.terms(np.exp(log_time))).fit()[1],
        bounds=(np.log(best_time) - 0.4, np.log(best_time) + 0.4),
        method="bounded",
        options={"xatol": 0.01},
    )
    best_time = float(np.exp(found.x))
    return Likelihood.of(used, used.terms(best_time), rounding), best_time


def _seen_terms(likelihood: Likelihood) -> tuple[Array, Array]:
    """Weights without the terms that the record does not show, and with all, (4,) each.

    The least missed term is dropped first, until every one left is missed.
    """
    full, _ = likelihood.fit()
    kept = [term for term in range(4) if full[term] > 0]
    while len(kept) > 1:
        cost = _subset(likelihood, kept).fit()[1]
        loss = [
            2 * (_subset(likelihood, [k for k in kept if k != term]).fit()[1] - cost)
            for term in kept
        ]
        least = int(np.argmin(loss))
        if loss[least] >= _SEEN * likelihood.dispersion:
            break
        kept.pop(least)
    value = np.zeros(4)
    value[kept] = _subset(likelihood, kept).fit()[0]
    return value, full


def _subset(likelihood: Likelihood, kept: list[int]) -> Likelihood:
    return replace(likelihood, basis=likelihood.basis[:, kept])


def _over_times(
    used: Spectrum, chosen: Likelihood, time_s: float, value: Array, bounds: Array
) -> tuple[Array, tuple[float, float]]:
    """Intervals (4, 2) that allow for the correlation time being unknown too, and its own."""
    lowest = chosen.fit()[1]
    likely = [time_s]
    for way in (-1, 1):
        for step in range(1, _TIME_STEPS):
            candidate = time_s * np.exp(way * 0.03 * step * (1 + step / 8))
            other = replace(chosen, basis=used.terms(candidate))
            full, cost = other.fit()
            if cost > lowest + _allowed(chosen):
                break
            likely.append(float(candidate))
            held = [_profile(other, term, lowest, full, value[term]) for term in range(4)]
            ends = np.array(held)
            bounds = np.stack(
                [np.minimum(bounds[:, 0], ends[:, 0]), np.maximum(bounds[:, 1], ends[:, 1])], axis=1
            )
    return bounds, (min(likely), max(likely))


def _allowed(likelihood: Likelihood) -> float:
    """Fall of the log-likelihood at the ends of an interval."""
    return float(chi2.ppf(CONFIDENCE, 1)) * likelihood.dispersion / 2


def _profile(
    likelihood: Likelihood, term: int, lowest: float, full: Array, value: float
) -> tuple[float, float]:
    """Ends of the profile likelihood's interval of a weight, which hold the given value.

    Parameters
    ----------
    likelihood : Likelihood
    term : int
    lowest : float
        Negative log-likelihood of the best fit.
    full : (4,) array
        The best weights under this likelihood.
    value : float
        The weight that is reported.
    """
    if not likelihood.basis[:, term].any():
        return 0.0, 0.0
    limit = lowest + _allowed(likelihood)

    def excess(log_weight: float) -> float:
        return likelihood.without(term, float(np.exp(log_weight))).fit()[1] - limit

    at = float(full[term])
    # Weights at which the term is nothing in every band, and more than all in every band.
    alone = likelihood.power / likelihood.basis[:, term]
    floor, ceiling = np.log(1e-9 * alone.min()), np.log(100 * alone.max())
    start = float(np.log(at)) if at > 0 else float(floor)
    high, step = start, 0.05 if at > 0 else 1.0
    while excess(high + step) < 0 and high < ceiling:
        high, step = high + step, 2 * step
    upper = _crossing(excess, high, high + step) if excess(high) < 0 else at
    lower = 0.0
    if value > 0 and likelihood.without(term).fit()[1] > limit:
        step, low = 0.05, start
        while excess(low - step) < 0 and low > floor:
            low, step = low - step, 2 * step
        lower = _crossing(excess, low - step, low) if excess(low) < 0 else at
    return min(float(lower), value), max(float(upper), value)


def _crossing(excess: Callable[[float], float], low: float, high: float) -> float:
    """Exponential of where a function of a log weight is zero."""
    return math.exp(cast(float, brentq(excess, low, high, xtol=1e-3)))
