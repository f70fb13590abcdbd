"""Random processes of a living body: band-limited, so that accelerations stay finite."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion_sources.procedural.timing import RATE_HZ, phase

Array = NDArray[np.float64]


def coloured(
    rng: np.random.Generator, frames: int, corner_hz: float, top_hz: float, columns: int = 1
) -> Array:
    """Noise of unit variance (T, columns): an Ornstein–Uhlenbeck process, low-passed.

    The power falls as 1 / (1 + (f / corner)²) and, above ``top_hz``, as a Gaussian.
    """
    length = _length(frames, corner_hz)
    frequency = np.fft.rfftfreq(length, 1 / RATE_HZ)
    gain = np.exp(-0.5 * (frequency / top_hz) ** 2) / np.sqrt(1 + (frequency / corner_hz) ** 2)
    gain[0] = 0
    return _shaped(rng, gain, length, frames, columns)


def band(
    rng: np.random.Generator, frames: int, low_hz: float, high_hz: float, columns: int = 1
) -> Array:
    """Noise of unit variance in a band (T, columns), Gaussian in frequency."""
    length = _length(frames, low_hz)
    frequency = np.fft.rfftfreq(length, 1 / RATE_HZ)
    middle, half = (low_hz + high_hz) / 2, (high_hz - low_hz) / 2
    gain = np.exp(-0.5 * ((frequency - middle) / half) ** 2)
    gain[0] = 0
    return _shaped(rng, gain, length, frames, columns)


def breathing(rng: np.random.Generator, time_s: Array, hz: float) -> Array:
    """Breath over time (T,), −1 empty to 1 full.

    Breathing out takes longer than breathing in, 1 : 1.5 or so (Tobin et al. 1983, Chest
    84:202): the phase is warped by a second harmonic.
    """
    turn = phase(rng, time_s, hz, variation=0.1) + rng.uniform(0, 2 * np.pi)
    return np.sin(turn + 0.2 * np.cos(turn))


def _length(frames: int, slowest_hz: float) -> int:
    """A power of two at least two periods longer than the clip: the noise does not repeat."""
    return 1 << int(np.ceil(np.log2(frames + 2 * RATE_HZ / max(slowest_hz, 0.05))))


def _shaped(rng: np.random.Generator, gain: Array, length: int, frames: int, columns: int) -> Array:
    white = rng.standard_normal((columns, len(gain), 2))
    power = 2 * (gain**2).sum()  # of the process, not of this draw
    spectrum = gain * (white[..., 0] + 1j * white[..., 1])
    track = np.fft.irfft(spectrum, length, axis=1)[:, :frames] * length / np.sqrt(2 * power)
    return track.T
