"""Walks, runs and stairs by rule: feet, climbs, cadences and knees as drawn."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache

import numpy as np
import pytest

from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from imusim.motion import Motion, world_poses
from motion_sources.procedural.catalogue import RECIPES
from motion_sources.procedural.footwork import strides
from motion_sources.procedural.footwork.footholds import HEEL
from motion_sources.procedural.person import FOOT, Person
from motion_sources.procedural.recipe import Made, make_clip

pytestmark = pytest.mark.skipif(not strides.available(), reason="needs pybullet's clips")

NAMES = [name for name in RECIPES if name.startswith("gait/")]
STAIRS = [name for name in NAMES if "stairs" in name]
SIDES = ("left", "right")


@lru_cache(maxsize=64)
def made(name: str, number: int = 0) -> tuple[Motion, Made, Person]:
    """A clip, its controls turned back to the path's own frame by its facts."""
    return make_clip(RECIPES[name], 3, f"{name}/{number:05d}")


def soles(name: str, k: int) -> np.ndarray:
    """Heel and ball of a sole over time (T, 2, 3), in the frame that the footholds are in."""
    motion, what, person = made(name)
    positions, world = world_poses(motion)
    ankle = JOINTS.index(f"{SIDES[k]}_ankle")
    points = np.array([[-HEEL, 0, 0], [0.5 * FOOT, 0, 0]]) * person.stature
    points[:, 2] = -person.sole
    places = positions[:, ankle, None] + rot.rotate(world[:, ankle, None], points)
    # The clip was turned about the vertical at the origin, as its controls were not.
    first, turned = what.controls.root[0], positions[0, 0]
    last, turned_last = what.controls.root[-1] - first, positions[-1, 0] - turned
    if np.hypot(*last[:2]) > 0.05:
        angle = np.arctan2(last[1], last[0]) - np.arctan2(turned_last[1], turned_last[0])
    else:
        forward = rot.rotate(motion.rotations[0, 0], np.array([1.0, 0, 0]))
        angle = what.controls.turn[0, 0] - np.arctan2(forward[1], forward[0])
    return rot.rotate(rot.from_rotation_vector([0, 0, angle]), places)


def belt(what: Made) -> np.ndarray:
    """How far the ground has moved back (T, 3), m."""
    return np.asarray(what.facts.get("belt", np.zeros((len(what.controls.root), 3))))


@pytest.mark.parametrize("name", NAMES)
def test_standing_feet_stay_on_their_footholds(name: str) -> None:
    """Heel or ball, whichever is on the ground, stays where it is to 1 cm."""
    _, what, person = made(name)
    standing, place = np.asarray(what.facts["standing"]), np.asarray(what.facts["place"])
    slope = float(np.asarray(what.facts["slope"]))
    for k in (0, 1):
        points = soles(name, k) + belt(what)[:, None]
        up = np.array([-np.sin(slope), 0, np.cos(slope)])
        for number in np.unique(standing[:, k]):
            if number < 0:
                continue
            there = standing[:, k] == number
            ground = (points[there] - place[int(number)]) @ up
            assert abs(ground.min(axis=1)).max() < 0.01
            for point in (0, 1):
                down = ground[:, point] < 0.002
                track = points[there][down, point]
                if len(track):
                    assert np.linalg.norm(np.ptp(track, axis=0)) < 0.02
            distance = np.linalg.norm((points[there] - place[int(number)]) @ np.eye(3), axis=-1)
            assert distance.min(axis=1).max() < 0.6 * FOOT * person.stature + 0.01


@pytest.mark.parametrize("name", NAMES)
def test_feet_never_go_below_the_surface(name: str) -> None:
    _, what, _ = made(name)
    edges, heights = np.asarray(what.facts["edges"]), np.asarray(what.facts["heights"])
    slope, place = float(np.asarray(what.facts["slope"])), np.asarray(what.facts["place"])
    for k in (0, 1):
        points = soles(name, k) + belt(what)[:, None]
        if len(edges):
            ground = heights[np.searchsorted(edges, points[..., 0])]
        else:
            ground = place[0, 2] + (points[..., 0] - place[0, 0]) * np.tan(slope)
        assert (points[..., 2] - ground).min() > -0.006


