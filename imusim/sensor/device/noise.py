"""Random errors of S sensors of A axes, each in time, with the Allan deviations that theory states.

============ ==================================== ============================ ===============
term         two-sided density S(f)               Allan deviation              slope
============ ==================================== ============================ ===============
Q            (2π f Q)² / R, R samples a second    √3 Q / τ                     −1
N            N²                                   N / √τ                       −1/2
B (flicker)  B² / (2π |f|)                        √(2 ln 2 / π) B              0
K            (K / (2π f))²                        K √(τ / 3)                   +1/2
============ ==================================== ============================ ===============

IEEE Std 952-2020, annex C. Normals are float32; sums over time are float64.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from imusim.sensor.device.draw import AxisErrors
from imusim.sensor.device.streams import Streams

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

FLICKER_FLOOR = float(np.sqrt(2 * np.log(2) / np.pi))
"""Allan deviation of flicker noise over B."""

MARKOV_PEAK = 0.4365424710738063
"""Greatest Allan deviation of a Gauss–Markov process over q √T, where τ = 1.8926 T; q² is the
two-sided density of the white noise that drives it (IEEE 952-2020, annex C, rounds to 0.437)."""

WHITE, FLICKER, WALK, COUNT = range(4)
"""Random streams."""

_AT_ONCE = 1 << 23
"""Samples whose spectrum is held at a time."""


def add_noise(values: Array, errors: AxisErrors, rate_hz: float, streams: Streams) -> None:
    """Add white noise, bias instability, random walk and quantisation noise to signals, in place.

    Parameters
    ----------
    values : (S, A, F) array
        In one piece of memory.
    errors : AxisErrors
    rate_hz : float
    streams : Streams
        Of the S sensors; those numbered 0 to 3 are used.
    """
    sensors, axes, frames = values.shape
    signals = values.reshape(sensors * axes, frames)
    for level, make in (
        (errors.noise_density, _white),
        (errors.bias_instability, _instability),
        (errors.random_walk, _walk),
        (errors.quantisation, _counts),
    ):
        rows = np.flatnonzero(level)
        if not len(rows) or not frames:
            continue
        own = _Rows(rows, np.bincount(rows // axes, minlength=sensors), errors)
        noise = make(own, frames, rate_hz, streams)
        if len(rows) == len(signals):
            signals += noise
        else:
            signals[rows] += noise


class _Rows(NamedTuple):
    """Axes that have an error: their places among all (n,), how many are each sensor's (S,)."""

    places: Indices
    counts: Indices
    errors: AxisErrors

    def each(self, name: str) -> Array:
        """One of the errors (n,)."""
        return getattr(self.errors, name).ravel()[self.places]


