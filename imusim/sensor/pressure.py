"""Air pressure by height, and the ideal barometer.

The International Standard Atmosphere (ISO 2533:1975, the same as ICAO Doc 7488 and, so low, the
U.S. Standard Atmosphere 1976): temperature falls by 6.5 K for each kilometre of geopotential
height, and pressure follows from hydrostatic balance. The weather is one number, the pressure
at the height of the sea, by which all of it is scaled; it stays as it is within a clip.

Only height counts. Left out are the dynamic pressure of moving air and moving sensors
(½ρv²: 0.6 Pa at 1 m/s, 15 Pa at 5 m/s, as much as 1.3 m of height), doors, wind and
ventilation, and the drift of the weather.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imusim.conventions import STANDARD_GRAVITY
from imusim.errors import ConfigError

Array = NDArray[np.float64]

STANDARD_PRESSURE_PA = 101325.0
"""At the height of the sea."""
SEA_LEVEL_PRESSURES_PA = (8.5e4, 1.1e5)
"""What is taken as a pressure at the height of the sea; records are 870 and 1084 hPa (WMO)."""
WEATHER_PA = (9.8e4, 1.04e5)
"""Range of ordinary weather from which :func:`draw_sea_level_pressure` draws; chosen."""
ALTITUDES_M = (-2000.0, 11000.0)
"""Foot of the standard's tables, and top of its lowest layer."""

_TEMPERATURE_K = 288.15
_LAPSE_K_M = 0.0065
_GAS_CONSTANT = 287.05287  # of dry air, J/(kg K)
_EARTH_RADIUS_M = 6356766.0
_EXPONENT = STANDARD_GRAVITY / (_LAPSE_K_M * _GAS_CONSTANT)


def read_barometer(
    height_m: ArrayLike,
    sea_level_pressure_pa: float = STANDARD_PRESSURE_PA,
    floor_altitude_m: float = 0.0,
) -> Array:
    """What ideal barometers read at heights above the floor, Pa.

    ``p = p₀ (1 − L H / T₀)^(g₀ / (L R))`` with ``H = r h / (r + h)``, h being the altitude above
    the sea (ISO 2533:1975).

    Parameters
    ----------
    height_m : (F, S) array
        Height of the sensors above the floor: z in the world frame, m.
    sea_level_pressure_pa : float
        Pressure at the height of the sea below, Pa.
    floor_altitude_m : float
        Altitude of the floor above the sea, m.

    Returns
    -------
    (F, S) array

    Raises
    ------
    ConfigError
        For a pressure that is none at the height of the sea, or an altitude outside
        −2000 to 11000 m.
    """
    low, high = SEA_LEVEL_PRESSURES_PA
    if not low <= sea_level_pressure_pa <= high:
        raise ConfigError(
            f"a pressure at sea level of {sea_level_pressure_pa:g} Pa is outside "
            f"{low:.0f} to {high:.0f} Pa"
        )
    altitude = np.asarray(height_m, float) + floor_altitude_m
    low, high = ALTITUDES_M
    if not ((altitude >= low) & (altitude <= high)).all():
        raise ConfigError(
            f"an altitude of the sensors outside {low:.0f} to {high:.0f} m (the floor is at "
            f"{floor_altitude_m:g} m): the standard atmosphere does not hold there"
        )
    geopotential = _EARTH_RADIUS_M * altitude / (_EARTH_RADIUS_M + altitude)
    cooling = 1 - _LAPSE_K_M / _TEMPERATURE_K * geopotential
    return sea_level_pressure_pa * cooling**_EXPONENT


def draw_sea_level_pressure(rng: np.random.Generator) -> float:
    """The weather of a clip: a pressure at the height of the sea, uniform in 980–1040 hPa, Pa."""
    return float(rng.uniform(*WEATHER_PA))
