"""What a user says of a recording that it does not say itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

from imusim.errors import ConfigError
from imusim.recordings.files import FileSettings


@dataclass(frozen=True)
class Settings:
    """How to read a recording.

    Parameters
    ----------
    rate_hz : float, optional
        Rate of the samples; by default it is taken from the recording.
    acc_unit, gyro_unit : str, optional
        Units of the numbers, as in ``g`` or ``deg/s``; by default the recording's own, or SI.
    start_s, stop_s : float, optional
        The part at rest, from the recording's beginning; by default it is found.
    clip : str, optional
        Key of one clip of a corpus.
    sensor : str, optional
        One of several sensors in the recording.

    Raises
    ------
    ConfigError
        For a rate that is not positive, a time that is negative or not before the other, or a
        unit that is unknown.
    """

    rate_hz: float | None = None
    acc_unit: str | None = None
    gyro_unit: str | None = None
    start_s: float | None = None
    stop_s: float | None = None
    clip: str | None = None
    sensor: str | None = None

    def __post_init__(self) -> None:
        self.of_files()
        for name, value in (("--from", self.start_s), ("--to", self.stop_s)):
            if value is not None and not (value >= 0 and math.isfinite(value)):
                raise ConfigError(f"{name} is {value:g}; it must be seconds from the beginning")
        if None not in (self.start_s, self.stop_s) and not self.start_s < self.stop_s:  # type: ignore[operator]
            raise ConfigError(f"--from {self.start_s:g} is not before --to {self.stop_s:g}")

    def of_files(self) -> FileSettings:
        """What of it says how a file is read."""
        return FileSettings(self.rate_hz, self.acc_unit, self.gyro_unit, self.sensor)
