"""Presets: what is written is read back, and sheets' numbers are in SI by plain arithmetic."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import numpy as np
import pytest

from imusim.sensor.device import IDEAL, Device, device_names, device_text, dump_device, load_device
from imusim.sensor.device.files import read_device
from imusim.sensor.device.units import read_quantity

G = 9.80665
RAD = math.pi / 180
PRESETS = [name for name in device_names() if name != "ideal"]

# Preset, field, and the sheet's number brought to SI by hand.
BY_HAND = [
    ("bmi160", "accelerometer.noise_density", 180e-6 * G / math.sqrt(2)),
    ("bmi160", "accelerometer.scale_factor", (2130 / 2048 - 1) / 3),
    ("bmi160", "accelerometer.resolution", G / 2048),
    ("bmi160", "accelerometer.temperature_scale", 0.0003),
    ("bmi160", "gyroscope.scale_factor", (16.9 / 16.4 - 1) / 3),
    ("bmi160", "gyroscope.turn_on_bias", 3 * RAD),
    ("bmi270", "accelerometer.noise_density", 0.16e-3 * G / math.sqrt(2)),
    ("bmi270", "accelerometer.temperature_bias", 0.25e-3 * G),
    ("bmi270", "gyroscope.g_sensitivity", 0.1 * RAD / G / 3),
    ("bmi270", "gyroscope.misalignment_rad", 0.5 * RAD),
    ("icm-20948", "gyroscope.temperature_scale", 0.03 / 65),
    ("icm-20948", "gyroscope.temperature_bias", 0.05 * RAD),
    ("icm-20948", "magnetometer.turn_on_bias", 2000 * 0.15e-6 / 3),
    ("lsm6dso", "accelerometer.resolution", 0.488e-3 * G),
    ("lsm6dso", "gyroscope.noise_density", 3.8e-3 * RAD / math.sqrt(2)),
    ("lsm6dsox", "gyroscope.resolution", 70e-3 * RAD),
    ("mpu-6050", "accelerometer.temperature_bias", [0.035 * G / 45] * 2 + [0.06 * G / 45]),
    ("mpu-6050", "gyroscope.bias_instability", [
        floor * RAD / math.sqrt(2 * math.log(2) / math.pi)
        for floor in (0.00239, 0.001277, 0.002449)
    ]),
    ("mpu-9250", "gyroscope.temperature_bias", 30 * RAD / 65),
    ("mpu-9250", "accelerometer.turn_on_bias", [0.06 * G, 0.06 * G, 0.08 * G]),
    ("mpu-9250", "magnetometer.turn_on_bias", 500 * 0.6e-6),
    ("phone", "accelerometer.random_walk", 30e-6 * G),
    ("phone", "gyroscope.random_walk", 0.001 * RAD),
    ("phone", "gyroscope.turn_on_bias", 0.002 / 3),
    ("phone", "magnetometer.noise_density", 0.5e-6 / math.sqrt(50)),
    ("phone", "magnetometer.resolution", 1e-6 / 5),
    ("phone", "barometer.noise_density", 1.3 / math.sqrt(10)),
    ("phone", "barometer.turn_on_bias", 100),
    ("shimmer3", "accelerometer.noise_density", 230e-6 * G / math.sqrt(2)),
    ("watch", "clock.skew", 0.017 / 3),
    ("xsens-dot", "gyroscope.bias_instability",
     10 / 3600 * RAD / math.sqrt(2 * math.log(2) / math.pi)),
    ("xsens-dot", "accelerometer.bias_instability",
     0.03e-3 * G / math.sqrt(2 * math.log(2) / math.pi)),
    ("xsens-dot", "accelerometer.cross_axis", math.sin(0.05 * RAD)),
    ("xsens-dot", "magnetometer.range", 8e-4),
    ("xsens-dot", "magnetometer.noise_density", 0.5e-7 / math.sqrt(60)),
    ("xsens-dot", "clock.skew", 4e-6),
]  # fmt: skip


@pytest.mark.parametrize(("name", "field", "expected"), BY_HAND)
def test_numbers_of_sheets_in_si(name: str, field: str, expected: float | list[float]) -> None:
    """Nearer than the rounding of the files, which is of two or three digits."""
    table, key = field.split(".")
    found = np.atleast_1d(getattr(getattr(load_device(name), table), key))
    np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), rtol=0.02)


@pytest.mark.parametrize("name", PRESETS)
def test_a_written_device_is_the_same_with_all_its_sources(name: str) -> None:
    device = load_device(name)
    again = read_device(tomllib.loads(dump_device(device)), "again")
    assert again == device
    assert len(again.sources) == len(device.sources)
    assert read_device(tomllib.loads(dump_device(again)), "third").sources == again.sources


def test_the_source_of_a_one_sided_density_is_kept_and_says_so() -> None:
    again = read_device(tomllib.loads(dump_device(load_device("bmi270"))), "again")
    source = again.sources["accelerometer.noise_density"]
    assert source.startswith("table 2, page 14")
    assert "one-sided" in source


def test_the_one_of_a_reciprocal_unit_is_no_number() -> None:
    assert read_quantity("0.0003 1/K", "1/K", count=3) == pytest.approx((3e-4,))
    assert read_quantity("1 2 1 1/K", "1/K", count=3) == pytest.approx((1, 2, 1))
    assert read_quantity("0.03 %/K", "1/K", count=3) == pytest.approx((3e-4,))


@pytest.mark.parametrize(
    "text", ["±√µ°", "\U0001f600", 'a "b" \\ c', "line\nbreak", "\x7f\x00\x1f"]
)
def test_any_text_is_written_so_that_it_is_read_back(text: str) -> None:
    name = text if text.isprintable() else "made"  # names are of one line
    device = Device(name=name, summary=text, sources={})
    again = read_device(tomllib.loads(dump_device(device)), "again")
    assert (again.name, again.summary) == (name, text)


def test_text_of_a_preset_is_its_file_in_the_units_of_the_sheet() -> None:
    text = device_text("MPU 9250")
    assert 'turn_on_bias = { value = "60 60 80 mg"' in text
    assert read_device(tomllib.loads(text), "text") == load_device("mpu-9250")


def test_text_of_other_devices_is_what_was_understood(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[gyroscope]\nrange = "250 dps"\n', encoding="utf-8")
    assert tomllib.loads(device_text(path)) == tomllib.loads(dump_device(load_device(path)))
    assert device_text("ideal") == dump_device(IDEAL)
