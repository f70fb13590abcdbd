"""Device presets: every file is read, every number has a source and the size of its kind."""

from __future__ import annotations

import math
import tomllib
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from tool_loader import load_tool

from imusim.conventions import STANDARD_GRAVITY
from imusim.sensor.device.files import device_names, load_device
from imusim.sensor.device.spec import TABLES

NAMES = [name for name in device_names() if name != "ideal"]
MG, DEG = STANDARD_GRAVITY / 1e3, math.pi / 180

# Preset, triad, bandwidth in Hz and total rms noise in the sheet's unit, the unit, the factor
# within which density and total agree, and where the sheet states both.
TOTALS = [
    ("bmi270", "accelerometer", 44, 1.06, MG, 1.01, "tables 2 and 8"),
    ("bmi270", "accelerometer", 89, 1.51, MG, 1.01, "tables 2 and 8"),
    ("bmi270", "gyroscope", 39, 0.0434, DEG, 1.01, "tables 3 and 12"),
    ("bmi270", "gyroscope", 77, 0.0614, DEG, 1.01, "tables 3 and 12"),
    ("watch", "gyroscope", 39, 0.0620, DEG, 1.01, "tables 3 and 11, normal mode"),
    ("mpu-6050", "gyroscope", 100, 0.05, DEG, 1.01, "section 6.1"),
    ("mpu-9250", "gyroscope", 92, 0.1, DEG, 1.05, "table 1"),
    # Bandwidth of white noise: 1.11 times the −3 dB frequency of a second-order Butterworth.
    ("phone", "barometer", 0.92 * 1.11, 0.5, 1.0, 1.2, "tables 8 and 15 of BMP280"),
    ("mpu-9250", "accelerometer", 94, 8.0 / 3, MG, 1.1, "table 2: 8 mg is a limit"),
]

# Smallest and largest value that a chip of phones and wearables may have, 0 besides (not stated).
SIZES = {
    "accelerometer": {
        "noise_density": (30e-3 * MG, 500e-3 * MG),
        "bias_instability": (5e-3 * MG, 1 * MG),
        "random_walk": (1e-3 * MG, 100e-3 * MG),
        "turn_on_bias": (1 * MG, 100 * MG),
        "scale_factor": (1e-3, 0.05),
        "misalignment_rad": (0.01 * DEG, 2 * DEG),
        "cross_axis": (2e-4, 0.03),
        "nonlinearity": (1e-4, 0.02),
        "range": (4e3 * MG, 32e3 * MG),
        "resolution": (0.05 * MG, 2 * MG),
        "bandwidth_hz": (20, 500),
        "temperature_bias": (0.01 * MG, 3 * MG),
        "temperature_scale": (1e-5, 1e-3),
    },
    "gyroscope": {
        "noise_density": (1e-3 * DEG, 0.02 * DEG),
        "bias_instability": (1 / 3600 * DEG, 30 / 3600 * DEG),
        "random_walk": (1e-5 * DEG, 2e-3 * DEG),
        "turn_on_bias": (0.01 * DEG, 30 * DEG),
        "scale_factor": (1e-3, 0.05),
        "misalignment_rad": (0.01 * DEG, 2 * DEG),
        "cross_axis": (2e-4, 0.03),
        "nonlinearity": (5e-5, 0.005),
        "range": (250 * DEG, 4000 * DEG),
        "resolution": (0.005 * DEG, 0.15 * DEG),
        "bandwidth_hz": (20, 500),
        "temperature_bias": (1e-3 * DEG, 1 * DEG),
        "temperature_scale": (1e-5, 1e-3),
        "g_sensitivity": (1e-3 * DEG / STANDARD_GRAVITY, 0.2 * DEG / STANDARD_GRAVITY),
    },
    "magnetometer": {
        "noise_density": (1e-9, 1e-6),
        "turn_on_bias": (1e-6, 5e-4),
        "range": (5e-4, 1e-2),
        "resolution": (1e-8, 1e-6),
    },
    "barometer": {
        "noise_density": (0.05, 2),
        "turn_on_bias": (5, 200),
        "resolution": (0.01, 5),
        "temperature_bias": (0.1, 5),
    },
    "clock": {"skew": (1e-6, 0.03)},
}


