"""What a device's data sheet, or a recording at rest, says of its errors.

Words and symbols are those of IEEE Std 952-2020 and 647-2006 (gyroscopes) and 1293-2018
(accelerometers). The same quantity has other names elsewhere:

================== ========================== ============================================
here               IEEE, symbol               MATLAB ``imuSensor``
================== ========================== ============================================
noise_density      angle random walk, N       ``NoiseDensity`` / √2
bias_instability   bias instability, B        ``BiasInstability``
random_walk        rate random walk, K        ``RandomWalk``
quantisation       quantization noise, Q      none
turn_on_bias       bias                       ``ConstantBias``
misalignment_rad   misalignment               ``AxesMisalignment``
cross_axis         cross-axis sensitivity     ``AxesMisalignment``
range              input range                ``MeasurementRange``
resolution         resolution                 ``Resolution``
temperature_bias   thermal sensitivity        ``TemperatureBias``
temperature_scale  thermal sensitivity        ``TemperatureScaleFactor``
g_sensitivity      acceleration sensitivity   ``AccelerationBias``
================== ========================== ============================================

kalibr's ``…_noise_density`` is N and its ``…_random_walk`` is K; it models no B and no Q.

Densities are **two-sided**, as IEEE 952 and kalibr have them: white noise of density N, read R
times a second, has a standard deviation of N √R and an Allan deviation of N / √τ. One-sided
densities, as most data sheets state them, are √2 times larger; a device file may say
``noise_density_one_sided``. MATLAB's ``NoiseDensity`` is such a one: 0.1 gives an Allan deviation
of 0.07 at 1 s (MATLAB Answers, 9 August 2023, on ``imuSensor``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from imusim.errors import ConfigError

Axes = tuple[float, float, float]
"""Values for x, y, z."""

BiasModel = Literal["flicker", "gauss-markov"]

ZERO: Axes = (0.0, 0.0, 0.0)
UNLIMITED: Axes = (math.inf, math.inf, math.inf)

LARGEST, SMALLEST = 1e9, 1e-20
"""Bounds of what is not zero, in SI units: no device is beyond them, and sums stay finite."""


class Table:
    """Numbers of a table, made floats and checked; messages begin with the field's name."""

    POSITIVE: ClassVar[tuple[str, ...]] = ()
    """Fields that must be above zero; all others must not be negative."""
    MAY_BE_INFINITE: ClassVar[tuple[str, ...]] = ()
    ANY_SIGN: ClassVar[tuple[str, ...]] = ()
    MOST: ClassVar[dict[str, float]] = {"spread": 3.0}
    """Fields whose bound is not LARGEST."""

    def __post_init__(self) -> None:
        for name, value in vars(self).copy().items():
            default = getattr(type(self), name)
            if isinstance(default, str | bool):
                if not isinstance(value, type(default)):
                    kind = "text" if isinstance(default, str) else "true or false"
                    raise ConfigError(f"{name} is {value!r}; it must be {kind}")
                continue
            count = len(default) if isinstance(default, tuple) else 0
            numbers = _numbers(name, value, count)
            for number in numbers:
                self._check(name, number)
            alone = int(numbers[0]) if isinstance(default, int) else numbers[0]
            object.__setattr__(self, name, numbers if count else alone)

    def _check(self, name: str, number: float) -> None:
        if math.isnan(number) or (math.isinf(number) and name not in self.MAY_BE_INFINITE):
            raise ConfigError(f"{name} is {number}; it must be a finite number")
        if name in self.POSITIVE and number <= 0:
            raise ConfigError(f"{name} is {number:g}; it must be above zero")
        if number < 0 and name not in self.ANY_SIGN:
            raise ConfigError(f"{name} is {number:g}; it must not be negative")
        most = self.MOST.get(name, LARGEST)
        if most < abs(number) < math.inf:
            raise ConfigError(f"{name} is {number:g}; it must be at most {most:g} (in SI units)")
        if 0 < abs(number) < SMALLEST:
            raise ConfigError(f"{name} is {number:g}; leave it out where it does not matter")

    def _check_bias_model(self, model: str, correlation_time_s: float, drifts: bool) -> None:
        if model not in get_args(BiasModel):
            known = " or ".join(map(repr, get_args(BiasModel)))
            raise ConfigError(f"bias_model is {model!r}; it must be {known}")
        if model == "gauss-markov" and drifts and math.isinf(correlation_time_s):
            raise ConfigError(
                "bias_model 'gauss-markov' needs a finite correlation_time; a bias whose "
                "correlation time is infinite is a random walk: state random_walk instead"
            )


