"""The errors that S sensors have, drawn from what their devices may have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from imusim.errors import ConfigError
from imusim.math import rotations as rot
from imusim.sensor.device.spec import Device
from imusim.sensor.device.tables import Barometer, Clock, Thermal, Triad

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AxisErrors:
    """What concerns each of the A axes of S sensors by itself, in SI units; see
    :class:`imusim.sensor.device.tables.Triad` for what it means. All are (S, A) arrays.

    Parameters
    ----------
    scale
        Error of the scale factor, a fraction.
    nonlinearity
        Coefficient of ``x|x|``, 1/unit.
    bias
    noise_density, bias_instability, random_walk, quantisation
        N, B, K and Q.
    correlation_time_s
        Of a Gauss–Markov bias instability; infinite where it is flicker noise.
    random_walk_correlation_time_s
    temperature_bias, temperature_scale
        Per kelvin.
    bandwidth_hz, lower, upper, resolution
        Readings are cut to lower and upper, and rounded to whole steps of resolution.
    """

    scale: Array
    nonlinearity: Array
    bias: Array
    noise_density: Array
    bias_instability: Array
    random_walk: Array
    quantisation: Array
    correlation_time_s: Array
    random_walk_correlation_time_s: Array
    temperature_bias: Array
    temperature_scale: Array
    bandwidth_hz: Array
    lower: Array
    upper: Array
    resolution: Array

    def present(self) -> NDArray[np.bool_]:
        """Whether each sensor has any error (S,); the others read what is true."""
        limited = np.isfinite(self.lower) | np.isfinite(self.upper)
        away = [limited, *(getattr(self, name) != 0 for name in _ZERO_WHERE_TRUE)]
        return np.any(away, axis=(0, 2))


@dataclass(frozen=True, eq=False)
class ChannelErrors(AxisErrors):
    """Errors of S sensors of A axes: 3, or 1 of a barometer.

    Parameters
    ----------
    alignment : (S, A, A) array
        ``(I + cross-axis) rotation``: what the turned, not quite orthogonal axes see.
    g_sensitivity : (S, A, 3) array
        What specific force adds, unit/(m/s²).
    """

    alignment: Array
    g_sensitivity: Array

    @property
    def matrix(self) -> Array:
        """``(1 + scale) alignment`` (S, A, A): true to sensed."""
        return (1 + self.scale)[..., None] * self.alignment

    def present(self) -> NDArray[np.bool_]:
        """Whether each sensor has any error (S,); the others read what is true."""
        turned = (self.alignment != np.eye(self.alignment.shape[-1])).any(axis=(1, 2))
        return super().present() | turned | self.g_sensitivity.any(axis=(1, 2))


def join_axes(channels: Sequence[ChannelErrors]) -> AxisErrors:
    """The axes of several channels, side by side."""
    return AxisErrors(
        *(
            np.concatenate([getattr(channel, f.name) for channel in channels], axis=1)
            for f in fields(AxisErrors)
        )
    )


_ZERO_WHERE_TRUE = (
    "scale", "nonlinearity", "bias", "noise_density", "bias_instability", "random_walk",
    "quantisation", "temperature_bias", "temperature_scale", "resolution",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ClockErrors:
    """Clocks of S sensors.

    Parameters
    ----------
    offset_s, skew : (S,) array
        A sample due at t is taken at ``t (1 + skew) + offset_s``, and
    jitter_s : (S,) array
        a normal deviation of this size.
    dropout, packet_loss, packet_size : (S,) array
        Probabilities, and samples a packet.
    """

    offset_s: Array
    skew: Array
    jitter_s: Array
    dropout: Array
    packet_loss: Array
    packet_size: Array


@dataclass(frozen=True, eq=False)
class ThermalErrors:
    """Warmth of S sensors: ``reference_c``, ``warm_up_k`` and ``warm_up_time_s``, (S,) arrays."""

    reference_c: Array
    warm_up_k: Array
    warm_up_time_s: Array


@dataclass(frozen=True, eq=False)
class Errors:
    """All errors that S sensors have.

    Parameters
    ----------
    devices : tuple of str
        Names of the sensors' devices.
    accelerometer, gyroscope, magnetometer, barometer : ChannelErrors
    clock : ClockErrors
    thermal : ThermalErrors
    """

    devices: tuple[str, ...]
    accelerometer: ChannelErrors
    gyroscope: ChannelErrors
    magnetometer: ChannelErrors
    barometer: ChannelErrors
    clock: ClockErrors
    thermal: ThermalErrors

    def __len__(self) -> int:
        return len(self.devices)

    @property
    def bandwidth_hz(self) -> Array:
        """Of accelerometer and gyroscope (S, 2, 3), as Sampling takes it; infinite: not stated."""
        return np.stack([self.accelerometer.bandwidth_hz, self.gyroscope.bandwidth_hz], axis=1)


_AXES = {"accelerometer": 3, "gyroscope": 3, "magnetometer": 3, "barometer": 1}


def draw_errors(devices: Sequence[Device], rngs: Sequence[np.random.Generator]) -> Errors:
    """Draw what each sensor's device leaves open.

    Parameters
    ----------
    devices : sequence of S Devices
    rngs : sequence of S numpy Generators
        A sensor's errors come from its own alone. As many numbers are drawn whatever the device
        is, so that an error that is switched off leaves the others as they are.

    Raises
    ------
    ConfigError
        For another number of generators than devices.
    """
    if len(devices) != len(rngs):
        raise ConfigError(f"{len(devices)} devices, but {len(rngs)} random generators")
    kinds = list({id(device): device for device in devices}.values())
    places = {id(device): k for k, device in enumerate(kinds)}
    kind = np.array([places[id(device)] for device in devices], int)
    normal = np.empty((len(rngs), sum(_AXES.values()) * _DRAWS + 2))
    for row, rng in zip(normal, rngs, strict=True):
        rng.standard_normal(out=row)
    drawn: dict[str, ChannelErrors] = {}
    start = 2
    for name, axes in _AXES.items():
        channels = [getattr(device, name) for device in kinds]
        block = normal[:, start : start + axes * _DRAWS].reshape(-1, _DRAWS, axes)
        drawn[name] = _draw_channel(channels, kind, block)
        start += axes * _DRAWS
    clocks = {name: _stack([d.clock for d in kinds], name, kind) for name in _names(Clock)}
    clocks["offset_s"] = clocks["offset_s"] * normal[:, 0]
    clocks["skew"] = clocks.pop("known_skew") + clocks["skew"] * normal[:, 1]
    thermals = [_stack([d.thermal for d in kinds], name, kind) for name in _names(Thermal)]
    names = tuple(device.name for device in devices)
    return Errors(names, **drawn, clock=ClockErrors(**clocks), thermal=ThermalErrors(*thermals))


_DRAWS = 16
"""Normals an axis of a channel."""


def _names(table: type) -> list[str]:
    return [f.name for f in fields(table)]


def _stack(tables: Sequence[object], name: str, kind: NDArray) -> Array:
    """One field of every sensor's table."""
    return np.array([getattr(table, name) for table in tables], float)[kind]


