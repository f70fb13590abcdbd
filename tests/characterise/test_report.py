"""From recordings to devices: still parts, fits, tables, pictures, device files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals import N_ACC, N_GYRO, lying, write_csv

from imusim.characterise import (
    HEADER,
    Recording,
    Settings,
    characterise,
    plot_report,
    report_device,
    run,
    still_stretches,
)
from imusim.characterise.report import characterise_recordings, find_step
from imusim.errors import ConfigError, MotionError
from imusim.sensor.device import load_device

AXES = ["acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z"]


@pytest.fixture
def rest_csv(tmp_path):
    acc, gyro = lying(12_000, 100.0)
    time_s = np.arange(12_000) / 100
    return write_csv(tmp_path / "lying.csv", ["t", *AXES], time_s, acc, gyro)


def test_still_parts_are_found():
    acc, gyro = lying(6000, 100.0)
    moved = np.zeros(6000)
    moved[2000:3500] = np.sin(np.arange(1500) / 20)
    acc[:, 0] += moved
    gyro[:, 1] += moved
    after_gap = np.zeros(6000, bool)
    after_gap[5000] = True
    signals = {"accelerometer": acc, "gyroscope": gyro}
    first, second, third = still_stretches(Recording("a", 100.0, signals, after_gap))
    assert first.start == 0
    assert 1850 <= first.stop <= 2000
    assert 3500 <= second.start <= 3700
    assert second.stop <= 5000 == third.start
    assert third.stop == 6000


def test_even_turning_is_no_rest():
    acc, gyro = lying(4000, 100.0)
    gyro[:1500, 2] += 1.0
    signals = {"accelerometer": acc, "gyroscope": gyro}
    (part,) = still_stretches(Recording("a", 100.0, signals, np.zeros(4000, bool)))
    assert 1500 <= part.start <= 1650


def test_missing_samples_are_kept_away_from():
    acc, gyro = lying(2000, 100.0)
    acc[1000] = np.nan
    signals = {"accelerometer": acc, "gyroscope": gyro}
    parts = still_stretches(Recording("a", 100.0, signals, np.zeros(2000, bool)))
    assert [(p.start, p.stop) for p in parts] == [(0, 1000), (1001, 2000)]


def test_a_device_comes_back(rest_csv, tmp_path):
    report = run(rest_csv, out=tmp_path / "mine.toml", plot=tmp_path / "a.png", name="my sensor")
    assert report.duration_s == pytest.approx(120)
    device = load_device(tmp_path / "mine.toml")
    assert device.name == "my sensor"
    np.testing.assert_allclose(device.accelerometer.noise_density, N_ACC, rtol=0.03)
    np.testing.assert_allclose(device.gyroscope.noise_density, N_GYRO, rtol=0.03)
    assert not any(device.gyroscope.bias_instability)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    rows = report.rows()
    assert len(rows) == 24
    assert all(len(row) == len(HEADER) for row in rows)
    noise = next(row for row in rows if row[0] == "gyroscope x" and row[1].startswith("N"))
    assert "deg/√h" in noise[4]
    assert noise[5].endswith("(-0.5)")
    assert "not seen" in "\n".join(report.lines())
    assert all(c.share_inside() > 0.5 for c in report.channels)


def test_the_part_can_be_said(rest_csv):
    report = characterise(rest_csv, Settings(start_s=10.0, stop_s=40.0))
    assert report.stretches == (("lying", 10.0, 40.0),)
    with pytest.raises(MotionError, match="without gaps"):
        characterise(rest_csv, Settings(start_s=119.99))


def test_stretches_of_several_files_are_one_device(tmp_path):
    for number in range(3):
        acc, gyro = lying(3000, 100.0, seed=number)
        write_csv(tmp_path / f"{number}.csv", AXES, acc + number, gyro)
    report = characterise(tmp_path, Settings(rate_hz=100.0))
    assert len(report.stretches) == 3
    np.testing.assert_allclose(report_device(report).accelerometer.noise_density, N_ACC, rtol=0.04)


def test_resolution_is_told_and_not_counted_as_noise(tmp_path):
    acc, gyro = lying(30_000, 100.0)
    step = 1.2 * N_GYRO * 10
    gyro = np.round(gyro / step) * step
    assert find_step(gyro[:, 0]) == pytest.approx(step, rel=1e-3)
    assert find_step(gyro[:, 0].astype(np.float32)) == pytest.approx(step, rel=1e-3)
    assert find_step(acc[:, 0]) == 0
    np.savez(tmp_path / "a.npz", acc=acc, gyr=gyro, rate=100.0)
    device = report_device(characterise(tmp_path / "a.npz"))
    np.testing.assert_allclose(device.gyroscope.resolution, step, rtol=1e-3)
    np.testing.assert_allclose(device.gyroscope.noise_density, N_GYRO, rtol=0.03)


def test_a_missing_axis_gets_the_others(tmp_path):
    acc, _ = lying(3000, 100.0)
    file = write_csv(tmp_path / "a.csv", ["ax", "ay"], acc[:, :2])
    report = characterise(file, Settings(rate_hz=100.0, acc_unit="m/s^2"))
    assert [c.axis for c in report.channels] == ["x", "y"]
    density = report_device(report).accelerometer.noise_density
    assert density[2] == pytest.approx((density[0] + density[1]) / 2, rel=1e-3)


def test_a_sensor_that_never_rests(tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "a.npz", acc=rng.standard_normal((2000, 3)) * 5, rate=100.0)
    with pytest.raises(MotionError, match="rests nowhere"):
        characterise(tmp_path / "a.npz")


def test_what_run_refuses(rest_csv, tmp_path):
    for wrong, message in (
        ({"out": tmp_path / "a.txt"}, "ends in .toml"),
        ({"out": tmp_path / "none" / "a.toml"}, "no such folder"),
        ({"name": "../x"}, "--name"),
        ({"plot": tmp_path / "a.xyz"}, "ends in .png"),
        ({"clip": "walk"}, "is no corpus, and has no clip 'walk'"),
    ):
        with pytest.raises(ConfigError, match=message):
            run(rest_csv, **wrong)


def test_real_recordings_at_rest(shared):
    """BROAD's board before and after each movement: one IMU over five trials."""
    report = characterise(shared / "data" / "broad")
    assert report.rate_hz == pytest.approx(285.714, rel=1e-4)
    assert report.duration_s > 300
    for channel in report.channels:
        assert channel.share_inside() > 0.7
        assert channel.slopes[1] == pytest.approx(-0.5, abs=0.02)
        if channel.kind == "gyroscope":
            assert channel.fit.value[1] == pytest.approx(1e-4, rel=0.2)
            assert channel.step == pytest.approx(2000 / 32768 * np.pi / 180, rel=1e-3)


