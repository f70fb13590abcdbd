"""The Earth's magnetic field at a place: stated, by name, or by the World Magnetic Model.

The model is WMM, of which NOAA and the British Geological Survey publish one every five years
(https://www.ncei.noaa.gov/products/world-magnetic-model); the package ``pygeomag`` computes it.
The error of WMM2025 is stated as 0.14 µT and 0.2° of inclination worldwide, far below what
buildings do to the field.
"""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any

from imusim.errors import ConfigError, MissingExtraError

MAX_INTENSITY_T = 1e-3
"""Above any place on Earth (at most 67 µT) fifteen times over: beyond it a unit is wrong."""
YEARS = (2010.0, 2030.0)
"""Dates that the published models cover, in decimal years, the last one excluded."""
HEIGHTS_M = (-1e3, 850e3)
"""Heights above the WGS 84 ellipsoid that the model covers."""
DEFAULT_YEAR = 2026.0
"""Date of a place that is stated without one; fixed, so that a run repeats in any year."""


@dataclass(frozen=True)
class EarthField:
    """A magnetic field by its length and direction.

    Parameters
    ----------
    intensity_t : float
        Length of the field, T.
    inclination_rad : float
        Angle below the horizon, rad; negative in most of the southern hemisphere.
    declination_rad : float
        Angle of magnetic north east of true north, rad. No signal depends on it, as headings
        are told against magnetic north.

    Raises
    ------
    ConfigError
        For an intensity that is not positive or above 1 mT, or an angle out of range.
    """

    intensity_t: float
    inclination_rad: float
    declination_rad: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.intensity_t <= MAX_INTENSITY_T:
            raise ConfigError(
                f"a magnetic field of {self.intensity_t * 1e6:g} µT; it must be above 0 and at "
                f"most {MAX_INTENSITY_T * 1e6:g} (the Earth's is 22 to 67)"
            )
        if not abs(self.inclination_rad) <= math.pi / 2 + 1e-9:
            raise ConfigError(
                f"an inclination of {math.degrees(self.inclination_rad):g}° is outside ±90°"
            )
        if not abs(self.declination_rad) <= math.pi + 1e-9:
            raise ConfigError(
                f"a declination of {math.degrees(self.declination_rad):g}° is outside ±180°"
            )


def _degrees(intensity_ut: float, inclination: float, declination: float) -> EarthField:
    return EarthField(intensity_ut * 1e-6, math.radians(inclination), math.radians(declination))


NAMED_FIELDS: dict[str, EarthField] = {
    "pittsburgh": _degrees(51.5, 66.5, -9.3),
    "berlin": _degrees(50.1, 68.1, 5.1),
    "tokyo": _degrees(46.9, 49.5, -7.9),
    "singapore": _degrees(42.1, -12.8, 0.2),
    "sydney": _degrees(57.0, -64.4, 12.8),
}
"""Fields of some places at the height of the sea in 2026, WMM2025, rounded to 0.1 µT and 0.1°."""
PLACES: dict[str, tuple[float, float]] = {
    "pittsburgh": (40.44, -79.94),
    "berlin": (52.52, 13.41),
    "tokyo": (35.68, 139.69),
    "singapore": (1.35, 103.82),
    "sydney": (-33.87, 151.21),
}
"""Latitude north and longitude east of the names, degrees."""
DEFAULT_FIELD = "pittsburgh"
"""Where CMU's motion library was captured, from which much of all public motion comes."""


def earth_field(
    latitude_deg: float, longitude_deg: float, height_m: float = 0.0, year: float = DEFAULT_YEAR
) -> EarthField:
    """Field at a place by the World Magnetic Model of its time.

    Parameters
    ----------
    latitude_deg, longitude_deg : float
        Geodetic (WGS 84), north and east positive, degrees.
    height_m : float
        Above the ellipsoid, m.
    year : float
        Date in decimal years, 2010 to 2030.

    Raises
    ------
    ConfigError
        For a place or date that the models do not cover.
    MissingExtraError
        If pygeomag is not installed.
    """
    for name, value, (low, high), unit in (
        ("latitude", latitude_deg, (-90.0, 90.0), "°"),
        ("longitude", longitude_deg, (-180.0, 360.0), "°"),
        ("height", height_m, HEIGHTS_M, " m"),
    ):
        if not low <= value <= high:
            raise ConfigError(f"a {name} of {value:g}{unit} is outside {low:g} to {high:g}{unit}")
    if not YEARS[0] <= year < YEARS[1]:
        raise ConfigError(
            f"no magnetic model for the year {year:g}: there are models for "
            f"{YEARS[0]:.0f} to {YEARS[1]:.0f}"
        )
    try:
        models: Any = import_module("pygeomag")  # its types are not declared
    except ImportError:
        raise MissingExtraError(
            "the magnetic field of a place needs pygeomag: pip install 'imusim-toolkit[magnetic]' "
            "(or state the field itself: '48 uT, 64 deg')"
        ) from None
    found = models.GeoMag(base_year=year).calculate(
        glat=latitude_deg,
        glon=(longitude_deg + 180) % 360 - 180,
        alt=height_m / 1000,
        time=year,
    )
    return _degrees(found.f / 1000, found.i, found.d)


