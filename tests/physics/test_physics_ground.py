"""Where a body stands, and how a wrench is shared out to the ground: closed forms, invariances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from physics_motions import BODY, bundled

from imusim.body import Spheres
from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from imusim.physics.ground import contact_spheres, find_footing
from imusim.physics.load import MOST_LOAD, ground_load

WEIGHT, FRICTION = 700.0, 0.5
seeds = st.integers(0, 2**32 - 1)


def _load(point, carries, force, torque, root=(0.0, 0.0, 1.0)):
    arrays = (np.asarray(x, float)[None] for x in (point, carries, root, force, torque))
    return ground_load(*arrays, friction=FRICTION, weight=WEIGHT)[0]


def _wrench(point, load, root=(0.0, 0.0, 1.0)):
    return load.sum(axis=0), np.cross(np.asarray(point) - root, load).sum(axis=0)


FEET = [(0.1, 0.1, 0.0), (-0.1, 0.1, 0.0), (0.1, -0.1, 0.0), (-0.1, -0.1, 0.0)]


def test_standing_between_the_feet_loads_all_alike():
    load = _load(FEET, np.ones(4), (0, 0, WEIGHT), np.zeros(3))
    np.testing.assert_allclose(load[:, 2], load[0, 2])
    assert load[:, 2].sum() == pytest.approx(WEIGHT, rel=0.01)
    np.testing.assert_allclose(load[:, :2].sum(axis=0), 0, atol=1e-9)


def test_leaning_loads_the_side_that_is_leant_to():
    """A centre of mass half-way to the left feet: statics give them three quarters.

    The estimate leaves some of it to the wrench, and so gives them a little less.
    """
    torque = np.cross([0.0, 0.05, 0.0], [0.0, 0.0, WEIGHT])
    load = _load(FEET, np.ones(4), (0, 0, WEIGHT), torque)
    assert 0.62 < load[:2, 2].sum() / load[:, 2].sum() < 0.76


def test_a_foot_in_the_air_bears_nothing_and_a_body_in_flight_has_no_ground():
    load = _load(FEET, [1, 1, 0, 0], (0, 0, WEIGHT), np.zeros(3))
    assert not load[2:].any()
    assert not _load(FEET, np.zeros(4), (0, 0, WEIGHT), np.zeros(3)).any()
    assert np.abs(_load(FEET, np.ones(4), np.zeros(3), np.zeros(3))).max() < 1e-9


@settings(max_examples=50, deadline=None)
@given(seed=seeds, turn=st.floats(-np.pi, np.pi), size=st.floats(0.1, 20.0))
def test_the_ground_pushes_within_its_friction_whatever_is_asked(seed, turn, size):
    rng = np.random.default_rng(seed)
    point = rng.normal(0, 0.4, (6, 3)) * [1, 1, 0.02]
    carries = rng.uniform(0, 1, 6) * rng.integers(0, 2, 6)
    force, torque = rng.normal(0, size * WEIGHT, 3), rng.normal(0, 0.3 * size * WEIGHT, 3)
    load = _load(point, carries, force, torque)
    assert np.isfinite(load).all()
    assert (load[:, 2] >= 0).all()
    assert (np.linalg.norm(load[:, :2], axis=1) <= FRICTION * load[:, 2] * (1 + 1e-9)).all()
    assert load[:, 2].sum() <= MOST_LOAD * WEIGHT * (1 + 1e-9)
    assert not load[carries == 0].any()
    about = rot.from_rotation_vector([0.0, 0.0, turn])
    root = [0.3, -0.2, 0.9]
    there = _load(point, carries, force, torque, root)
    turned = _load(*(rot.rotate(about, point), carries), *rot.rotate(about, [force, torque, root]))
    np.testing.assert_allclose(turned, rot.rotate(about, there), atol=1e-6 * size * WEIGHT)


@settings(max_examples=50, deadline=None)
@given(seed=seeds)
def test_what_feet_can_have_made_is_found_again(seed):
    """A wrench made by forces within the cones is explained, but for what is carried elsewhere."""
    rng = np.random.default_rng(seed)
    made = rng.uniform(0.05, 1, (4, 3)) * WEIGHT / 3 * [0.1, 0.1, 1.0]
    force, torque = _wrench(FEET, made)
    found = _wrench(FEET, _load(FEET, np.ones(4), force, torque))
    assert np.abs(found[0] - force).max() < 0.1 * np.linalg.norm(force)
    assert np.abs(found[1] - torque).max() < 0.1 * np.linalg.norm(force)


def _footing(heights, speeds=0.0, step_s=1 / 240):
    """One heel of a body that stands upright, its lowest point at heights (N,), m."""
    count = len(heights)
    ankle = JOINTS.index("left_ankle")
    sphere = Spheres(np.array([ankle]), np.zeros((1, 3)), np.array([0.02]))
    positions = np.tile(BODY.rest_positions() + [0, 0, 1.0], (count, 1, 1))
    positions[:, ankle, 2] = np.asarray(heights) + 0.02
    positions[:, ankle, 0] += np.cumsum(np.broadcast_to(speeds, count)) * step_s
    turns = np.tile(rot.IDENTITY, (count, 22, 1))
    centre = positions[:, ankle] + [0, 0, 1.0]
    return find_footing(sphere, positions, turns, centre, np.ones(count, bool), step_s)


@pytest.mark.parametrize("ground", [0.0, 0.03, -0.01])
def test_a_foot_that_rests_has_its_plate_under_it(ground):
    footing = _footing(np.full(100, ground))
    np.testing.assert_allclose(footing.levels, ground, atol=1e-12)
    np.testing.assert_allclose(footing.carries, 1.0)
    np.testing.assert_allclose(footing.point[:, 0, 2], ground, atol=1e-12)


def test_a_foot_that_swings_carries_nothing_and_the_ground_rises_between_stances():
    time = np.arange(300) / 240
    lift = np.interp(time, [0.4, 0.5, 0.7, 0.8], [0.0, 0.1, 0.1, 0.02])
    speed = np.interp(time, [0.4, 0.45, 0.75, 0.8], [0.0, 2.0, 2.0, 0.0])
    footing = _footing(lift, speed)
    assert footing.carries[:90].min() > 0.95
    assert footing.carries[-90:].min() > 0.95
    assert footing.carries[130:160].max() == 0.0
    np.testing.assert_allclose(footing.levels[0], 0.0, atol=1e-6)
    np.testing.assert_allclose(footing.levels[-1], 0.02, atol=1e-6)
    assert (np.diff(footing.levels[:, 0]) >= -1e-12).all()


def test_a_foot_that_never_stands_has_no_plate_in_its_way():
    footing = _footing(0.05 + 0.04 * np.sin(np.arange(300) / 10), speeds=2.0)
    assert not footing.carries.any()
    assert (footing.levels < footing.point[..., 2] - 0.5).all()


def test_spheres_touch_the_underside_of_the_foot_and_lie_in_their_segments():
    spheres = contact_spheres(BODY)
    soles = [JOINTS.index(f"{side}_ankle") for side in ("left", "right")]
    for link, centre, radius in zip(spheres.link, spheres.centre, spheres.radius, strict=True):
        middle, size = BODY.boxes[link]
        low, high = middle - size / 2, middle + size / 2
        assert radius > 0
        assert (centre > low - 0.06).all(), JOINTS[link]
        assert (centre < high + 0.06).all(), JOINTS[link]
        if link in soles:
            assert centre[2] - radius == pytest.approx(low[2], abs=1e-9)
    for side, other in (("left", "right"), ("right", "left")):
        mine = spheres.centre[spheres.link == JOINTS.index(f"{side}_ankle")]
        theirs = spheres.centre[spheres.link == JOINTS.index(f"{other}_ankle")]
        np.testing.assert_allclose(np.sort(mine[:, 1]), np.sort(-theirs[:, 1]), atol=1e-12)


def test_a_hanging_foot_has_no_false_contact(engine):
    """One foot swings 5 cm over the floor and is slow at the ends of its swing."""
    walk = bundled("walk").simulated(engine)
    feet = [JOINTS.index(f"{side}_ankle") for side in ("left", "right")]
    time_s = np.arange(len(walk.contact)) / walk.rate_hz
    height = bundled("walk").trajectory.sample(time_s).position[:, feet, 2]
    lifted = height > height.min(axis=0) + 0.10
    assert lifted.any(axis=0).all()
    assert not walk.contact[:, feet][lifted].any()
