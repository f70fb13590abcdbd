"""Files of many kinds come to the same recording; broken ones to one clear line."""

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signals import GRAVITY, lying, write_csv

from imusim.characterise import Settings, read_recordings
from imusim.errors import ConfigError, MotionError
from imusim.recordings.files.names import read_name

AXES = ["acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("acc_x", ("accelerometer", 0, "", "")),
        ("z_gyro", ("gyroscope", 2, "", "")),
        ("ay", ("accelerometer", 1, "", "")),
        ("GyroX", ("gyroscope", 0, "", "")),
        ("Accelerometer Y [g]", ("accelerometer", 1, "", "g")),
        ("gyr_z_dps", ("gyroscope", 2, "", "deg/s")),
        ("angular velocity x (deg/s)", ("gyroscope", 0, "", "deg/s")),
        ("imu_acc", ("accelerometer", None, "", "")),
        ("66_gyroscope", ("gyroscope", None, "66", "")),
        ("left_foot.acc_x", ("accelerometer", 0, "left_foot", "")),
        ("timestamp", ("time", None, "", "")),
        ("t_ms", ("time", None, "", "ms")),
        ("66_gyroscope_time", ("time", None, "66:gyroscope", "")),
        ("mag_x", ("magnetometer", 0, "", "")),
        ("label", None),
        ("opt_quat", None),
    ],
)
def test_names(name, expected):
    assert read_name(name) == expected


def test_units_and_timestamps_of_a_csv(tmp_path):
    acc, gyro = lying(1000, 100.0)
    ms = 1.6e12 + 10 * np.arange(1000)
    names = ["timestamp", "acc_x [g]", "acc_y [g]", "acc_z [g]", "gx_dps", "gy_dps", "gz_dps"]
    table = np.column_stack([ms, acc / 9.80665, np.rad2deg(gyro)])
    file = tmp_path / "a.csv"
    np.savetxt(file, table, "%.12g", ";", header=";".join(names), comments="")
    (recording,) = read_recordings(file)
    assert recording.rate_hz == pytest.approx(100.0)
    np.testing.assert_allclose(recording.signals["accelerometer"], acc, rtol=1e-6)
    np.testing.assert_allclose(recording.signals["gyroscope"], gyro, rtol=1e-6)
    assert "timestamps read as ms" in recording.notes


def test_options_say_what_the_file_does_not(tmp_path):
    acc, gyro = lying(500, 50.0)
    file = write_csv(tmp_path / "a.csv", AXES, acc / 9.80665, np.rad2deg(gyro))
    with pytest.raises(MotionError, match="--rate"):
        read_recordings(file)
    (recording,) = read_recordings(file, Settings(rate_hz=50.0, gyro_unit="deg/s"))
    np.testing.assert_allclose(recording.signals["gyroscope"], gyro, rtol=1e-5)
    np.testing.assert_allclose(recording.signals["accelerometer"], acc, rtol=1e-5)
    assert any("read as g" in note for note in recording.notes)


def test_npz_and_hdf5_by_name(tmp_path):
    acc, gyro = lying(300, 200.0)
    np.savez(tmp_path / "a.npz", accelerometer=acc, gyroscope=gyro, rate_hz=200.0)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["imu/acc"], file["imu/gyr"] = acc, gyro
        file.attrs["sampling_rate"] = 200.0
    for name in ("a.npz", "a.h5"):
        (recording,) = read_recordings(tmp_path / name)
        assert recording.rate_hz == 200.0
        np.testing.assert_array_equal(recording.signals["accelerometer"], acc)
        np.testing.assert_array_equal(recording.signals["gyroscope"], gyro)


def test_one_of_several_sensors(tmp_path):
    acc, gyro = lying(300, 200.0)
    np.savez(tmp_path / "a.npz", left_acc=acc, left_gyr=gyro, right_acc=acc + 1, fs=200.0)
    with pytest.raises(MotionError, match="--sensor: left, right"):
        read_recordings(tmp_path / "a.npz")
    (recording,) = read_recordings(tmp_path / "a.npz", Settings(sensor="right"))
    np.testing.assert_array_equal(recording.signals["accelerometer"], acc + 1)
    with pytest.raises(MotionError, match="no sensor 'foot'"):
        read_recordings(tmp_path / "a.npz", Settings(sensor="foot"))


