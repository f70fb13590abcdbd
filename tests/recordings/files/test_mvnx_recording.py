"""MVNX as a recording: what units read, against the closed form; paired with its own motion."""

import numpy as np
import pytest
from mvnx_files import SEGMENTS, arrays, known, mvnx, write

from imusim.api.comparing import compare_paired
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import ClipRef
from imusim.motion.mvnx import SENSORS
from imusim.recordings import find_recordings, read_recording
from imusim.recordings.contents import look_through
from imusim.recordings.files import FileSettings, read_file
from imusim.sensor.placement import find_placements

G = 9.80665


def force(sensor):
    assert sensor.accelerometer is not None
    return sensor.accelerometer


def rate(sensor):
    assert sensor.gyroscope is not None
    return sensor.gyroscope


def test_version_3_has_what_was_measured(tmp_path):
    truth = known()
    recording = read_file(write(tmp_path / "swing.mvnx", truth, 3))
    assert [s.name for s in recording.sensors] == list(SENSORS)
    for k, sensor in enumerate(recording.sensors):
        np.testing.assert_allclose(force(sensor), truth.force[:, k], atol=1e-8)
        np.testing.assert_allclose(rate(sensor), truth.rate[:, k], atol=1e-8)
        np.testing.assert_allclose(sensor.time_s, np.arange(120) / 240, atol=1e-12)
    assert recording.notes == ("the motion was solved by MVN from these same units",)


@pytest.mark.parametrize("digits", [6, 9])
def test_version_4_is_put_together(tmp_path, digits):
    truth = known()
    recording = read_file(write(tmp_path / "swing.mvnx", truth, digits=digits))
    noise = 10.0**-digits
    for k, sensor in enumerate(recording.sensors):
        np.testing.assert_allclose(force(sensor), truth.force[:, k], atol=100 * noise)
        # of the fourth order within, of the second beside the ends and at them
        wrong = np.abs(rate(sensor) - truth.rate[:, k]).max(axis=1)
        assert wrong[2:-2].max() < 1e-5 + 500 * noise
        assert wrong.max() < 0.03
    assert recording.notes[:2] == (
        "accelerometers computed from free acceleration and orientation, not measured",
        "gyroscopes computed from the turning of the orientation, not measured",
    )


@pytest.mark.parametrize("version", [3, 4])
def test_at_rest(tmp_path, version):
    truth = known(30, still=True)
    turns = rot.IDENTITY + np.zeros((30, 1))
    for k, sensor in enumerate(read_file(write(tmp_path / "a.mvnx", truth, version)).sensors):
        turns = truth.sensor_turns.as_quat().reshape(30, -1, 4)[:, k]
        np.testing.assert_allclose(rot.rotate(turns, force(sensor)), [[0, 0, G]] * 30, atol=1e-7)
        np.testing.assert_allclose(rate(sensor), 0, atol=1e-6)


def test_what_falls_is_weightless(tmp_path):
    values = arrays(known(5, still=True))
    values["sensorFreeAcceleration"] = np.tile([0.0, 0, -G], (5, len(SENSORS), 1))
    (tmp_path / "a.mvnx").write_text(mvnx(values, 60))
    for sensor in read_file(tmp_path / "a.mvnx").sensors:
        np.testing.assert_allclose(force(sensor), 0, atol=1e-7)


def test_frames_that_are_skipped_are_missing_samples(tmp_path):
    truth, numbers = known(9), [0, 1, 2, 3, 4, 8, 9, 10, 11]
    sensor = read_file(write(tmp_path / "gap.mvnx", truth, numbers=numbers)).sensors[5]
    held = np.isfinite(force(sensor)).all(axis=1)
    np.testing.assert_array_equal(held, [n in numbers for n in range(12)])
    np.testing.assert_array_equal(np.isfinite(rate(sensor)).all(axis=1), held)
    np.testing.assert_allclose(sensor.time_s, np.arange(12) / 240, atol=1e-12)


def test_units_that_were_not_there(tmp_path):
    values = arrays(known(6))
    values["sensorFreeAcceleration"][:, 2] = 0
    values["sensorOrientation"][:, 2] = 0  # as an export to a table has them
    values["sensorOrientation"][3, 4] = 0
    (tmp_path / "a.mvnx").write_text(mvnx(values, 60))
    recording = read_file(tmp_path / "a.mvnx")
    assert [s.name for s in recording.sensors] == [s for s in SENSORS if s != "Head"]
    assert "nothing of Head" in recording.notes
    held = np.isfinite(force(recording.sensors[3])).all(axis=1)
    np.testing.assert_array_equal(held, np.arange(6) != 3)


def test_placements_are_of_the_segment(tmp_path):
    for sensor in read_file(write(tmp_path / "a.mvnx", known(3))).sensors:
        (place,) = find_placements([sensor.placement])
        side = "left" if "Left" in sensor.name else "right" if "Right" in sensor.name else ""
        assert (side in place.segment) or "Shoulder" in sensor.name
    assert [s.placement for s in read_file(tmp_path / "a.mvnx", FileSettings(sensor="T8")).sensors]


@pytest.mark.parametrize(
    ("says", "asked"),
    [
        ("no sensor 'hat'; there are: Pelvis", {"sensor": "hat"}),
        ("leave --acc-unit away", {"acc_unit": "g"}),
        ("leave --gyro-unit away", {"gyro_unit": "deg/s"}),
    ],
)
def test_what_the_format_says_itself(tmp_path, says, asked):
    with pytest.raises(MotionError, match=says):
        read_file(write(tmp_path / "a.mvnx", known(3)), FileSettings(**asked))


def test_poses_alone_are_no_recording(tmp_path):
    values = {n: rows for n, rows in arrays(known(3)).items() if not n.startswith("sensor")}
    (tmp_path / "a.mvnx").write_text(mvnx(values, 60))
    with pytest.raises(MotionError, match="holds nothing of the units"):
        read_file(tmp_path / "a.mvnx")


def test_a_folder_as_a_dataset(tmp_path):
    for name in ("b_2", "b_10"):
        write(tmp_path / f"{name}.mvnx", known(12), 3)
    refs = find_recordings("xsens-mvn", tmp_path)
    assert [ref.key for ref in refs] == ["b_2", "b_10"]
    recording = read_recording(refs[0])
    assert recording.dataset == "xsens-mvn"
    assert recording.motion == ClipRef("mvnx", tmp_path / "b_2.mvnx", "b_2")
    contents = look_through("xsens-mvn", tmp_path)
    assert (contents.recordings, contents.paired) == (2, 2)
    assert set(contents.sensors) == set(SENSORS) < set(SEGMENTS)


def test_simulated_sensors_read_what_the_units_read(tmp_path):
    file = write(tmp_path / "swing.mvnx", known(600, 60.0), digits=6)
    result = compare_paired(
        file, reading=FileSettings(sensor="RightForeArm"), baselines=False, references=False
    )
    (scored,) = result.scored
    assert scored.joint == "right_elbow"
    assert scored.figures["acc_r"] > 0.999
    assert scored.figures["gyro_r"] > 0.999
    assert not result.findings
