"""How much a Kinect's clip is smoothed."""

import numpy as np
import pytest

from imusim.conventions import JOINTS
from imusim.motion import world_poses
from imusim.motion.bones import rest_positions
from imusim.motion.from_positions import NOISY, motion_from_positions
from imusim.trajectory import fit_trajectory
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


def test_a_limb_that_is_lost_and_found_makes_no_blow():
    """An elbow's forearm that leaps to and fro by half a turn, as frozen and found limbs do."""
    rest = rest_positions()
    positions = np.tile(rest, (80, 1, 1))
    positions += 0.02 * np.sin(np.arange(80) / 8)[:, None, None]
    elbow, wrist = (JOINTS.index(f"right_{name}") for name in ("elbow", "wrist"))
    bone = rest[wrist] - rest[elbow]
    for frame, way in ((40, [0.8, 0.6, 0.0]), (41, [0.0, 1.0, 0.2]), (42, [-0.9, 0.3, 0.3])):
        positions[frame, wrist] = positions[frame, elbow] + np.linalg.norm(bone) * np.array(way)
    cutoff_hz = smoothing.cutoff(positions, RATE_HZ)
    smooth = smoothing.without_leaps(positions, JOINTS, RATE_HZ, cutoff_hz)
    others = [j for j in range(len(JOINTS)) if j not in (elbow, wrist)]
    np.testing.assert_array_equal(smooth[:, others], positions[:, others])
    motion = motion_from_positions(smooth, JOINTS, RATE_HZ, twist=NOISY)
    trajectory = fit_trajectory(JOINTS, *world_poses(motion), RATE_HZ, cutoff_hz=cutoff_hz)
    states = trajectory.sample(trajectory.times(200.0))
    assert np.linalg.norm(states.angular_velocity[:, elbow], axis=1).max() < 30
    assert np.linalg.norm(states.acceleration[:, wrist], axis=1).max() < 150
