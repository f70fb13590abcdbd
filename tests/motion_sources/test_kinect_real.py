"""UTD-MHAD and MSR Action3D themselves, and the tool that measures them."""

import numpy as np
import pytest
from scipy.io import loadmat
from tool_loader import load_tool

from imusim.motion import mat, world_poses
from motion_sources import find_clips, read_clip
from motion_sources.kinect import source as kinect


@pytest.fixture(scope="module")
def tool():
    return load_tool("kinect")


def test_arrays_are_those_of_scipy(shared):
    for file in sorted((shared / "data" / "utd-mhad").rglob("*.mat"))[::60]:
        name = "d_skel" if "skeleton" in file.stem else "d_iner"
        found = mat.read_array(file, file.read_bytes(), name)
        np.testing.assert_array_equal(found, loadmat(file)[name])


def test_every_file_is_found_and_nothing_else(shared):
    clips = find_clips([shared / "data" / "utd-mhad", shared / "data" / "msr-action3d"], "kinect")
    assert len(clips) == 646 + 567
    assert {clip.source for clip in clips} == {"kinect"}


@pytest.mark.parametrize(
    ("folder", "pattern"),
    [("utd-mhad", "a3_s[1-6]_t1_*"), ("msr-action3d", "a01_*_e01_*")],
)
def test_the_right_hand_waves_and_the_head_is_up(shared, folder, pattern):
    files = sorted((shared / "data" / folder).rglob(pattern))
    files = [f for f in files if "inertial" not in f.name]
    moved = []
    for file in files:
        motion = read_clip(find_clips([file])[0])
        assert any("wave" in caption for caption in motion.captions)
        positions = world_poses(motion)[0]
        positions = positions[np.isfinite(positions).all(axis=(1, 2))]
        index = motion.skeleton.index
        trunk = positions[:, index("head")] - positions[:, index("pelvis")]
        assert np.median(trunk[:, 2]) > 0.5
        feet = positions[:, index("left_foot")] - positions[:, index("left_ankle")]
        assert np.median(feet[:, 1]) > 0  # towards the camera
        moved.append(
            [np.ptp(positions[:, index(f"{s}_wrist")], axis=0).max() for s in ("left", "right")]
        )
    assert len(files) >= 6
    left, right = np.array(moved).T
    assert (right > left).mean() > 0.9


def test_rates_from_pairs(shared):
    clips = find_clips([shared / "data" / "utd-mhad" / "Skeleton"])[::80]
    rates = [read_clip(clip).rate_hz for clip in clips]
    assert abs(np.median(rates) - kinect.UTD_RATE_HZ) < 0.5
    assert min(rates) > 10
    assert max(rates) < 21


def test_joints_stay_within_three_centimetres(tool, shared):
    for folder in ("utd-mhad", "msr-action3d"):
        joints, stance, near = tool.geometries(shared / "data" / folder, 60).T
        assert joints.mean() < 0.02
        assert np.median(stance) < 0.01
        assert near.mean() > 0.7


def test_signals_beside_the_real_sensors(tool, shared):
    found = tool.trials(shared / "data" / "utd-mhad", (4, 5), 9)
    signals = [tool.beside(t) for t in found]
    wrist, thigh = (tool.figures(found, signals, on_wrist) for on_wrist in (True, False))
    still = tool.figures(found, signals, True, still=True)
    for figures in (wrist, thigh):
        assert figures[1] > 0.4
        assert figures[3] > 0.65
    assert wrist[2] < 0.85 * still[2]
    assert wrist[5] < 0.8 * still[5]
