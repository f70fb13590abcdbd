"""Inverse kinematics from positions: closed forms, invariances, and recordings with rotations."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import body_models
from imusim.body import BodyOptions, retarget
from imusim.conventions import JOINTS, PARENTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import Motion, forward_kinematics, world_poses
from imusim.motion.bones import rest_positions
from imusim.motion.from_positions import NOISY, motion_from_positions
from motion_sources import default_clips, find_clips, read_clip

REST = rest_positions()
BONES = REST - REST[list(PARENTS)]
BONES[0] = 0
PARENT = np.array(PARENTS)
ENDS = {"head", "left_wrist", "right_wrist", "left_foot", "right_foot"}
SEEN = [j for j in JOINTS if j not in ENDS]
"""Joints whose bones point somewhere: the others ride on the one above."""


def at(name: str) -> int:
    return JOINTS.index(name)


def turn_about(axis: tuple[float, float, float], angle) -> np.ndarray:
    return rot.from_rotation_vector(np.asarray(angle)[..., None] * np.array(axis))


def posed(frames: int, turns: dict[str, np.ndarray], root=None) -> tuple[np.ndarray, np.ndarray]:
    """Positions and world rotations of the rest skeleton with some joints turned."""
    local = np.tile(rot.IDENTITY, (frames, len(JOINTS), 1))
    for name, turn in turns.items():
        local[:, at(name)] = turn
    place = np.zeros((frames, 3)) if root is None else root
    return forward_kinematics(PARENT, BONES, place, local)


def solved(positions: np.ndarray, rate_hz: float = 60.0, **options) -> tuple[Motion, np.ndarray]:
    motion = motion_from_positions(positions, JOINTS, rate_hz, **options)
    return motion, world_poses(motion)[1]


def steps(world: np.ndarray) -> np.ndarray:
    """Angles (T - 1, J) between frames, degrees."""
    apart = rot.multiply(world[1:], rot.conjugate(world[:-1]))
    return np.degrees(np.linalg.norm(rot.to_rotation_vector(apart), axis=-1))


def angle_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    apart = rot.multiply(a, rot.conjugate(b))
    return np.degrees(np.linalg.norm(rot.to_rotation_vector(apart), axis=-1))


def swinging(frames: int = 120) -> dict[str, np.ndarray]:
    """A walk of sines: every limb's hinge bends, and by different amounts."""
    t = np.arange(frames) / 60
    return {
        "pelvis": turn_about((0, 0, 1), 0.4 * np.sin(t)),
        "spine2": turn_about((0, 0, 1), 0.3 * np.sin(2 * t)),
        "left_hip": turn_about((0, 1, 0), -0.5 + 0.4 * np.sin(5 * t)),
        "right_hip": turn_about((0, 1, 0), -0.5 - 0.4 * np.sin(5 * t)),
        "left_knee": turn_about((0, 1, 0), 0.8 + 0.4 * np.sin(5 * t)),
        "right_knee": turn_about((0, 1, 0), 0.8 - 0.4 * np.sin(5 * t)),
        "left_shoulder": turn_about((0, 1, 0), 0.4 * np.sin(3 * t)),
        "right_shoulder": turn_about((0, 1, 0), -0.4 * np.sin(3 * t)),
        "left_elbow": turn_about((0, 0, -1), 0.8 + 0.5 * np.sin(4 * t)),
        "right_elbow": turn_about((0, 0, 1), 0.8 - 0.5 * np.sin(4 * t)),
    }


# Closed forms ---------------------------------------------------------------------------------


def test_a_t_pose_is_no_rotation():
    motion, world = solved(np.tile(REST, (5, 1, 1)))
    assert angle_between(world, rot.IDENTITY).max() < 1e-5
    np.testing.assert_allclose(motion.skeleton.offsets[1:], BONES[1:], atol=1e-12)
    assert motion.skeleton.names == JOINTS


def test_bent_limbs_give_back_every_turn():
    positions, truth = posed(120, swinging())
    motion, world = solved(positions)
    placed, _ = world_poses(motion)
    np.testing.assert_allclose(placed, positions, atol=1e-12)
    error = angle_between(world, truth).max(axis=0)
    for name in SEEN:
        # A forearm's turn is smoothed over two seconds, the spine's is shared out evenly.
        least = {"left_elbow": 12, "right_elbow": 12, "spine1": 20, "spine2": 20}
        assert error[at(name)] < least.get(name, 8), name


