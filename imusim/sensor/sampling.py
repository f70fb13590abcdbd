"""What a device's converters see: its bandwidth, and the instants at which it samples.

A device filters before it samples. Its low-pass is taken as Butterworth's of the second order,
``H(f) = 1 / (1 - (f/f_c)² + j √2 f/f_c)``, 3 dB down at the bandwidth f_c, as the analogue and
digital filters of inertial sensors are near enough. It is laid on in the frequency domain, on
signals that are simulated above twice what the motion carries: so gain and delay are those of the
analogue filter, and what lies beyond half the output rate folds back, as it does in the device. A
device whose bandwidth is not stated is read through an ideal filter, as the ideal sensor is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.math.resampling import decimate

Array = NDArray[np.float64]

MAX_SIMULATION_HZ = 10_000.0
"""Highest rate at which sensors are simulated before they are sampled, Hz."""

FINER = 2
"""Grid for instants between samples, against the rate of the simulation."""
_NODES = np.arange(-2, 4)
"""Samples about an instant that its value is interpolated from: a polynomial of degree five."""
PHASES = 4096
"""Places between two samples that are told apart: 3 µs at 50 Hz."""


@dataclass(frozen=True, eq=False)
class Sampling:
    """How S devices sample.

    Parameters
    ----------
    bandwidth_hz : (S, 2, 3) array
        -3 dB point of the accelerometer's and the gyroscope's axes, Hz; infinite: not stated.
    time_s : (F, S) array, optional
        True instants of the output's F samples, s; those beyond the clip are taken at its ends.
        ``None``: on time.
    simulation_hz : float
        Least rate at which the sensors are simulated, Hz.
    """

    bandwidth_hz: Array
    time_s: Array | None = None
    simulation_hz: float = 0.0


def sampled(
    signal: Array, bandwidth_hz: Array, factor: int, hz: float, time_s: Array | None = None
) -> Array:
    """What converters get of a signal.

    Parameters
    ----------
    signal : (N, G, C) array
        C channels of G sensors, at ``factor`` times the output rate; kept to single precision
        where there is anything to do.
    bandwidth_hz : (G, C) array
        -3 dB points, Hz; infinite: not stated.
    factor : int
    hz : float
        Output rate.
    time_s : (F, G) array, optional
        As in :class:`Sampling`.

    Returns
    -------
    (F, G, C) array
    """
    if time_s is None and np.isinf(bandwidth_hz).all():
        return decimate(signal, factor)
    fine_hz = factor * hz
    rings_s = 50 / hz if np.isinf(bandwidth_hz).any() else 3 / bandwidth_hz.min()
    pad = int(np.ceil(fine_hz * rings_s))
    rows = np.ascontiguousarray(signal.transpose(1, 2, 0), dtype=np.float32)
    finer = 1 if time_s is None else FINER
    passed = _low_pass(rows, pad, fine_hz, bandwidth_hz, hz, finer)
    if time_s is None:
        read = passed[..., pad : pad + len(signal) : factor]
    else:
        end_s = (len(signal) - 1) / fine_hz
        read = _between(passed, np.clip(time_s, 0, end_s).T * (fine_hz * finer) + pad * finer)
    return read.transpose(2, 0, 1)


def _low_pass(
    signal: NDArray[np.floating], pad: int, fine_hz: float, cutoff_hz: Array, hz: float, finer: int
) -> Array:
    """Filter (G, C, N), continued at both ends by point reflection, to (G, C, finer * padded)."""
    from scipy.fft import irfft, next_fast_len, rfft, rfftfreq  # slow to import

    whole = int(next_fast_len(signal.shape[-1] + 2 * pad, real=True) or 0)
    lengths = ((0, 0), (0, 0), (pad, whole - signal.shape[-1] - pad))
    if signal.shape[-1] > 1:
        padded = np.pad(signal, lengths, "reflect", reflect_type="odd")
    else:
        padded = np.pad(signal, lengths, "edge")
    spectrum = np.asarray(rfft(padded, axis=-1))
    frequency = rfftfreq(whole, 1 / fine_hz)
    for cutoff in np.unique(cutoff_hz):
        spectrum[cutoff_hz == cutoff] *= _response(frequency, cutoff, fine_hz, hz)
    return finer * np.asarray(irfft(spectrum, finer * whole, axis=-1))


def _response(
    frequency: NDArray[np.floating], cutoff_hz: float, fine_hz: float, hz: float
) -> NDArray[Any]:
    """Butterworth's; the ideal filter's, which lets pass 0.4 of the output rate, if infinite."""
    if np.isfinite(cutoff_hz):
        ratio = frequency / cutoff_hz
        return 1 / (1 - ratio**2 + 1j * np.sqrt(2) * ratio)
    if fine_hz <= hz:
        return np.ones_like(frequency)
    return 0.5 + 0.5 * np.cos(np.pi * np.clip((frequency / hz - 0.4) / 0.1, 0, 1))


def _between(grid: Array, place: Array) -> Array:
    """Values (G, C, F) at fractional places (G, F) of a grid (G, C, M), by Lagrange's formula."""
    out = np.zeros((*grid.shape[:2], place.shape[-1]), grid.dtype)
    step = np.rint(place * PHASES).astype(np.intp)
    first, phase = np.divmod(step, PHASES)
    for sensor, values in enumerate(grid):
        weights = _weights()[:, phase[sensor]]
        for node, weight in zip(_NODES, weights, strict=True):
            out[sensor] += weight * values.take(first[sensor] + node, axis=-1)
    return out


@lru_cache(maxsize=1)
def _weights() -> NDArray[np.float32]:
    """Lagrange's weights of the nodes (6, PHASES) for places between two samples."""
    share = np.arange(PHASES) / PHASES
    weights = [
        np.prod([(share - other) / (node - other) for other in _NODES if other != node], axis=0)
        for node in _NODES
    ]
    return np.array(weights, np.float32)
