"""Values with units, as data sheets print them."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.conventions import STANDARD_GRAVITY as G
from imusim.errors import ConfigError
from imusim.sensor.device.units import read_quantity

DEG = math.pi / 180
FORCE, RATE = "m/s^2", "rad/s"


@pytest.mark.parametrize(
    ("text", "wanted", "value"),
    [
        ("16 g", FORCE, 16 * G),
        ("±16g", FORCE, 16 * G),
        ("+/- 16 G", FORCE, 16 * G),
        ("60 mg", FORCE, 0.06 * G),
        ("9.81 m/s²", FORCE, 9.81),
        ("9.81 m s^-2", FORCE, 9.81),
        ("4 Gauss", "T", 4e-4),
        ("4 G", "T", 4e-4),
        ("1.5 mG", "T", 1.5e-7),
        ("0.15 µT", "T", 1.5e-7),
        ("2000 °/s", RATE, 2000 * DEG),
        ("2000 dps", RATE, 2000 * DEG),
        ("2000 DEG/S", RATE, 2000 * DEG),
        ("10 deg/h", RATE, 10 * DEG / 3600),
        ("10 deg/hr", RATE, 10 * DEG / 3600),
        ("300 ug/sqrt(Hz)", "m/s^2/sqrt(Hz)", 3e-4 * G),
        ("300 µg/√Hz", "m/s^2/sqrt(Hz)", 3e-4 * G),
        ("300 ug/rt(Hz)", "m/s^2/sqrt(Hz)", 3e-4 * G),
        ("300 ug Hz^-0.5", "m/s^2/sqrt(Hz)", 3e-4 * G),
        ("0.005 dps/√Hz", "rad/s/sqrt(Hz)", 0.005 * DEG),
        ("0.3 deg/sqrt(h)", "rad/s/sqrt(Hz)", 0.3 * DEG / 60),
        ("0.3 deg/√hr", "rad/s/sqrt(Hz)", 0.3 * DEG / 60),
        ("0.06 m/s/sqrt(h)", "m/s^2/sqrt(Hz)", 1e-3),
        ("1 deg/h/sqrt(h)", "rad/s*sqrt(Hz)", DEG / 3600 / 60),
        ("1 rad/s^2/sqrt(Hz)", "rad/s*sqrt(Hz)", 1.0),
        ("1 rad/s/√s", "rad/s*sqrt(Hz)", 1.0),
        ("1 m/s^3/√Hz", "m/s^2*sqrt(Hz)", 1.0),
        ("3 arcsec", "rad/s*s", 3 * DEG / 3600),
        ("3 mm/s", "m/s^2*s", None),
        ("0.003 m/s", "m/s^2*s", 0.003),
        ("0.02 %/°C", "1/K", 2e-4),
        ("0.02 %/K", "1/K", 2e-4),
        ("200 ppm/degC", "1/K", 2e-4),
        ("0.02 1/K", "1/K", 0.02),
        ("0.8 mg/K", "m/s^2/K", 8e-4 * G),
        ("0.1 deg/s/g", "rad/s/(m/s^2)", 0.1 * DEG / G),
        ("0.1 (deg/s)/g", "rad/s/(m/s^2)", 0.1 * DEG / G),
        ("1013.25 hPa", "Pa", 101_325.0),
        ("101.325 kPa", "Pa", 101_325.0),
        ("20 ms", "s", 0.02),
        ("5 min", "s", 300.0),
        ("1.6 kHz", "Hz", 1600.0),
        ("25 °C", "degC", 25.0),
        ("2 %", "", 0.02),
        ("20 ppm", "", 2e-5),
        ("0.25", "", 0.25),
        ("1.5e-3 rad", "rad", 1.5e-3),
        (".5 deg", "rad", 0.5 * DEG),
    ],
)
def test_units(text, wanted, value):
    if value is None:
        with pytest.raises(ConfigError):
            read_quantity(text, wanted)
    else:
        assert read_quantity(text, wanted) == (pytest.approx(value, rel=1e-12),)


@pytest.mark.parametrize("text", ["16384 LSB/g", "0.00006103515625 g", "0.00006103515625 g/LSB"])
def test_resolution_is_a_step_or_steps_a_unit(text):
    assert read_quantity(text, FORCE, "m/s^2/LSB")[0] == pytest.approx(G / 16384, rel=1e-12)


def test_several_values_share_a_unit():
    wanted = pytest.approx((0.06 * G, 0.06 * G, 0.08 * G))
    assert read_quantity("60 60 80 mg", FORCE, count=3) == wanted
    assert read_quantity("±60, 60, 80 mg", FORCE, count=3) == wanted
    assert read_quantity("300; 1100 hPa", "Pa", count=2) == (3e4, 1.1e5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("16", "has no unit"),
        ("16 Hz", "of another kind; a unit of the kind of m/s\\^2 or .* would do"),
        ("16 dps", "of another kind"),
        ("16 furlong", "'furlong' is no unit"),
        ("g", "has no number"),
        ("", "has no number"),
        ("nan g", "has no number"),
        ("inf g", "has no number"),
        ("1e999 g", "not finite"),
        ("1e308 g", "not finite"),
        ("1 2 g", "has 2 numbers; it takes one or 3"),
        ("1 2 3 4 g", "has 4 numbers"),
        ("1 g/", "a unit is missing"),
        ("1 (g", "a bracket is not closed"),
        ("1 g)", "is no unit"),
        ("1 g^", "is no power"),
        ("1 g$", "is no unit"),
        ("1 ((((((g^9)^9)^9)^9)^9)^9)", "a power too high"),
        ("1" * 300, "is no value with a unit"),
        ("0 LSB/g", "no resolution"),
    ],
)
def test_what_is_no_value(text, message):
    with pytest.raises(ConfigError, match=message) as caught:
        read_quantity(text, FORCE, "m/s^2/LSB", count=3)
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


@given(
    st.lists(st.floats(-1e100, 1e100), min_size=1, max_size=3).filter(lambda x: len(x) != 2),
    st.sampled_from(
        [FORCE, RATE, "m/s^2/sqrt(Hz)", "rad/s*sqrt(Hz)", "T/K", "1/K", "rad/s/(m/s^2)"]
    ),
)
def test_si_text_comes_back_as_it_was(values, unit):
    text = " ".join(map(repr, values))
    assert read_quantity(f"{text} {unit}", unit, count=3) == tuple(values)


@given(st.text(alphabet="0123456789.e+-± gmsHz√sqrt()/*^°%LSB µ²\t\n", max_size=40))
@settings(max_examples=500)
def test_any_text_is_a_value_or_an_error(text):
    try:
        values = read_quantity(text, FORCE, count=3)
    except ConfigError:
        return
    assert len(values) in (1, 3)
    assert all(map(math.isfinite, values))
