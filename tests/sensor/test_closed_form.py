"""Ideal sensors on motions whose signals are known in closed form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.conventions import STANDARD_GRAVITY as G
from imusim.math import rotations as rot
from imusim.sensor import Mounting, read_imu
from imusim.trajectory import fit_trajectory

MOCAP_HZ, IMU_HZ = 120.0, 100.0
TIME = np.arange(601) / MOCAP_HZ


def _about(axis, angle):
    return rot.from_rotation_vector(np.multiply.outer(np.asarray(angle), np.asarray(axis, float)))


def _mount(offset=(0.0, 0.0, 0.0), link_from_sensor=rot.IDENTITY):
    return Mounting(("link",), np.asarray(link_from_sensor)[None], np.asarray(offset, float)[None])


def _read(position, orientation, mounting, **options):
    options = {"position_noise": 0.0} | options
    trajectory = fit_trajectory(
        ("link",), position[:, None], orientation[:, None], MOCAP_HZ, **options
    )
    signals = read_imu(trajectory, mounting, IMU_HZ)
    return signals.time_s, signals.accelerometer[:, 0], signals.gyroscope[:, 0]


def _relative(found, true):
    scale = np.sqrt(np.mean(np.sum(true**2, axis=1)))
    error = np.sqrt(np.mean(np.sum((found - true) ** 2, axis=1)))
    return error / scale if scale > 1e-9 else error


def _pendulum(time):
    """A sensor hung 0.6 m below a pivot that swings about y by 0.7 sin(2π 0.9 t)."""
    length, amplitude, omega = 0.6, 0.7, 2 * np.pi * 0.9
    angle = amplitude * np.sin(omega * time)
    rate = amplitude * omega * np.cos(omega * time)
    change = -amplitude * omega**2 * np.sin(omega * time)
    zero = np.zeros_like(time)
    # Turning by θ about y carries (0, 0, −L) to (−L sin θ, 0, −L cos θ).
    position = np.stack([-length * np.sin(angle), zero, -length * np.cos(angle)], axis=1)
    force = np.stack(
        [-length * change - G * np.sin(angle), zero, length * rate**2 + G * np.cos(angle)], axis=1
    )
    return position, _about([0, 1, 0], angle), force, np.stack([zero, rate, zero], axis=1)


@pytest.mark.parametrize("seed", range(5))
def test_rest_reads_gravity_upwards(seed):
    orientation = rot.random_rotations(np.random.default_rng(seed), (1,))
    _, acc, gyro = _read(
        np.tile([1.0, -2.0, 0.5], (601, 1)), np.repeat(orientation, 601, axis=0), _mount()
    )
    expected = rot.rotate_inverse(orientation, np.array([[0.0, 0.0, G]]))
    np.testing.assert_allclose(acc, np.broadcast_to(expected, acc.shape), atol=1e-6)
    np.testing.assert_allclose(gyro, 0, atol=1e-8)


def test_free_fall_reads_nothing():
    position = np.array([1.0, 2.0, 50.0]) + np.outer(TIME, [3.0, -1.0, 4.0])
    position[:, 2] -= 0.5 * G * TIME**2
    _, acc, gyro = _read(position, _about([1, 0, 0], 0 * TIME), _mount())
    assert np.abs(acc).max() < 1e-5
    assert np.abs(gyro).max() < 1e-8


def test_constant_velocity_reads_gravity():
    _, acc, gyro = _read(np.outer(TIME, [1.4, -0.3, 0.2]), _about([1, 0, 0], 0 * TIME), _mount())
    np.testing.assert_allclose(acc, np.tile([0, 0, G], (len(acc), 1)), atol=1e-6)
    np.testing.assert_allclose(gyro, 0, atol=1e-8)


def test_pendulum():
    position, orientation, _, _ = _pendulum(TIME)
    time, acc, gyro = _read(position, orientation, _mount())
    _, _, force, rate = _pendulum(time)
    assert _relative(acc, force) < 1e-3
    assert _relative(gyro, rate) < 1e-3


def test_pendulum_by_its_lever_arm():
    """The same pendulum as a link whose origin is the pivot, the sensor on a lever arm."""
    _, orientation, _, _ = _pendulum(TIME)
    time, acc, gyro = _read(np.zeros((601, 3)), orientation, _mount(offset=(0, 0, -0.6)))
    _, _, force, rate = _pendulum(time)
    assert _relative(acc, force) < 1e-3
    assert _relative(gyro, rate) < 1e-3


@pytest.mark.parametrize("turns_hz", [0.5, 2.0, 4.0])
def test_rotor_with_lever_arm(turns_hz):
    omega, arm = 2 * np.pi * turns_hz, 0.25
    time, acc, gyro = _read(
        np.zeros((601, 3)), _about([0, 0, 1], omega * TIME), _mount(offset=(arm, 0, 0))
    )
    force = np.tile([-arm * omega**2, 0, G], (len(time), 1))
    assert _relative(acc, force) < 1e-3
    assert _relative(gyro, np.tile([0, 0, omega], (len(time), 1))) < 1e-3


def test_screw_motion():
    """Winding up a vertical helix, with a speed along the axis that changes."""
    omega, radius = 2 * np.pi * 0.8, 0.4
    angle = omega * TIME
    position = np.stack(
        [radius * np.cos(angle), radius * np.sin(angle), 0.1 * np.sin(3 * TIME)], axis=1
    )
    time, acc, gyro = _read(position, _about([0, 0, 1], angle), _mount())
    zero = np.zeros_like(time)
    force = np.stack([zero - radius * omega**2, zero, G - 0.9 * np.sin(3 * time)], axis=1)
    assert _relative(acc, force) < 1e-3
    assert _relative(gyro, np.tile([0, 0, omega], (len(time), 1))) < 1e-3


def test_nothing_aliases_into_a_slow_sensor():
    """A 40 Hz shake is beyond a 50 Hz sensor; its alias would stand at 10 Hz."""
    shake = 1e-3 * np.sin(2 * np.pi * 40 * TIME)
    sway = 0.05 * np.sin(2 * np.pi * 1.5 * TIME)
    orientation = _about([1, 0, 0], 0 * TIME)
    trajectory = fit_trajectory(
        ("link",),
        np.stack([sway + shake, 0 * TIME, 0 * TIME], axis=1)[:, None],
        orientation[:, None],
        MOCAP_HZ,
        position_noise=0.0,
    )
    signals = read_imu(trajectory, _mount(), 50.0)
    expected = -0.05 * (2 * np.pi * 1.5) ** 2 * np.sin(2 * np.pi * 1.5 * signals.time_s)
    error = signals.accelerometer[30:-30, 0, 0] - expected[30:-30]
    assert np.abs(error).max() < 0.01 * 1e-3 * (2 * np.pi * 40) ** 2


angles = st.floats(-np.pi, np.pi)


@settings(max_examples=25, deadline=None)
@given(heading=angles, seed=st.integers(0, 2**32 - 1), noise=st.sampled_from([0.0, None]))
def test_turning_the_world_about_the_vertical_changes_nothing(heading, seed, noise):
    position, orientation = _wander(seed)
    turn = _about([0, 0, 1], heading)
    shift = np.array([3.0, -7.0, 1.0])
    _, acc, gyro = _read(position, orientation, _mount(), position_noise=noise)
    _, turned_acc, turned_gyro = _read(
        rot.rotate(turn, position) + shift,
        rot.multiply(turn, orientation),
        _mount(),
        position_noise=noise,
    )
    np.testing.assert_allclose(turned_acc, acc, atol=1e-5)
    np.testing.assert_allclose(turned_gyro, gyro, atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), noise=st.sampled_from([0.0, None]))
def test_turning_the_mounting_turns_the_signals(seed, noise):
    position, orientation = _wander(seed)
    turn = rot.random_rotations(np.random.default_rng(seed), ())
    mounting = _mount((0.1, 0.0, -0.05), turn)
    plain = _mount(offset=(0.1, 0.0, -0.05))
    _, acc, gyro = _read(position, orientation, plain, position_noise=noise)
    _, turned_acc, turned_gyro = _read(position, orientation, mounting, position_noise=noise)
    np.testing.assert_allclose(rot.rotate(mounting.link_from_sensor, turned_acc), acc, atol=1e-9)
    np.testing.assert_allclose(rot.rotate(mounting.link_from_sensor, turned_gyro), gyro, atol=1e-9)


def _wander(seed):
    """A smooth random motion with 0.5 mm of white noise."""
    rng = np.random.default_rng(seed)
    waves = np.sin(np.outer(TIME, 2 * np.pi * rng.uniform(0.2, 3.0, 6)) + rng.uniform(0, 6, 6))
    position = 0.2 * waves[:, :3] + 5e-4 * rng.standard_normal((601, 3))
    return position, rot.from_rotation_vector(waves[:, 3:] + 2e-3 * rng.standard_normal((601, 3)))
