"""Recordings on an even grid: stamps that jitter, come late or leave gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.errors import ConfigError, MotionError
from imusim.math.resampling import decimate
from imusim.recordings.gaps import usual_period
from imusim.recordings.model import Recording, Sensor
from imusim.recordings.splines import splined, stretches_of
from imusim.recordings.stamps import taken_at

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LONGEST_GAP = 3
"""Samples in a row that may be missing and are interpolated; more leave a gap."""
_MOST = 2**25
_FINER = 2


@dataclass(frozen=True, eq=False)
class Evenly:
    """What a sensor reads at an even rate.

    Parameters
    ----------
    rate_hz, start_s : float
        Sample k is of the time ``start_s + k / rate_hz``.
    accelerometer, gyroscope : (N, 3) array or None
        m/s² and rad/s; where not valid, a guess that is finite.
    valid : (N,) bool array
        Samples that rest on no gap, of either sensor.
    """

    rate_hz: float
    start_s: float
    accelerometer: Array | None
    gyroscope: Array | None
    valid: Mask


def even(
    sensor: Sensor, rate_hz: float, start_s: float | None = None, count: int | None = None
) -> Evenly:
    """What a sensor reads, on an even grid, without aliasing.

    Stamps are taken for when samples were taken, unless they come in bursts; see
    :func:`imusim.recordings.stamps.taken_at`. Quintic splines through the samples, of each stretch
    between gaps its own, are read at a finer rate and decimated
    (:func:`imusim.math.resampling.decimate`: flat to 0.4 of the new rate, gone from half of it).
    A sample is valid if the samples' stretch covers it and a sample's step to either side.

    Parameters
    ----------
    sensor : Sensor
    rate_hz : float
    start_s : float, optional
        Time of the first sample of the grid; the sensor's first time by default.
    count : int, optional
        How many; by default up to the sensor's last time.

    Raises
    ------
    ConfigError
        If the rate is no rate.
    MotionError
        If the grid would be of more than 33 million samples before it is decimated.
    """
    if not (np.isfinite(rate_hz) and rate_hz > 0):
        raise ConfigError(f"a rate of {rate_hz} Hz; it must be positive")
    start_s = float(sensor.time_s[0]) if start_s is None else start_s
    given = {"accelerometer": sensor.accelerometer, "gyroscope": sensor.gyroscope}
    if count is None:
        count = max(int(np.floor((sensor.time_s[-1] - start_s) * rate_hz + 1e-6)) + 1, 0)
    _check(count, sensor.name)
    if sensor.even and _on_grid(sensor, rate_hz, start_s, count):
        return _as_it_is(sensor, rate_hz, start_s, count)
    valid, signals = np.ones(count, bool), {}
    for kind, signal in given.items():
        if signal is not None:
            signals[kind], known = _evenly(sensor, signal, rate_hz, start_s, count)
            valid &= known
    return Evenly(rate_hz, start_s, signals.get("accelerometer"), signals.get("gyroscope"), valid)


@dataclass(frozen=True, eq=False)
class Sampled:
    """All sensors of a recording on one grid.

    Parameters
    ----------
    rate_hz, start_s : float
    names : tuple of str
        Of the S sensors.
    signals : (N, S, 6) array
        Accelerometer, m/s², and gyroscope, rad/s; NaN where a sensor has none of the two.
    valid : (N, S) bool array
    labels : (N,) array of str
        As the dataset writes them; ``""``: none.
    """

    rate_hz: float
    start_s: float
    names: tuple[str, ...]
    signals: Array
    valid: Mask
    labels: NDArray[np.str_]


def sampled(recording: Recording, rate_hz: float) -> Sampled:
    """A recording on the grid that starts with its first sample and ends with its last.

    Raises
    ------
    ConfigError, MotionError
        As :func:`even`.
    """
    if not (np.isfinite(rate_hz) and rate_hz > 0):
        raise ConfigError(f"a rate of {rate_hz} Hz; it must be positive")
    start_s = min(float(sensor.time_s[0]) for sensor in recording.sensors)
    end_s = max(float(sensor.time_s[-1]) for sensor in recording.sensors)
    count = int(np.floor((end_s - start_s) * rate_hz + 1e-6)) + 1
    _check(count, recording.key)
    signals = np.full((count, len(recording.sensors), 6), np.nan)
    valid = np.zeros((count, len(recording.sensors)), bool)
    for k, sensor in enumerate(recording.sensors):
        read = even(sensor, rate_hz, start_s, count)
        valid[:, k] = read.valid
        if read.accelerometer is not None:
            signals[:, k, :3] = read.accelerometer
        if read.gyroscope is not None:
            signals[:, k, 3:] = read.gyroscope
    names = tuple(sensor.name for sensor in recording.sensors)
    times = start_s + np.arange(count) / rate_hz
    return Sampled(rate_hz, start_s, names, signals, valid, labels_at(recording, times))


def labels_at(recording: Recording, time_s: Array) -> NDArray[np.str_]:
    """What is done at times (N,), ``""`` where it is not known; of two spans, the later says it."""
    longest = max((len(span.label) for span in recording.spans), default=1)
    labels = np.full(len(time_s), "", f"<U{longest}")
    for span in recording.spans:
        first, last = np.searchsorted(time_s, [span.start_s - 1e-9, span.end_s - 1e-9])
        labels[first:last] = span.label
    return labels


def _on_grid(sensor: Sensor, rate_hz: float, start_s: float, count: int) -> bool:
    """Whether the grid asked for is the sensor's own."""
    return (
        bool(np.isclose(sensor.rate_hz, rate_hz, rtol=1e-9))
        and abs(sensor.time_s[0] - start_s) * rate_hz < 1e-6
        and count <= len(sensor.time_s)
        and abs(sensor.time_s[-1] - sensor.time_s[0] - (len(sensor.time_s) - 1) / rate_hz) < 1e-6
    )