def test_late_deliveries_are_no_gaps_but_missing_samples_are(tmp_path):
    acc, gyro = lying(2000, 100.0)
    rng = np.random.default_rng(0)
    due = np.arange(2100) / 100.0
    time_s = np.maximum.accumulate(due + np.where(rng.random(2100) < 0.05, 0.08, 0.0))
    kept = np.r_[0:1200, 1300:2100]
    file = write_csv(tmp_path / "a.csv", ["t", *AXES], time_s[kept], acc, gyro)
    (recording,) = read_recordings(file)
    assert np.flatnonzero(recording.after_gap).tolist() == [1200]
    assert recording.rate_hz == pytest.approx(100.0, rel=2e-3)
    assert any("irregular" in note for note in recording.notes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("1,2,3\n4,5,6\n", ":1: the first line must name"),
        ("a,b\n1,2\n", "no column is an accelerometer's"),
        ("t,acc_x\n0,1\n0.01,x1\n", ":3: 'x1' is no number"),
        ("t,acc_x\n0,1\n0.01\n", ":3: 1 cells where 2"),
        ("t,acc_x\n0,1\n0,1\n0,1\n", "the timestamps do not rise"),
        ("t,acc_x\n0,1\nnan,1\n", ":3: the timestamp is not a number"),
        ("t,acc_x,x_acc\n0,1,2\n", "the same axis"),
        ("t,acc_x [banana]\n0,1\n0.1,1\n", "'banana' is no unit"),
        ("t,acc_x\n", "holds no samples"),
    ],
)
def test_one_clear_line(tmp_path, text, message):
    file = tmp_path / "a.csv"
    file.write_text(text)
    with pytest.raises(MotionError) as error:
        read_recordings(file)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_stamps_that_go_back_have_a_line(tmp_path):
    stamps = np.r_[0:500, 100:400] / 100
    file = write_csv(tmp_path / "a.csv", ["t", "acc_x"], stamps, np.ones(800))
    with pytest.raises(MotionError, match=r":502: the timestamps go back"):
        read_recordings(file)


def test_files_that_are_none(tmp_path):
    for name in ("none.csv", "folder", "a.pdf"):
        with pytest.raises(MotionError):
            read_recordings(tmp_path / name)
    (tmp_path / "empty").mkdir()
    with pytest.raises(MotionError, match="neither a corpus nor"):
        read_recordings(tmp_path / "empty")


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_hz": 0.0},
        {"rate_hz": float("nan")},
        {"acc_unit": "deg/s"},
        {"gyro_unit": "banana"},
        {"start_s": -1.0},
        {"start_s": 5.0, "stop_s": 5.0},
    ],
)
def test_settings_that_cannot_be(wrong):
    with pytest.raises(ConfigError, match=r"^--"):
        Settings(**wrong)


def test_missing_cells_are_missing_samples(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("t;acc_x;label\n0,00;9,8;walk\n0,01;;walk\n0,02;9,7;sit down\n")
    (recording,) = read_recordings(file)
    np.testing.assert_array_equal(recording.signals["accelerometer"][:, 0], [9.8, np.nan, 9.7])


def _bytes_of(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    acc, gyro = lying(40, 100.0)
    write_csv(folder / "a.csv", ["t", *AXES], np.arange(40) / 100, acc, gyro)
    np.savez(folder / "a.npz", acc=acc, gyr=gyro, rate=100.0)
    with h5py.File(folder / "a.h5", "w") as file:
        file["acc"], file["gyr"], file["rate"] = acc, gyro, 100.0
    return {f.suffix: f.read_bytes() for f in folder.iterdir()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return _bytes_of(tmp_path_factory)


@pytest.mark.parametrize("kind", [".csv", ".npz", ".h5"])
@given(
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), min_size=1, max_size=4),
    st.floats(0.1, 1),
)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damaged_files(whole, tmp_path, kind, edits, share):
    data = bytearray(whole[kind])
    for at, new in edits:
        place = int(at * (len(data) - 1))
        data[place : place + len(new)] = new
    file = tmp_path / f"a{kind}"
    file.write_bytes(data[: int(share * len(data)) if edits[0][0] < 0.3 else len(data)])
    try:
        (recording,) = read_recordings(file)
    except MotionError as error:
        assert "\n" not in str(error)
    else:
        assert len(recording) <= 40
        assert GRAVITY.shape == (3,)
