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

    def read(
        self, force: Array, rate: Array, sensors: list[int], factor: int, hz: float
    ) -> tuple[Array, Array]:
        """What these sensors' converters get.

        Parameters
        ----------
        force, rate : (N, G, 3) array
            Specific force and angular rate of G sensors, at ``factor`` times the output rate.
        sensors : list of int
            Which they are of the S.
        factor : int
        hz : float
            Output rate.

        Returns
        -------
        force, rate : (F, G, 3) array
        """
        cutoff_hz = self.bandwidth_hz[sensors].reshape(-1, 6)
        if self.time_s is None and np.isinf(cutoff_hz).all():
            return decimate(force, factor), decimate(rate, factor)
        fine_hz = factor * hz
        rings_s = 50 / hz if np.isinf(cutoff_hz).any() else 3 / cutoff_hz.min()
        pad = int(np.ceil(fine_hz * rings_s))
        both = np.concatenate([force, rate], axis=2, dtype=np.float32)  # exact to 1e-5 m/s²
        signal = np.ascontiguousarray(both.transpose(1, 2, 0))
        finer = 1 if self.time_s is None else FINER
        passed = _low_pass(signal, pad, fine_hz, cutoff_hz, hz, finer)
        count = len(force)
        if self.time_s is None:
            read = passed[..., pad : pad + count : factor]
        else:
            end_s = (count - 1) / fine_hz
            place = np.clip(self.time_s[:, sensors], 0, end_s).T * (fine_hz * finer) + pad * finer
            read = _between(passed, place)
        read = read.transpose(2, 0, 1)
        return read[..., :3], read[..., 3:]


def _low_pass(
    signal: NDArray[np.floating], pad: int, fine_hz: float, cutoff_hz: Array, hz: float, finer: int
) -> Array:
    """Filter (G, 6, N), continued at both ends by point reflection, to (G, 6, finer * padded)."""
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
    """Values (G, 6, F) at fractional places (G, F) of a grid (G, 6, M), by Lagrange's formula."""
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
