"""How much a Kinect's clip is smoothed."""

import numpy as np
import pytest

from motion_sources.kinect import smoothing

RATE_HZ = 20.0


def swinging(radius_m: float, frequency_hz: float, frames: int = 400) -> np.ndarray:
    """Two joints: one at rest, one that goes round a circle."""
    angle = 2 * np.pi * frequency_hz * np.arange(frames) / RATE_HZ
    positions = np.zeros((frames, 2, 3))
    positions[:, 1] = radius_m * np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    return positions + [1.0, 2.0, 3.0]


def test_strength_is_the_centripetal_acceleration_of_what_moves_most():
    found = smoothing.strength(swinging(0.3, 0.5), RATE_HZ)
    assert found == pytest.approx(0.3 * np.pi**2, rel=0.02)


def test_stronger_motion_is_smoothed_less():
    cutoffs = [smoothing.cutoff(swinging(r, 0.7), RATE_HZ) for r in (0.1, 0.3, 0.6, 50.0)]
    assert cutoffs == sorted(cutoffs)
    assert cutoffs[-1] == smoothing.BOUNDS_HZ[1]
    ratio = cutoffs[2] / cutoffs[1]
    assert ratio == pytest.approx(2 ** (1 / smoothing.FALL), rel=1e-6)


def test_a_person_at_rest_is_smoothed_most():
    noise = np.random.default_rng(1).normal(size=(200, 5, 3)) * 0.002
    assert smoothing.cutoff(noise, RATE_HZ) == smoothing.BOUNDS_HZ[0]


def test_gaps_do_not_count():
    positions = swinging(0.3, 0.5)
    whole = smoothing.strength(positions, RATE_HZ)
    positions[:30] = positions[200:203] = np.nan
    assert smoothing.strength(positions, RATE_HZ) == pytest.approx(whole, rel=0.15)


@pytest.mark.parametrize("frames", [1, 5, 6, 7])
def test_short_clips(frames):
    low, high = smoothing.BOUNDS_HZ
    assert low <= smoothing.cutoff(swinging(0.3, 0.5, frames), RATE_HZ) <= high
    alone = np.full((max(frames, 6), 2, 3), np.nan)
    alone[2] = 0.0
    assert low <= smoothing.cutoff(alone, RATE_HZ) <= high
