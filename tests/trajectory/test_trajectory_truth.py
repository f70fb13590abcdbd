"""Trajectories: their derivatives, their gaps, and what smoothing gains."""

import numpy as np
import pytest

from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.trajectory import fit_trajectory

RATE = 100.0
TIME = np.arange(500) / RATE


def _motion(time):
    position = np.stack([np.sin(2 * time), 0.3 * np.cos(5 * time), 0.1 * time], axis=-1)
    turn = np.stack([0.8 * np.sin(3 * time), 0.4 * np.cos(2 * time), 0.5 * time], axis=-1)
    return position[:, None], rot.from_rotation_vector(turn)[:, None]


def _fit(position, orientation, **options):
    return fit_trajectory(("link",), position, orientation, RATE, **options)


def test_derivatives_are_those_of_its_own_poses():
    rng = np.random.default_rng(0)
    position, orientation = _motion(TIME)
    trajectory = _fit(position + 1e-3 * rng.standard_normal(position.shape), orientation)
    middle, step = np.linspace(1, 4, 50), 1e-4
    before, at, after = (trajectory.sample(middle + k * step) for k in (-1, 0, 1))
    velocity = (after.position - before.position) / (2 * step)
    acceleration = (after.velocity - before.velocity) / (2 * step)
    np.testing.assert_allclose(at.velocity, velocity, atol=1e-5)
    np.testing.assert_allclose(at.acceleration, acceleration, atol=1e-4)
    turn = rot.multiply(rot.conjugate(before.world_from_link), after.world_from_link)
    rate = rot.to_rotation_vector(turn) / (2 * step)
    np.testing.assert_allclose(at.angular_velocity, rate, atol=1e-5)
    change = (after.angular_velocity - before.angular_velocity) / (2 * step)
    np.testing.assert_allclose(at.angular_acceleration, change, atol=1e-4)


def test_a_gap_weighs_nothing_and_is_bridged_and_flagged():
    position, orientation = _motion(TIME)
    broken = position.copy()
    broken[200:210] = np.nan
    trajectory = _fit(broken, orientation, position_noise=0.0)
    assert np.flatnonzero(~trajectory.valid).tolist() == list(range(200, 210))
    states = trajectory.sample(TIME)
    assert np.abs(states.position - position)[200:210].max() < 1e-4
    broken[205] = 1e9  # one number of a frame whose others are missing
    broken[205, 0, 0] = np.nan
    again = _fit(broken, orientation, position_noise=0.0).sample(TIME)
    np.testing.assert_array_equal(again.position, states.position)


def test_a_long_gap_harms_nothing_outside_it():
    position, orientation = _motion(TIME)
    position[100:350] = np.nan
    whole, _ = _motion(TIME)
    states = _fit(position, orientation).sample(TIME)
    assert np.isfinite(states.acceleration).all()
    outside = np.r_[10:90, 360:490]
    assert np.abs(states.position - whole)[outside].max() < 2e-3


def test_smoothing_beats_raw_differences():
    rng = np.random.default_rng(1)
    position, orientation = _motion(TIME)
    noisy = position + 5e-4 * rng.standard_normal(position.shape)
    truth = np.stack([-4 * np.sin(2 * TIME), -7.5 * np.cos(5 * TIME), 0 * TIME], axis=-1)[:, None]
    raw = (noisy[2:] - 2 * noisy[1:-1] + noisy[:-2]) * RATE**2
    raw_error = np.sqrt(np.mean((raw - truth[1:-1]) ** 2))
    for noise in (None, 5e-4):
        states = _fit(noisy, orientation, position_noise=noise).sample(TIME)
        error = np.sqrt(np.mean((states.acceleration - truth)[20:-20] ** 2))
        assert error < raw_error / 20


def test_joints_do_not_depend_on_each_other():
    rng = np.random.default_rng(2)
    position, orientation = _motion(TIME)
    noisy = position + 1e-3 * rng.standard_normal(position.shape)
    other = np.concatenate([noisy, 5 * rng.standard_normal(noisy.shape)], axis=1)
    both = fit_trajectory(("a", "b"), other, np.repeat(orientation, 2, axis=1), RATE)
    alone = _fit(noisy, orientation)
    np.testing.assert_allclose(
        both.sample(TIME).acceleration[:, 0], alone.sample(TIME).acceleration[:, 0], atol=1e-9
    )


def test_times_outside_and_clips_too_short_are_refused():
    position, orientation = _motion(TIME)
    with pytest.raises(MotionError, match="outside"):
        _fit(position, orientation).sample(np.array([5.5]))
    with pytest.raises(MotionError, match="5 whole frames"):
        _fit(position[:5], orientation[:5])
