"""What holds for every recipe: the same bytes again, one body, smooth, on the floor."""

from dataclasses import replace

import numpy as np
import pytest
from procedural_clips import SIDES, clip

from imusim.conventions import JOINTS
from imusim.errors import ConfigError, MotionError
from imusim.math import rotations as rot
from imusim.motion import ReadOptions
from imusim.trajectory import fit_trajectory
from motion_sources import get_source
from motion_sources.procedural.catalogue import RECIPES
from motion_sources.procedural.recipe import make_clip
from motion_sources.procedural.timing import RATE_HZ

ALL = sorted(RECIPES)


def _bytes(motion):
    return (
        motion.root_position.tobytes() + motion.rotations.tobytes() + str(motion.captions).encode()
    )


def _read(key, seed=0):
    source = get_source("procedural")
    ref = replace(source.default_clips(1)[0], key=key)
    return source.read(ref, ReadOptions(seed=seed))


@pytest.mark.parametrize("name", ALL[::17])
def test_a_seed_and_a_key_decide_every_byte_in_any_order(name):
    keys = [f"{name}/{n:05d}" for n in (0, 1)]
    first = [_bytes(_read(key)) for key in keys]
    again = [_bytes(_read(key)) for key in reversed(keys)][::-1]
    assert first == again
    assert first[0] != first[1]
    assert _bytes(_read(keys[0], seed=1)) != first[0]


def test_any_count_takes_the_recipes_in_turn():
    source = get_source("procedural")
    keys = [ref.key for ref in source.default_clips(2 * len(RECIPES) + 3)]
    assert len(set(keys)) == len(keys)
    assert {key.rpartition("/")[0] for key in keys} == set(RECIPES)
    assert [ref.key for ref in source.default_clips(5)] == keys[:5]
    assert source.default_clips(0) == []
    with pytest.raises(ConfigError, match="at most 1,000,000"):
        source.default_clips(10**12)


@pytest.mark.parametrize(
    "key", ["", "arms/drinking-cup", "arms/none/00000", "../x", "arms/pouring/1"]
)
def test_a_key_that_names_no_clip_is_told(key):
    with pytest.raises(MotionError, match="no clip"):
        _read(key)


def _accelerations(motion, positions, world):
    """As sensors feel them, m/s²: smoothed where the recipe says so, ends left out."""
    if motion.cutoff_hz is None:
        return np.diff(positions, 2, axis=0) * RATE_HZ**2
    trajectory = fit_trajectory(JOINTS, positions, world, RATE_HZ, cutoff_hz=motion.cutoff_hz)
    return trajectory.position.derivative(np.arange(20.0, len(positions) - 20), 2, RATE_HZ)


@pytest.mark.parametrize("name", ALL)
def test_a_clip_is_a_plausible_motion_of_one_body(name):
    motion, _, person, positions, world = clip(name)
    assert np.isfinite(positions).all()
    assert np.isfinite(world).all()
    assert 3.5 < len(positions) / RATE_HZ < 120
    for joint, parent in enumerate(motion.skeleton.parents):
        if parent >= 0:
            bone = np.linalg.norm(positions[:, joint] - positions[:, parent], axis=1)
            np.testing.assert_allclose(bone, np.linalg.norm(person.offsets[joint]), rtol=1e-9)
    # Nothing leaps, nothing is thrown about faster than in sport.
    fast = "sprint" in name
    speed = np.linalg.norm(np.diff(positions, axis=0), axis=-1) * RATE_HZ
    assert speed.max() < (18 if fast else 13)
    acceleration = np.linalg.norm(_accelerations(motion, positions, world), axis=-1)
    quick = fast or "run" in name or "jog" in name or name.startswith(("sports/", "jumps/"))
    assert acceleration.max() < (350 if quick else 100)
    turn = rot.angle_between(world[1:], world[:-1]) * RATE_HZ
    assert turn.max() < (40 if fast else 30)
    assert positions[..., 2].min() > -0.02


@pytest.mark.parametrize("name", ALL)
def test_knees_and_elbows_bend_one_way_and_no_further_than_they_can(name):
    _, _, _, _, world = clip(name)
    for side in SIDES:
        out = 1 if side == "left" else -1
        thigh, shank = (world[:, JOINTS.index(f"{side}_{j}")] for j in ("hip", "knee"))
        bend = rot.to_rotation_vector(rot.multiply(rot.conjugate(thigh), shank))
        assert np.degrees(bend[:, 1]).min() > -1
        assert np.degrees(bend[:, 1]).max() < 156
        arm, forearm = (world[:, JOINTS.index(f"{side}_{j}")] for j in ("shoulder", "elbow"))
        along = np.array([0.0, out, 0.0])
        lower = rot.rotate_inverse(arm, rot.rotate(forearm, along))
        assert (out * lower[:, 1] > np.cos(np.radians(156))).all()
        assert (lower[:, 0] > -1e-9).all()  # forwards of the upper arm, by how it is turned


@pytest.mark.parametrize("name", ALL)
def test_captions_are_several_whole_sentences(name):
    for number in range(2):
        captions = make_clip(RECIPES[name], 0, f"{name}/{number:05d}")[0].captions
        assert 3 <= len(captions) <= 5
        assert all(
            text == text.strip() and "{" not in text and "  " not in text for text in captions
        )
    assert RECIPES[name].category


def test_the_source_can_be_told_apart():
    motion = _read(f"{ALL[0]}/00000")
    assert motion.provenance.source == "procedural"
    assert motion.provenance.licence == "MIT"
