"""Spectra of records at rest in which the noises of a sensor are independent numbers.

The cosine transform (DCT-II) takes white noise, and a random walk from wherever it began, to
exactly independent coefficients, whatever the record's length: there is no leakage from the
steep end of the spectrum, and no window is needed. Flicker noise comes near to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct, next_fast_len

from imusim.math.noise_terms import TERMS, markov_spectrum, term_spectra

Array = NDArray[np.float64]

PER_OCTAVE = 12
"""Bands an octave, where there are so many frequencies."""


@dataclass(frozen=True)
class Spectrum:
    """Mean squares of a record's cosine coefficients, in M bands of frequency.

    Parameters
    ----------
    rate_hz : float
    frequency_hz : (M,) array
        Middles of the bands.
    count : (M,) array
        How many coefficients each holds.
    power : (M,) array
        Mean squares; those of white noise of variance v are v.
    half_cycles : (M,) array
        Half periods in the record, on average over the band.
    whole : bool
        Whether it reaches half the rate. Elsewhere Q, which lives there, is not counted.
    bandwidth_hz : float
        Of the low-pass that the noises went through, a second-order Butterworth.
    """

    rate_hz: float
    frequency_hz: Array
    count: Array
    power: Array
    half_cycles: Array
    whole: bool = True
    bandwidth_hz: float = np.inf

    @cached_property
    def x(self) -> Array:
        """``2 sin(pi f / rate)``, (M,)."""
        return 2 * np.sin(np.pi * self.frequency_hz / self.rate_hz)

    def terms(self, correlation_time_s: float = np.inf) -> Array:
        """What the power would be of Q, N, B, K at one each, (M, 4).

        Parameters
        ----------
        correlation_time_s : float
            Where it is finite, B is that of a Gauss–Markov process.
        """
        basis = term_spectra(self.x, self.rate_hz)
        if not self.whole:
            basis[:, TERMS.index("Q")] = 0
        flicker = TERMS.index("B")
        if np.isfinite(correlation_time_s):
            basis[:, flicker] = markov_spectrum(self.x, self.rate_hz, correlation_time_s)
        else:  # its cosine coefficients are a little smaller than its spectrum
            basis[:, flicker] *= 1 - 2 / (np.pi**2 * self.half_cycles)
        return basis / (1 + (self.frequency_hz / self.bandwidth_hz) ** 4)[:, None]

    def below(self, frequency_hz: float) -> Spectrum:
        """The bands up to a frequency."""
        keep = self.frequency_hz <= frequency_hz
        if keep.all():
            return self
        return Spectrum(
            self.rate_hz,
            self.frequency_hz[keep],
            self.count[keep],
            self.power[keep],
            self.half_cycles[keep],
            whole=False,
        )


def cosine_coefficients(record: Array) -> Array:
    """Orthonormal DCT-II of a record (n,), its mean left out: (n - 1,).

    A long record is shortened by less than a thousandth to a length that transforms fast.
    """
    length = len(record)
    while length > 10_000 and length > 0.999 * len(record) and next_fast_len(length) != length:
        length -= 1
    return np.asarray(dct(record[:length] - record[:length].mean(), norm="ortho")[1:])


def banded_spectrum(coefficients: Sequence[Array], rate_hz: float) -> Spectrum:
    """Gather the cosine coefficients of one or more stretches into bands.

    Parameters
    ----------
    coefficients : sequence of (n - 1,) arrays
        From :func:`cosine_coefficients`; stretches of one length share their bands.
    rate_hz : float
    """
    by_length: dict[int, list[Array]] = {}
    for transform in coefficients:
        by_length.setdefault(len(transform) + 1, []).append(transform)
    columns: list[tuple[NDArray[Any], ...]] = []
    for length, transforms in by_length.items():
        starts = _band_starts(length - 1)
        sizes = np.diff([*starts, length - 1])
        total = np.sum([np.add.reduceat(t**2, starts) for t in transforms], axis=0)
        middle = starts + 1 + (sizes - 1) / 2
        count = sizes * float(len(transforms))
        frequency = np.asarray(middle * rate_hz / (2 * length), float)
        columns.append((frequency, count, total / count, middle))
    frequency, count, power, middle = (np.concatenate(c) for c in zip(*columns, strict=True))
    return Spectrum(rate_hz, frequency, count, power, middle)


def without_ends(coefficients: Array, expected: Array) -> Array:
    """Cosine coefficients without what single disturbed samples at the two ends add.

    Quantisation noise is a difference, whose two ends do not cancel: in the coefficients they
    stand like white noise. They are estimated by weighted least squares and taken out.

    Parameters
    ----------
    coefficients : (n - 1,) array
    expected : (n - 1,) array
        Variances of the coefficients without the ends.
    """
    length = len(coefficients) + 1
    number = np.arange(1, length)
    head = np.cos(np.pi * number / (2 * length))
    ends = np.stack([head, np.where(number % 2, -head, head)], axis=-1)
    weighted = ends / expected[:, None]
    return coefficients - ends @ np.linalg.solve(ends.T @ weighted, weighted.T @ coefficients)


def _band_starts(count: int) -> NDArray[np.int64]:
    """Where each band begins among so many coefficients."""
    octaves = np.log2(max(count, 1))
    edges = np.floor(np.exp2(np.arange(0, octaves * PER_OCTAVE + 1) / PER_OCTAVE))
    return np.unique(edges[edges <= count].astype(np.int64)) - 1
