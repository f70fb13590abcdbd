"""Device files: what they say, and what is wrong with them in one line."""

import copy
import pickle
from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imusim.conventions import STANDARD_GRAVITY as G
from imusim.errors import ConfigError
from imusim.sensor.device import (
    EFFECTS,
    IDEAL,
    Barometer,
    Clock,
    Device,
    Thermal,
    Triad,
    device_names,
    dump_device,
    load_device,
)

FILE = """
name = "wrist unit"
summary = "made for the test"
document = "DS-1, revision 2"
url = "https://example.org/ds1.pdf"

[accelerometer]
range = { value = "±16 g", source = "table 2, page 9" }
noise_density_one_sided = "100 ug/√Hz"
turn_on_bias = "60 60 80 mg"
nonlinearity = "0.5 %"
resolution = { value = "2048 LSB/g" }
bandwidth = "218 Hz"
spread = 0.2

[gyroscope]
noise_density = "0.005 dps/√Hz"
bias_instability = "10 deg/h"
bias_model = "gauss-markov"
correlation_time = "100 s"
g_sensitivity = "0.1 dps/g"
saturates = false

[barometer]
range = "300 1100 hPa"

[clock]
packet_size = 4
dropout = "1 %"
skew = "20 ppm"

[thermal]
reference = "20 °C"
warm_up = "8 K"
warm_up_time = "5 min"
"""


@pytest.fixture
def load(tmp_path):
    def from_text(text):
        path = tmp_path / "mine.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_device(path)

    return from_text


def test_a_device_file(load):
    device = load(FILE)
    assert (device.name, device.document) == ("wrist unit", "DS-1, revision 2")
    force, rate = device.accelerometer, device.gyroscope
    assert force.range == pytest.approx((16 * G,) * 3)
    assert force.noise_density == pytest.approx((1e-4 * G / 2**0.5,) * 3)
    assert force.turn_on_bias == pytest.approx((0.06 * G, 0.06 * G, 0.08 * G))
    assert force.resolution == pytest.approx((G / 2048,) * 3)
    assert (force.spread, force.bandwidth_hz, force.saturates) == (0.2, (218.0,) * 3, True)
    assert (rate.bias_model, rate.correlation_time_s, rate.saturates) == (
        "gauss-markov", (100.0,) * 3, False,
    )  # fmt: skip
    assert device.magnetometer == Triad()
    assert device.barometer.range == (3e4, 1.1e5)
    assert device.clock == Clock(packet_size=4, dropout=0.01, skew=20 * 1e-6)
    assert device.thermal == Thermal(reference_c=20, warm_up_k=8, warm_up_time_s=300)
    assert device.sources == {"accelerometer.range": "table 2, page 9"}


def test_a_dumped_device_comes_back(load):
    device = load(FILE)
    again = load(dump_device(device))
    assert again == device
    assert again.sources == device.sources
    assert load(dump_device(IDEAL)) == IDEAL
    assert copy.deepcopy(device) == device
    assert pickle.dumps(device)


_sizes = st.just(0.0) | st.floats(1e-12, 1e6)
_names = st.text(min_size=1, max_size=20).filter(lambda name: name.strip() and name.isprintable())
_axes = st.tuples(_sizes, _sizes, _sizes)
_positive = st.tuples(*[st.floats(1e-9, 1e6)] * 3)


@st.composite
def _triads(draw, kind):
    names = [f.name for f in fields(Triad)]
    stated = draw(st.sets(st.sampled_from(names)))
    if kind != "gyroscope":
        stated.discard("g_sensitivity")
    values = {}
    for name in stated - {"bias_model", "saturates", "spread"}:
        values[name] = draw(_positive if name in Triad.POSITIVE else _axes)
    if "spread" in stated:
        values["spread"] = draw(st.floats(1e-9, 3))
    if "saturates" in stated:
        values["saturates"] = draw(st.booleans())
    if "bias_model" in stated and "correlation_time_s" in stated:
        values["bias_model"] = "gauss-markov"
    if "range" not in stated:
        values.pop("nonlinearity", None)
    return Triad(**values)