def test_phones_rarely_rest_on_people(shared):
    files = sorted((shared / "data" / "geotec").glob("s02/*_sp.csv"))
    with pytest.raises(MotionError, match="rests nowhere"):
        characterise(files[0])


@given(
    kinds=st.lists(st.sampled_from(["white", "zero", "walk", "steps", "huge", "tiny", "odd"]),
                   min_size=3, max_size=3),
    samples=st.integers(0, 700),
    rate=st.sampled_from([1.0, 50.0, 1000.0]),
    start=st.sampled_from([None, 0.0]),
    seed=st.integers(0, 2**32 - 1),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_any_numbers_make_a_report_or_an_error(kinds, samples, rate, start, seed):
    rng = np.random.default_rng(seed)
    white = rng.standard_normal((samples, 3)) * 1e-2
    made = {
        "white": white, "zero": 0 * white, "walk": white.cumsum(axis=0),
        "steps": np.round(white * 100) / 100, "huge": white * 1e150, "tiny": white * 1e-150,
        "odd": np.where(rng.random(white.shape) < 0.01, np.inf, white),
    }  # fmt: skip
    acc = np.column_stack([made[kind][:, k] for k, kind in enumerate(kinds)])
    recording = Recording("a", rate, {"accelerometer": acc}, np.zeros(samples, bool))
    try:
        report = characterise_recordings([recording], Settings(start_s=start), Path("a"))
        device = report_device(report)
    except (MotionError, ConfigError) as error:  # the latter: of noise that no device has
        assert "\n" not in str(error)
    else:
        assert len(report.rows()) == 4 * len(report.channels)
        plot_report(report)
        for value in vars(device.accelerometer).values():
            assert (
                not np.isnan(np.asarray(value, float)).any() if isinstance(value, tuple) else True
            )
