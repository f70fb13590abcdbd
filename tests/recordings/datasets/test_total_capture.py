"""TotalCapture: small files, true to the published format."""

import numpy as np
import pytest
from damage import EDITS, assert_recording_or_error, damage, fuzz
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

import body_models
from imusim.body import BodyOptions, retarget
from imusim.errors import MotionError
from imusim.motion import ClipRef, Motion, world_poses
from imusim.recordings import find_recordings, read_recording
from imusim.recordings.datasets import total_capture
from imusim.recordings.datasets.total_capture_vicon import _JOINTS as JOINTS
from imusim.recordings.datasets.total_capture_vicon import _PARENTS as PARENTS

FRAMES = 90
REST = {  # inches, y up, facing z
    "Hips": (0, 36, 0), "Spine": (0, 4, 0), "Spine1": (0, 3, 0), "Spine2": (0, 3, 0),
    "Spine3": (0, 3, 0), "Neck": (0, 7, 0), "Head": (0, 4, 0),
    "RightShoulder": (-2, 5, 0), "RightArm": (-5, 0, 0), "RightForeArm": (-11, 0, 0),
    "RightHand": (-10, 0, 0), "LeftShoulder": (2, 5, 0), "LeftArm": (5, 0, 0),
    "LeftForeArm": (11, 0, 0), "LeftHand": (10, 0, 0), "RightUpLeg": (-4, -2, 0),
    "RightLeg": (0, -16, 0), "RightFoot": (0, -16, 0), "LeftUpLeg": (4, -2, 0),
    "LeftLeg": (0, -16, 0), "LeftFoot": (0, -16, 0),
}  # fmt: skip


def skeleton(bend_rad):
    """Places (T, 21, 3), inches, and orientations (T, 21): the left elbow bends forward."""
    places = np.zeros((len(bend_rad), 21, 3))
    turns = [Rotation.identity(len(bend_rad))] * 21
    for joint, name in enumerate(JOINTS):
        if name == "Hips":
            places[:, 0] = REST[name]
            continue
        parent = JOINTS.index(PARENTS[name])
        places[:, joint] = places[:, parent] + turns[parent].apply(REST[name])
        bend = Rotation.from_rotvec(np.outer(bend_rad * (name == "LeftForeArm"), [0, -1, 0]))
        turns[joint] = turns[parent] * bend
    return places, turns


def write_trial(folder, order=(0, 1, 2, 3), ori=True, frames=FRAMES):
    """One trial as its publisher packs it: sensors and skeleton in folders of their own."""
    rng = np.random.default_rng(0)
    signals = rng.normal(0, 1, (frames, 13, 13)).round(4)
    lines = [f"13\t{frames}"]
    for frame, values in enumerate(signals):
        lines.append(str(frame + 1))
        lines += [
            "\t".join([name, *(f"{x:g}" for x in row)])
            for name, row in zip(total_capture.SENSORS, values, strict=True)
        ]
    sensors = folder / "s1_Gyro_Mag" / "Acting2_Xsens_AuxFields.sensors"
    vicon = folder / "S1_vicon_pos_ori" / "acting2"
    sensors.parent.mkdir(parents=True, exist_ok=True)
    vicon.mkdir(parents=True, exist_ok=True)
    sensors.write_text("\n".join(lines) + "\n")
    places, turns = skeleton(np.linspace(0, 1.5, frames))
    quaternions = np.stack([turn.as_quat() for turn in turns], axis=1)[..., list(order)]
    tables = {"pos": places, "ori": quaternions} if ori else {"pos": places}
    for kind, table in tables.items():
        rows = ["\t".join(" ".join(f"{x:.6f}" for x in cell) for cell in row) for row in table]
        head = "\t".join(JOINTS)
        (vicon / f"gt_skel_gbl_{kind}.txt").write_text("\n".join([head, *rows]) + "\n")
    return signals