def _draw_channel(
    channels: Sequence[Triad] | Sequence[Barometer], kind: NDArray, normal: Array
) -> ChannelErrors:
    """Errors of one channel, from normals (S, 16, A)."""
    count, _, axes = normal.shape
    if all(channel in _SILENT for channel in channels):
        return _without(count, axes)
    nominal = [_nominal(channel, axes) for channel in channels]

    def field(name: str) -> Array:
        return np.array([values[name] for values in nominal])[kind]

    def amplitude(name: str, number: int) -> Array:
        return field(name) * np.exp(field("spread") * normal[:, number])

    turn = field("misalignment_rad")
    alignment = np.broadcast_to(np.eye(axes), (count, axes, axes))
    if turn.any():
        turned = rot.from_rotation_vector(turn * normal[:, 9])
        alignment = rot.rotate_inverse(turned[:, None], np.eye(axes)).swapaxes(1, 2)
    cross = field("cross_axis")
    if cross.any():
        seen = cross[..., None] * normal[:, 10:13].transpose(0, 2, 1) * (1 - np.eye(axes))
        alignment = (np.eye(axes) + seen) @ alignment
    felt = field("g_sensitivity")[..., None] * normal[:, 13:16].transpose(0, 2, 1)
    return ChannelErrors(
        scale=field("known_scale") + field("scale_factor") * normal[:, 5],
        alignment=alignment,
        nonlinearity=field("nonlinearity") * normal[:, 8],
        g_sensitivity=felt,
        bias=field("known_bias") + field("turn_on_bias") * normal[:, 4],
        noise_density=amplitude("noise_density", 0),
        bias_instability=amplitude("bias_instability", 1),
        random_walk=amplitude("random_walk", 2),
        quantisation=amplitude("quantisation", 3),
        correlation_time_s=field("correlation_time_s"),
        random_walk_correlation_time_s=field("random_walk_correlation_time_s"),
        temperature_bias=field("temperature_bias") * normal[:, 6],
        temperature_scale=field("temperature_scale") * normal[:, 7],
        bandwidth_hz=field("bandwidth_hz"),
        lower=field("lower"),
        upper=field("upper"),
        resolution=field("resolution"),
    )


def _without(count: int, axes: int) -> ChannelErrors:
    """A channel that makes no error."""
    none, never = np.zeros((count, axes)), np.full((count, axes), np.inf)
    given = {
        "alignment": np.broadcast_to(np.eye(axes), (count, axes, axes)),
        "g_sensitivity": np.zeros((count, axes, 3)),
        "correlation_time_s": never,
        "random_walk_correlation_time_s": never,
        "bandwidth_hz": never,
        "lower": -never,
        "upper": never,
    }
    return ChannelErrors(**{name: given.get(name, none) for name in _names(ChannelErrors)})


_SILENT = frozenset((Triad(), Barometer()))
"""Channels that make no error."""


@lru_cache(maxsize=64)
def _nominal(channel: Triad | Barometer, axes: int) -> dict[str, Array]:
    """What a channel states, (A,) for each number; zero where it has no such."""
    names = _names(type(channel))
    found = {
        name: np.full(axes, getattr(channel, name), float)
        for name in names
        if name not in ("range", "saturates", "bias_model")
    }
    for name in _OF_TRIADS:
        found.setdefault(name, np.zeros(axes))
    upper = np.full(axes, channel.range if isinstance(channel, Triad) else channel.range[1])
    lower = -upper if isinstance(channel, Triad) else np.full(axes, channel.range[0])
    found["nonlinearity"] = found["nonlinearity"] / np.where(found["nonlinearity"], upper, 1.0)
    if channel.bias_model == "flicker":
        found["correlation_time_s"] = np.full(axes, np.inf)
    found["lower"] = lower if channel.saturates else np.full(axes, -np.inf)
    found["upper"] = upper if channel.saturates else np.full(axes, np.inf)
    return found


_OF_TRIADS = (
    "known_bias", "known_scale", "misalignment_rad", "cross_axis", "nonlinearity", "g_sensitivity",
)  # fmt: skip
