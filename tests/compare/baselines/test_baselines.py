"""Finite differences and interpolation: closed forms, and how noise breaks them."""

from __future__ import annotations

import numpy as np
import pytest

from imusim.compare.baselines import BASELINES
from imusim.conventions import STANDARD_GRAVITY
from imusim.errors import MotionError
from imusim.math import rotations as rot

TURN_RAD_S = 2.0
OFFSET = np.array([0.3, 0.0, 0.0])


def _turning(rate_hz: float, end_s: float = 4.0) -> tuple[np.ndarray, np.ndarray]:
    """A link that turns about the world's z axis, and rises evenly."""
    time_s = np.arange(int(end_s * rate_hz) + 1) / rate_hz
    position = np.stack([0 * time_s, 0 * time_s, 0.2 * time_s], axis=1)
    angle = np.stack([0 * time_s, 0 * time_s, TURN_RAD_S * time_s], axis=1)
    return position, rot.from_rotation_vector(angle)


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("rate_hz", [20.0, 60.0, 100.0, 120.0, 256.0])
def test_a_steady_turn(name, rate_hz):
    found = BASELINES[name].make(*_turning(rate_hz), rate_hz, OFFSET)
    low = {"raw-60": 60.0, "averaged": 60.0}.get(name, rate_hz)
    if name == "interpolating":
        assert found.rate_hz >= rate_hz
    else:
        assert found.rate_hz == pytest.approx(min(rate_hz, low))
    step_s = (4 if name == "averaged" else 1) / found.rate_hz
    flat = 0.0 if name == "interpolating" else TURN_RAD_S**2 * step_s**2 / 12  # of a difference
    expected = [-OFFSET[0] * TURN_RAD_S**2 * (1 - flat), 0.0, STANDARD_GRAVITY]
    inside = slice(len(found.force) // 4, -(len(found.force) // 4))
    np.testing.assert_allclose(
        found.force[inside], np.tile(expected, (len(found.force[inside]), 1)), atol=5e-3
    )
    np.testing.assert_allclose(found.rate[inside, 2], TURN_RAD_S, rtol=1e-5)
    np.testing.assert_allclose(found.change[inside], 0.0, atol=1e-3)
    assert found.valid.all() and np.isfinite(found.force).all()


def test_raw_differences_are_the_plain_formula():
    rng = np.random.default_rng(0)
    position = rng.standard_normal((50, 3))
    still = np.tile(rot.IDENTITY, (50, 1))
    found = BASELINES["raw"].make(position, still, 60.0, np.zeros(3))
    second = np.diff(position, 2, axis=0) * 3600
    np.testing.assert_allclose(found.force[1:-1], second + [0, 0, STANDARD_GRAVITY])
    averaged = BASELINES["averaged"].make(position, still, 60.0, np.zeros(3)).force
    wide = (position[:-8] + position[8:] - 2 * position[4:-4]) * 3600 / 16
    np.testing.assert_allclose(averaged[4:-4], wide + [0, 0, STANDARD_GRAVITY])
    np.testing.assert_allclose(averaged[1:4], second[:3] + [0, 0, STANDARD_GRAVITY])


def test_every_second_frame_is_taken_at_120_hz():
    position, turn = _turning(120.0)
    position = position + np.random.default_rng(1).standard_normal(position.shape) * 1e-3
    fast = BASELINES["raw-60"].make(position, turn, 120.0, OFFSET)
    slow = BASELINES["raw"].make(position[::2], turn[::2], 60.0, OFFSET)
    np.testing.assert_array_equal(fast.force, slow.force)


def test_noise_is_amplified_as_the_square_of_the_rate():
    rng = np.random.default_rng(2)
    noise = 1e-3 * rng.standard_normal((6000, 3))
    still = np.tile(rot.IDENTITY, (6000, 1))
    for name, gain in (("raw", 3600), ("averaged", 225)):
        force = BASELINES[name].make(noise, still, 60.0, np.zeros(3)).force[10:-10]
        np.testing.assert_allclose(force.std(axis=0), np.sqrt(6) * gain * 1e-3, rtol=0.05)


@pytest.mark.parametrize("name", BASELINES)
def test_gaps_are_flagged_and_filled(name):
    position, turn = _turning(100.0)
    position[150:180] = np.nan
    turn[150:180] = np.nan
    found = BASELINES[name].make(position, turn, 100.0, OFFSET)
    time_s = np.arange(len(found.valid)) / found.rate_hz
    assert not found.valid[(time_s > 1.51) & (time_s < 1.78)].any()
    assert found.valid[(time_s < 1.4) | (time_s > 1.9)].all()
    assert np.isfinite(found.force).all() and np.isfinite(found.rate).all()


@pytest.mark.parametrize("name", BASELINES)
def test_too_few_frames(name):
    position, turn = _turning(60.0)
    with pytest.raises(MotionError):
        BASELINES[name].make(position[:3], turn[:3], 60.0, OFFSET)
    with pytest.raises(MotionError):
        BASELINES[name].make(position * np.nan, turn, 60.0, OFFSET)
    BASELINES[name].make(position[:7], turn[:7], 60.0, OFFSET)