@pytest.mark.parametrize("axis", [(0, 0, 1), (0, 1, 0), (1, 0, 0), (0.6, 0, 0.8)])
def test_root_turns_several_times_around(axis):
    angle = np.linspace(0, 7 * np.pi, 400)
    turns = swinging(400) | {"pelvis": turn_about(axis, angle)}
    positions, truth = posed(400, turns)
    motion, world = solved(positions)
    assert steps(world).max() < steps(truth).max() + 2
    assert (np.abs(np.diff(motion.rotations, axis=0)) < 0.2).all()  # no change of sign either
    assert angle_between(world[:, 0], truth[:, 0]).max() < 1e-5


@pytest.mark.parametrize("side", ["left", "right"])
def test_arm_passes_through_straight_without_a_flip(side):
    t = np.linspace(0, 4 * np.pi, 480)
    sign = -1.0 if side == "left" else 1.0
    bend = 0.7 - 0.7 * np.cos(t)  # touches straight, does not bend backwards
    turns = {
        f"{side}_shoulder": turn_about((1, 0, 0), -sign * 0.5 * np.sin(0.5 * t)),
        f"{side}_elbow": turn_about((0, 0, sign), bend),
    }
    positions, truth = posed(480, turns)
    for options in ({}, {"twist": NOISY}):
        _, world = solved(positions, **options)
        assert steps(world).max() < steps(truth).max() + 1
    _, world = solved(positions)
    assert angle_between(world, truth)[:, at(f"{side}_shoulder")].max() < 3


def test_straight_limbs_ride_on_the_ones_above():
    turn = turn_about((0, 0, 1), np.linspace(0, 3, 50))
    positions, truth = posed(50, {"pelvis": turn})
    _, world = solved(positions)
    assert angle_between(world, truth).max() < 1e-5


def test_noise_in_a_straight_arm_does_not_spin_it():
    positions, _ = posed(200, {})
    shaken = positions + np.random.default_rng(0).normal(0, 5e-4, positions.shape)
    _, world = solved(shaken)
    assert steps(world)[:, [at("left_shoulder"), at("left_elbow")]].max() < 3


@pytest.mark.parametrize("joint", ["left_elbow", "right_knee"])
def test_a_limb_that_bends_the_wrong_way_does_not_spin_in_a_frame(joint):
    """Its hinge reverses as it passes through straight, and the bones must turn half around."""
    t = np.arange(480) / 120
    axis = (0, 0, -1) if joint == "left_elbow" else (0, 1, 0)
    positions, truth = posed(480, {joint: turn_about(axis, 0.6 * np.sin(4 * t))})
    _, world = solved(positions, 120.0)
    rate_rad_s = np.radians(steps(world) - steps(truth)).max() * 120
    assert rate_rad_s < 60  # half a turn from one frame to the next is 377 rad/s


def test_collars_that_leave_from_one_point():
    """CMU's skeletons: neck and collars coincide, only the shoulders tell the chest's turn."""
    bones = BONES.copy()
    for name in ("left_collar", "right_collar"):
        bones[at(name)] = bones[at("neck")]
    local = np.tile(rot.IDENTITY, (300, len(JOINTS), 1))
    local[:, at("spine3")] = turn_about((0, 0, 1), 0.7 * np.sin(np.arange(300) / 20))
    positions, truth = forward_kinematics(PARENT, bones, np.zeros((300, 3)), local)
    motion, world = solved(positions)
    np.testing.assert_allclose(world_poses(motion)[0], positions, atol=1e-9)
    assert angle_between(world, truth)[:, at("spine3")].max() < 1e-4


# Invariances ----------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    yaw=st.floats(-10, 10),
    shift=st.tuples(*[st.floats(-50, 50)] * 3),
    scale=st.floats(0.5, 2),
)
def test_turning_moving_and_scaling_the_input_does_so_to_the_output(yaw, shift, scale):
    positions, _ = posed(40, swinging(40))
    turn = turn_about((0, 0, 1), yaw)
    moved = rot.rotate(turn, positions) + np.array(shift)
    base, world = solved(positions)
    other, turned = solved(moved)
    assert angle_between(turned, rot.multiply(turn, world)).max() < 1e-4
    np.testing.assert_allclose(
        other.root_position, rot.rotate(turn, base.root_position) + shift, atol=1e-9
    )
    np.testing.assert_allclose(other.skeleton.offsets, base.skeleton.offsets, atol=1e-9)
    sized, world_sized = solved(positions * scale)
    np.testing.assert_allclose(sized.skeleton.offsets, base.skeleton.offsets * scale, atol=1e-9)
    assert angle_between(world_sized, world).max() < 1e-4


