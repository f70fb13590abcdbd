"""A user's own files: several sensors, true times, units told or guessed."""

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imusim.errors import ConfigError, MotionError
from imusim.recordings.files import FileSettings, read_file

G = 9.80665
AXES = [f"{kind}_{axis}" for kind in ("acc", "gyr") for axis in "xyz"]


def _table(file, names, *columns, sep=","):
    table = np.column_stack(columns)
    np.savetxt(file, table, "%.12g", sep, header=sep.join(names), comments="")
    return file


def _signals(count=200, seed=0):
    rng = np.random.default_rng(seed)
    return np.array([0, 0, G]) + rng.normal(0, 1, (count, 3)), rng.normal(0, 1, (count, 3))


def test_several_sensors_of_one_file(tmp_path):
    left, right = _signals(seed=1), _signals(seed=2)
    names = [f"{side}_wrist_{a}" for side in ("left", "right") for a in AXES]
    file = _table(
        tmp_path / "walk.tsv", ["t", *names], np.arange(200) / 50, *left, *right, sep="\t"
    )
    recording = read_file(file)
    assert recording.key == "walk"
    assert [s.placement for s in recording.sensors] == ["left_wrist", "right_wrist"]
    for sensor, (acc, gyr) in zip(recording.sensors, (left, right), strict=True):
        np.testing.assert_allclose(sensor.accelerometer, acc, rtol=1e-9)
        np.testing.assert_allclose(sensor.gyroscope, gyr, rtol=1e-9)
        np.testing.assert_allclose(sensor.time_s, np.arange(200) / 50, atol=1e-12)
        assert not sensor.even
    (only,) = read_file(file, FileSettings(sensor="right wrist")).sensors
    np.testing.assert_array_equal(only.accelerometer, recording.sensors[1].accelerometer)
    with pytest.raises(MotionError, match="no sensor 'hat'; there are: left_wrist, right_wrist"):
        read_file(file, FileSettings(sensor="hat"))


def test_stamps_are_kept_as_they_are_and_rise(tmp_path):
    acc, gyr = _signals(8)
    stamps = [100.0, 110, 121, 121, 121, 150, 148, 160]
    (sensor,) = read_file(_table(tmp_path / "a.csv", ["t_ms", *AXES], stamps, acc, gyr)).sensors
    time_s = sensor.time_s
    assert (np.diff(time_s) > 0).all()
    np.testing.assert_allclose(time_s[[0, 1, 4, 6, 7]] * 1000, [0, 10, 21, 50, 60])


@given(st.lists(st.integers(0, 40), min_size=3, max_size=60), st.integers(0, 10**15))
@settings(max_examples=100, deadline=None)
def test_any_stamps_rise_or_are_refused(tmp_path_factory, steps, start):
    stamps = start + np.cumsum(steps)
    file = tmp_path_factory.mktemp("t") / "a.npz"
    np.savez(file, acc=np.ones((len(steps), 3)), t_ms=stamps.astype(float))
    try:
        (sensor,) = read_file(file).sensors
    except MotionError as error:
        assert "\n" not in str(error)
    else:
        assert (np.diff(sensor.time_s) > 0).all()
        assert sensor.time_s[-1] == pytest.approx((stamps[-1] - stamps[0]) / 1000, abs=0.05)


@pytest.mark.parametrize(
    ("scale", "kind", "unit"),
    [
        (1 / G, "acc", "g"),
        (1000 / G, "acc", "mg"),
        (1.0, "acc", "m/s^2"),
        (180 / np.pi, "gyr", "deg/s"),
    ],
)
def test_units_by_the_size_of_the_numbers(tmp_path, scale, kind, unit):
    acc, gyr = _signals(2000)
    given = {"acc": acc, "gyr": gyr, "rate": 50.0}
    given[kind] = given[kind] * scale
    np.savez(tmp_path / "a.npz", **given)
    recording = read_file(tmp_path / "a.npz")
    (sensor,) = recording.sensors
    np.testing.assert_allclose(sensor.accelerometer, acc)
    np.testing.assert_allclose(sensor.gyroscope, gyr)
    assert any(f"read as {unit}" in note for note in recording.notes)
    stated = {"acc_unit": unit} if kind == "acc" else {"gyro_unit": unit}
    (again,) = read_file(tmp_path / "a.npz", FileSettings(**stated)).sensors
    np.testing.assert_allclose(again.accelerometer, acc)


def test_what_was_done(tmp_path):
    file = tmp_path / "a.csv"
    rows = [
        (0, 9.8, "walk"),
        (1, 9.8, "walk"),
        (2, 9.8, ""),
        (3, 9.8, "sit down"),
        (4, 9.8, "walk"),
    ]
    file.write_text("time_s,acc_x,activity\n" + "".join(f"{t / 10},{a},{w}\n" for t, a, w in rows))
    spans = read_file(file).spans
    assert [(s.label, s.start_s, s.end_s) for s in spans] == [
        ("walk", 0, 0.1), ("sit down", pytest.approx(0.3), pytest.approx(0.3)),
        ("walk", pytest.approx(0.4), pytest.approx(0.4)),
    ]  # fmt: skip


def test_infinite_numbers_are_missing(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("acc_x,acc_y,acc_z\ninf,0,9.8\n1,2,3\n")
    (sensor,) = read_file(file, FileSettings(rate_hz=10.0)).sensors
    np.testing.assert_array_equal(np.isnan(sensor.accelerometer), [[1, 0, 0], [0, 0, 0]])


def test_what_is_refused(tmp_path):
    for wrong in ({"rate_hz": -1.0}, {"acc_unit": "rad/s"}, {"gyro_unit": "g"}):
        with pytest.raises(ConfigError, match=r"^--"):
            FileSettings(**wrong)
    (tmp_path / "folder.csv").mkdir()
    for name in ("none.csv", "folder.csv", "a.pdf"):
        with pytest.raises(MotionError):
            read_file(tmp_path / name)
    np.savez(tmp_path / "a.npz", acc=np.ones((10, 3)), gyr=np.ones((9, 3)), rate=10.0)
    with pytest.raises(MotionError, match="channels of different length"):
        read_file(tmp_path / "a.npz")
    np.savez(tmp_path / "a.npz", acc=np.array([{}]), rate=10.0)
    with pytest.raises(MotionError):
        read_file(tmp_path / "a.npz")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    acc, gyr = _signals(30)
    words = ["acc_x", "left_gyr_z", "t"]
    _table(folder / "a.csv", words, acc[:, 0], gyr[:, 2], np.arange(30) / 100)
    np.savez(folder / "a.npz", left_acc=acc, right_gyr=gyr, rate=100.0)
    with h5py.File(folder / "a.h5", "w") as file:
        file["left/acc"], file["right/gyr"], file["left/time"] = acc, gyr, np.arange(30.0)
        file.attrs["rate"] = 100.0
    return {f.suffix: f.read_bytes() for f in folder.iterdir()}


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
        recording = read_file(file)
    except MotionError as error:
        assert "\n" not in str(error)
    else:
        assert all(len(sensor.time_s) <= 31 for sensor in recording.sensors)