@given(
    st.builds(
        Device,
        name=_names,
        summary=st.text(max_size=20),
        accelerometer=_triads("accelerometer"),
        gyroscope=_triads("gyroscope"),
        magnetometer=_triads("magnetometer"),
        clock=st.builds(
            Clock,
            dropout=_sizes.map(lambda size: size % 1.0),
            skew=_sizes,
            packet_size=st.integers(1, 99),
        ),
        thermal=st.builds(Thermal, reference_c=st.integers(-50, 100), warm_up_k=_sizes),
        barometer=st.builds(Barometer, noise_density=_sizes, turn_on_bias=_sizes),
    )
)
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_any_device_comes_back(load, device):
    assert load(dump_device(device)) == device


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[accelerometer]\nrang = '16 g'", "accelerometer.rang: unknown key. Did you mean 'range'"),
        ("[acelerometer]\nrange = '16 g'", "unknown key 'acelerometer'. Did you mean 'accelerom"),
        ("colour = 'red'", "unknown key 'colour'. There are: name, summary"),
        ("accelerometer = 3", "accelerometer must be a table"),
        ("name = 3", "name must be text"),
        ("name = x", ":1: is not TOML"),
        ("name = ''", "name must be one line of text"),
        ('name = "a\\u0000b"', "name must be one line of text"),
        ('name = "a\\nb"', "name must be one line of text"),
        ("[accelerometer]\nnoise_density = '1e30 g/√Hz'", "noise_density is 9.8.*at most 1e\\+09"),
        ("[accelerometer]\nresolution = '1e-300 g'", "resolution is 9.8.*leave it out"),
        ("[accelerometer]\nbandwidth = '1e-300 Hz'", "bandwidth_hz is 1e-300; leave it out"),
        ("[accelerometer]\nspread = 1000", "spread is 1000; it must be at most 3"),
        ("[accelerometer]\nrange = '16 g'\nrange = '8 g'", "is (not TOML|nested too deeply)"),
        ("[accelerometer]\nrange = '0 g'", "accelerometer.range is 0; it must be above zero"),
        ("[accelerometer]\nrange = '-16 g'", "accelerometer.range is -156.9.*above zero"),
        ("[accelerometer]\nrange = '16 g 3'", "accelerometer.range: .* is no unit"),
        ("[accelerometer]\nrange = 16", 'accelerometer.range: state the unit, as in "16 m/s\\^2"'),
        ("[accelerometer]\nrange = nan", "accelerometer.range: state the unit"),
        ("[accelerometer]\nrange = 'nan g'", "accelerometer.range: 'nan g' has no number"),
        ("[accelerometer]\nrange = 'inf g'", "accelerometer.range: 'inf g' has no number"),
        ("[accelerometer]\nrange = '16 Hz'", "accelerometer.range: .* of the kind of m/s\\^2"),
        ("[accelerometer]\nrange = true", "accelerometer.range: must be text like"),
        ("[accelerometer]\nrange = [16, 16, 16]", "accelerometer.range: must be text like"),
        ("[accelerometer]\nrange = { valeu = '16 g' }", "accelerometer.range: write { value ="),
        ("[accelerometer]\nrange = { value = '16 g', source = 3 }", "the source must be text"),
        ("[accelerometer]\nnoise_density = '-1 ug/√Hz'", "noise_density is -9.8.*not be negative"),
        ("[accelerometer]\nnoise_density = '100 ug'", "noise_density: .*of m/s\\^2/sqrt\\(Hz\\)"),
        (
            "[accelerometer]\nnoise_density = '1 ug/√Hz'\nnoise_density_one_sided = '1 ug/√Hz'",
            "noise_density_one_sided: stated twice",
        ),
        ("[accelerometer]\nnonlinearity = '1 %'", "accelerometer.nonlinearity .*state the range"),
        ("[accelerometer]\ng_sensitivity = '1 dps/g'", "g_sensitivity: unknown key"),
        ("[gyroscope]\nbandwidth = '0 Hz'", "gyroscope.bandwidth_hz is 0; it must be above zero"),
        ("[gyroscope]\nbandwidth = '-5 Hz'", "gyroscope.bandwidth_hz is -5; it must be above zero"),
        ("[gyroscope]\nbias_model = 'brown'", "bias_model is 'brown'; it must be 'flicker' or"),
        (
            "[gyroscope]\nbias_model = 'gauss-markov'\nbias_instability = '1 deg/h'",
            "needs a finite correlation_time; .*state random_walk",
        ),
        ("[gyroscope]\nsaturates = 'yes'", "saturates is 'yes'; it must be true or false"),
        ("[gyroscope]\nspread = '20 mg'", "gyroscope.spread: .*a plain number, % or ppm would do"),
        ("[barometer]\nrange = '1100 300 hPa'", "barometer.range: the lowest pressure must be"),
        ("[clock]\ndropout = 1.5", "clock.dropout is 1.5; it is a share of 0 to 1"),
        ("[clock]\ndropout = '-1 %'", "clock.dropout is -0.01; it must not be negative"),
        ("[clock]\ndropout = nan", "clock.dropout is nan; it must be a finite number"),
        ("[clock]\npacket_loss = '120 %'", "clock.packet_loss is 1.2"),
        ("[clock]\npacket_size = 0", "clock.packet_size is 0; it must be above zero"),
        ("[clock]\npacket_size = 2.5", "clock.packet_size is 2.5; it must be a whole number"),
        ("[clock]\npacket_size = inf", "clock.packet_size is inf; it must be a whole number"),
        ("[clock]\njitter = '1 m'", "clock.jitter: .*of the kind of s would do"),
        ("[thermal]\nwarm_up_time = '0 s'", "thermal.warm_up_time_s is 0; it must be above zero"),
        (b"name = '\xff'", "is not UTF-8 text"),
        (b"\x00", "is (not TOML|nested too deeply)"),
        ("a" + "[" * 5000, "is (not TOML|nested too deeply)"),
        ("a = " + "[" * 50_000, "is (not TOML|nested too deeply)"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_one_line(load, text, message):
    with pytest.raises(ConfigError, match=message) as caught:
        load(text)
    told = str(caught.value)
    assert "mine.toml:" in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mpu-9999", "no device 'mpu-9999'.*There are: ideal"),
        ("nowhere/mine.toml", "nowhere/mine.toml: cannot be read: No such file"),
        ("", "no device ''"),
        ("x" * 10_000 + ".toml", "cannot be read"),
        ("a\x00.toml", "a\x00.toml: "),
    ],
)
def test_devices_that_there_are_not(name, message):
    with pytest.raises(ConfigError, match=message):
        load_device(name)