@pytest.mark.parametrize("name", STAIRS)
def test_stairs_climb_by_their_risers(name: str) -> None:
    motion, what, _ = made(name)
    climb = float(np.asarray(what.facts["stairs"])) * float(np.asarray(what.facts["riser"]))
    assert abs(climb) > 0.7
    assert motion.root_position[-1, 2] - motion.root_position[0, 2] == pytest.approx(
        climb, abs=0.01
    )
    steps = np.diff(np.asarray(what.facts["place"])[:, 2])
    at_once = 2 if "two" in name else 1
    risen = steps[abs(steps) > 0.01] / float(np.asarray(what.facts["riser"]))
    np.testing.assert_allclose(risen, np.clip(np.round(risen), 1, at_once), atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_cadence_knees_and_rates(name: str) -> None:
    motion, what, person = made(name)
    contact = np.sort(np.asarray(what.facts["contact"]))
    steps = np.diff(contact[(contact > 0) & (contact < motion.frames / motion.rate_hz)])
    cadence = 1 / steps[1:-1].mean()
    assert 1.0 < cadence < 4.8
    assert cadence == pytest.approx(float(np.asarray(what.facts["cadence"])), rel=0.06)
    assert np.std(steps[1:-1] + steps[2:]) / np.mean(2 * steps) < 0.09
    for side in SIDES:
        bend = rot.to_rotation_vector(motion.rotations[:, JOINTS.index(f"{side}_knee")])
        # About y, forwards only, and never over the leg's full stretch.
        np.testing.assert_allclose(bend[:, [0, 2]], 0, atol=1e-6)
        assert bend[:, 1].min() > 0
        assert bend[:, 1].max() < np.radians(151)
    between = rot.multiply(rot.conjugate(motion.rotations[:-1]), motion.rotations[1:])
    rates = np.linalg.norm(rot.to_rotation_vector(between), axis=-1) * motion.rate_hz
    assert rates.max() < 35
    positions, _ = world_poses(motion)
    assert abs(np.diff(positions, 2, axis=0)).max() * motion.rate_hz**2 < 600
    lengths = np.linalg.norm(positions[:, 4] - positions[:, 1], axis=-1)
    np.testing.assert_allclose(lengths, person.length("left_knee"), rtol=1e-9)


@pytest.mark.parametrize("name", [name for name in NAMES if "treadmill" in name])
def test_treadmills_keep_the_walker_in_place(name: str) -> None:
    """Whoever walks there stays, on the mean; the belt runs at a walker's or runner's speed."""
    motion, what, _ = made(name)
    moved = motion.root_position - motion.root_position[0]
    assert np.linalg.norm(moved[-1, :2]) < 0.02
    assert np.linalg.norm(moved[:, :2], axis=1).max() < 1.6
    begins, ends = (float(np.asarray(what.facts[key])) for key in ("begins", "ends"))
    speed = np.linalg.norm(belt(what)[-1]) / (ends - begins)
    assert 0.7 < speed < (5.0 if "running" in name else 2.3)


def test_the_stride_is_the_clips() -> None:
    """Cadence, length of step and stance of the two clips, as in their frames."""
    walk, run = strides.stride("walk"), strides.stride("run")
    assert walk.step_hz == pytest.approx(30 / 19)
    assert run.step_hz == pytest.approx(30 / 12)
    assert 0.53 < walk.duty < 0.6  # heel down to ball up
    assert 0.25 < run.duty < 0.35
    phase = np.linspace(0, 1, 50)
    for stride in (walk, run):
        for name in stride.series:
            np.testing.assert_allclose(
                stride.at(name, phase), stride.at(name, phase + 1), atol=1e-9
            )
        # Sides change places after half a stride.
        np.testing.assert_allclose(stride.at("up", phase), stride.at("up", phase + 0.5), atol=1e-9)
        np.testing.assert_allclose(
            stride.at("twist", phase), -stride.at("twist", phase + 0.5), atol=1e-9
        )
        way, rise = strides.swing_at(stride.swing, np.linspace(0, 1, 200))
        assert (way[0], way[-1], rise[0], rise[-1]) == pytest.approx((0, 1, 0, 0), abs=1e-9)
        assert np.diff(way).min() > -0.002


def test_rolling_keeps_the_lowest_point_on_the_ground() -> None:
    pitch = np.linspace(-0.6, 1.4, 41)
    back, up = strides.rolling(pitch, 0.13, 0.06, 0.07)
    for angle, x, z in zip(pitch, back, up, strict=True):
        turn = rot.from_rotation_vector([0, angle, 0])
        ends = rot.rotate(turn, np.array([[-0.06, 0, -0.07], [0.13, 0, -0.07]])) + [x, 0, z + 0.07]
        assert ends[:, 2].min() == pytest.approx(0, abs=1e-12)
        fixed = 1 if angle > 0 else 0
        assert ends[fixed, 0] == pytest.approx((-0.06, 0.13)[fixed], abs=1e-12)


@pytest.mark.parametrize("name", ["gait/stairs-down", "gait/running"])
def test_same_seed_same_bytes(name: str) -> None:
    motion, _, _ = make_clip(RECIPES[name], 11, f"{name}/00004")
    again, _, _ = make_clip(RECIPES[name], 11, f"{name}/00004")
    other, _, _ = make_clip(RECIPES[name], 12, f"{name}/00004")
    assert motion.rotations.tobytes() == again.rotations.tobytes()
    assert motion.root_position.tobytes() == again.root_position.tobytes()
    assert motion.rotations.tobytes() != other.rotations.tobytes()


def test_listing_imports_neither_pybullet_nor_torch() -> None:
    code = (
        "import sys; import motion_sources; import motion_sources.procedural.catalogue;"
        "sys.exit(bool({'pybullet', 'pybullet_data', 'torch'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_pybullet_the_family_is_left_out() -> None:
    code = (
        "import importlib.util as u, sys; find = u.find_spec;"
        "u.find_spec = lambda name, *a: None if name == 'pybullet_data' else find(name, *a);"
        "from motion_sources.procedural.catalogue import RECIPES;"
        "sys.exit(any(name.startswith('gait/') for name in RECIPES) or not RECIPES)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
