"""Likelihood of a banded spectrum under a sum of shapes with weights that are not negative."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from imusim.math.noise_spectrum import Spectrum

Array = NDArray[np.float64]

MODEL_ERROR = 0.02
"""Relative error of the model that is allowed for in every band: no device is exactly so."""
_OUTLIER = 4.0
"""Standard deviations from which a band counts less: hum, vibration, a passing step."""
_ROUNDS, _HALVINGS = 60, 8


@dataclass(frozen=True)
class Likelihood:
    """Twice the mean power of a band over its expectation is taken as chi-squared.

    Parameters
    ----------
    power : (M,) array
    weight : (M,) array
        Half the degrees of freedom of each band.
    basis : (M, P) array
        Expected power at one of each weight.
    offset : (M,) or float
        Power that is known.
    dispersion : float
        Variance of the bands about the best fit over what their weights say, at least one.
    """

    power: Array
    weight: Array
    basis: Array
    offset: Array | float
    dispersion: float = 1.0

    @staticmethod
    def of(
        spectrum: Spectrum, basis: Array, offset: float, weight: Array | None = None
    ) -> Likelihood:
        """Likelihood of a spectrum; without weights, those that make outlying bands count less."""
        if weight is not None:
            likelihood = Likelihood(spectrum.power, weight, basis, offset)
            return likelihood._dispersed()
        first = 1 / (2 / spectrum.count + MODEL_ERROR**2)
        likelihood = Likelihood(spectrum.power, first, basis, offset)
        for _ in range(3):
            expected = likelihood.expected(likelihood.fit()[0])
            off = np.abs(spectrum.power / expected - 1) * np.sqrt(first)
            off = np.where(first > 2 * _OUTLIER, off, 0.0)
            likelihood = Likelihood(
                spectrum.power, first * np.minimum(1, (_OUTLIER / np.maximum(off, 1e-9)) ** 2),
                basis, offset,
            )  # fmt: skip
        return likelihood._dispersed()

    def _dispersed(self) -> Likelihood:
        ratio = self.power / self.expected(self.fit()[0]) - 1
        free = max(len(self.power) - self.basis.shape[1], 1)
        dispersion = max(1.0, float((self.weight * ratio**2).sum() / free))
        return Likelihood(self.power, self.weight, self.basis, self.offset, dispersion)

    def expected(self, theta: Array) -> Array:
        """Power expected at weights theta (P,): (M,)."""
        floor = 1e-12 * self.power.max() + 1e-300
        return np.maximum(self.basis @ theta + self.offset, floor)

    def cost(self, theta: Array) -> float:
        """Negative log-likelihood."""
        expected = self.expected(theta)
        return float((self.weight * (np.log(expected) + self.power / expected)).sum())

    def fit(self) -> tuple[Array, float]:
        """Weights (P,), none negative, of the greatest likelihood, and its negative logarithm.

        Fisher scoring: non-negative least squares with weights from the last round, and half
        steps where a whole one does not gain.
        """
        if not self.basis.shape[1]:
            return np.zeros(0), self.cost(np.zeros(0))
        theta = self._scored(np.maximum(self.power, 1e-9 * self.power.max()))
        cost = self.cost(theta)
        for _ in range(_ROUNDS):
            proposal = self._scored(self.expected(theta))
            new = self.cost(proposal)
            for _ in range(_HALVINGS):
                if new <= cost:
                    break
                proposal = (proposal + theta) / 2
                new = self.cost(proposal)
            if new >= cost:
                break
            gain, theta, cost = cost - new, proposal, new
            if gain < 1e-7 * self.dispersion:
                break
        return theta, cost

    def _scored(self, at: Array) -> Array:
        """Weighted non-negative least squares about expected powers."""
        root = np.sqrt(self.weight) / at
        design = self.basis * root[:, None]
        size = np.sqrt((design**2).sum(axis=0))
        size = np.where(size > 0, size, 1.0)
        solution, _ = nnls(design / size, (self.power - self.offset) * root)
        return solution / size

    def without(self, term: int, value: float = 0.0) -> Likelihood:
        """The likelihood of the other terms with one held at a value."""
        return Likelihood(
            self.power, self.weight, np.delete(self.basis, term, axis=1),
            self.offset + self.basis[:, term] * value, self.dispersion,
        )  # fmt: skip
