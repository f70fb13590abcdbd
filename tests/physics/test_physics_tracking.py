"""With contact: how closely the reference is kept, and that two engines tell the same story."""

from functools import cache

import numpy as np
import pytest
from physics_motions import bundled, correlation, signals

from imusim.conventions import JOINTS
from imusim.physics import Simulated

KEYS = ("walk", "run", "jump", "crawl", "getup_facedown")
UPPER = [
    joint
    for joint, name in enumerate(JOINTS)
    if not any(part in name for part in ("hip", "knee", "ankle", "foot"))
]


@cache
def _simulated(engine: str, key: str) -> Simulated:
    return bundled(key).simulated(engine)


def _arrays(simulated: Simulated) -> list[np.ndarray]:
    states = simulated.trajectory.sample(simulated.trajectory.times(240.0))
    return [
        states.position,
        states.world_from_link,
        states.acceleration,
        simulated.ground_reaction,
        simulated.joint_torque,
        simulated.root_wrench,
        simulated.tracking_error,
        *signals(simulated.trajectory),
    ]


def test_the_reference_is_kept(engine):
    """RMSE up to 0.5 cm and 95th percentile up to 1 cm: in each clip, not the median alone."""
    for key in KEYS:
        simulated = _simulated(engine, key)
        error = simulated.tracking_error
        assert np.sqrt(np.mean(error**2)) < 0.005, key
        assert np.percentile(error, 95) < 0.01, key
        assert error.max() < 0.06, key
        for array in _arrays(simulated):
            assert np.isfinite(array).all(), key
        assert simulated.contact.any(axis=1).mean() > 0.3, key
        np.testing.assert_array_equal(simulated.contact, simulated.ground_reaction.any(axis=2))


def test_the_ground_only_pushes_within_its_friction(engine):
    for key in KEYS:
        simulated = _simulated(engine, key)
        force = simulated.ground_reaction[simulated.contact]
        upward, sideways = force[:, 2], np.linalg.norm(force[:, :2], axis=1)
        assert (upward > -1e-9).all(), key
        # Bullet's two directions of friction bound each for itself: √2 where both are at work.
        assert (sideways < np.sqrt(2) * 0.5 * upward * 1.01 + 1.0).all(), key
        assert upward.max() < 6 * simulated.body_weight, key


def test_the_wrench_stays_bounded(engine):
    """It carries what the ground does not; never more than the motion needs."""
    for key in KEYS:
        simulated = _simulated(engine, key)
        free = bundled(key).simulated(engine, contact=False)
        force, needed = (np.linalg.norm(s.root_wrench[:, :3], axis=1) for s in (simulated, free))
        assert np.sqrt(np.mean(force**2)) < np.sqrt(np.mean(needed**2)), key
        assert force.max() < needed.max() + simulated.body_weight, key


@pytest.mark.parametrize("key", ["run", "jump"])
def test_impacts_do_not_reach_the_upper_body(key, engine):
    simulated = _simulated(engine, key)
    for found, true in zip(
        signals(simulated.trajectory), signals(bundled(key).trajectory), strict=True
    ):
        assert correlation(found[:, UPPER], true[:, UPPER]) > 0.999


def test_engines_agree_away_from_contact(both_engines):
    one, other = (bundled("walk").simulated(engine, contact=False) for engine in both_engines)
    time_s = one.trajectory.times(240.0)
    apart = one.trajectory.sample(time_s).position - other.trajectory.sample(time_s).position
    assert np.abs(apart).max() < 1e-9
    for mine, theirs in zip(signals(one.trajectory), signals(other.trajectory), strict=True):
        assert correlation(mine, theirs) > 0.999999
    np.testing.assert_allclose(one.root_wrench, other.root_wrench, atol=1e-5)
    np.testing.assert_allclose(one.joint_torque, other.joint_torque, atol=1e-5)


def test_engines_agree_in_contact(both_engines):
    one, other = (_simulated(engine, "walk") for engine in both_engines)
    (mine, my_rate), (theirs, their_rate) = (signals(s.trajectory) for s in (one, other))
    assert correlation(mine[:, UPPER], theirs[:, UPPER]) > 0.99
    assert correlation(my_rate[:, UPPER], their_rate[:, UPPER]) > 0.99
    mine, theirs = (s.ground_reaction[..., 2].sum(axis=1) for s in (one, other))
    assert np.corrcoef(mine, theirs)[0, 1] > 0.8
    assert mine.mean() == pytest.approx(theirs.mean(), rel=0.15)
    feet = [JOINTS.index(f"{side}_ankle") for side in ("left", "right")]
    assert (one.contact[:, feet] == other.contact[:, feet]).mean() > 0.85