def _white(rows: _Rows, frames: int, rate_hz: float, streams: Streams) -> NDArray:
    """White noise, N √rate, under the low-pass where it cuts below half the rate."""
    size = _column(rows.each("noise_density") * np.sqrt(rate_hz))
    bandwidth = np.minimum(rows.each("bandwidth_hz"), rate_hz / 2)
    cut = bandwidth < rate_hz / 2
    if not cut.any():
        values = streams.normals(WHITE, rows.counts, frames)
        values *= size
        return values
    owner = np.repeat(np.arange(len(rows.counts)), rows.counts)
    narrowest = np.full(len(rows.counts), rate_hz)
    np.minimum.at(narrowest, owner, np.where(cut, bandwidth, rate_hz))
    # So much longer that its end does not know its beginning; of each sensor by itself.
    memory = np.where(narrowest < rate_hz, np.minimum(2 * rate_hz / narrowest, 1e6), 0).astype(int)
    values = np.empty((len(owner), frames), np.float32)
    for longer in np.unique(memory).tolist():
        members = np.flatnonzero((memory == longer) & (rows.counts > 0))
        step = max(_AT_ONCE // (rows.counts.max() * (frames + longer)), 1)
        for some in np.split(members, range(step, len(members), step)):
            counts = np.zeros_like(rows.counts)
            counts[some] = rows.counts[some]
            chosen = counts[owner] > 0
            if longer:
                corner = np.where(cut, bandwidth, np.inf)[chosen] / rate_hz
                values[chosen] = _low_passed(corner, counts, frames, longer, streams)
            elif len(some):
                values[chosen] = streams.normals(WHITE, counts, frames)
    values *= size
    return values


def _low_passed(
    corner: Array, counts: Indices, frames: int, longer: int, streams: Streams
) -> NDArray:
    """White noise of unit density (n, F), shaped by second-order Butterworth filters.

    It is drawn as a spectrum. Its density is that of the analogue filter, ``1 / (1 + (f/f_c)⁴)``,
    up to half the rate; corner is f_c over the rate.
    """
    length = _fast_length(frames + longer)
    bins = length // 2 + 1
    spectrum = streams.normals(WHITE, counts, 2 * bins).view(np.complex64)
    frequency = np.arange(bins) / length
    corners, place = np.unique(corner, return_inverse=True)
    with np.errstate(over="ignore"):
        gain = np.sqrt(length / 2 / (1 + (frequency / corners[:, None]) ** 4))
    # At both ends a real signal's spectrum is real.
    gain[:, 0] *= np.sqrt(2)
    if length % 2 == 0:
        gain[:, -1] *= np.sqrt(2)
    gain = gain.astype(np.float32)
    spectrum *= gain if len(gain) == 1 else gain[place]
    return _inverse(spectrum, length)[:, :frames]


def _instability(rows: _Rows, frames: int, rate_hz: float, streams: Streams) -> NDArray:
    """Bias instability: flicker noise, or Gauss–Markov where its correlation time is finite."""
    level, time_s = rows.each("bias_instability"), rows.each("correlation_time_s")
    values = streams.drivers(FLICKER, rows.counts, frames)
    flickers = np.isinf(time_s)
    if flickers.all():
        flicker(values)
        values *= _column(level)
        return values
    exact = values.astype(float)
    if flickers.any():
        slow = values[flickers]
        flicker(slow)
        exact[flickers] = slow * level[flickers, None]
    finite = ~flickers
    drive = level[finite] * (FLICKER_FLOOR / MARKOV_PEAK) / np.sqrt(time_s[finite])
    exact[finite] = _markov(exact[finite], drive, time_s[finite], rate_hz, stationary=True)
    return exact


def flicker(white: NDArray[np.float32]) -> None:
    """Turn white noise (..., F) into flicker noise that began at the first sample.

    Fractional differencing, ``(1 − z⁻¹)^(−1/2)`` (N. J. Kasdin 1995, Proc. IEEE 83:802): out of
    unit white noise it makes a density of ``1 / (2π |f|)``, at any rate.
    """
    frames = white.shape[-1]
    length = _fast_length(2 * frames - 1)
    response = _flicker_spectrum(length)
    rows = white.reshape(-1, frames)
    step = max(_AT_ONCE // length, 1)
    for start in range(0, len(rows), step):
        spectrum = _spectrum(rows[start : start + step], length)
        spectrum *= response
        rows[start : start + step] = _inverse(spectrum, length)[:, :frames]


@lru_cache(maxsize=8)
def _flicker_spectrum(length: int) -> NDArray[np.complex64]:
    """Spectrum of the filter's first half-length coefficients, 1, 1/2, 3/8, …"""
    k = np.arange(1, (length + 1) // 2)
    response = np.concatenate([[1.0], np.cumprod((k - 0.5) / k)])
    return _spectrum(response, length).astype(np.complex64)


def _fast_length(least: int) -> int:
    return cast("int", fft.next_fast_len(least, real=True))


def _spectrum(values: NDArray, length: int) -> NDArray:
    return np.asarray(fft.rfft(values, length))


def _inverse(spectrum: NDArray, length: int) -> NDArray:
    return np.asarray(fft.irfft(spectrum, length, overwrite_x=True))


def _walk(rows: _Rows, frames: int, rate_hz: float, streams: Streams) -> NDArray:
    """Random walk from zero; with a finite correlation time it is held back to a finite size."""
    level, time_s = rows.each("random_walk"), rows.each("random_walk_correlation_time_s")
    steps = streams.drivers(WALK, rows.counts, frames).astype(float)
    steps[:, 0] = 0
    free = np.isinf(time_s)
    if free.all():
        steps *= (level / np.sqrt(rate_hz))[:, None]
        return np.cumsum(steps, axis=1, out=steps)
    walked = steps[free] * (level[free] / np.sqrt(rate_hz))[:, None]
    steps[free] = np.cumsum(walked, axis=1)
    steps[~free] = _markov(steps[~free], level[~free], time_s[~free], rate_hz, stationary=False)
    return steps


def _markov(white: NDArray, drive: Array, time_s: Array, rate_hz: float, stationary: bool) -> Array:
    """First-order Gauss–Markov processes (n, F), ``ẋ = −x/T + q w``, exactly discretised.

    ``x[k+1] = φ x[k] + q √(T/2 (1 − φ²)) w[k]`` with ``φ = exp(−1/(T rate))``; as T grows the
    step tends to ``q/√rate``, a random walk's.
    """
    from scipy.signal import lfilter  # slow to import, and seldom needed

    values = np.empty(white.shape)
    for time in np.unique(time_s):
        rows = time_s == time
        decay = np.exp(-1 / (time * rate_hz))
        size = np.sqrt(-np.expm1(-2 / (time * rate_hz)) * time / 2)
        steps = white[rows] * size
        if stationary:
            steps[:, 0] *= np.sqrt(time / 2) / size
        values[rows] = lfilter([1.0], [1.0, -decay], steps, axis=-1) * drive[rows, None]
    return values


def _counts(rows: _Rows, frames: int, rate_hz: float, streams: Streams) -> NDArray:
    """Quantisation noise: angles (or velocities) off by white noise of Q, read as their rate."""
    error = streams.drivers(COUNT, rows.counts, frames + 1)
    error *= _column(rows.each("quantisation") * rate_hz)
    return np.diff(error)


def _column(level: Array) -> NDArray[np.float32]:
    return level[:, None].astype(np.float32)
