"""The same input through IMUSim, an independent program; see the data's own README."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import motion_sources
from imusim.motion import world_poses
from imusim.trajectory import fit_trajectory

# IMUSim's world is north-east-down; the file's y is up, ours z.
THEIRS_FROM_OURS = Rotation.from_matrix([[0, -1, 0], [-1, 0, 0], [0, 0, -1]])


@pytest.fixture(scope="module")
def pair(shared):
    reference = np.load(shared / "reference" / "walk_imusim.npz", allow_pickle=False)
    (clip,) = motion_sources.find_clips([shared / "data" / "cmu" / "bvh" / "walk_imusim.bvh"])
    motion = motion_sources.read_clip(clip)
    positions, orientations = world_poses(motion)
    chosen = [motion.skeleton.index(name) for name in reference["joints"]]
    names = tuple(str(name) for name in reference["joints"])
    trajectory = fit_trajectory(
        names, positions[:, chosen], orientations[:, chosen], motion.rate_hz
    )
    return reference, trajectory.sample(reference["time"])


def test_orientations_agree(pair):
    reference, states = pair
    for joint, name in enumerate(reference["joints"]):
        ours = THEIRS_FROM_OURS * Rotation.from_quat(states.world_from_link[:, joint])
        theirs = Rotation.from_quat(np.roll(reference["quaternion_wxyz"][joint], -1, axis=1))
        axes = (ours.inv() * theirs).mean()  # it turns each joint's own axes as well
        error = (theirs * (ours * axes).inv()).magnitude()
        assert np.degrees(np.sqrt(np.mean(error**2))) < 0.5, name


def test_angular_rates_agree(pair):
    reference, states = pair
    ours = np.linalg.norm(states.angular_velocity, axis=2).T
    theirs = np.linalg.norm(reference["angular_rate"], axis=2)
    correlations = [np.corrcoef(a, b)[0, 1] for a, b in zip(ours, theirs, strict=True)]
    assert np.median(correlations) >= 0.99
    assert min(correlations) >= 0.95


def test_positions_agree_within_both_smoothers(pair):
    reference, states = pair
    ours = np.swapaxes(
        THEIRS_FROM_OURS.apply(states.position.reshape(-1, 3)).reshape(states.position.shape), 0, 1
    )
    distance = np.linalg.norm(ours - reference["position"], axis=2)
    assert np.sqrt(np.mean(distance**2)) < 0.006
