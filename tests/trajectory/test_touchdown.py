"""Velocity jumps of feet that land: paths whose jumps are known, and real walks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import body_models
import motion_sources
from imusim.body import BodyOptions, RetargetedMotion, retarget
from imusim.body.ground import Ground
from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from imusim.trajectory import fit_trajectory
from imusim.trajectory.touchdown import find_touchdowns, with_touchdowns

BODY = body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)
RATE_HZ, CUTOFF_HZ = 100.0, 13.0
FEET = [JOINTS.index("left_ankle"), JOINTS.index("right_ankle")]


def hops(times, speed, count=400, noise=0.0, rate_hz=RATE_HZ, ahead=0.0):
    """A stiff body that falls onto the ground at constant speed, rests, and is lifted again."""
    time = np.arange(count) / rate_hz
    height = np.full(count, 0.5)
    for start in times:
        height = np.minimum(height, speed * np.maximum(start - time, 0) + rise(time - start))
    stance = BODY.rest_positions()[FEET[0], 2] + (
        BODY.boxes[FEET[0], 0, 2] - BODY.boxes[FEET[0], 1, 2] / 2
    )
    root = np.zeros((count, 3))
    root[:, 0] = ahead * np.minimum(time, times[0]) if len(times) else 0.0
    root[:, 2] = height - stance
    root += noise * np.random.default_rng(0).standard_normal(root.shape)
    return RetargetedMotion(
        BODY,
        root[:, None] + BODY.rest_positions(),
        np.tile(rot.IDENTITY, (count, len(JOINTS), 1)),
        rate_hz,
        np.ones(len(JOINTS), bool),
        np.ones(count, bool),
        np.zeros((len(JOINTS), 3)),
        np.full((count, len(JOINTS), 3), np.nan),
        Ground(rot.IDENTITY, 0.0),
    )


def rise(since):
    """Slowly up after half a second on the ground."""
    return 0.5 * (1 - np.cos(np.clip(since - 0.5, 0, 1) * np.pi)) / 2


def fitted(moved, cutoff_hz=CUTOFF_HZ):
    return fit_trajectory(JOINTS, *moved.world_poses(), moved.rate_hz, cutoff_hz=cutoff_hz)


@given(
    offset=st.floats(0, 0.01),
    speed=st.floats(0.5, 1.5),
    cutoff=st.floats(9.0, 20.0),
    ahead=st.floats(-1.0, 1.0),
)
@settings(max_examples=20, deadline=None)
def test_a_fall_is_found_in_time_and_in_size(offset, speed, cutoff, ahead):
    moved = hops([1.5 + offset], speed, ahead=ahead)
    smooth = fitted(moved, cutoff)
    for found in find_touchdowns(smooth, moved).values():
        assert found / RATE_HZ == pytest.approx([1.5 + offset], abs=0.003)
    sharp = with_touchdowns(smooth, moved)
    around = np.array([1.5 + offset - 0.012, 1.5 + offset + 0.012])
    before, after = sharp.sample(around).velocity[:, FEET[0]]
    assert before == pytest.approx([ahead, 0, -speed], abs=0.2 * np.hypot(speed, ahead))
    assert after == pytest.approx([0, 0, 0], abs=0.2 * np.hypot(speed, ahead))


def test_noise_of_half_a_millimetre_does_not_hide_it():
    moved = hops([1.5, 3.1], 0.6, count=500, noise=0.0005)
    for found in find_touchdowns(fitted(moved), moved).values():
        assert found / RATE_HZ == pytest.approx([1.5, 3.1], abs=0.006)


def test_only_feet_and_only_near_the_touchdown_are_changed():
    moved = hops([1.5], 0.6)
    smooth = fitted(moved)
    sharp = with_touchdowns(smooth, moved)
    assert sharp.end_s == smooth.end_s
    time = smooth.times(90.0)
    apart = np.linalg.norm(sharp.sample(time).position - smooth.sample(time).position, axis=2)
    others = [j for j, name in enumerate(JOINTS) if not name.endswith(("ankle", "foot"))]
    assert apart[:, others].max() < 1e-6
    assert apart[np.abs(time - 1.5) > 0.25].max() < 1e-9
    assert 0.001 < apart[:, FEET].max() < 0.02


def test_jumps_are_the_same_at_another_rate():
    moved = hops([1.5], 0.6)
    smooth = fitted(moved)
    sharp = with_touchdowns(smooth, moved)
    time = np.linspace(1.3, 1.7, 801)
    finer = fit_trajectory(JOINTS, *smooth.poses(np.arange(868) / 217.5), 217.5, position_noise=0.0)
    taken = finer.with_jumps_of(sharp).sample(time), sharp.sample(time)
    for name, scale in (("position", 1e-3), ("velocity", 1.0), ("acceleration", 100.0)):
        ours, theirs = (getattr(states, name)[:, FEET] for states in taken)
        assert ours == pytest.approx(theirs, abs=1e-3 * scale)
    assert sharp.without_jumps().sample(time).position == pytest.approx(
        smooth.sample(time).position
    )


def test_jumps_of_orientation_turn_round_with_the_sign_of_a_quaternion(shared):
    """q and -q are one rotation: whichever a track runs through, it gets the same jumps."""
    clip = motion_sources.find_clips([shared / "data" / "cmu" / "asfamc" / "02" / "02_01.amc"])[0]
    moved = retarget(motion_sources.read_clip(clip), BODY)
    sharp = with_touchdowns(fit_trajectory(JOINTS, *moved.world_poses(), moved.rate_hz), moved)
    assert sharp.orientation.jumps
    track = sharp.orientation
    other_side = replace(
        sharp, orientation=replace(track, coefficients=-track.coefficients, jumps=())
    )
    time = sharp.times(200.0)
    ours, theirs = other_side.with_jumps_of(sharp).sample(time), sharp.sample(time)
    assert ours.angular_velocity == pytest.approx(theirs.angular_velocity, abs=1e-9)


def test_a_blow_is_as_large_as_its_jump():
    moved = hops([1.5], 0.6)
    sharp = with_touchdowns(fitted(moved), moved)
    (moment, _) = (jump.moment / RATE_HZ for jump in sharp.position.jumps[:2])
    time = np.linspace(moment - 0.008, moment + 0.008, 321)
    blow = sharp.sample(time)
    gained = np.trapezoid(blow.acceleration[:, FEET[0]], time, axis=0)
    assert gained == pytest.approx(blow.velocity[-1, FEET[0]] - blow.velocity[0, FEET[0]], abs=1e-4)
    assert gained[2] == pytest.approx(0.6, abs=0.1)
    assert blow.acceleration[160, FEET[0], 2] == pytest.approx(
        sharp.position.jumps[0].size[2] * RATE_HZ / 0.002 / np.sqrt(2 * np.pi), rel=0.25
    )


def test_a_foot_that_comes_to_rest_smoothly_does_not_land():
    count = 400
    moved = hops([], 0.0, count)
    time = np.arange(count) / RATE_HZ
    moved.root_position[:, 2] += rise(2.5 - time) - 0.5
    smooth = fitted(moved)
    assert with_touchdowns(smooth, moved) is smooth


@pytest.mark.parametrize(("rate_hz", "cutoff_hz"), [(30.0, 10.0), (100.0, 5.0), (100.0, np.inf)])
def test_captures_that_cannot_show_it_are_left_alone(rate_hz, cutoff_hz):
    moved = hops([1.5], 0.6, rate_hz=rate_hz)
    smooth = (
        fit_trajectory(JOINTS, *moved.world_poses(), rate_hz, position_noise=0.0)
        if np.isinf(cutoff_hz)
        else fitted(moved, cutoff_hz)
    )
    assert with_touchdowns(smooth, moved) is smooth


def test_gaps_stay_gaps():
    moved = hops([1.5], 0.6)
    moved.root_position[300:310] = np.nan
    smooth = fitted(moved)
    sharp = with_touchdowns(smooth, moved)
    assert sharp.position.jumps
    assert np.array_equal(sharp.valid, smooth.valid)


def test_a_walker_lands_on_alternate_feet(shared):
    clip = motion_sources.find_clips([shared / "data" / "cmu" / "asfamc" / "02" / "02_01.amc"])[0]
    moved = retarget(motion_sources.read_clip(clip), BODY)
    found = find_touchdowns(fit_trajectory(JOINTS, *moved.world_poses(), moved.rate_hz), moved)
    steps = np.sort(np.concatenate(list(found.values()))) / moved.rate_hz
    assert len(found["left"]) == len(found["right"]) == 2
    assert np.diff(steps) == pytest.approx(0.55, abs=0.08)
