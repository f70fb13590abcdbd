"""A motion that is known, through the five formats."""

import numpy as np
import pytest
from kinect_files import (
    BEND,
    pendulum,
    swing,
    write_labels,
    write_msr,
    write_ntu,
    write_nw_ucla,
    write_utd,
    write_utkinect,
)
from scipy.io import savemat

from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import ClipRef, ReadOptions, world_poses
from motion_sources import find_clips, get_source, read_clip
from motion_sources.kinect import source as kinect
from motion_sources.kinect.captions import MSR_ACTION3D, UTD_MHAD

FILES = {
    "utd": ("a3_s1_t1_skeleton.mat", write_utd, 19.0),
    "msr": ("a01_s01_e01_skeleton3D.txt", write_msr, 15.0),
    "ntu": ("S001C002P003R002A023.skeleton", lambda f, p: write_ntu(f, {"7205": p}), 30.0),
    "nw-ucla": ("a11_s07_e02_v03.json", write_nw_ucla, 12.0),
}
SUBJECTS = {
    ".mat": "UTD-MHAD/s1",
    ".txt": "MSR-Action3D/s01",
    ".skeleton": "NTU-RGB-D/p003",
    ".json": "NW-UCLA/s07",
}


@pytest.fixture(params=FILES)
def made(request, tmp_path):
    """File, rate and times of a pendulum of four seconds."""
    name, write, rate_hz = FILES[request.param]
    time_s = np.arange(int(4 * rate_hz)) / rate_hz
    write(tmp_path / name, pendulum(time_s))
    return tmp_path / name, rate_hz, time_s


def test_positions_rotations_and_rates_come_back(made):
    file, rate_hz, time_s = made
    (clip,) = find_clips([file])
    assert clip.source == "kinect"
    motion = read_clip(clip)
    assert motion.rate_hz == rate_hz
    assert motion.frames == len(time_s)
    positions, world = world_poses(motion)
    # The camera looked along -x: a quarter turn of the world about the vertical.
    truth = pendulum(time_s)
    truth = np.stack([-truth[..., 1], truth[..., 0] - 3.0, truth[..., 2] - 1.0], axis=-1)
    columns = [JOINTS.index(name) for name in motion.skeleton.names]
    np.testing.assert_allclose(positions, truth[:, columns], atol=2e-5)

    index = motion.skeleton.index
    facing = rot.rotate(world[:, index("pelvis")], np.array([1.0, 0, 0]))
    np.testing.assert_allclose(facing, np.tile([0.0, 1.0, 0], (len(time_s), 1)), atol=1e-4)
    # The person's right is +x here, and a positive turn about it lifts what hangs down forward.
    for joint in ("right_shoulder", "right_elbow"):
        turns = world[:, index(joint)]
        steps = rot.to_rotation_vector(rot.multiply(turns[1:], rot.conjugate(turns[:-1])))
        angle = swing(time_s)[0]
        np.testing.assert_allclose(steps[:, 0], np.diff(angle), atol=1e-4)
        assert abs(steps[:, 1:]).max() * rate_hz < 0.6  # about the bone, by the hinge's smoothing
    arm = positions[:, index("right_wrist")] - positions[:, index("right_elbow")]
    angle = np.arctan2(arm[:, 1], -arm[:, 2])
    np.testing.assert_allclose(angle, swing(time_s)[0] + BEND, atol=1e-4)


def test_what_is_not_seen_is_marked(made):
    motion = read_clip(find_clips([made[0]])[0])
    assert motion.unobserved_axes is not None
    unseen = {
        name
        for name, axis in zip(motion.skeleton.names, motion.unobserved_axes, strict=True)
        if axis.any()
    }
    assert {"left_elbow", "right_elbow", "left_hip", "right_hip", "head", "right_wrist"} <= unseen
    assert not {"pelvis", "right_shoulder"} & unseen
    elbow = motion.unobserved_axes[motion.skeleton.index("right_elbow")]
    np.testing.assert_allclose(elbow, [0, -1, 0], atol=1e-12)


