"""Matching a source's segments with the body's in a reference pose."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import body_models
import motion_sources
from imusim.body import retarget
from imusim.body.calibration import _swing
from imusim.conventions import JOINTS, PARENTS
from imusim.math import rotations as rot
from imusim.motion import Motion, Skeleton, world_poses

BODY = body_models.get_body_model("anthropometric").build()


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, 4))
def test_several_directions_fix_a_segment_entirely(seed, count):
    rng = np.random.default_rng(seed)
    true = rot.random_rotations(rng, (5,))
    rest = rng.standard_normal((5, count, 3))
    found = _swing(rest, 2.5 * rot.rotate(true[:, None], rest))
    if np.linalg.svd(rest / np.linalg.norm(rest, axis=2, keepdims=True))[1][:, 1].min() > 0.05:
        assert rot.angle_between(found, true).max() < 1e-5


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_one_direction_or_opposite_ones_leave_the_smallest_turn(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((2, 3))
    smallest = rot.from_two_vectors(a, b)
    one = _swing(a[None, None], b[None, None])[0]
    two = _swing(np.array([[a, -a]]), np.array([[b, -b]]))[0]
    assert rot.angle_between(one, smallest) < 1e-7
    if rot.angle_between(smallest, rot.IDENTITY) < 3.0:
        assert rot.angle_between(two, smallest) < 1e-4  # rounding, magnified near a half turn


def test_a_source_that_is_the_body_is_left_as_it_is():
    rng = np.random.default_rng(3)
    turns = rot.from_rotation_vector(rng.normal(0, 0.3, (50, 22, 3)))
    names = {name: name for name in JOINTS}
    skeleton = Skeleton(JOINTS, np.array(PARENTS), BODY.offsets)
    motion = Motion(skeleton, rng.standard_normal((50, 3)), turns, 60.0, joint_map=names)
    moved = retarget(motion, BODY)
    assert rot.angle_between(moved.rotations, turns).max() < 1e-7
    np.testing.assert_allclose(moved.body.offsets, BODY.offsets, atol=1e-12)
    np.testing.assert_allclose(moved.body.inertias, BODY.inertias, atol=1e-12)


def test_moving_bones_leave_the_median_bone():
    """Sources whose bones stretch: the joints follow within the stretch, the rates exactly."""
    rng = np.random.default_rng(4)
    turns = rot.from_rotation_vector(rng.normal(0, 0.2, (60, 22, 3)))
    moving = BODY.offsets + rng.uniform(-2e-3, 2e-3, (60, 22, 3))
    skeleton = Skeleton(JOINTS, np.array(PARENTS), BODY.offsets)
    names = {name: name for name in JOINTS}
    motion = Motion(skeleton, np.zeros((60, 3)), turns, 60.0, joint_map=names, translations=moving)
    moved = retarget(motion, BODY)
    np.testing.assert_allclose(moved.body.offsets[1:], BODY.offsets[1:], atol=2e-3)
    fixed = rot.multiply(rot.conjugate(world_poses(motion)[1]), moved.world_poses()[1])
    assert rot.angle_between(fixed, fixed[:1]).max() < 1e-7


def test_gaps_in_rotations_stay_gaps_and_do_not_move_the_rest():
    rng = np.random.default_rng(6)
    turns = rot.from_rotation_vector(rng.normal(0, 0.3, (40, 22, 3)))
    broken = turns.copy()
    broken[7:9, JOINTS.index("left_knee")] = np.nan
    skeleton = Skeleton(JOINTS, np.array(PARENTS), BODY.offsets)
    names = {name: name for name in JOINTS}
    root = rng.standard_normal((40, 3))
    moved = retarget(Motion(skeleton, root, broken, 60.0, joint_map=names), BODY)
    assert np.flatnonzero(~moved.valid).tolist() == [7, 8]
    whole = retarget(Motion(skeleton, root, turns, 60.0, joint_map=names), BODY)
    apart = moved.world_poses()[0] - whole.world_poses()[0]
    apart[..., 2] += moved.ground.height - whole.ground.height
    np.testing.assert_allclose(apart[moved.valid], 0.0, atol=1e-9)


@pytest.mark.parametrize("folder", ["cmu/bvh/07", "bandai-namco-1"])
def test_recorded_people_are_upright_with_their_left_on_the_left(shared, folder):
    clips = sorted(motion_sources.find_clips([shared / "data" / folder]), key=lambda c: c.key)
    walks = [c for c in clips if "07" in folder or "walk_" in c.key][:6]
    assert walks
    for clip in walks:
        motion = motion_sources.read_clip(clip)
        moved = retarget(motion, BODY)
        places, links = moved.world_poses()
        up = rot.rotate(links, [0.0, 0.0, 1.0])[:, :, 2]
        for name in ("pelvis", "spine3"):
            assert np.median(up[:, JOINTS.index(name)]) > 0.85, (clip.key, name)
        left = rot.rotate(links[:, 0], [0.0, 1.0, 0.0])
        apart = places[:, JOINTS.index("left_hip")] - places[:, JOINTS.index("right_hip")]
        assert (np.sum(left * apart, axis=1) > 0.95 * np.linalg.norm(apart, axis=1)).all()
        sources = moved.ground.place(world_poses(motion)[0])
        for name in ("left_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"):
            joint = motion.skeleton.index(motion.joint_map[name])
            error = np.linalg.norm(places[:, JOINTS.index(name)] - sources[:, joint], axis=1)
            assert error.max() < 1e-3, (clip.key, name)


def test_a_rest_pose_that_is_said_to_be_a_t_pose_is_taken_at_its_word():
    """Feet that never stand flat, as on tiptoe or a slope, are not bent until they seem to."""
    tiptoe = rot.from_rotation_vector([0.0, 0.5, 0.0])
    turns = np.tile(rot.IDENTITY, (60, 22, 1))
    turns[:, [JOINTS.index("left_ankle"), JOINTS.index("right_ankle")]] = tiptoe
    yaw = rot.from_rotation_vector([0.0, 0.0, 1.1])
    motion = Motion(
        Skeleton(JOINTS, np.array(PARENTS), rot.rotate(yaw, BODY.offsets)),
        np.tile([0.0, 0.0, 0.95], (60, 1)),
        rot.multiply(yaw, rot.multiply(turns, rot.conjugate(yaw))),
        60.0,
        joint_map={name: name for name in JOINTS},
        rest_is_t_pose=True,
    )
    _, links = retarget(motion, BODY).world_poses()
    ankle = JOINTS.index("left_ankle")
    assert rot.angle_between(links[:, 0], yaw).max() < 1e-7
    assert rot.angle_between(links[:, ankle], rot.multiply(yaw, tiptoe)).max() < 1e-7
