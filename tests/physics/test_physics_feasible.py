"""Motions that no body makes are refused in one line, before any engine is asked."""

import numpy as np
import pytest
from physics_motions import MOCAP_HZ, Clip, at_rest, bundled, exact, read

import motion_sources
from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.physics.feasible import check_feasible


def _turned(joint: str, angles, rate_hz: float = MOCAP_HZ) -> Clip:
    root, rotations = at_rest(len(angles))
    rotations[:, JOINTS.index(joint)] = rot.from_rotation_vector(np.outer(angles, [1.0, 0, 0]))
    return exact(root, rotations, rate_hz)


@pytest.mark.parametrize("joint", ["pelvis", "right_hip", "right_wrist", "left_foot"])
@pytest.mark.parametrize("rate_hz", [30.0, 120.0, 500.0])
def test_a_joint_that_flips_is_refused_with_its_time(joint, rate_hz, engine):
    flips = _turned(joint, np.pi * ((np.arange(61) // 12) % 2), rate_hz)
    when = f"{11 / rate_hz:.2f} s"
    line = rf"{joint} turns by 180 degrees in one frame at {when}: it moves as no body does$"
    with pytest.raises(MotionError, match=line) as caught:
        flips.simulated(engine)
    assert "\n" not in str(caught.value)


def test_a_pelvis_that_leaps_is_refused(engine):
    root, rotations = at_rest()
    root[60:, 0] += 0.3
    with pytest.raises(MotionError, match=r"pelvis leaps by 0\.30 m in one frame at 0\.49 s"):
        exact(root, rotations).simulated(engine)


@pytest.mark.parametrize("rate_hz", [15.0, 60.0, 120.0, 1000.0])
def test_the_fastest_pitch_and_a_hard_fall_pass(rate_hz):
    """An arm that turns by 126 rad/s at its peak; a fall from 3 m, stopped within 0.1 s."""
    time = np.arange(int(rate_hz)) / rate_hz
    angle = 1.3 * (1 + np.tanh((time - 0.5) * 126 / 1.3))
    if rate_hz > 30:  # slower captures see half turns in a frame
        check_feasible(_turned("right_shoulder", angle, rate_hz).moved)
    root, rotations = at_rest(len(time))
    speed = np.interp(time, [0.0, 0.5, 0.6, 1.0], [-3.0, -7.7, 0.0, 0.0])
    root[:, 2] = 4 + np.cumsum(speed) / rate_hz
    check_feasible(exact(root, rotations, rate_hz).moved)


def test_noise_of_a_fast_capture_passes():
    rng = np.random.default_rng(2)
    angles = np.deg2rad(1.0) * rng.standard_normal(500)
    check_feasible(_turned("left_foot", angles, 10_000.0).moved)


def test_a_gap_is_no_leap():
    root, rotations = at_rest()
    root[60:, 0] += 0.3
    clip = exact(root, rotations)
    clip.moved.root_position[50:60] = np.nan
    clip.moved.rotations[50:60] = np.nan
    check_feasible(clip.moved)


def test_every_bundled_clip_passes():
    for clip in motion_sources.default_clips():
        check_feasible(bundled(clip.key).moved)


def test_the_glitches_of_real_files_are_found(shared):
    bvh = shared / "data" / "cmu" / "bvh"
    check_feasible(read(bvh / "02" / "02_01.bvh").moved)
    for file, joint in (("03/03_02", "left_shoulder"), ("05/05_10", "right_hip")):
        with pytest.raises(MotionError, match=f"{joint} turns by"):
            check_feasible(read(bvh / f"{file}.bvh").moved)