def _as_it_is(sensor: Sensor, rate_hz: float, start_s: float, count: int) -> Evenly:
    valid, signals = np.ones(count, bool), []
    for signal in (sensor.accelerometer, sensor.gyroscope):
        if signal is not None:
            valid &= np.isfinite(signal[:count]).all(axis=1)
        signals.append(None if signal is None else np.nan_to_num(signal[:count]))
    return Evenly(rate_hz, start_s, signals[0], signals[1], valid)


def _evenly(
    sensor: Sensor, signal: Array, rate_hz: float, start_s: float, count: int
) -> tuple[Array, Mask]:
    known = np.isfinite(signal).all(axis=1)
    if not known.any() or not count:
        return np.zeros((count, 3)), np.zeros(count, bool)
    time_s, signal = taken_at(sensor.time_s[known], signal[known])
    step_s = usual_period(time_s) or 1 / sensor.rate_hz
    factor = max(int(np.ceil(_FINER / (step_s * rate_hz))), 1)
    _check(count * factor, sensor.name)
    fine_s = start_s + np.arange((count - 1) * factor + 1) / (rate_hz * factor)
    stretches = stretches_of(time_s, (LONGEST_GAP + 1.5) * step_s)
    fine = splined(time_s, signal, fine_s, stretches)
    covered = np.zeros(count + 1, int)
    reach_s = max(step_s, 1 / rate_hz)
    for a, b in stretches:  # beyond the ends of the whole no gap is seen
        begin_s = time_s[a] + (reach_s if a else 0)
        end_s = time_s[b] - (reach_s if b < len(time_s) - 1 else 0)
        low = int(np.clip(np.ceil((begin_s - start_s) * rate_hz - 1e-6), 0, count))
        high = int(np.clip(np.floor((end_s - start_s) * rate_hz + 1e-6) + 1, low, count))
        covered[low] += 1
        covered[high] -= 1
    return decimate(fine, factor)[:count], np.cumsum(covered[:-1]) > 0


def _check(samples: int, name: str) -> None:
    if samples > _MOST:
        raise MotionError(f"{name}: a grid of {samples:,} samples; cut it at its gaps")