def test_a_folder_is_no_device(tmp_path):
    (tmp_path / "mine.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        load_device(tmp_path / "mine.toml")


def test_ideal_is_a_device():
    assert device_names()[0] == "ideal"
    assert load_device("ideal") is IDEAL
    assert load_device("Ideal ") is IDEAL


@pytest.mark.parametrize("name", device_names())
def test_every_preset_loads_and_is_named_by_its_file(name, load):
    device = load_device(name.upper().replace("-", "_"))
    assert device.summary
    assert load(dump_device(device)) == device


@given(st.data())
@settings(
    max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_damaged_files_are_a_device_or_an_error(load, data):
    content = bytearray(FILE.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["change", "cut", "repeat"]))
        if kind == "change":
            content[at] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del content[at : at + data.draw(st.integers(1, 40))]
        else:
            content[at:at] = content[at : at + data.draw(st.integers(1, 40))]
    try:
        device = load(bytes(content))
    except ConfigError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(device, Device)


def test_effects_are_switched_by_name():
    device = Device(gyroscope=Triad(noise_density=1.0, turn_on_bias=2.0), clock=Clock(dropout=0.1))
    assert device.only("noise").gyroscope == Triad(noise_density=1.0)
    assert device.without("noise").gyroscope == Triad(turn_on_bias=2.0)
    assert device.without("loss").clock == Clock()
    assert device.without(*EFFECTS).only() == device.only()
    assert replace(device.only(*EFFECTS), name="ideal") == replace(device, name="ideal")
    for call in (device.only, device.without):
        with pytest.raises(ConfigError, match="no device error 'noises'; there are: temperature, "):
            call("noises")


@pytest.mark.parametrize(
    ("table", "values", "message"),
    [
        (Triad, {"range": 0}, "range is 0; it must be above zero"),
        (Triad, {"range": (1, 2)}, "it must be one number, or 3"),
        (Triad, {"range": "wide"}, "range is 'wide'; it must be a number"),
        (Triad, {"noise_density": float("nan")}, "must be a finite number"),
        (Triad, {"noise_density": float("inf")}, "must be a finite number"),
        (Triad, {"spread": -0.1}, "must not be negative"),
        (Triad, {"saturates": 1}, "true or false"),
        (Barometer, {"range": (2, 1)}, "the lowest pressure"),
        (Clock, {"packet_size": 10**400}, "packet_size"),
        (Thermal, {"reference_c": None}, "one number"),
    ],
)
def test_devices_made_in_python_are_checked(table, values, message):
    with pytest.raises(ConfigError, match=message):
        table(**values)