def _numbers(name: str, value: object, count: int) -> tuple[float, ...]:
    """One number (count 0), or as many as there are axes; one stands for all."""
    if isinstance(value, str | bool):
        raise ConfigError(f"{name} is {value!r}; it must be a number")
    listed = value if isinstance(value, Iterable) else (value,)
    try:
        found = tuple(float(v) for v in listed)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        found = ()
    if count and len(found) == 1:
        found *= count
    if len(found) != max(count, 1):
        wanted = f"one number, or {count}" if count else "one number"
        raise ConfigError(f"{name} is {value!r}; it must be {wanted}")
    return found


@dataclass(frozen=True)
class Triad(Table):
    """Three axes of one kind: accelerometer (unit m/s²), gyroscope (rad/s), magnetometer (T).

    Each value is given for x, y, z; one number stands for all three. "σ" marks the standard
    deviation from which every sensor of every clip draws its own value.

    Parameters
    ----------
    noise_density : float or (3,)
        N, unit/√Hz, two-sided: white noise of density N² on both sides of zero; Allan deviation
        N/√τ. A gyroscope's angle random walk, an accelerometer's velocity random walk.
    bias_instability : float or (3,)
        B, unit. Flicker noise of two-sided density B²/(2π|f|); its Allan deviation is flat at
        √(2 ln 2/π) B = 0.664 B (IEEE 952-2020, annex C).
    bias_model : {"flicker", "gauss-markov"}
        True 1/f, or a first-order Gauss–Markov process whose Allan deviation peaks at 0.664 B.
    correlation_time_s : float or (3,)
        Of the Gauss–Markov bias; finite there.
    random_walk : float or (3,)
        K, unit/√s (the same as unit·√Hz, kalibr's unit/s/√Hz); Allan deviation K √(τ/3).
    random_walk_correlation_time_s : float or (3,)
        Infinite: a true random walk. Finite: a Gauss–Markov process driven by K.
    quantisation : float or (3,)
        Q, unit·s; Allan deviation √3 Q/τ. Of devices that count angle or velocity.
    spread : float
        Relative spread of N, B, K and Q: each is multiplied by exp(spread · z), z normal.
    turn_on_bias : float or (3,)
        σ of the constant bias, unit.
    scale_factor : float or (3,)
        σ of the scale factor's error, a fraction.
    known_bias, known_scale : float or (3,)
        Of this one unit, where they were measured: its constant bias, unit, and its scale
        factor's error, a fraction, of either sign. What is drawn is added.
    misalignment_rad : float or (3,)
        σ of the rotation of the triad in its case, as a rotation vector.
    cross_axis : float or (3,)
        σ of what each axis sees of each of the other two, a fraction: axes not orthogonal.
    nonlinearity : float or (3,)
        σ of the deviation at full range, as a fraction of it, that grows with x|x|: the odd
        quadratic coefficient of IEEE 1293-2018.
    range : float or (3,)
        Largest magnitude that is read, unit.
    saturates : bool
        Whether readings beyond the range are cut to it.
    resolution : float or (3,)
        Step of the readings (one LSB), unit; 0: none.
    bandwidth_hz : float or (3,)
        −3 dB frequency of the low-pass before sampling, a second-order Butterworth.
    temperature_bias : float or (3,)
        σ of the bias per kelvin, unit/K.
    temperature_scale : float or (3,)
        σ of the scale factor per kelvin, 1/K.
    g_sensitivity : float or (3,)
        Gyroscopes: σ of each entry of the matrix that turns specific force into rate,
        (rad/s)/(m/s²); a value a row.

    Raises
    ------
    ConfigError
        For a value that is not finite, negative, zero where that has no meaning, or beyond what
        any device has.
    """

    POSITIVE: ClassVar[tuple[str, ...]] = (
        "range", "bandwidth_hz", "correlation_time_s", "random_walk_correlation_time_s",
    )  # fmt: skip
    MAY_BE_INFINITE: ClassVar[tuple[str, ...]] = POSITIVE
    ANY_SIGN: ClassVar[tuple[str, ...]] = ("known_bias", "known_scale")

    noise_density: Axes = ZERO
    bias_instability: Axes = ZERO
    bias_model: BiasModel = "flicker"
    correlation_time_s: Axes = UNLIMITED
    random_walk: Axes = ZERO
    random_walk_correlation_time_s: Axes = UNLIMITED
    quantisation: Axes = ZERO
    spread: float = 0.0
    turn_on_bias: Axes = ZERO
    scale_factor: Axes = ZERO
    known_bias: Axes = ZERO
    known_scale: Axes = ZERO
    misalignment_rad: Axes = ZERO
    cross_axis: Axes = ZERO
    nonlinearity: Axes = ZERO
    range: Axes = UNLIMITED
    saturates: bool = True
    resolution: Axes = ZERO
    bandwidth_hz: Axes = UNLIMITED
    temperature_bias: Axes = ZERO
    temperature_scale: Axes = ZERO
    g_sensitivity: Axes = ZERO

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_bias_model(
            self.bias_model, max(self.correlation_time_s), any(self.bias_instability)
        )
        if any(n and math.isinf(r) for n, r in zip(self.nonlinearity, self.range, strict=True)):
            raise ConfigError("nonlinearity is a fraction of the range; state the range too")