def content(name: str) -> dict:
    folder = resources.files("imusim.sensor.device").joinpath("presets")
    return tomllib.loads(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def test_the_devices_that_users_ask_for_are_there() -> None:
    wanted = "mpu-9250 icm-20948 bmi160 bmi270 lsm6dso lsm6dsox xsens-dot phone watch earbud"
    assert set(wanted.split()) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_read_by_its_own_name(name: str) -> None:
    device = load_device(name)
    assert load_device(device.name) == device
    assert device.summary
    assert device.document
    assert device.url.startswith("https://")
    assert len(f"{name:10}{device.summary}") < 98  # fits a line of `imusim devices`


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_a_source(name: str) -> None:
    """A source names a place: a table, a section, a page or a requirement."""
    tables = {key: value for key, value in content(name).items() if key in TABLES}
    assert {"accelerometer", "gyroscope"} <= tables.keys()
    for table, entries in tables.items():
        for key, entry in entries.items():
            assert isinstance(entry, dict), f"{table}.{key} has no source"
            places = (
                "table",
                "section",
                "page",
                "Android 7.3.9",
                "figure",
                "Bosch's note",
                "RM-MPU-",
                "Sensors 20",
            )
            assert any(place in entry["source"] for place in places), f"{table}.{key}"


@pytest.mark.parametrize("name", NAMES)
def test_numbers_have_the_size_of_their_kind(name: str) -> None:
    """Slips of a unit are wrong by 57, 1000 or 9.8: the ranges are narrower than that, or near."""
    device = load_device(name)
    for table, sizes in SIZES.items():
        part = getattr(device, table)
        for field, (least, most) in sizes.items():
            for value in np.atleast_1d(getattr(part, field)):
                stated = np.isfinite(value) and value != 0
                assert not stated or least <= value <= most, f"{table}.{field}: {value:g}"


@pytest.mark.parametrize("name", NAMES)
def test_sixteen_bits_hold_the_range(name: str) -> None:
    """Range and resolution are of the same setting: together they make 2¹⁵ steps at most."""
    device = load_device(name)
    for triad in (device.accelerometer, device.gyroscope, device.magnetometer):
        for most, step in zip(triad.range, triad.resolution, strict=True):
            if step and np.isfinite(most):
                assert 0.09 < most / step / 2**15 < 1.01


@pytest.mark.parametrize(
    ("name", "triad", "bandwidth_hz", "total", "unit", "factor", "where"), TOTALS
)
def test_density_explains_the_total_noise_that_the_sheet_states(
    name: str, triad: str, bandwidth_hz: float, total: float, unit: float, factor: float, where: str
) -> None:
    """Independent of how the density was read: N √(2 bandwidth) is the rms of white noise."""
    density = np.max(getattr(load_device(name), triad).noise_density)
    ratio = total * unit / (density * math.sqrt(2 * bandwidth_hz))
    assert 1 / factor < ratio < factor, where


def test_classes_are_the_larger_of_their_chips() -> None:
    """Those of a watch are BMI270 and LSM6DSO, of an earbud BMI160 and BMI270."""
    for name, chips in (("watch", ("bmi270", "lsm6dso")), ("earbud", ("bmi160", "bmi270"))):
        device = load_device(name)
        for part in ("accelerometer", "gyroscope"):
            for field in (
                "turn_on_bias", "scale_factor", "misalignment_rad", "cross_axis", "nonlinearity",
                "temperature_bias", "temperature_scale",
            ):  # fmt: skip
                own = getattr(getattr(device, part), field)
                theirs = [getattr(getattr(load_device(c), part), field) for c in chips]
                assert own == pytest.approx(np.max(theirs, axis=0)), f"{name}: {part}.{field}"


@pytest.mark.parametrize(("name", "suffix"), [("phone", "sp"), ("watch", "sw")])
def test_a_real_phone_and_watch_step_as_their_classes_do(
    shared: Path, name: str, suffix: str
) -> None:
    """Neighbouring readings of GEOTEC's devices lie the classes' resolution apart.

    Not all do: the phone takes a bias from its gyroscope, and changes it now and then.
    """
    device = load_device(name)
    files = sorted((shared / "data/geotec").glob(f"s01/*_{suffix}.csv"))
    assert len(files) > 3
    rows = np.vstack([np.loadtxt(f, delimiter=",", skiprows=1, usecols=range(6)) for f in files])
    for axis in range(6):
        triad = device.accelerometer if axis < 3 else device.gyroscope
        stated = triad.resolution[axis % 3]
        gaps = np.abs(np.diff(rows[:, axis]))
        steps = gaps[(gaps > 0.5 * stated) & (gaps < 1.5 * stated)]
        assert len(steps) > 20
        assert np.median(steps) == pytest.approx(stated, rel=0.005)


def test_a_real_phone_is_as_noisy_as_its_class(shared: Path) -> None:
    """In its quietest seconds; it is worn, so it may be noisier but not much quieter."""
    device = load_device("phone")
    least = np.full(6, np.inf)
    for file in sorted((shared / "data/geotec").glob("s0[1-4]/*_sp.csv")):
        rows = np.loadtxt(file, delimiter=",", skiprows=1, usecols=range(6))
        thirds = np.diff(rows, 3, axis=0) / math.sqrt(20)  # of white noise: its own deviation
        spans = thirds[: len(thirds) // 100 * 100].reshape(-1, 100, 6)
        least = np.minimum(least, spans.std(axis=1).min(axis=0))
    rate_hz = 102.4
    stated = np.array([*device.accelerometer.noise_density, *device.gyroscope.noise_density])
    ratio = least / (stated * math.sqrt(rate_hz))
    assert ((ratio > 0.5) & (ratio < 2)).all(), ratio


def test_the_tables_in_the_documents_are_those_of_the_files() -> None:
    tool = load_tool("device_table")
    page = tool.PAGE.read_text(encoding="utf-8")
    assert tool.page_with_tables(page) == page, "run python tools/device_table.py"
