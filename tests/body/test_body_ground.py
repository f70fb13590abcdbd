"""The ground, found from the feet, and the feet level on it."""

import numpy as np
import pytest

import body_models
import motion_sources
from imusim.body import retarget
from imusim.body.ground import STANCE_SPEED_M_S, find_ground, lowest_points, soles
from imusim.conventions import JOINTS, PARENTS
from imusim.errors import RetargetError
from imusim.math import rotations as rot
from imusim.motion import Motion, Skeleton, forward_kinematics

BODY = body_models.get_body_model("anthropometric").build()
SOLE_M = BODY.rest_positions()[JOINTS.index("left_ankle"), 2] + (
    BODY.boxes[JOINTS.index("left_ankle"), 0, 2] - BODY.boxes[JOINTS.index("left_ankle"), 1, 2] / 2
)
"""Underside of the feet below the pelvis at rest."""


def standing(heights, turns=None, scale=1.0):
    """The body at rest, its pelvis at heights over time, 60 Hz."""
    frames = len(heights)
    root = np.zeros((frames, 3))
    root[:, 2] = heights
    turns = np.tile(rot.IDENTITY, (frames, 22, 1)) if turns is None else turns
    skeleton = Skeleton(JOINTS, np.array(PARENTS), BODY.offsets * scale)
    return Motion(skeleton, root, turns, 60.0, joint_map={name: name for name in JOINTS})


@pytest.mark.parametrize("ground", [-3.0, 0.0, 0.4])
def test_a_jump_does_not_raise_the_ground(ground):
    time = np.arange(120) / 60
    flight = np.clip(0.5 * np.sin(np.pi * (time - 0.8) / 0.4), 0, None) * (abs(time - 1) < 0.2)
    moved = retarget(standing(ground - SOLE_M + flight), BODY)
    assert moved.ground.height == pytest.approx(ground, abs=1e-3)
    assert moved.root_position[0, 2] == pytest.approx(-SOLE_M, abs=1e-3)


def test_the_ground_is_where_feet_stand_longest_not_the_stair():
    time = np.arange(300) / 60
    stair = 0.17 * np.clip((time - 3.5) / 0.3, 0, 1)
    assert retarget(standing(1.0 + stair), BODY).ground.height == pytest.approx(1.0 + SOLE_M)


def test_without_a_stance_the_lowest_point_is_taken():
    time = np.arange(60) / 60
    moved = retarget(standing(2.0 - SOLE_M + 3.0 * time), BODY)
    assert moved.ground.height == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("pitch", [-0.4, 0.3])
def test_feet_that_stand_are_level_whatever_their_bones_point_at(pitch):
    """A skeleton whose ankle frame is pitched, and whose toes hang lower, stands flat."""
    offsets = BODY.offsets.copy()
    tilt = rot.from_rotation_vector([0.0, pitch, 0.0])
    for side in ("left", "right"):
        toe = JOINTS.index(f"{side}_foot")
        offsets[toe] = rot.rotate(tilt, offsets[toe])
    skeleton = Skeleton(JOINTS, np.array(PARENTS), offsets)
    root, turns = np.zeros((90, 3)), np.tile(rot.IDENTITY, (90, 22, 1))
    names = {name: name for name in JOINTS}
    moved = retarget(Motion(skeleton, root, turns, 60.0, joint_map=names), BODY)
    _, links = moved.world_poses()
    for name in ("left_ankle", "right_ankle", "left_foot", "right_foot"):
        up = rot.rotate(links[:, JOINTS.index(name)], [0.0, 0.0, 1.0])
        np.testing.assert_allclose(up, np.tile([0.0, 0.0, 1.0], (90, 1)), atol=1e-6)


def test_a_lying_body_keeps_its_feet():
    """Feet that point up while they rest are not turned onto their soles."""
    turns = np.tile(rot.IDENTITY, (120, 22, 1))
    turns[20:, 0] = rot.from_rotation_vector([0.0, -np.pi / 2, 0.0])
    motion = standing(np.zeros(120), turns)
    plain, _ = forward_kinematics(
        np.array(PARENTS), BODY.offsets, motion.root_position, motion.rotations
    )
    moved = retarget(motion, BODY)
    shifted = moved.world_poses()[0] + [0.0, 0.0, moved.ground.height]
    np.testing.assert_allclose(shifted, plain, atol=1e-9)
    up = rot.rotate(moved.world_poses()[1][60, JOINTS.index("left_ankle")], [0.0, 0.0, 1.0])
    np.testing.assert_allclose(up, [-1.0, 0.0, 0.0], atol=0.05)


@pytest.mark.parametrize("scale", [100.0, 0.01])
def test_a_giant_is_noticed(scale):
    with pytest.raises(RetargetError, match=r"from feet to head.*--scale"):
        retarget(standing(np.zeros(60), scale=scale), BODY)


def stepping(slope, risers=0.0):
    """The body at rest on one spot after another, half a metre ahead each, on a slope."""
    steps = 8
    spots = np.repeat(np.arange(steps), 40)
    motion = standing(np.zeros(len(spots)))
    motion.root_position[:, 0] = 0.5 * spots
    motion.root_position[:, 2] = slope * 0.5 * spots + risers * (spots % 3)
    return motion


def test_a_tilted_capture_is_levelled():
    moved = retarget(stepping(np.tan(np.deg2rad(1.5))), BODY)
    heights = moved.root_position[:, 2]
    assert np.ptp(heights) < 0.01  # of 9 cm
    upright = rot.rotate(moved.rotations[0, 0], [0.0, 0.0, 1.0])
    assert np.rad2deg(np.arccos(upright[2])) == pytest.approx(1.5, abs=0.2)


@pytest.mark.parametrize(("slope", "risers"), [(0.1, 0.0), (0.0, 0.17), (0.0, 0.0)])
def test_slopes_and_stairs_stay(slope, risers):
    moved = retarget(stepping(slope, risers), BODY)
    np.testing.assert_allclose(moved.ground.level, rot.IDENTITY, atol=1e-9)


def test_ground_of_a_body_as_built():
    positions = BODY.rest_positions()[None] + np.array([0.0, 0.0, 5.0])
    links = np.tile(rot.IDENTITY, (1, 22, 1))
    assert find_ground(BODY, positions, links, 60.0).height == pytest.approx(5.0 + SOLE_M)


def test_recorded_feet_stand_on_the_ground(shared):
    """Median over the stances of level walks within 2 cm of z = 0."""
    data = shared / "data"
    files = [*sorted((data / "cmu" / "asfamc" / "02").glob("*.amc"))[:3]]
    files += sorted((data / "bandai-namco-1").glob("*walk*_001.bvh"))[::12]
    for clip in motion_sources.find_clips(files):
        moved = retarget(motion_sources.read_clip(clip), BODY)
        corners = soles(moved.body, *moved.world_poses())
        height, speed = lowest_points(corners, moved.rate_hz)
        standing_heights = height[speed < STANCE_SPEED_M_S]
        assert len(standing_heights) > 20
        assert np.median(np.abs(standing_heights)) < 0.02, clip.key
