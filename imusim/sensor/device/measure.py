"""From what a sensor is exposed to, to what it says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imusim.errors import ConfigError
from imusim.sensor.device.draw import (
    AxisErrors,
    ChannelErrors,
    ClockErrors,
    Errors,
    ThermalErrors,
    join_axes,
)
from imusim.sensor.device.noise import add_noise
from imusim.sensor.device.steps import step_limits
from imusim.sensor.device.streams import Streams
from imusim.sensor.imu import ImuSignals

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Generators = Sequence[np.random.Generator]

_JITTER = _LOSS = 0
"""Random streams."""


@dataclass(frozen=True, eq=False)
class Measured:
    """What S devices said at F moments.

    Parameters
    ----------
    accelerometer, gyroscope : (F, S, 3) array
        m/s² and rad/s; a lost sample repeats the one before it.
    received : (F, S) array of bool
        Which samples arrived.
    """

    accelerometer: Array
    gyroscope: Array
    received: Mask


def sample_times(errors: Errors, time_s: Array, rngs: Generators) -> Array | None:
    """When each sensor truly samples: ``t (1 + skew) + offset + jitter``.

    Parameters
    ----------
    errors : Errors
        Of S sensors.
    time_s : (F,) array
        When samples are due.
    rngs : sequence of S numpy Generators

    Returns
    -------
    (F, S) array, not cut to the clip; ``None`` where all clocks are right
    """
    clock = errors.clock
    with Streams(rngs) as streams:
        if not any(part.any() for part in (clock.offset_s, clock.skew, clock.jitter_s)):
            return None
        times = np.multiply.outer(time_s, 1 + clock.skew) + clock.offset_s
        for sensor in np.flatnonzero(clock.jitter_s):
            drawn = streams.stream(int(sensor), _JITTER).standard_normal(len(time_s))
            times[:, sensor] += clock.jitter_s[sensor] * drawn
    return times


def measure(
    signals: ImuSignals,
    errors: Errors,
    rate_hz: float,
    rngs: Generators,
    temperature_c: ArrayLike | None = None,
) -> Measured:
    """Put device errors on clean signals, or on any others.

    Temperature, misalignment and scale, nonlinearity, g-sensitivity, bias, noise; then saturation,
    resolution, and loss. The low-pass before sampling and the clock are not applied, since they act
    between samples; noise is shaped by the low-pass.

    Parameters
    ----------
    signals : ImuSignals
        Of S sensors.
    errors : Errors
    rate_hz : float
        Samples a second, for the noise.
    rngs : sequence of S numpy Generators
        As :func:`numpy.random.default_rng` makes them. A sensor's errors come from its own alone.
        Each is moved on by the same amount whatever is drawn.
    temperature_c : float or (F,) array, optional
        Of the surroundings, °C; by default the devices' reference.

    Raises
    ------
    ConfigError
        For another number of sensors than errors or generators, a rate that is not positive, or
        temperatures for another number of frames.
    """
    count, frames = signals.accelerometer.shape[1], len(signals.time_s)
    if not count == len(errors) == len(rngs):
        raise ConfigError(
            f"{count} sensors, but errors for {len(errors)} and {len(rngs)} random generators"
        )
    warmth = warmth_k(errors.thermal, signals.time_s, temperature_c)
    channels = (signals.accelerometer, signals.gyroscope)
    own = (errors.accelerometer, errors.gyroscope)
    readings = _read(channels, own, rate_hz, rngs, warmth, signals.accelerometer)
    received = draw_received(errors.clock, frames, rngs)
    lost = _lost(received)
    accelerometer, gyroscope = (_held(reading, lost) for reading in readings)
    return Measured(accelerometer, gyroscope, received)


def warmth_k(thermal: ThermalErrors, time_s: Array, temperature_c: ArrayLike | None) -> Array:
    """How much warmer than their reference S devices are, K, (F, S) or (1, S) where it is constant.

    Parameters
    ----------
    thermal : ThermalErrors
    time_s : (F,) array
        Since they were switched on.
    temperature_c : float or (F,) array or None
        Of the surroundings; ``None``: the reference.
    """
    ambient = np.zeros((1, len(thermal.reference_c)))
    if temperature_c is not None:
        given = np.asarray(temperature_c, float)
        if given.ndim > 1 or given.size not in (1, len(time_s)) or not np.isfinite(given).all():
            raise ConfigError("the temperature is one finite number, or one for each frame")
        ambient = given.reshape(-1, 1) - thermal.reference_c
    if not thermal.warm_up_k.any():
        return ambient
    warmed = -np.expm1(-time_s[:, None] / thermal.warm_up_time_s)
    return ambient + thermal.warm_up_k * warmed


def measure_channel(
    clean: Array,
    errors: ChannelErrors,
    rate_hz: float,
    rngs: Generators,
    warmth: Array | None = None,
) -> Array:
    """Errors of one more channel, in the order of :func:`measure`, up to its resolution.

    Parameters
    ----------
    clean : (F, S, A) array
        In SI units; not changed.
    errors : ChannelErrors
    rate_hz : float
    rngs : sequence of S numpy Generators
    warmth : (F, S) or (1, S) array, optional
        Kelvins above the reference, see :func:`warmth_k`.

    Returns
    -------
    (F, S, A) array; ``clean`` itself where there is no error

    Raises
    ------
    ConfigError
        For a rate that is not positive and finite.
    """
    return _read((clean,), (errors,), rate_hz, rngs, warmth)[0]


def _read(
    channels: Sequence[Array],
    errors: Sequence[ChannelErrors],
    rate_hz: float,
    rngs: Generators,
    warmth: Array | None,
    force: Array | None = None,
) -> Sequence[Array]:
    """Channels (F, S, A), worked on side by side: (S, all axes, F), time innermost."""
    if not (math.isfinite(rate_hz) and rate_hz > 0):
        raise ConfigError(f"the rate is {rate_hz} Hz; it must be positive")
    frames, sensors, _ = channels[0].shape
    faulty = np.any([channel.present() for channel in errors], axis=0)
    with Streams(rngs) as streams:
        if not faulty.any():
            return channels
        axes = join_axes(errors)
        heat = None if warmth is None or not warmth.any() else warmth.T[:, None]
        values = np.empty((sensors, axes.bias.shape[1], frames))
        ends = np.cumsum([channel.shape[2] for channel in channels])
        parts = np.split(values, ends[:-1], axis=1)
        for part, channel, own in zip(parts, channels, errors, strict=True):
            part[:] = channel.transpose(1, 2, 0)
            if (own.alignment != np.eye(part.shape[1])).any():
                part[:] = own.alignment @ part
        _distort(values, axes, heat)
        for part, own in zip(parts, errors, strict=True):
            if force is not None and own.g_sensitivity.any():
                part += own.g_sensitivity @ force.transpose(1, 2, 0)
        values += axes.bias[..., None]
        if heat is not None and axes.temperature_bias.any():
            values += heat * axes.temperature_bias[..., None]
        add_noise(values, axes, rate_hz, streams)
    _digitise(values, axes)
    readings = [np.ascontiguousarray(part.transpose(2, 0, 1)) for part in parts]
    if not faulty.all():
        for reading, channel in zip(readings, channels, strict=True):
            reading[:, ~faulty] = channel[:, ~faulty]
    return readings


def _distort(values: Array, errors: AxisErrors, heat: Array | None) -> None:
    """Scale and nonlinearity of (S, A, F), in place."""
    scale = 1 + errors.scale[..., None]
    if heat is not None and errors.temperature_scale.any():
        drift = heat * errors.temperature_scale[..., None]
        drift += scale
        scale = drift
    values *= scale
    if errors.nonlinearity.any():
        bent = np.abs(values)
        bent *= errors.nonlinearity[..., None]
        bent += 1
        values *= bent


def _digitise(values: Array, errors: AxisErrors) -> None:
    """Cut (S, A, F) to the range; round to whole steps, halves to the even one. In place."""
    lower, upper, resolution = (
        limit[..., None] for limit in (errors.lower, errors.upper, errors.resolution)
    )
    step = np.where(resolution > 0, resolution, 1.0)
    # To the last whole step, so that rounding does not lead beyond it.
    lowest, highest = step_limits(lower, upper, step)
    upper = np.where(resolution > 0, highest * step, upper)
    lower = np.where(resolution > 0, lowest * step, lower)
    if np.isfinite(lower).any() or np.isfinite(upper).any():
        np.minimum(values, upper, out=values)
        np.maximum(values, lower, out=values)
    stepped = resolution > 0
    if stepped.all():
        values /= resolution
        np.rint(values, out=values)
        values += 0.0  # no negative zero: counts have none
        values *= resolution
    elif stepped.any():
        values[:] = np.where(stepped, (np.rint(values / step) + 0.0) * step, values)


def draw_received(clock: ClockErrors, frames: int, rngs: Generators) -> Mask:
    """Which samples arrive (F, S).

    Samples are lost each by itself, and in whole packets; packets are counted from the first
    sample, which always arrives.
    """
    lost = np.zeros((len(clock.dropout), frames), bool)
    with Streams(rngs) as streams:
        for sensor in np.flatnonzero((clock.dropout > 0) | (clock.packet_loss > 0)).tolist():
            size = int(min(clock.packet_size[sensor], max(frames, 1)))
            drawn = streams.stream(sensor, _LOSS)
            np.less(drawn.random(frames, np.float32), clock.dropout[sensor], out=lost[sensor])
            packets = drawn.random(-(-frames // size), np.float32) < clock.packet_loss[sensor]
            lost[sensor] |= np.repeat(packets, size)[:frames]
    lost[:, :1] = False
    return ~lost.T


def hold(values: Array, received: Mask) -> Array:
    """Repeat the last sample (F, S, ...) that arrived, where one did not."""
    return _held(values, _lost(received))


_Lost = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]


def _lost(received: Mask) -> _Lost:
    """Sensors and frames of what did not arrive, and the last frame before that did."""
    sensors, frames = np.nonzero(~received.T)
    if not len(frames):
        return sensors, frames, frames
    # A loss that does not follow on another begins a run; all of a run hold what was before it.
    begins = np.r_[True, (np.diff(frames) != 1) | (np.diff(sensors) != 0)]
    return sensors, frames, (frames[begins] - 1)[np.cumsum(begins) - 1]


def _held(values: Array, lost: _Lost) -> Array:
    sensors, frames, last = lost
    if not len(frames):
        return values
    held = values.copy()
    held[frames, sensors] = values[last, sensors]
    return held
