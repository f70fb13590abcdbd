"""Up to which frequency a spectrum is that of a sensor's noises, and through which low-pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import minimize_scalar

from imusim.math.noise_likelihood import MODEL_ERROR, Likelihood
from imusim.math.noise_spectrum import Spectrum

_BENT = 3.5
"""Standard deviations by which half an octave may lie off the model."""
_MOST_CUT = 12
"""Half octaves that may be left out at the top of the spectrum."""
_FEWEST_BANDS = 20
_BETTER = 5.0
"""Gain of the log-likelihood from which there is a low-pass."""


def model_band(spectrum: Spectrum, rounding: float) -> Spectrum:
    """The bands up to the highest frequency at which the terms still describe the record.

    Where they do not describe the whole, the device's low-pass bends the top of the spectrum
    down: one of second order is sought with them. What does not look so either is left out.
    """
    if not _bent(spectrum, rounding):
        return spectrum
    for half_octaves in range(1, _MOST_CUT + 1):
        part = spectrum.below(spectrum.rate_hz / 2 ** (1 + half_octaves / 2))
        if len(part.power) < _FEWEST_BANDS:
            break
        part = _low_passed(part, rounding)
        if not _bent(part, rounding):
            return part
    return spectrum


def _bent(part: Spectrum, rounding: float) -> bool:
    """Whether any half octave of the top two lies off what the terms can be."""
    likelihood = Likelihood.of(part, part.terms(), rounding)
    off = part.power / likelihood.expected(likelihood.fit()[0]) - 1
    below_top = np.log2(part.frequency_hz.max() / part.frequency_hz)
    for edge in (0, 0.5, 1, 1.5):
        inside = (below_top >= edge) & (below_top < edge + 0.5)
        count = part.count[inside]
        if count.sum() > 0:
            mean = (off[inside] * count).sum() / count.sum()
            if abs(mean) > _BENT * np.sqrt(2 / count.sum() + MODEL_ERROR**2):
                return True
    return False


def _low_passed(part: Spectrum, rounding: float) -> Spectrum:
    """The same bands with the low-pass that describes them best, if one is better than none."""
    flat = Likelihood.of(part, part.terms(), rounding)

    def cost(log_bandwidth: float) -> float:
        passed = replace(part, bandwidth_hz=float(np.exp(log_bandwidth)))
        return replace(flat, basis=passed.terms()).fit()[1]

    tried = np.log(part.frequency_hz.max()) + np.linspace(-2.5, 1.5, 33)
    costs = [cost(log_bandwidth) for log_bandwidth in tried]
    best = float(tried[int(np.argmin(costs))])
    if min(costs) > flat.fit()[1] - _BETTER:
        return part
    step = float(tried[1] - tried[0])
    found = minimize_scalar(
        cost, bounds=(best - step, best + step), method="bounded", options={"xatol": 1e-3}
    )
    return replace(part, bandwidth_hz=float(np.exp(found.x)))
