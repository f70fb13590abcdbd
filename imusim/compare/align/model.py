"""What is aligned, by which steps, and what is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imusim.compare.kinematics import Kinematics
from imusim.errors import ConfigError, MotionError
from imusim.math import rotations as rot

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trace:
    """What a real sensor read.

    Parameters
    ----------
    time_s : (N,) array
        Rising; by the sensor's own clock.
    accelerometer : (N, 3) array or None
        Specific force in the sensor's axes, m/s².
    gyroscope : (N, 3) array or None
        Angular rate in the sensor's axes, rad/s.
    use : (N,) bool array
        What may be looked at; elsewhere the signals may be NaN.

    Raises
    ------
    MotionError
        If shapes disagree, there is no signal, or times do not rise.
    """

    time_s: Array
    accelerometer: Array | None
    gyroscope: Array | None
    use: NDArray[np.bool_]

    def __post_init__(self) -> None:
        count = len(self.time_s)
        given = [a for a in (self.accelerometer, self.gyroscope) if a is not None]
        if not given or any(array.shape != (count, 3) for array in given):
            shapes = " and ".join(str(array.shape) for array in given) or "none"
            raise MotionError(f"signals {shapes} at {count} times; they must be ({count}, 3)")
        if self.use.shape != (count,):
            raise MotionError(f"{self.use.shape} flags of use for {count} samples")
        if not np.isfinite(self.time_s).all() or (np.diff(self.time_s) <= 0).any():
            raise MotionError("the sensor's times do not rise")


@dataclass(frozen=True, eq=False)
class Pair:
    """A real sensor beside what the motion says of its nominal place.

    Parameters
    ----------
    kinematics : Kinematics
    real : Trace
    offset_within_s : float
        Most that the clocks may differ, s, once ``offset_s`` is added.
    offset_s : float
        What to add to the sensor's times for those of the motion, as far as it is known before.
    """

    kinematics: Kinematics
    real: Trace
    offset_within_s: float
    offset_s: float = 0.0


@dataclass(frozen=True)
class Steps:
    """What is estimated; a step that is off leaves what is nominal.

    Parameters
    ----------
    offset, clock, rotation, lever_arm, bias, scale : bool
    clock_within : float
        Most that the clocks' rates may differ, a fraction.
    clock_min_s : float
        Shorter recordings say nothing of their clock.
    lever_arm_prior_m : float
        How far from its nominal place a sensor is expected, m: one standard deviation.
    accelerometer_bias_prior, gyroscope_bias_prior : float
        The same of biases, m/s² and rad/s.
    scale_prior : float
        The same of scale factors, a fraction.
    significance : float
        Chance at which lever arm, biases, scales or clock may be taken for real though there is
        nothing: each is kept only if it is further from nominal than that.

    Raises
    ------
    ConfigError
        For a number that is not above zero.
    """

    offset: bool = True
    clock: bool = True
    rotation: bool = True
    lever_arm: bool = True
    bias: bool = True
    scale: bool = True
    clock_within: float = 0.005
    clock_min_s: float = 5.0
    lever_arm_prior_m: float = 0.1
    accelerometer_bias_prior: float = 1.0
    gyroscope_bias_prior: float = 0.2
    scale_prior: float = 0.03
    significance: float = 1e-3

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not isinstance(value, bool) and not (np.isfinite(value) and value > 0):
                raise ConfigError(f"alignment: {name} is {value}; it must be above zero")


NAMES = (
    "lever_arm", "accelerometer_bias", "gyroscope_bias", "accelerometer_scale", "gyroscope_scale",
)  # fmt: skip
"""Parameters of three numbers, in the order of the solver; the rotation goes before them."""

UNITS = {
    "lever_arm": "_m",
    "accelerometer_bias": "_m_s2",
    "gyroscope_bias": "_rad_s",
    "accelerometer_scale": "",
    "gyroscope_scale": "",
}


@dataclass(frozen=True, eq=False)
class Alignment:
    """How a real sensor relates to a motion.

    It reads ``scale * R⁻¹ (f + α×r + ω×(ω×r)) + bias`` and ``scale * R⁻¹ ω + bias`` at the
    motion's time ``clock_ratio * t + offset_s``.

    Parameters
    ----------
    offset_s : float
        What to add to the sensor's times for those of the motion, s.
    clock_ratio : float
        Seconds of the motion in one of the sensor's.
    link_from_sensor : (4,) array
        xyzw.
    lever_arm : (3,) array
        From the nominal place, in the link's axes, m.
    accelerometer_bias, gyroscope_bias : (3,) array
        m/s², rad/s.
    accelerometer_scale, gyroscope_scale : (3,) array
        1: none.
    deviation : mapping of str to (K,) array
        Standard errors of what was estimated, by the names above; ``rotation`` of the rotation
        vector in the sensor's axes, rad. Only what was estimated is there; NaN for axes that
        were not.
    span_s : (float, float)
        First and last of the sensor's times that were looked at.
    """

    offset_s: float = 0.0
    clock_ratio: float = 1.0
    link_from_sensor: Array = field(default_factory=rot.IDENTITY.copy)
    lever_arm: Array = field(default_factory=lambda: np.zeros(3))
    accelerometer_bias: Array = field(default_factory=lambda: np.zeros(3))
    gyroscope_bias: Array = field(default_factory=lambda: np.zeros(3))
    accelerometer_scale: Array = field(default_factory=lambda: np.ones(3))
    gyroscope_scale: Array = field(default_factory=lambda: np.ones(3))
    deviation: Mapping[str, Array] = field(default_factory=dict)
    span_s: tuple[float, float] = (0.0, 0.0)

    def motion_times(self, time_s: Array) -> Array:
        """The motion's times of the sensor's times (N,), s."""
        return self.clock_ratio * np.asarray(time_s, float) + self.offset_s

    def as_figures(self) -> dict[str, float]:
        """A flat mapping for tables; ``…_se``: standard errors of what was estimated."""
        figures = {"offset_s": self.offset_s, "clock_ppm": (self.clock_ratio - 1) * 1e6}
        turn = np.degrees(rot.to_rotation_vector(self.link_from_sensor))
        listed = [("rotation", "_deg", turn)]
        listed += [(name, UNITS[name], getattr(self, name)) for name in NAMES]
        for name, unit, values in listed:
            figures |= {
                f"{name}_{axis}{unit}": float(v) for axis, v in zip("xyz", values, strict=True)
            }
        for name, errors in self.deviation.items():
            if name == "offset_s":
                figures["offset_s_se"] = float(errors[0])
            elif name == "clock_ratio":
                figures["clock_ppm_se"] = float(errors[0]) * 1e6
            else:
                unit = "_deg" if name == "rotation" else UNITS[name]
                values = np.degrees(errors) if name == "rotation" else errors
                figures |= {
                    f"{name}_{axis}{unit}_se": float(value)
                    for axis, value in zip("xyz", values, strict=True)
                    if np.isfinite(value)
                }
        return figures