def test_captions_and_provenance(made):
    motion = read_clip(find_clips([made[0]])[0])
    assert len(motion.captions) >= 2
    shown = "throw" if made[0].suffix == ".json" else "wave"
    assert any(shown in caption for caption in motion.captions)
    assert motion.provenance.licence.startswith("LicenseRef-")
    assert motion.provenance.subject == SUBJECTS[made[0].suffix]
    assert motion.provenance.file == made[0].name
    assert motion.cutoff_hz is not None
    for table, count in ((UTD_MHAD, 27), (MSR_ACTION3D, 20)):
        assert sorted(table) == list(range(1, count + 1))
        assert all(len(set(captions)) >= 3 for captions in table.values())


def test_captions_of_the_other_two():
    from motion_sources.kinect import nw_ucla, utkinect

    assert sorted(nw_ucla.CAPTIONS) == [1, 2, 3, 4, 5, 6, 8, 9, 11, 12]
    assert len(utkinect.CAPTIONS) == 10
    for table in (nw_ucla.CAPTIONS, utkinect.CAPTIONS):
        assert all(len(set(captions)) == 3 for captions in table.values())
    assert nw_ucla.captions("a07_s01_e00_v01") == nw_ucla.captions("a01_s01_e00") == ()


def test_lost_joints_of_nw_ucla_are_gaps(tmp_path):
    file = tmp_path / "a04_s01_e00_v01.json"
    write_nw_ucla(file, pendulum(np.arange(30) / 12), lost={(3, 7), (4, 5)})
    motion = kinect.read(ClipRef("kinect", file, "a"), ReadOptions())
    # Joint 7, a hand, is of no use; 5 is an elbow.
    assert np.flatnonzero(np.isnan(motion.root_position[:, 0])).tolist() == [4]


def test_segments_of_utkinect(tmp_path):
    """Numbers count 60 a second: unwritten frames are bridged, lasting ones are gaps."""
    file = tmp_path / "joints_s03_e01.txt"
    numbers = np.concatenate([np.arange(10, 200, 2), [206, 206, 216], np.arange(260, 500, 2)])
    positions = pendulum(numbers / 60)
    positions[96] += 0.5  # the second guess of a number: the first is taken
    write_utkinect(file, positions, numbers)
    (whole,) = find_clips([file])
    assert whole.key == "joints_s03_e01"
    assert read_clip(whole).captions == ()
    spans = {"walk": (20, 118), "push": (120, 480), "throw": (190, 320), "pull": ("NaN", "NaN")}
    write_labels(
        tmp_path / "actionLabel.txt",
        {"s02_e01": {"carry": (20, 300)}, "s03_e01": spans | {"clapHands": (900, 990)}},
    )
    walk, throw, clap = find_clips([file])
    assert [c.key for c in (walk, throw, clap)] == [
        f"joints_s03_e01/{action}" for action in ("walk", "throw", "clapHands")
    ]
    motion = read_clip(walk)
    assert (motion.frames, motion.rate_hz) == (50, 30.0)
    assert motion.provenance.subject == "UTKinect/s03"
    assert any("walk" in caption for caption in motion.captions)
    motion = read_clip(throw)
    assert motion.frames == 66
    time_s = (190 + 2 * np.arange(66)) / 60
    gap = (time_s > 216 / 60) & (time_s < 260 / 60)
    assert (np.isnan(motion.root_position[:, 0]) == gap).all()
    placed = world_poses(motion)[0][:, motion.skeleton.index("right_wrist")]
    truth = pendulum(time_s)[:, JOINTS.index("right_wrist")]
    truth = np.stack([-truth[:, 1], truth[:, 0] - 3.0, truth[:, 2] - 1.0], axis=-1)
    np.testing.assert_allclose(placed[~gap], truth[~gap], atol=0.01)
    with pytest.raises(MotionError, match="not seen in frames 900 to 990"):
        read_clip(clap)


def test_every_action_of_ntu_has_captions():
    from motion_sources.kinect import ntu_captions as ntu

    for action in range(1, 121):
        stem = f"S001C001P001R001A{action:03d}"
        assert len(set(ntu.ntu(stem))) == 2
        assert ntu.is_pair(stem) == (50 <= action <= 60 or action >= 106)
    assert ntu.ntu("S001C001P001R001A121") == ntu.ntu("walk") == ()


