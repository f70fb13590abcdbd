"""A device: its tables of numbers, and which of its errors are switched on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import NamedTuple, TypeVar

from imusim.errors import ConfigError
from imusim.sensor.device.tables import Barometer, Clock, Table, Thermal, Triad


class Effect(NamedTuple):
    """An error that can be switched off.

    Parameters
    ----------
    summary : str
    fields : tuple of str
        What is set back, in every table that has it.
    """

    summary: str
    fields: tuple[str, ...]


EFFECTS: dict[str, Effect] = {
    "temperature": Effect(
        "bias and scale drift with temperature", ("temperature_bias", "temperature_scale")
    ),
    "scale": Effect("scale factor", ("scale_factor", "known_scale")),
    "misalignment": Effect("axes turned and not orthogonal", ("misalignment_rad", "cross_axis")),
    "nonlinearity": Effect("odd quadratic deviation", ("nonlinearity",)),
    "g_sensitivity": Effect("gyroscope feels specific force", ("g_sensitivity",)),
    "bias": Effect("constant bias", ("turn_on_bias", "known_bias")),
    "noise": Effect("white noise, N", ("noise_density",)),
    "quantisation": Effect("noise of counted angle or velocity, Q", ("quantisation",)),
    "drift": Effect("bias instability, B, and random walk, K", ("bias_instability", "random_walk")),
    "bandwidth": Effect("low-pass before sampling", ("bandwidth_hz",)),
    "saturation": Effect("cut at the range", ("saturates",)),
    "resolution": Effect("rounding to whole LSB", ("resolution",)),
    "timing": Effect(
        "clock offset, skew and jitter", ("offset_s", "skew", "known_skew", "jitter_s")
    ),
    "loss": Effect("dropout and packet loss", ("dropout", "packet_loss")),
}
"""Every error by name, in the order in which they act."""

TABLES = ("accelerometer", "gyroscope", "magnetometer", "barometer", "clock", "thermal")
"""The parts of a device."""

_Table = TypeVar("_Table", bound=Table)


@dataclass(frozen=True)
class Device:
    """A model of sensor: one line for each number of its data sheet.

    Parameters
    ----------
    name, summary : str
    document : str
        Title and revision of the data sheet.
    url : str
    accelerometer, gyroscope, magnetometer : Triad
    barometer : Barometer
    clock : Clock
    thermal : Thermal
    sources : mapping of str to str
        Where a value comes from: ``"accelerometer.range"`` to ``"table 2, page 9"``.
    """

    name: str = "ideal"
    summary: str = "no errors"
    document: str = ""
    url: str = ""
    accelerometer: Triad = field(default_factory=Triad)
    gyroscope: Triad = field(default_factory=Triad)
    magnetometer: Triad = field(default_factory=Triad)
    barometer: Barometer = field(default_factory=Barometer)
    clock: Clock = field(default_factory=Clock)
    thermal: Thermal = field(default_factory=Thermal)
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)

    def without(self, *effects: str) -> Device:
        """The same device with some errors switched off.

        Parameters
        ----------
        *effects : str
            Of :data:`EFFECTS`.

        Raises
        ------
        ConfigError
            For an effect that there is not.
        """
        unknown = [name for name in effects if name not in EFFECTS]
        if unknown:
            raise ConfigError(f"no device error {unknown[0]!r}; there are: {', '.join(EFFECTS)}")
        off = {name for effect in effects for name in EFFECTS[effect].fields}
        return replace(self, **{table: _reset(getattr(self, table), off) for table in TABLES})

    def only(self, *effects: str) -> Device:
        """The same device with some errors, and no others. Raises as :meth:`without`."""
        self.without(*effects)
        return self.without(*(name for name in EFFECTS if name not in effects))


def _reset(table: _Table, off: set[str]) -> _Table:
    """Set fields back to what has no effect; what has no range goes on saturating at none."""
    present = [f.name for f in fields(table) if f.name in off]  # type: ignore[arg-type]
    neutral = {name: getattr(type(table), name) for name in present}
    if "saturates" in neutral:
        neutral["saturates"] = getattr(table, "range") == getattr(type(table), "range")  # noqa: B009
    return replace(table, **neutral)  # type: ignore[type-var]


IDEAL = Device()
"""The device that makes no error."""