def parse_field(text: str) -> EarthField:
    """Read a field as a user states it.

    ``"48 uT, 64 deg"``: intensity and inclination, and declination if a third is given.
    ``"52.5 N, 13.4 E"``: a place, and after it, if given, its height (``34 m``) and a date
    (``2026-07-01`` or ``2026.5``). ``"berlin"``: a name of :data:`NAMED_FIELDS`.

    Raises
    ------
    ConfigError
        For a text that is none of these, or a value out of range.
    MissingExtraError
        For a place, if pygeomag is not installed.
    """
    name = text.strip().lower()
    if name in NAMED_FIELDS:
        return NAMED_FIELDS[name]
    parts = [part.strip() for part in text.split(",")]
    if len(parts) in (2, 3) and _TESLA.fullmatch(parts[0]):
        return EarthField(
            _scaled(_TESLA, parts[0], _TESLA_UNITS),
            *(math.radians(_scaled(_ANGLE, part, _ANGLE_UNITS)) for part in parts[1:]),
        )
    if len(parts) in (2, 3, 4) and _LATITUDE.fullmatch(parts[0]):
        latitude = _scaled(_LATITUDE, parts[0], {"": 1, "n": 1, "s": -1})
        longitude = _scaled(_LONGITUDE, parts[1], {"": 1, "e": 1, "w": -1})
        height, year = 0.0, DEFAULT_YEAR
        for part in parts[2:]:
            if _HEIGHT.fullmatch(part):
                height = _scaled(_HEIGHT, part, {"m": 1, "km": 1000})
            else:
                year = _year(part)
        return earth_field(latitude, longitude, height, year)
    raise _unreadable(text)


_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*"
_TESLA_UNITS = {"nt": 1e-9, "ut": 1e-6, "µt": 1e-6, "μt": 1e-6, "mt": 1e-3, "t": 1.0}
_TESLA_UNITS |= {"mg": 1e-7, "g": 1e-4, "gauss": 1e-4, "mgauss": 1e-7}
_ANGLE_UNITS = {"deg": 1.0, "°": 1.0, "rad": math.degrees(1), "mrad": math.degrees(1e-3)}


def _pattern(units: str) -> re.Pattern[str]:
    return re.compile(_NUMBER + f"({units})", flags=re.IGNORECASE)


_TESLA = _pattern("|".join(_TESLA_UNITS))
_ANGLE = _pattern("|".join(_ANGLE_UNITS))
_LATITUDE = _pattern(r"(?:°|deg)?\s*[NS]|°?")
_LONGITUDE = _pattern(r"(?:°|deg)?\s*[EW]|°?")
_HEIGHT = _pattern("k?m")


def _scaled(pattern: re.Pattern[str], text: str, units: dict[str, float]) -> float:
    match = pattern.fullmatch(text)
    if match is None:
        raise _unreadable(text)
    unit = match[2].lower()
    return float(match[1]) * units[unit if unit in units else unit.strip("°deg ")]


def _year(text: str) -> float:
    """Decimal year of ``2026-07-01`` or ``2026.5``."""
    try:
        if re.fullmatch(r"\d{4}(\.\d*)?", text):
            return float(text)
        day = date.fromisoformat(text)
    except ValueError:
        raise _unreadable(text) from None
    days = 366 if calendar.isleap(day.year) else 365
    return day.year + (day.timetuple().tm_yday - 1) / days


def _unreadable(text: str) -> ConfigError:
    return ConfigError(
        f"a magnetic field cannot be read from {text[:60]!r}: state '48 uT, 64 deg' (intensity, "
        "inclination), a place '52.5 N, 13.4 E[, 34 m][, 2026-07-01]', or one of "
        f"{', '.join(NAMED_FIELDS)}"
    )
