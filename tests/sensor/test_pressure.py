"""The barometer against the standard atmosphere's tables and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imusim.conventions import STANDARD_GRAVITY
from imusim.errors import ConfigError
from imusim.sensor.pressure import draw_sea_level_pressure, read_barometer


@pytest.mark.parametrize(
    ("altitude", "pressure"),
    # By geometric altitude, Pa: U.S. Standard Atmosphere 1976, table I, the same as ISO 2533.
    [(0, 101325), (500, 95461), (1000, 89876), (2000, 79501), (5000, 54048), (-1000, 113930)],
)
def test_tables_of_the_standard(altitude, pressure):
    np.testing.assert_allclose(read_barometer(altitude), pressure, atol=0.6 if altitude > 0 else 6)


def test_top_of_the_troposphere():
    """11 km of geopotential height is 226.32 hPa."""
    geometric = 6356766.0 * 10970 / (6356766.0 - 10970)
    temperature = 288.15 - 0.0065 * 10970
    exact = 22632.06 * (temperature / 216.65) ** (STANDARD_GRAVITY / 0.0065 / 287.05287)
    np.testing.assert_allclose(read_barometer(geometric), exact, rtol=1e-6)


@given(st.floats(-100, 3000), st.floats(9e4, 1.05e5))
def test_hydrostatic_balance(altitude, sea_level):
    """dp/dh = −ρg, ρ being that of an ideal gas at the standard's temperature: −12 Pa/m at 0 m."""
    below, here, above = read_barometer([altitude - 1, altitude, altitude + 1], sea_level)
    temperature = 288.15 - 0.0065 * altitude
    density = here / (287.05287 * temperature)
    np.testing.assert_allclose((above - below) / 2, -density * STANDARD_GRAVITY, rtol=2e-3)


def test_a_metre_near_the_ground():
    fall = read_barometer(0.5) - read_barometer(-0.5)
    np.testing.assert_allclose(fall, -1.225 * STANDARD_GRAVITY, rtol=1e-4)


@given(st.floats(-2, 3), st.floats(0, 2000))
def test_the_floor_is_an_altitude(height, floor):
    read = read_barometer(np.full((4, 2), height), floor_altitude_m=floor)
    np.testing.assert_allclose(read, read_barometer(height + floor))
    assert read.shape == (4, 2)


def test_weather_scales_all_heights():
    heights = np.linspace(0, 50, 9)
    np.testing.assert_allclose(
        read_barometer(heights, 99000.0) / 99000.0, read_barometer(heights) / 101325.0
    )
    drawn = [draw_sea_level_pressure(np.random.default_rng(seed)) for seed in range(50)]
    assert all(98000 <= pressure <= 104000 for pressure in drawn)
    assert np.std(drawn) > 1000


@pytest.mark.parametrize(
    ("height", "settings", "words"),
    [
        (0, {"sea_level_pressure_pa": 1013.25}, "1013.25 Pa is outside"),
        (0, {"sea_level_pressure_pa": np.nan}, "outside"),
        (0, {"floor_altitude_m": 20000}, "standard atmosphere"),
        (np.nan, {}, "standard atmosphere"),
    ],
)
def test_what_is_no_weather_or_place(height, settings, words):
    with pytest.raises(ConfigError, match=words):
        read_barometer([[height]], **settings)