def test_mirrored_input_gives_mirrored_output():
    positions, _ = posed(120, swinging())
    swap = [at(n.replace("left", "?").replace("right", "left").replace("?", "right"))
            for n in JOINTS]  # fmt: skip
    mirrored = positions[:, swap] * [1, -1, 1]
    _, world = solved(positions)
    _, other = solved(mirrored)
    expected = world[:, swap] * [-1, 1, -1, 1]
    assert angle_between(other, expected).max() < 1e-4


def test_order_of_joints_does_not_matter():
    positions, _ = posed(60, swinging(60))
    order = np.random.default_rng(1).permutation(len(JOINTS))
    shuffled = motion_from_positions(positions[:, order], [JOINTS[j] for j in order], 60.0)
    plain, _ = solved(positions)
    assert shuffled.skeleton.names == JOINTS
    np.testing.assert_array_equal(shuffled.rotations, plain.rotations)


# Recordings that have rotations ---------------------------------------------------------------


def truth_of(clip) -> tuple[np.ndarray, np.ndarray, float]:
    """Positions and orientations of the 22 segments of the body that wore a clip."""
    motion = read_clip(clip)
    moved = retarget(
        motion, body_models.get_body_model("anthropometric").tailor(BodyOptions())(motion.shape)
    )
    positions, world = moved.world_poses()
    return positions[moved.valid], world[moved.valid], moved.rate_hz


def check_recording(clip) -> dict[str, float]:
    """Hold a recording against its positions' solution; correlations of angular rates by joint."""
    positions, truth, rate_hz = truth_of(clip)
    motion, world = solved(positions, rate_hz)
    placed, _ = world_poses(motion)
    assert np.abs(placed - positions).max() < 1e-6
    ours, real = steps(world), steps(truth)
    assert not ((ours > 30) & (real < 20)).any(), "a jump that the source does not make"
    # At HumanML3D's rate as well.
    thin = slice(None, None, max(int(rate_hz / 20), 1))
    slow = solved(positions[thin], 20.0)[1]
    assert not ((steps(slow) > 30) & (steps(truth[thin]) < 20)).any()
    moving = [k for k, name in enumerate(JOINTS) if real[:, k].std() > 0.05 and name not in ENDS]
    return {JOINTS[k]: float(np.corrcoef(ours[:, k], real[:, k])[0, 1]) for k in moving}


@pytest.mark.skipif(importlib.util.find_spec("pybullet_data") is None, reason="needs pybullet")
def test_bundled_clips_come_back():
    found = [check_recording(c) for c in default_clips() if c.key in {"walk", "run", "dance_a"}]
    for name in ("pelvis", "left_hip", "right_hip", "left_knee", "right_knee"):
        assert np.median([r[name] for r in found]) > 0.9, name


def test_cmu_comes_back(shared: Path):
    clips = [c for c in find_clips([shared / "data/cmu/asfamc/02"]) if c.key < "02_05"]
    assert len(clips) == 4
    found = [check_recording(clip) for clip in clips]
    # Arms that hang nearly straight, as in a walk, show least of their turn.
    least = {"left_hip": 0.9, "left_knee": 0.9, "spine3": 0.9, "left_shoulder": 0.7}
    for name, bar in least.items():
        assert np.median([r[name] for r in found if name in r]) > bar, name


# What was not seen ----------------------------------------------------------------------------