@dataclass(frozen=True)
class Barometer(Table):
    """A pressure sensor; values as in :class:`Triad`, unit Pa.

    Parameters
    ----------
    noise_density, bias_instability, random_walk, quantisation : float
        N in Pa/√Hz (two-sided), B in Pa, K in Pa/√s, Q in Pa·s.
    bias_model, correlation_time_s, random_walk_correlation_time_s, spread
        As in :class:`Triad`.
    turn_on_bias : float
        σ, Pa: what data sheets call absolute accuracy.
    scale_factor : float
        σ, a fraction.
    range : (2,)
        Lowest and highest pressure that is read, Pa.
    saturates, resolution, bandwidth_hz, temperature_bias, temperature_scale
        As in :class:`Triad`.

    Raises
    ------
    ConfigError
        As :class:`Triad`, and for a range that does not rise.
    """

    POSITIVE: ClassVar[tuple[str, ...]] = Triad.POSITIVE[1:]
    MAY_BE_INFINITE: ClassVar[tuple[str, ...]] = Triad.POSITIVE

    noise_density: float = 0.0
    bias_instability: float = 0.0
    bias_model: BiasModel = "flicker"
    correlation_time_s: float = math.inf
    random_walk: float = 0.0
    random_walk_correlation_time_s: float = math.inf
    quantisation: float = 0.0
    spread: float = 0.0
    turn_on_bias: float = 0.0
    scale_factor: float = 0.0
    range: tuple[float, float] = (0.0, math.inf)
    saturates: bool = True
    resolution: float = 0.0
    bandwidth_hz: float = math.inf
    temperature_bias: float = 0.0
    temperature_scale: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_bias_model(
            self.bias_model, self.correlation_time_s, bool(self.bias_instability)
        )
        if not self.range[0] < self.range[1]:
            raise ConfigError("range: the lowest pressure must be below the highest")


@dataclass(frozen=True)
class Clock(Table):
    """When a device samples, and what of it arrives.

    Parameters
    ----------
    offset_s : float
        σ of the constant offset of its time stamps.
    skew : float
        σ of its clock's error, a fraction (1e-6 is 1 ppm).
    known_skew : float
        Of this one unit, where it was measured: its clock's error, of either sign. What is drawn
        is added.
    jitter_s : float
        σ of each sampling instant.
    dropout : float
        Share of samples lost, each by itself.
    packet_loss : float
        Share of packets lost.
    packet_size : int
        Samples in a packet.

    Raises
    ------
    ConfigError
        For a negative value, a share above one, or packets of no sample.
    """

    POSITIVE: ClassVar[tuple[str, ...]] = ("packet_size",)
    ANY_SIGN: ClassVar[tuple[str, ...]] = ("known_skew",)

    offset_s: float = 0.0
    skew: float = 0.0
    known_skew: float = 0.0
    jitter_s: float = 0.0
    dropout: float = 0.0
    packet_loss: float = 0.0
    packet_size: int = 1

    def __post_init__(self) -> None:
        if isinstance(self.packet_size, float) and self.packet_size % 1:
            raise ConfigError(f"packet_size is {self.packet_size}; it must be a whole number")
        super().__post_init__()
        for name in ("dropout", "packet_loss"):
            if getattr(self, name) > 1:
                raise ConfigError(f"{name} is {getattr(self, name):g}; it is a share of 0 to 1")


@dataclass(frozen=True)
class Thermal(Table):
    """How warm a device is: ``ambient + warm_up_k (1 − exp(−t / warm_up_time_s))``.

    Parameters
    ----------
    reference_c : float
        Temperature at which bias and scale factor are as drawn, °C.
    warm_up_k : float
        How much warmer than its surroundings it becomes, K.
    warm_up_time_s : float
        Time constant.

    Raises
    ------
    ConfigError
        For a value that is not finite, or a time that is not above zero.
    """

    POSITIVE: ClassVar[tuple[str, ...]] = ("warm_up_time_s",)
    ANY_SIGN: ClassVar[tuple[str, ...]] = ("reference_c",)

    reference_c: float = 25.0
    warm_up_k: float = 0.0
    warm_up_time_s: float = 300.0