def test_options(made):
    clip = ClipRef("kinect", made[0], "a")
    plain = kinect.read(clip, ReadOptions())
    fast = kinect.read(clip, ReadOptions(rate_hz=12.5, scale=0.5))
    assert fast.rate_hz == 12.5
    np.testing.assert_allclose(fast.skeleton.offsets, plain.skeleton.offsets / 2, atol=1e-9)
    lying = kinect.read(clip, ReadOptions(up="z"))
    np.testing.assert_allclose(lying.root_position[:, 1], plain.root_position[:, 2])
    with pytest.raises(MotionError, match="joint map"):
        kinect.read(clip, ReadOptions(joint_map={"pelvis": "hips"}))


def test_rate_of_utd_from_the_inertial_file(tmp_path):
    for folder in ("Skeleton", "Inertial"):
        (tmp_path / folder).mkdir()
    file = tmp_path / "Skeleton" / "a1_s1_t1_skeleton.mat"
    write_utd(file, pendulum(np.arange(61) / 20), compress=False)
    beside = tmp_path / "Inertial" / "a1_s1_t1_inertial.mat"
    savemat(beside, {"d_iner": np.zeros((151, 6))})
    (clip,) = find_clips([tmp_path])
    assert read_clip(clip).rate_hz == pytest.approx(20.0)
    savemat(beside, {"d_iner": np.zeros((9, 6))})
    with pytest.raises(MotionError, match="--source-rate"):
        read_clip(clip)
    assert read_clip(clip, ReadOptions(rate_hz=19.5)).rate_hz == 19.5


def test_lost_frames_of_msr_are_gaps(tmp_path):
    file = tmp_path / "a02_s01_e01_skeleton3D.txt"
    write_msr(file, pendulum(np.arange(40) / 15), lost={0, 7, 8, 39})
    motion = kinect.read(ClipRef("kinect", file, "a"), ReadOptions())
    lost = np.isnan(motion.root_position[:, 0])
    assert np.flatnonzero(lost).tolist() == [0, 7, 8, 39]
    assert (np.isnan(motion.rotations).all(axis=(1, 2)) == lost).all()
    write_msr(file, pendulum(np.arange(40) / 15), lost=range(40))
    with pytest.raises(MotionError, match="lost in every frame"):
        kinect.read(ClipRef("kinect", file, "a"), ReadOptions())


def test_the_person_of_ntu_is_who_moves(tmp_path):
    time_s = np.arange(60) / 30
    still, moving = np.tile(pendulum(time_s[:1]), (60, 1, 1)), pendulum(time_s)
    moving[..., 0] += time_s[:, None]
    still[..., 1] += 1.0
    single = tmp_path / "S001C001P001R001A023.skeleton"
    absent = {("2", 0), ("2", 30), ("2", 31), ("2", 59)}
    write_ntu(single, {"1": still, "2": moving}, absent)
    (clip,) = find_clips([single])
    motion = read_clip(clip)
    assert motion.frames == 58  # from the first frame in which that person was seen
    assert np.flatnonzero(np.isnan(motion.root_position[:, 0])).tolist() == [29, 30]
    walked = motion.root_position[-1] - motion.root_position[0]
    np.testing.assert_allclose(walked, [0, 57 / 30, 0], atol=1e-4)

    pair = tmp_path / "S001C001P001R001A058.skeleton"
    write_ntu(pair, {"1": still, "2": moving})
    first, second = find_clips([pair])
    assert second.key == first.key + "/person2"
    assert np.ptp(read_clip(first).root_position[:, 1]) > 1.5
    assert np.ptp(read_clip(second).root_position[:, 1]) < 1e-4
    write_ntu(pair, {"1": still})
    assert read_clip(first).frames == 60
    with pytest.raises(MotionError, match="only one person"):
        read_clip(second)


def test_other_files_are_left_alone(tmp_path):
    others = {
        "a.txt": "1 2 3 4\n" * 40,
        "b_skeleton3D.txt": "a person walks#a/DET person/NOUN#0.0#0.0\n" * 30,
        "c_skeleton3D.txt": "1 2 3 4\n" * 19,
        "d.skeleton": "joints of a body",
        "e.mat": "MATLAB 5.0 MAT-file",
    }
    recognises = get_source("kinect").recognises
    for name, text in others.items():
        (tmp_path / name).write_text(text)
        assert not recognises(tmp_path / name), name
    savemat(tmp_path / "f.mat", {"d_iner": np.zeros((50, 6))})
    assert not recognises(tmp_path / "f.mat")
    assert not recognises(tmp_path / "none.mat")
