"""The Earth's field: NOAA's test values, and what users may state."""

import sys
from math import degrees, radians

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.errors import ConfigError, ImusimError, MissingExtraError
from imusim.sensor.earth_field import (
    DEFAULT_FIELD,
    NAMED_FIELDS,
    PLACES,
    EarthField,
    earth_field,
    parse_field,
)

NOAA = [
    # Year, height (km), latitude, longitude (°); intensity (nT), inclination, declination (°):
    # WMM2025testvalues and WMM2020testvalues of NOAA.
    (2025.0, 0, 80, 0, 55178.5, 83.21, 1.28),
    (2025.0, 0, 0, 120, 41064.3, -14.93, -0.16),
    (2025.0, 0, -80, 240, 54698.2, -72.00, 68.78),
    (2025.0, 100, 80, 0, 52964.9, 83.26, 0.85),
    (2025.0, 100, 0, 120, 39032.1, -15.08, -0.15),
    (2025.0, 100, -80, 240, 52035.0, -72.19, 68.21),
    (2027.5, 0, 80, 0, 55253.9, 83.24, 2.59),
    (2027.5, 0, 0, 120, 41036.9, -14.65, -0.24),
    (2027.5, 0, -80, 240, 54474.2, -71.92, 68.49),
    (2027.5, 100, 80, 0, 53034.3, 83.29, 2.16),
    (2027.5, 100, 0, 120, 39007.4, -14.81, -0.23),
    (2027.5, 100, -80, 240, 51825.7, -72.10, 67.93),
    (2020.0, 0, 80, 0, 55000.1, 83.14, -1.28),
    (2020.0, 0, 0, 120, 41104.9, -15.42, 0.16),
    (2022.5, 100, 0, 120, 39092.4, -15.37, -0.05),
]


@pytest.mark.parametrize("row", NOAA)
def test_values_that_noaa_publishes(row):
    pytest.importorskip("pygeomag")
    year, height, latitude, longitude, intensity, inclination, declination = row
    field = earth_field(latitude, longitude, height * 1000, year)
    assert field.intensity_t * 1e9 == pytest.approx(intensity, abs=0.1)
    assert degrees(field.inclination_rad) == pytest.approx(inclination, abs=0.006)
    assert degrees(field.declination_rad) == pytest.approx(declination, abs=0.006)


@pytest.mark.parametrize("name", NAMED_FIELDS)
def test_named_fields_are_the_models(name):
    pytest.importorskip("pygeomag")
    stated, modelled = NAMED_FIELDS[name], earth_field(*PLACES[name], year=2026.0)
    assert stated.intensity_t == pytest.approx(modelled.intensity_t, abs=0.051e-6)
    assert stated.inclination_rad == pytest.approx(modelled.inclination_rad, abs=radians(0.051))
    assert stated.declination_rad == pytest.approx(modelled.declination_rad, abs=radians(0.051))


def test_every_place_has_a_field():
    assert set(NAMED_FIELDS) == set(PLACES)
    assert parse_field(f" {DEFAULT_FIELD.title()} ") == NAMED_FIELDS[DEFAULT_FIELD]


@pytest.mark.parametrize(
    "text",
    [
        "48 uT, 64 deg", "48µT,64°", "48 μT , 64deg", "48000 nT, 64 deg", "0.048 mT, +64 DEG",
        "0.48 G, 64 deg", "480 mG, 1117.0107 mrad", "4.8e-5 T, 1.1170107 rad",
    ],
)  # fmt: skip
def test_fields_as_users_state_them(text):
    field = parse_field(text)
    assert field.intensity_t == pytest.approx(48e-6)
    assert degrees(field.inclination_rad) == pytest.approx(64)
    assert field.declination_rad == 0


def test_a_stated_declination():
    assert degrees(parse_field("51.5 uT, 66.5 deg, -9.3 deg").declination_rad) == pytest.approx(
        -9.3
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("52.5 N, 13.4 E", (52.5, 13.4)),
        ("52.5° n, 13.4 deg e", (52.5, 13.4)),
        ("-33.9, 151.2", (-33.9, 151.2)),
        ("33.9 S, 151.2 E, 34 m", (-33.9, 151.2, 34.0)),
        ("40.4 N, 80 W, 2021.5", (40.4, -80.0, 0.0, 2021.5)),
        ("40.4 N, 280 E, 1.5 km, 2020-12-31", (40.4, -80.0, 1500.0, 2020 + 365 / 366)),
        ("40.4 N, 80 W, 2029-12-31", (40.4, -80.0, 0.0, 2029 + 364 / 365)),
    ],
)
def test_places_as_users_state_them(text, place):
    pytest.importorskip("pygeomag")
    assert parse_field(text) == earth_field(*place)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("48", "state '48 uT, 64 deg'"),
        ("", "state '48 uT, 64 deg'"),
        ("atlantis", "pittsburgh"),
        ("48 uT, sixty", "'sixty'"),
        ("48 T, 64 deg", "the Earth's is 22 to 67"),
        ("-48 uT, 64 deg", "above 0"),
        ("1e400 uT, 64 deg", "at most"),
        ("48 uT, 94 deg", "outside ±90°"),
        ("48 uT, 64 deg, 200 deg", "outside ±180°"),
        ("95 N, 13 E", "latitude of 95°"),
        ("5 N, 1e400 E", "longitude of inf°"),
        ("52 N, 13 E, 1e9 km", "height"),
        ("52 N, 13 E, 34 ft", "'34 ft'"),
        ("52 N, 13 E, 2026-13-01", "2026-13-01"),
        ("52 N, 13 E, 1999-01-01", "no magnetic model for the year 1999"),
        ("52 N, 13 E, 2030", "no magnetic model for the year 2030"),
        ("13 E, 52 N", "13 E, 52 N"),
    ],
)
def test_what_is_no_field(text, words):
    with pytest.raises(ConfigError, match=words) as error:
        parse_field(text)
    assert "\n" not in str(error.value)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=30), st.text("0123456789.,-+ eENSWuTGdeg°mk", max_size=24)))
def test_any_text_is_a_field_or_one_line(text):
    try:
        assert isinstance(parse_field(text), EarthField)
    except ImusimError as error:
        assert "\n" not in str(error)


def test_without_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygeomag", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'imusim-toolkit\[magnetic\]'"):
        parse_field("52.5 N, 13.4 E")
    assert parse_field("berlin") == NAMED_FIELDS["berlin"]