def test_axes_that_were_not_seen_lie_along_their_bones():
    positions, _ = posed(60, swinging(60))
    motion, _ = solved(positions)
    axes = motion.unobserved_axes
    assert axes is not None
    flagged = {name for name, axis in zip(JOINTS, axes, strict=True) if axis.any()}
    assert ENDS | {"left_elbow", "right_elbow", "neck"} <= flagged
    assert not flagged & {"pelvis", "spine3", "left_hip", "left_knee", "left_shoulder"}
    assert not {"spine1", "spine2"} & flagged
    for name in flagged - ENDS:
        child = JOINTS[PARENTS.index(at(name))]
        bone = motion.skeleton.offsets[at(child)]
        np.testing.assert_allclose(axes[at(name)], bone / np.linalg.norm(bone), atol=1e-9)
    for name in flagged & ENDS:
        np.testing.assert_allclose(np.linalg.norm(axes[at(name)]), 1, atol=1e-12)


def test_a_limb_that_never_bends_is_not_seen_about_itself():
    positions, _ = posed(30, {"left_knee": turn_about((0, 1, 0), np.full(30, 0.9))})
    axes = solved(positions)[0].unobserved_axes
    assert axes is not None
    assert axes[at("left_shoulder")].any()
    assert axes[at("right_knee")].any()
    assert not axes[at("left_knee")].any()


# Bones, gaps, bad input -----------------------------------------------------------------------


def test_bones_are_constant_and_the_median_of_a_stretching_source():
    positions, _ = posed(100, swinging(100))
    bone = positions[:, at("left_elbow")] - positions[:, at("left_shoulder")]
    stretch = 1 + 0.2 * np.sin(np.arange(100))
    lower = [at("left_elbow"), at("left_wrist")]
    positions[:, lower] += (bone * (stretch - 1)[:, None])[:, None]
    motion, _ = solved(positions)
    assert motion.translations is None
    assert np.linalg.norm(motion.skeleton.offsets[at("left_elbow")]) == pytest.approx(
        0.26 * np.median(stretch), rel=1e-6
    )
    # The shoulder still points at where the elbow was.
    placed, _ = world_poses(motion)
    upper = placed[:, at("left_elbow")] - placed[:, at("left_shoulder")]
    np.testing.assert_allclose(np.cross(upper, bone), 0, atol=1e-9)


def test_frames_with_nan_are_gaps_and_do_not_touch_the_others():
    positions, _ = posed(120, swinging())
    torn = positions.copy()
    torn[40:43, at("left_wrist"), 1] = np.nan
    torn[80] = np.inf
    whole, torn_motion = solved(positions)[0], solved(torn)[0]
    gap = np.isnan(torn_motion.rotations).any(axis=(1, 2))
    assert set(np.flatnonzero(gap)) == {40, 41, 42, 80}
    assert np.isnan(torn_motion.root_position[gap]).all()
    assert angle_between(torn_motion.rotations[~gap], whole.rotations[~gap]).max() < 5


@pytest.mark.parametrize(
    ("joints", "message"),
    [
        (("pelvis", "left_hip", "right_hip"), "spine"),
        (tuple(j for j in JOINTS if j != "left_hip"), "left_hip missing"),
        ((*JOINTS[:-1], "tail"), "'tail' is no joint"),
        ((*JOINTS[:-1], "pelvis"), "repeat"),
        ((), "missing"),
    ],
)
def test_joints_that_do_not_do(joints, message):
    with pytest.raises(MotionError, match=message):
        motion_from_positions(np.zeros((5, len(joints), 3)), joints, 20.0)


@pytest.mark.parametrize(
    "positions",
    [np.zeros((5, 21, 3)), np.zeros((5, 22)), np.zeros((0, 22, 3)), np.full((5, 22, 3), np.nan)],
)
def test_arrays_that_do_not_do(positions):
    with pytest.raises(MotionError):
        motion_from_positions(positions, JOINTS, 20.0)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    frames=st.integers(1, 6),
    kind=st.sampled_from(["noise", "zeros", "one point", "line", "huge", "integers"]),
)
def test_any_numbers_give_unit_rotations(seed, frames, kind):
    generator = np.random.default_rng(seed)
    positions = generator.normal(size=(frames, len(JOINTS), 3))
    if kind == "zeros":
        positions *= 0
    elif kind == "one point":
        positions[:] = positions[:, :1]
    elif kind == "line":
        positions[..., 1:] = 0
    elif kind == "huge":
        positions *= 1e5
    elif kind == "integers":
        positions = np.round(positions)
    motion, world = solved(positions)
    np.testing.assert_allclose(np.linalg.norm(world, axis=-1), 1, atol=1e-9)
    assert np.isfinite(motion.rotations).all()
