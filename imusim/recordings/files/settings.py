"""What a user says of a file that it does not say itself."""

from __future__ import annotations

from dataclasses import dataclass

from imusim.errors import ConfigError
from imusim.sensor.device.units import read_quantity

SI_UNITS = {"accelerometer": "m/s^2", "gyroscope": "rad/s"}
_SPELLINGS = {"m/s2": "m/s^2", "m/s/s": "m/s^2", "ms2": "m/s^2", "mps2": "m/s^2"}


@dataclass(frozen=True)
class FileSettings:
    """How to read a file of sensors.

    Parameters
    ----------
    rate_hz : float, optional
        Rate of the samples; by default the file's own, or that of its timestamps.
    acc_unit, gyro_unit : str, optional
        Units of the numbers, as in ``g`` or ``deg/s``; by default the file's own, or told from
        the numbers.
    sensor : str, optional
        One of several sensors; by default all.

    Raises
    ------
    ConfigError
        For a rate that is not positive, or a unit that is unknown.
    """

    rate_hz: float | None = None
    acc_unit: str | None = None
    gyro_unit: str | None = None
    sensor: str | None = None

    def __post_init__(self) -> None:
        if self.rate_hz is not None and not (0 < self.rate_hz < 1e6):
            raise ConfigError(f"--rate is {self.rate_hz:g}; it must be above 0 and below 1e6 Hz")
        for option, unit, kind in (
            ("--acc-unit", self.acc_unit, "accelerometer"),
            ("--gyro-unit", self.gyro_unit, "gyroscope"),
        ):
            if unit is not None and unit_factor(unit, kind) is None:
                raise ConfigError(
                    f"{option} {unit!r} is no unit of the kind of {SI_UNITS[kind]}; "
                    f"write it as in {'g' if kind == 'accelerometer' else 'deg/s'}"
                )


def unit_factor(unit: str, kind: str) -> float | None:
    """What numbers in a unit are multiplied by to be SI; ``None`` if it is none of that kind."""
    text = _SPELLINGS.get(unit.strip().lower(), unit.strip())
    try:
        return read_quantity(f"1 {text}", SI_UNITS[kind])[0]
    except ConfigError:
        return None
