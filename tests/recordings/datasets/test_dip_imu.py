"""DIP-IMU: small pickles, true to the published format."""

import os
import pickle

import numpy as np
import pytest
from damage import EDITS, assert_recording_or_error, damage, fuzz
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

import body_models
from imusim.body import BodyOptions, retarget
from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.motion import Motion
from imusim.recordings import find_recordings, read_recording
from imusim.recordings.datasets.dip_imu import SENSORS

G = 9.80665
FRAMES = 40


def arrays(frames=FRAMES, seed=0):
    rng = np.random.default_rng(seed)
    turns = Rotation.random(frames * 17, random_state=seed).as_matrix()
    return {
        "imu_acc": rng.normal(0, 2, (frames, 17, 3)),
        "imu_ori": turns.reshape(frames, 17, 3, 3),
        "gt": rng.normal(0, 0.1, (frames, 72)),
        "sip_acc": None,
    }


def write(folder, content, protocol=2):
    file = folder / "s_03" / "02.pkl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pickle.dumps(content, protocol))
    return find_recordings("dip-imu", folder)[0]


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_readings_are_those_of_an_accelerometer(tmp_path, protocol):
    content = arrays()
    content["imu_acc"][:, 3] = 0.0  # at rest
    content["imu_acc"][:, 4] = [0.0, -G, 0.0]  # falling
    recording = read_recording(write(tmp_path, content, protocol))
    assert (recording.key, recording.subject, recording.trial) == ("s_03/02", "3", "02")
    assert [s.name for s in recording.sensors] == list(SENSORS)
    for k, sensor in enumerate(recording.sensors):
        assert sensor.gyroscope is None
        world = Rotation.from_matrix(content["imu_ori"][:, k]).apply(sensor.accelerometer)
        np.testing.assert_allclose(world - [0, G, 0], content["imu_acc"][:, k], atol=1e-9)
    still, falling = recording.sensors[3:5]
    np.testing.assert_allclose(np.linalg.norm(still.accelerometer, axis=1), G)
    np.testing.assert_allclose(falling.accelerometer, 0, atol=1e-9)


def test_pose_of_the_world_with_z_up(tmp_path):
    content = arrays()
    content["gt"][:] = 0
    content["gt"][:, 1] = np.linspace(0, 1, FRAMES)  # about the upright axis
    content["gt"][:, 3 * 18] = 0.7  # the left forearm, about its own length
    motion = read_recording(write(tmp_path, content)).motion
    assert isinstance(motion, Motion)
    body = body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)
    moved = retarget(motion, body)
    places, links = moved.world_poses()
    np.testing.assert_allclose(places[:, 0, :2], 0, atol=1e-9)
    assert places[0, JOINTS.index("head"), 2] > places[0, 0, 2] > 0.5
    pelvis = Rotation.from_quat(links[:, 0])
    turned = (pelvis * pelvis[0].inv()).as_rotvec()
    np.testing.assert_allclose(turned, np.outer(np.linspace(0, 1, FRAMES), [0, 0, 1]), atol=1e-9)
    forearm = Rotation.from_quat(moved.rotations[:, JOINTS.index("left_elbow")]).as_rotvec()
    np.testing.assert_allclose(forearm, np.tile([0, 0.7, 0], (FRAMES, 1)), atol=1e-9)


def test_what_is_missing_stays_missing(tmp_path):
    content = arrays()
    content["imu_acc"][5, 2] = np.nan
    content["imu_ori"][7, 2] = np.nan
    content["gt"][9] = np.nan
    recording = read_recording(write(tmp_path, content))
    lost = np.isnan(recording.sensors[2].accelerometer).all(axis=1)
    assert np.flatnonzero(lost).tolist() == [5, 7]
    assert np.isnan(recording.motion.rotations[9]).all()
    assert np.isfinite(recording.motion.rotations[8]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"imu_ori": None}, "usable pickle"),
        ({"gt": np.zeros((FRAMES, 66))}, r"'gt' has the shape \(40, 66\), not \(frames, 72\)"),
        ({"imu_acc": np.zeros((FRAMES, 6, 3))}, "'imu_acc' has the shape"),
        ({"imu_acc": np.zeros((FRAMES - 1, 17, 3))}, "different length"),
        ({"gt": np.zeros((FRAMES, 72), int)}, "no numbers 'gt'"),
    ],
)
def test_bad_arrays(tmp_path, change, message):
    with pytest.raises(MotionError, match=message) as error:
        read_recording(write(tmp_path, arrays() | change))
    assert "\n" not in str(error.value)


class Deed:
    def __init__(self, trace):
        self.trace = str(trace)

    def __reduce__(self):
        return os.mkdir, (self.trace,)


def test_nothing_is_run(tmp_path):
    ref = write(tmp_path, arrays() | {"z": Deed(tmp_path / "trace")})
    with pytest.raises(MotionError, match="could run code"):
        read_recording(ref)
    assert not (tmp_path / "trace").exists()


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    ref = write(tmp_path_factory.mktemp("dip"), arrays(3))
    return ref, ref.path.read_bytes()


@given(EDITS, st.floats(0.1, 1))
@fuzz
def test_damaged_files(trial, edits, share):
    ref, data = trial
    ref.path.write_bytes(damage(data, edits, share))
    assert_recording_or_error(read_recording, ref)
