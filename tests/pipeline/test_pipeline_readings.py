"""What devices of a clip read, against closed forms, from trajectory to channel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import body_models
from imusim.body import BodyOptions
from imusim.conventions import JOINTS, STANDARD_GRAVITY
from imusim.pipeline.config import GenerateConfig
from imusim.pipeline.readings import Readings, read_sensors
from imusim.pipeline.sensors import plan_sensors
from imusim.trajectory import LinkTrajectory, fit_trajectory

CAPTURE_HZ, HZ = 60.0, 50.0
TIME = np.arange(1201) / CAPTURE_HZ
MIDDLE = slice(250, -250)
"""Output frames that no end of a clip reaches."""
SWAY_HZ = 0.8


def trajectory(heights: np.ndarray) -> LinkTrajectory:
    """All links go up and down together."""
    position = np.zeros((len(TIME), len(JOINTS), 3))
    position[..., 2] = heights[:, None]
    level = np.tile([0.0, 0.0, 0.0, 1.0], (len(TIME), len(JOINTS), 1))
    return fit_trajectory(JOINTS, position, level, CAPTURE_HZ, position_noise=0.0)


SWAY = trajectory(0.2 * np.sin(2 * np.pi * SWAY_HZ * TIME))


def read(folder: Path, device: str, **settings: object) -> Readings:
    """What head and wrist read of the sway, keeping the truth."""
    file = folder / "device.toml"
    file.write_text(f'name = "made"\n{device}', "utf-8")
    given = {"joints": ("head", "left_wrist"), "rate_hz": HZ, "keep_truth": True} | settings
    config = GenerateConfig.model_validate({"device": (str(file),), **given})
    body = body_models.get_body_model("anthropometric").tailor(BodyOptions(None, 70.0, None))(None)
    return read_sensors(SWAY, body, plan_sensors(config), config, seed=3)


def wave(values: np.ndarray) -> complex:
    """Amplitude and phase of the sway in a signal (F,)."""
    time_s = np.arange(len(values))[MIDDLE] / HZ
    turn = 2 * np.pi * SWAY_HZ * time_s
    columns = np.stack([np.cos(turn), np.sin(turn), np.ones_like(turn)], axis=1)
    cosine, sine, _ = np.linalg.lstsq(columns, values[MIDDLE], rcond=None)[0]
    return cosine - 1j * sine


@pytest.mark.parametrize("clock", ["", '[clock]\nskew = "100 ppm"\njitter = "1 us"\n'])
def test_a_slow_barometer_lags_behind_its_height(tmp_path: Path, clock: str):
    """At its bandwidth by 3 dB less, and by a quarter of a period."""
    device = f'[barometer]\nbandwidth = "{SWAY_HZ} Hz"\n{clock}'
    found = read(tmp_path, device, channels=("barometer", "magnetometer")).channels
    for sensor in range(2):
        clean, slow = (found[name][:, sensor] for name in ("true_barometer", "barometer"))
        passed = wave(slow) / wave(clean)
        assert abs(passed) == pytest.approx(np.sqrt(0.5), rel=5e-3)
        assert np.degrees(np.angle(passed)) == pytest.approx(-90, abs=0.7)
        assert slow.mean() == pytest.approx(clean.mean(), abs=0.2)
    np.testing.assert_allclose(found["magnetometer"], found["true_magnetometer"], atol=1e-9)


def test_a_slow_magnetometer_lags_behind_the_field(tmp_path: Path):
    device = f'[magnetometer]\nbandwidth = "{SWAY_HZ} Hz"\n'
    settings = {"channels": ("barometer", "magnetometer"), "magnetic_disturbance_ut": 20.0}
    found = read(tmp_path, device, **settings).channels
    clean, slow = (found[name][:, 0, 2] for name in ("true_magnetometer", "magnetometer"))
    passed = wave(slow) / wave(clean)
    assert abs(passed) == pytest.approx(np.sqrt(0.5), rel=5e-3)
    assert np.degrees(np.angle(passed)) == pytest.approx(-90, abs=0.7)
    np.testing.assert_allclose(found["barometer"], found["true_barometer"], atol=1e-9)


def test_a_channel_is_the_same_whichever_others_there_are(tmp_path: Path):
    noisy = '[barometer]\nnoise_density = "1 Pa/sqrt(Hz)"\n'
    noisy += '[magnetometer]\nnoise_density = "1 uT/sqrt(Hz)"\n'
    both = read(tmp_path, noisy, channels=("barometer", "magnetometer")).channels
    for name in ("barometer", "magnetometer"):
        alone = read(tmp_path, noisy, channels=(name,)).channels
        np.testing.assert_array_equal(alone[name], both[name])
        assert (both[name] - both[f"true_{name}"]).std() > 1


def test_at_its_bandwidth_an_accelerometer_has_half_the_power_a_quarter_period_late(
    tmp_path: Path,
):
    found = read(tmp_path, f'[accelerometer]\nbandwidth = "{SWAY_HZ} Hz"\n')
    for sensor in range(2):
        clean = found.channels["true_accelerometer"][:, sensor, 2]
        passed = wave(found.signals.accelerometer[:, sensor, 2]) / wave(clean)
        assert abs(passed) ** 2 == pytest.approx(0.5, rel=5e-3)
        assert np.degrees(np.angle(passed)) == pytest.approx(-90, abs=0.5)


def test_signals_are_those_of_the_true_instants(tmp_path: Path):
    """The clock's errors are found again in the signal alone."""
    found = read(tmp_path, '[clock]\noffset = "20 ms"\nskew = "300 ppm"\njitter = "1 ms"\n')
    turn = 2 * np.pi * SWAY_HZ
    instants = found.channels["true_time"]
    wanted = STANDARD_GRAVITY - 0.2 * turn**2 * np.sin(turn * instants)
    read_up = found.signals.accelerometer[..., 2]
    np.testing.assert_allclose(read_up[MIDDLE], wanted[MIDDLE], atol=2e-3)
    late_s = instants - found.signals.time_s[:, None]
    for sensor in range(2):
        due = wave(STANDARD_GRAVITY - 0.2 * turn**2 * np.sin(turn * found.signals.time_s))
        mean_s = np.angle(wave(read_up[:, sensor]) / due) / turn
        assert mean_s == pytest.approx(late_s[MIDDLE, sensor].mean(), abs=3e-4)
