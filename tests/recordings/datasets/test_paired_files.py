"""The paired datasets on small files of known motion, and on broken ones."""

import numpy as np
import paired_files as files
import pytest
from damage import EDITS, assert_recording_or_error, damage, fuzz
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

import body_models
from imusim.body import BodyOptions, retarget
from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.motion import world_poses
from imusim.recordings import find_recordings, read_recording

G = files.G
WRITERS = {
    "utd-mhad": files.write_utd,
    "broad": files.write_broad,
    "leg-swing": files.write_leg_swing,
    "gaitmap": files.write_gaitmap,
}


@pytest.fixture(scope="module")
def body():
    return body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)


def test_utd_mhad(tmp_path):
    signals = files.write_utd(tmp_path)
    (ref,) = find_recordings("utd-mhad", tmp_path)
    recording = read_recording(ref)
    (sensor,) = recording.sensors
    assert (recording.key, recording.subject, recording.trial) == ("a22_s3_t2", "3", "2")
    assert (sensor.name, recording.label) == ("thigh", "a22")
    np.testing.assert_allclose(sensor.accelerometer, signals[:, :3] * G)
    np.testing.assert_allclose(sensor.gyroscope, np.deg2rad(signals[:, 3:]))


def test_broad(tmp_path):
    turn = files.write_broad(tmp_path)
    (ref,) = find_recordings("broad", tmp_path)
    recording = read_recording(ref)
    (sensor,), motion = recording.sensors, recording.motion
    assert sensor.rate_hz == motion.rate_hz == 200
    found = Rotation.from_quat(motion.world_from_tracked["imu"])
    assert (found * turn.inv()).magnitude().max() < 1e-9
    world = found.apply(sensor.accelerometer)
    np.testing.assert_allclose(world, np.tile([0, 0, G], (600, 1)), atol=1e-9)
    (span,) = recording.spans
    assert (span.label, recording.trial) == ("disturbed_attached_magnet", "2cm")
    assert (span.start_s, span.end_s) == (pytest.approx(1.005), pytest.approx(1.995))
    assert "lost the board in 100.0%" in recording.notes[0]


def test_leg_swing_finds_joints_and_turns_as_the_leg_does(tmp_path, body):
    angles = files.write_leg_swing(tmp_path)
    recording = read_recording(find_recordings("leg-swing", tmp_path)[0])
    moved = retarget(recording.motion, body)
    links = Rotation.from_quat(moved.world_from_link[:, JOINTS.index("right_hip")])
    assert np.abs(links.as_rotvec() - np.outer(angles[0], [0, 1, 0])).max() < 0.01
    for k, (sensor, joint) in enumerate(
        zip(recording.sensors, ("hip", "knee", "ankle"), strict=True)
    ):
        np.testing.assert_allclose(sensor.offset, files.UNITS[k] - files.JOINTS[k], atol=2e-3)
        turns = moved.world_from_link[:, JOINTS.index(f"right_{joint}")]
        real = Rotation.from_rotvec(np.outer(angles[k], [0, 1, 0]))
        assert (Rotation.from_quat(turns) * real.inv()).magnitude().max() < 0.01
    positions, _ = world_poses(recording.motion)
    hip = positions[:, JOINTS.index("right_hip")]
    np.testing.assert_allclose(hip, np.tile(files.JOINTS[0], (300, 1)), atol=2e-3)


def test_gaitmap_feet_tip_as_the_markers_do(tmp_path, body):
    time_s = files.write_gaitmap(tmp_path)
    refs = find_recordings("gaitmap", tmp_path)
    assert [ref.key for ref in refs] == ["walk", "stairs-up"]
    walk, stairs = (read_recording(ref) for ref in refs)
    assert stairs.motion is None
    for sensor in (*walk.sensors, *stairs.sensors):
        np.testing.assert_allclose(sensor.accelerometer[0], [0, 0, G], rtol=1e-5)
        np.testing.assert_allclose(sensor.gyroscope[0], [0, 0, np.pi / 2], rtol=1e-5)
    moved = retarget(walk.motion, body)
    for side, late in (("left", 0.0), ("right", 1.0)):
        feet = Rotation.from_quat(moved.world_from_link[:, JOINTS.index(f"{side}_ankle")])
        about_y = np.outer(files.pitch(time_s + late), [0, 1, 0])
        assert np.abs(feet.as_rotvec() - about_y).max() < 0.03  # slow tipping counts as standing


@pytest.mark.parametrize(
    ("name", "file", "change", "message"),
    [
        ("utd-mhad", "Inertial/a22_s3_t2_inertial.mat", lambda d: d[:200], "cut short|damaged"),
        ("utd-mhad", "Inertial/a22_s3_t2_inertial.mat", lambda d: b"", "not a MATLAB 5 file"),
        ("broad", "data_hdf5/33_disturbed_attached_magnet_2cm.hdf5", lambda d: d[:900], "HDF5"),
        ("leg-swing", "swing_6D.tsv", lambda d: d[: len(d) // 2], "expected|no number"),
        ("leg-swing", "swing_6D.tsv", lambda d: d[:2000], "seen in .* frames|expected|no number"),
        ("leg-swing", "stand_3D.tsv", lambda d: d.replace(b"Hip", b"Hup"), "'Hip' is never seen"),
        ("leg-swing", "stand_6D.tsv", lambda d: d.replace(b"Foot", b"Hand"), "'Foot IMU'"),
        ("leg-swing", "swing_imu.npz", lambda d: d[:500], "not a whole npz file"),
        ("gaitmap", "imu_sample.csv", lambda d: d.replace(b"acc_x", b"ax"), "'left_sensor acc_x'"),
        ("gaitmap", "mocap_sample.csv", lambda d: d[:5000], "expected|not whole"),
        ("gaitmap", "mocap_sample.csv", lambda d: d.replace(b"L_TOE", b"L_TOW"), "'L_TOE x'"),
    ],
)
def test_bad_files(tmp_path, name, file, change, message):
    WRITERS[name](tmp_path)
    ref = find_recordings(name, tmp_path)[0]
    (tmp_path / file).write_bytes(change((tmp_path / file).read_bytes()))
    with pytest.raises(MotionError, match=message) as error:
        read_recording(ref)
    assert "\n" not in str(error.value)
    assert file.rpartition("/")[2] in str(error.value)


def test_arrays_of_other_shapes(tmp_path):
    import h5py

    files.write_broad(tmp_path)
    (ref,) = find_recordings("broad", tmp_path)
    with h5py.File(ref.path, "r+") as content:
        del content["opt_quat"]
        content["opt_quat"] = np.zeros((600, 3))
    with pytest.raises(MotionError, match=r"'opt_quat' has the shape \(600, 3\)"):
        read_recording(ref)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    found = {}
    for name, write in WRITERS.items():
        folder = tmp_path_factory.mktemp(name)
        write(folder)
        held = {f: f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}
        found[name] = find_recordings(name, folder)[0], held
    return found


@pytest.mark.parametrize("name", list(WRITERS))
@given(which=st.integers(0, 3), edits=EDITS, share=st.floats(0.1, 1))
@fuzz
def test_damaged_files(whole, name, which, edits, share):
    ref, held = whole[name]
    for number, (file, data) in enumerate(held.items()):
        broken = damage(data, edits, share) if number == which % len(held) else data
        if file.read_bytes() != broken:
            file.write_bytes(broken)
    assert_recording_or_error(read_recording, ref)
