"""Bandwidth and clocks of devices against closed forms."""

import numpy as np
import pytest

from imusim.math import rotations as rot
from imusim.sensor import Mounting, Sampling, read_imu
from imusim.sensor.sampling import sampled as read_at
from imusim.trajectory import fit_trajectory

FINE_HZ, HZ, FACTOR = 400.0, 50.0, 8
TIME = np.arange(0, 10 + 1e-9, 1 / FINE_HZ)
MIDDLE = slice(100, 400)
"""Output frames that no end of the signal reaches."""


def sampled(values, bandwidth_hz, time_s=None, rate_bandwidth_hz=None):
    """What one device gets of a signal on its accelerometer's x and its gyroscope's z axis."""
    force, rate = (np.zeros((len(values), 1, 3)) for _ in range(2))
    force[:, 0, 0] = rate[:, 0, 2] = values
    bands = np.full((1, 6), float(bandwidth_hz))
    if rate_bandwidth_hz is not None:
        bands[:, 3:] = rate_bandwidth_hz
    both = read_at(np.concatenate([force, rate], axis=2), bands, FACTOR, HZ, time_s)
    force, rate = both[..., :3], both[..., 3:]
    assert not force[..., 1:].any()
    return force[:, 0, 0], rate[:, 0, 2]


def response(frequency_hz, bandwidth_hz):
    """The analogue filter of IEEE's and every textbook's second-order Butterworth low-pass."""
    s = 1j * frequency_hz / bandwidth_hz
    return 1 / (s**2 + np.sqrt(2) * s + 1)


@pytest.mark.parametrize("bandwidth_hz", [5.0, 20.0, 92.0])
@pytest.mark.parametrize("ratio", [0.1, 0.5, 1.0, 2.0])
def test_gain_and_delay_are_those_of_the_analogue_filter(bandwidth_hz, ratio):
    frequency = ratio * bandwidth_hz
    wave = np.exp(2j * np.pi * frequency * TIME)
    found, _ = sampled(wave.real, bandwidth_hz)
    wanted = (response(frequency, bandwidth_hz) * wave[::FACTOR]).real
    np.testing.assert_allclose(found[MIDDLE], wanted[MIDDLE], atol=2e-3)
    if ratio == 1:
        assert abs(response(frequency, bandwidth_hz)) == pytest.approx(10 ** (-3.0103 / 20), 1e-4)


def test_each_sensor_has_its_own_bandwidth():
    wave = np.sin(2 * np.pi * 10 * TIME)
    force, rate = sampled(wave, 5.0, rate_bandwidth_hz=40.0)
    for found, bandwidth_hz in ((force, 5.0), (rate, 40.0)):
        size = np.sqrt(2 * np.mean(found[MIDDLE] ** 2))
        assert size == pytest.approx(abs(response(10, bandwidth_hz)), 5e-3)


def test_what_lies_beyond_half_the_output_rate_folds_back():
    """40 Hz read 50 times a second is 10 Hz, unless the filter is ideal."""
    wave = np.cos(2 * np.pi * 40 * TIME)
    found, ideal = sampled(wave, 100.0, rate_bandwidth_hz=np.inf)
    time_s = TIME[::FACTOR]
    passed = response(40, 100.0)
    folded = abs(passed) * np.cos(2 * np.pi * 10 * time_s - np.angle(passed))
    np.testing.assert_allclose(found[MIDDLE], folded[MIDDLE], atol=2e-3)
    assert np.abs(ideal[MIDDLE]).max() < 2e-3


@pytest.mark.parametrize("bandwidth_hz", [np.inf, 15.0])
def test_samples_are_those_of_their_instants(bandwidth_hz):
    rng = np.random.default_rng(0)
    due = TIME[::FACTOR]
    instants = due * (1 + 200e-6) + 0.013 + 0.004 * rng.standard_normal(len(due))
    frequency = 6.0
    found, _ = sampled(np.sin(2 * np.pi * frequency * TIME), bandwidth_hz, instants[:, None])
    passed = 1.0 if np.isinf(bandwidth_hz) else response(frequency, bandwidth_hz)
    wanted = (passed * np.exp(2j * np.pi * frequency * instants)).imag
    np.testing.assert_allclose(found[MIDDLE], wanted[MIDDLE], atol=1e-3)
    late = np.sin(2 * np.pi * frequency * due)
    assert np.abs(found - late)[MIDDLE].max() > 0.3  # the clock's errors are no trifle here