def test_signals_and_skeleton(tmp_path):
    signals = write_trial(tmp_path)
    (ref,) = find_recordings("total-capture", tmp_path)
    recording = read_recording(ref)
    assert (recording.key, recording.subject, recording.trial) == ("s1_acting2", "1", "2")
    assert recording.label == "acting"
    assert len(recording.sensors) == 13
    for k, sensor in enumerate(recording.sensors):
        assert sensor.placement == f"total_capture.{sensor.name}"
        np.testing.assert_allclose(sensor.accelerometer, signals[:, k, 4:7], rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(sensor.gyroscope, signals[:, k, 7:10], rtol=1e-4, atol=1e-4)
    assert recording.motion_start_s == 0
    assert recording.offset_within_s == pytest.approx(0.3)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 0, 1, 2)])
def test_the_motion_is_the_skeletons_whatever_the_quaternions_order(tmp_path, order):
    write_trial(tmp_path, order)
    motion = read_recording(find_recordings("total-capture", tmp_path)[0]).motion
    assert isinstance(motion, Motion)
    places, _ = skeleton(np.linspace(0, 1.5, FRAMES))
    found, _ = world_poses(motion)
    x, y, z = np.moveaxis(places * 0.0254, 2, 0)
    np.testing.assert_allclose(found, np.stack([x, -z, y], axis=2), atol=1e-5)
    body = body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)
    moved = retarget(motion, body)
    from imusim.conventions import JOINTS as CANONICAL

    bent = Rotation.from_quat(moved.rotations[:, CANONICAL.index("left_elbow")]).magnitude()
    np.testing.assert_allclose(bent, np.linspace(0, 1.5, FRAMES), atol=1e-5)


def test_places_alone(tmp_path):
    write_trial(tmp_path, ori=False)
    motion = read_recording(find_recordings("total-capture", tmp_path)[0]).motion
    assert isinstance(motion, Motion)
    assert motion.unobserved_axes is not None
    assert motion.frames == FRAMES


def test_without_or_with_another_skeleton(tmp_path):
    write_trial(tmp_path)
    for file in tmp_path.rglob("gt_*.txt"):
        file.unlink()
    recording = read_recording(find_recordings("total-capture", tmp_path)[0])
    assert recording.motion is None
    assert "no skeleton" in recording.notes[0]
    bvh = tmp_path / "s1" / "acting2_BlenderZXY_YmZ.bvh"
    bvh.parent.mkdir()
    bvh.write_text("HIERARCHY\n")
    motion = read_recording(find_recordings("total-capture", tmp_path)[0]).motion
    assert motion == ClipRef("bvh", bvh, "s1_acting2")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: "", ":1: the first line"),
        (lambda text: text.replace("13\t90", "13\t91", 1), "90 whole frames where 91"),
        (lambda text: text[: len(text) // 2], "expected|whole frames|13 numbers"),
        (lambda text: text.replace("Head", "Hat", 1), ":3: not a sensor's name and 13 numbers"),
        (lambda text: text.replace("Pelvis\t", "Pelvis\tx", 1), ":5: .* is no number"),
    ],
)
def test_bad_sensors(tmp_path, change, message):
    write_trial(tmp_path)
    (ref,) = find_recordings("total-capture", tmp_path)
    ref.path.write_text(change(ref.path.read_text()))
    with pytest.raises(MotionError, match=message) as error:
        read_recording(ref)
    assert "\n" not in str(error.value)


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tc")
    write_trial(folder, frames=4)
    (ref,) = find_recordings("total-capture", folder)
    files = [ref.path, *folder.rglob("gt_*.txt")]
    return ref, {file: file.read_bytes() for file in files}


@given(st.integers(0, 2), EDITS, st.floats(0.1, 1))
@fuzz
def test_damaged_files(trial, which, edits, share):
    ref, files = trial
    for number, (file, data) in enumerate(files.items()):
        file.write_bytes(damage(data, edits, share) if number == which else data)
    assert_recording_or_error(read_recording, ref)
