"""Random errors of S sensors of A axes, each in time, with the Allan deviations that theory states.

============ ==================================== ============================ ===============
term         two-sided density S(f)               Allan deviation              slope
============ ==================================== ============================ ===============
Q            (2π f Q)²                            √3 Q / τ                     −1
N            N²                                   N / √τ                       −1/2
B (flicker)  B² / (2π |f|)                        √(2 ln 2 / π) B              0
K            (K / (2π f))²                        K √(τ / 3)                   +1/2
============ ==================================== ============================ ===============

IEEE Std 952-2020, annex C. Normals are float32; sums over time are float64.
"""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.signal import lfilter

from imusim.sensor.device.draw import ChannelErrors
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

_NOTHING = np.empty((0, 0, 0))
_AT_ONCE = 1 << 23
"""Samples whose spectrum is held at a time."""


def add_noise(
    values: Array, sensors: Indices, errors: ChannelErrors, rate_hz: float, streams: Streams
) -> None:
    """Add white noise, bias instability, random walk and quantisation noise to signals, in place.

    Parameters
    ----------
    values : (s, A, F) array
    sensors : (s,) array of int
        Which of the S sensors these are, in rising order: at least all that have noise.
    errors : ChannelErrors
        Of all S sensors.
    rate_hz : float
    streams : Streams
        Of all S sensors; those numbered 0 to 3 are used.
    """
    frames = values.shape[-1]
    for make in (_white, _instability, _walk, _counts) if frames else ():
        noisy, noise = make(errors, frames, rate_hz, streams)
        if len(noisy) == len(sensors):
            values += noise
        elif len(noisy):
            values[np.searchsorted(sensors, noisy)] += noise


_Term = tuple[Indices, NDArray]
"""Indices of n sensors, and their noise (n, A, F)."""


def _white(errors: ChannelErrors, frames: int, rate_hz: float, streams: Streams) -> _Term:
    """White noise, N √rate, under the low-pass where it cuts below half the rate."""
    sensors = _present(errors.noise_density)
    if not len(sensors):
        return sensors, _NOTHING
    bandwidth = errors.bandwidth_hz[sensors]
    if (bandwidth >= rate_hz / 2).all():
        values = streams.normals(WHITE, sensors, bandwidth.shape[1], frames)
    else:
        values = np.empty((*bandwidth.shape, frames), np.float32)
        for k, sensor in enumerate(sensors):
            values[k] = _low_passed(bandwidth[k], frames, rate_hz, sensor, streams)
    values *= _factors(errors.noise_density[sensors] * np.sqrt(rate_hz))
    return sensors, values


def _low_passed(
    bandwidth: Array, frames: int, rate_hz: float, sensor: np.intp, streams: Streams
) -> NDArray[np.float32]:
    """White noise (A, F) of one sensor, shaped by its axes' second-order Butterworth filters.

    The density is that of the analogue filter, ``1 / (1 + (f / f_c)⁴)``, up to half the rate. The
    noise is made longer than needed, so that its end does not know its beginning.
    """
    memory = min(int(2 * rate_hz / bandwidth.min()), 1_000_000)
    length = _fast_length(frames + memory)
    drawn = streams.normals(WHITE, np.array([sensor]), len(bandwidth), length)[0]
    share = fft.rfftfreq(length, 1 / rate_hz) / bandwidth[:, None]
    gain = np.where(bandwidth[:, None] < rate_hz / 2, 1 / np.sqrt(1 + share**4), 1)
    return _inverse(_spectrum(drawn, length) * gain.astype(np.float32), length)[:, :frames]


def _instability(errors: ChannelErrors, frames: int, rate_hz: float, streams: Streams) -> _Term:
    """Bias instability: flicker noise, or Gauss–Markov where its correlation time is finite."""
    sensors = _present(errors.bias_instability)
    if not len(sensors):
        return sensors, _NOTHING
    values = streams.normals(FLICKER, sensors, errors.bias.shape[1], frames)
    level = errors.bias_instability[sensors]
    time_s = errors.correlation_time_s[sensors]
    flickers = np.isinf(time_s)
    if flickers.all():
        flicker(values)
        values *= _factors(level)
        return sensors, values
    exact = values.astype(float)
    if flickers.any():
        slow = values[flickers]
        flicker(slow)
        exact[flickers] = slow * level[flickers, None]
    finite = ~flickers
    drive = level[finite] * (FLICKER_FLOOR / MARKOV_PEAK) / np.sqrt(time_s[finite])
    exact[finite] = _markov(exact[finite], drive, time_s[finite], rate_hz, stationary=True)
    return sensors, exact


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


def _walk(errors: ChannelErrors, frames: int, rate_hz: float, streams: Streams) -> _Term:
    """Random walk from zero; with a finite correlation time it is held back to a finite size."""
    sensors = _present(errors.random_walk)
    if not len(sensors):
        return sensors, _NOTHING
    # After a few steps of any kind a sum of them is normal.
    steps = streams.uniforms(WALK, sensors, errors.bias.shape[1], frames)
    steps[..., 0] = 0
    level = errors.random_walk[sensors]
    time_s = errors.random_walk_correlation_time_s[sensors]
    free = np.isinf(time_s)
    if free.all():
        steps *= _factors(level / np.sqrt(rate_hz))
        return sensors, np.cumsum(steps, axis=-1, dtype=float)
    values = np.empty(steps.shape)
    scaled = steps[free] * (level[free] / np.sqrt(rate_hz))[:, None]
    values[free] = np.cumsum(scaled, axis=-1)
    values[~free] = _markov(steps[~free], level[~free], time_s[~free], rate_hz, stationary=False)
    return sensors, values


def _markov(white: NDArray, drive: Array, time_s: Array, rate_hz: float, stationary: bool) -> Array:
    """First-order Gauss–Markov processes (n, F), ``ẋ = −x/T + q w``, exactly discretised.

    ``x[k+1] = φ x[k] + q √(T/2 (1 − φ²)) w[k]`` with ``φ = exp(−1/(T rate))``; as T grows the
    step tends to ``q/√rate``, a random walk's.
    """
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


def _counts(errors: ChannelErrors, frames: int, rate_hz: float, streams: Streams) -> _Term:
    """Quantisation noise: angles (or velocities) off by white noise of Q, read as their rate."""
    sensors = _present(errors.quantisation)
    if not len(sensors):
        return sensors, _NOTHING
    error = streams.normals(COUNT, sensors, errors.bias.shape[1], frames + 1)
    error *= _factors(errors.quantisation[sensors] * rate_hz)
    return sensors, np.diff(error)


def _present(level: Array) -> Indices:
    """Sensors that have an error."""
    return np.flatnonzero(level.any(axis=1))


def _factors(level: Array) -> NDArray[np.float32]:
    return level[..., None].astype(np.float32)