def test_instants_beyond_the_clip_are_taken_at_its_ends():
    instants = np.clip(TIME[::FACTOR] - 0.5, -1, None)
    found, _ = sampled(3.0 + TIME, np.inf, instants[:, None])
    np.testing.assert_allclose(found[:25], 3.0, atol=1e-3)


def swing(time_s):
    """A link that turns about y and goes up and down: position, orientation."""
    position = np.zeros((len(time_s), 1, 3))
    position[:, 0, 2] = 0.1 * np.sin(2 * np.pi * 2.0 * time_s)
    angle = 0.5 * np.sin(2 * np.pi * 1.5 * time_s)
    turn = rot.from_rotation_vector(angle[:, None, None] * np.array([0.0, 1.0, 0.0]))
    return position, turn


@pytest.fixture(scope="module")
def trajectory():
    return fit_trajectory(("link",), *swing(np.arange(1201) / 120), 120.0, position_noise=0.0)


def test_an_ideal_device_reads_what_the_ideal_sensor_does(trajectory):
    mounting = Mounting(("link",), rot.IDENTITY[None], np.array([[0.05, 0.0, 0.02]]))
    ideal = read_imu(trajectory, mounting, 50.0)
    device = read_imu(trajectory, mounting, 50.0, None, Sampling(np.full((1, 2, 3), np.inf)))
    np.testing.assert_allclose(device.accelerometer, ideal.accelerometer, atol=1e-12)
    np.testing.assert_allclose(device.gyroscope, ideal.gyroscope, atol=1e-12)


def test_a_late_clock_reads_the_motion_later(trajectory):
    """A sensor that is 40 ms late reads now what another reads 40 ms, two frames, later."""
    mounting = Mounting(("link",), rot.IDENTITY[None], np.array([[0.05, 0.0, 0.02]]))
    ideal = read_imu(trajectory, mounting, 50.0)
    late = Sampling(np.full((1, 2, 3), np.inf), ideal.time_s[:, None] + 0.04)
    read = read_imu(trajectory, mounting, 50.0, None, late)
    middle = slice(50, 400)
    later = slice(52, 402)
    np.testing.assert_allclose(
        read.accelerometer[middle], ideal.accelerometer[later], atol=2e-3 * 9.8
    )
    np.testing.assert_allclose(read.gyroscope[middle], ideal.gyroscope[later], atol=2e-3)


def test_a_narrow_gyroscope_turns_late_and_less(trajectory):
    mounting = Mounting(("link",), rot.IDENTITY[None], np.zeros((1, 3)))
    bands = np.full((1, 2, 3), np.inf)
    bands[:, 1] = 3.0
    narrow = read_imu(trajectory, mounting, 50.0, None, Sampling(bands))
    rate = 0.5 * 2 * np.pi * 1.5 * np.exp(2j * np.pi * 1.5 * narrow.time_s)
    wanted = (response(1.5, 3.0) * rate).real
    np.testing.assert_allclose(narrow.gyroscope[100:400, 0, 1], wanted[100:400], atol=0.01)


def test_a_faster_simulation_changes_nothing_of_a_smooth_motion(trajectory):
    mounting = Mounting(("link",), rot.IDENTITY[None], np.zeros((1, 3)))
    bands = np.full((1, 2, 3), 20.0)
    usual, faster = (
        read_imu(trajectory, mounting, 50.0, None, Sampling(bands, None, hz)) for hz in (0, 1000)
    )
    middle = slice(25, -25)
    np.testing.assert_allclose(usual.gyroscope[middle], faster.gyroscope[middle], atol=1e-3)
