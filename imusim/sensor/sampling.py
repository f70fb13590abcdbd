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

    def read(self, signal: Array, sensors: list[int], kind: int, factor: int, hz: float) -> Array:
        """What these sensors' converters get of a signal.

        Parameters
        ----------
        signal : (N, G, 3) array
            Of G sensors, at ``factor`` times the output rate.
        sensors : list of int
            Which they are of the S.
        kind : int
            0: accelerometers, 1: gyroscopes.
        factor : int
        hz : float
            Output rate.

        Returns
        -------
        (F, G, 3) array
        """
        count = len(signal)
        cutoff_hz = self.bandwidth_hz[sensors, kind]
        on_time = self.time_s is None
        if on_time and np.isinf(cutoff_hz).all():
            return decimate(signal, factor)
        fine_hz = factor * hz
        pad = int(np.ceil(fine_hz * max(3 / cutoff_hz.min(), 50 / hz)))
        finer = 1 if on_time else FINER
        passed = _low_pass(signal, pad, fine_hz, cutoff_hz, hz, finer)
        if self.time_s is None:
            return np.moveaxis(passed[..., pad : pad + count : factor], -1, 0)
        end_s = (count - 1) / fine_hz
        place = np.clip(self.time_s[:, sensors], 0, end_s) * (fine_hz * finer) + pad * finer
        return _between(passed, place)


def _low_pass(
    signal: Array, pad: int, fine_hz: float, cutoff_hz: Array, hz: float, finer: int
) -> Array:
    """Filter (N, G, 3), continued at both ends by point reflection, to (G, 3, finer * padded)."""
    from scipy.fft import irfft, next_fast_len, rfft, rfftfreq  # slow to import

    whole = int(next_fast_len(len(signal) + 2 * pad, real=True) or 0)
    lengths = ((pad, whole - len(signal) - pad), (0, 0), (0, 0))
    if len(signal) > 1:
        padded = np.pad(signal, lengths, "reflect", reflect_type="odd")
    else:
        padded = np.pad(signal, lengths, "edge")
    spectrum = rfft(np.ascontiguousarray(np.moveaxis(padded, 0, -1)), axis=-1)
    frequency = rfftfreq(whole, 1 / fine_hz)
    ratio = frequency / cutoff_hz[..., None]
    gain = 1 / (1 - ratio**2 + 1j * np.sqrt(2) * ratio)
    ideal = np.isinf(cutoff_hz)
    if ideal.any() and fine_hz > hz:
        edge = np.clip((frequency / hz - 0.4) / 0.1, 0, 1)
        gain[ideal] = 0.5 + 0.5 * np.cos(np.pi * edge)
    spectrum *= gain
    return finer * np.asarray(irfft(spectrum, finer * whole, axis=-1))


def _between(grid: Array, place: Array) -> Array:
    """Values (F, G, 3) at fractional places (F, G) of a grid (G, 3, M), by Lagrange's formula."""
    first = np.floor(place).astype(np.intp)
    share = place - first
    sensors = np.arange(grid.shape[0])
    out = np.zeros((*place.shape, grid.shape[1]))
    for node in _NODES:
        others = _NODES[node != _NODES]
        weight = np.prod([(share - other) / (node - other) for other in others], axis=0)
        out += weight[..., None] * grid[sensors, :, first + node]
    return out
