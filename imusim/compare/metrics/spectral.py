"""How two signals agree frequency by frequency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from imusim.compare.metrics.stretches import runs
from imusim.compare.metrics.table import BANDS_HZ, JERK_HZ, band_names
from imusim.math.gaps import whole_frames

Array = NDArray[np.float64]
Transform = NDArray[np.complex128]

LONGEST_S = 4.0
"""Longest segment of Welch's method."""
PAGE_S = 2.0
"""Segment of the spectra that pages show."""
SEGMENTS = 8
"""Fewest half-overlapping segments of a coherence, which noise alone makes near 1/8."""
_FEWEST = 16
_EDGE = 1.02
"""A band reaches Nyquist's frequency within this factor: nominal rates are round."""


def band_figures(
    kind: str, real: Array, simulated: Array, use: NDArray[np.bool_], rate_hz: float
) -> dict[str, float]:
    """Power ratio and coherence by band, and the ratio of derivatives, of signals (N, 3).

    Power is summed over axes. Of power the segments are as long as can be, up to
    :data:`LONGEST_S`; of coherence they are so short that there are :data:`SEGMENTS`.
    """
    stretches = runs(use)
    longest = max((s.stop - s.start for s in stretches), default=0)
    total = sum(s.stop - s.start for s in stretches)
    most = round(LONGEST_S * rate_hz)
    found: dict[str, float] = {}
    power = _spectra(real, simulated, stretches, min(most, longest))
    short = _spectra(real, simulated, stretches, min(most, longest, 2 * total // (SEGMENTS + 1)))
    for low, high in BANDS_HZ:
        names = band_names(kind, low, high)
        found |= dict.fromkeys(names, np.nan)
        if 2 * high > rate_hz * _EDGE:
            continue
        if power is not None:
            inside = _inside(power.frequency * rate_hz, low, high)
            found[names[0]] = _ratio(power.real[inside].sum(), power.simulated[inside].sum())
        if short is not None and short.count >= SEGMENTS - 1:
            inside = _inside(short.frequency * rate_hz, low, high)
            found[names[1]] = short.coherence(inside)
    found[f"{kind}_jerk"] = np.nan
    if power is not None and 2 * JERK_HZ[1] <= rate_hz * _EDGE:
        frequency = power.frequency * rate_hz
        weight = np.where(_inside(frequency, *JERK_HZ), frequency**2, 0.0)[:, None]
        ratio = _ratio((weight * power.real).sum(), (weight * power.simulated).sum())
        found[f"{kind}_jerk"] = float(np.sqrt(ratio))
    return found


def spectra(signals: Sequence[tuple[Array, float]]) -> tuple[Array, Array]:
    """Power spectral densities of recordings, pooled, as pages show them.

    Parameters
    ----------
    signals : sequence of ((N, 6) array, float)
        Accelerometer and gyroscope, m/s² and rad/s, evenly sampled at a rate in Hz; NaN where
        there is nothing. Recordings are weighed by their length.

    Returns
    -------
    frequency : (K,) array
        Hz, without zero, as far as the slowest recording reaches; empty where no stretch is
        long enough.
    density : (2, K) array
        One-sided, (m/s²)²/Hz and (rad/s)²/Hz, summed over axes; NaN for a sensor that is
        nowhere.
    """
    lengths = {rate_hz: round(PAGE_S * rate_hz) for _, rate_hz in signals}
    slowest = min(lengths, default=0.0)
    if not lengths or lengths[slowest] < _FEWEST:
        return np.zeros(0), np.zeros((2, 0))
    frequency = _frequencies(lengths[slowest])[1:] * slowest
    power, count = np.zeros((2, len(frequency))), np.zeros((2, 1))
    for (signal, rate_hz), sensor in product(signals, range(2)):
        length = lengths[rate_hz]
        part = signal[:, 3 * sensor : 3 * sensor + 3]
        window = _window(length)
        own = np.zeros(length // 2)
        for stretch in runs(whole_frames(part)):
            for transform in _transforms(part[stretch], length):
                own += (np.abs(transform[1:]) ** 2).sum(axis=1)
                count[sensor] += 1
        own *= 2 / (rate_hz * float(window @ window))
        power[sensor] += np.interp(frequency, _frequencies(length)[1:] * rate_hz, own)
    return frequency, np.where(count > 0, power / np.maximum(count, 1), np.nan)


class _Spectra:
    """Summed periodograms (K, 3) of two signals at frequencies (K,) in cycles a sample."""

    def __init__(self, length: int) -> None:
        self.frequency = _frequencies(length)
        self.real = np.zeros((len(self.frequency), 3))
        self.simulated = np.zeros_like(self.real)
        self.cross = np.zeros(self.real.shape, complex)
        self.count = 0

    def add(self, real: Transform, simulated: Transform) -> None:
        self.real += np.abs(real) ** 2
        self.simulated += np.abs(simulated) ** 2
        self.cross += real.conj() * simulated
        self.count += 1

    def coherence(self, inside: NDArray[np.bool_]) -> float:
        """Mean over frequencies and axes; NaN where there is no power."""
        product = self.real[inside] * self.simulated[inside]
        told = product > 0
        if not told.any():
            return np.nan
        return float(np.mean(np.abs(self.cross[inside][told]) ** 2 / product[told]))


def _spectra(
    real: Array, simulated: Array, stretches: Sequence[slice], length: int
) -> _Spectra | None:
    """Of all half-overlapping segments of a length; None where that is too short."""
    if length < _FEWEST:
        return None
    found = _Spectra(length)
    for stretch in stretches:
        pairs = zip(
            _transforms(real[stretch], length), _transforms(simulated[stretch], length), strict=True
        )
        for pair in pairs:
            found.add(*pair)
    return found


def _transforms(values: Array, length: int) -> Iterator[Transform]:
    """Fourier transforms (K, 3) of Hann-windowed, centred, half-overlapping segments."""
    if len(values) < length:
        return
    windows = sliding_window_view(values, length, axis=0)[:: max(length // 2, 1)]  # (S, 3, n)
    centred = windows - windows.mean(axis=-1, keepdims=True)
    yield from np.fft.rfft(centred * _window(length), axis=-1).swapaxes(1, 2)


def _frequencies(length: int) -> Array:
    """Of a transform of so many samples, (K,), in cycles a sample."""
    return np.arange(length // 2 + 1) / length


def _window(length: int) -> Array:
    """Hann's, for spectra: periodic."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)


def _inside(frequency: Array, low: float, high: float) -> NDArray[np.bool_]:
    """From the lower edge on, the upper not included."""
    return (frequency >= low) & (frequency < high)


def _ratio(real: float, simulated: float) -> float:
    return float(simulated / real) if real > 0 else np.nan
