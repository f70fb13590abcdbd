"""Pedalling by rule: feet on the pedals, cranks, saddles and knees as drawn."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from imusim.motion import Motion, world_poses
from motion_sources.procedural.catalogue import RECIPES
from motion_sources.procedural.families.cycling import CRANK_M
from motion_sources.procedural.person import FOOT, Person
from motion_sources.procedural.recipe import Made, make_clip

NAMES = [name for name in RECIPES if name.startswith("cycling/")]
BIKES = [name for name in NAMES if "elliptical" not in name]
SIDES = ("left", "right")


@lru_cache(maxsize=16)
def made(name: str) -> tuple[Motion, Made, Person]:
    return make_clip(RECIPES[name], 5, f"{name}/00000")


def balls(name: str) -> np.ndarray:
    """The balls of the feet over time (T, 2, 3) with the clip's heading taken away, m."""
    motion, what, person = made(name)
    positions, world = world_poses(motion)
    ahead = rot.rotate(motion.rotations[0, 0], np.array([1.0, 0, 0]))
    yaw = what.controls.turn[0, 0] - np.arctan2(ahead[1], ahead[0])
    # A leaning pelvis that rolls turns its own x a little: take the line between the hips.
    line = positions[0, JOINTS.index("left_hip")] - positions[0, JOINTS.index("right_hip")]
    yaw = np.arctan2(1, 0) - np.arctan2(line[1], line[0]) + what.controls.turn[0, 0]
    found = []
    for side in SIDES:
        ankle = JOINTS.index(f"{side}_ankle")
        ball = np.array([0.5 * FOOT * person.stature, 0, -person.sole])
        found.append(positions[:, ankle] + rot.rotate(world[:, ankle], ball))
    return rot.rotate(rot.from_rotation_vector([0, 0, yaw]), np.stack(found, axis=1))


@pytest.mark.parametrize("name", NAMES)
def test_feet_stay_on_the_pedals(name: str) -> None:
    """The places of the pedals, but for a heading."""
    _, what, _ = made(name)
    pedals, feet = np.asarray(what.facts["pedals"]), balls(name)
    np.testing.assert_allclose(feet[..., 2], pedals[..., 2], atol=0.005)
    np.testing.assert_allclose(
        np.linalg.norm(feet[:, 0] - feet[:, 1], axis=-1),
        np.linalg.norm(pedals[:, 0] - pedals[:, 1], axis=-1),
        atol=0.005,
    )


@pytest.mark.parametrize("name", BIKES)
def test_pedals_go_round_in_circles(name: str) -> None:
    _, what, _ = made(name)
    crank = float(np.asarray(what.facts["crank"]))
    assert CRANK_M[0] <= crank <= CRANK_M[1]
    feet = balls(name)
    for k in (0, 1):
        middle = (feet[:, k].max(axis=0) + feet[:, k].min(axis=0)) / 2
        radius = np.linalg.norm(feet[:, k] - middle, axis=-1)
        np.testing.assert_allclose(radius, crank, atol=0.006)
    apart = np.linalg.norm(feet[:, 0, [2]] - feet[:, 1, [2]], axis=-1)
    assert apart.max() == pytest.approx(2 * crank, abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_cadence_is_as_drawn(name: str) -> None:
    motion, what, _ = made(name)
    hz = float(np.asarray(what.facts["hz"]))
    assert 40 / 60 <= hz <= 110 / 60
    begins = float(np.asarray(what.facts["begins"]))
    height = balls(name)[:, 0, 2]
    cut = slice(int((begins + 2) * motion.rate_hz), int(-4.5 * motion.rate_hz))
    angle = np.asarray(what.facts["angle"])[cut]
    turns = (angle[-1] - angle[0]) / (2 * np.pi)
    assert turns / (len(angle) / motion.rate_hz) == pytest.approx(hz, rel=0.06)
    wave = height[cut] - height[cut].mean()
    crossings = np.count_nonzero(np.diff(np.sign(wave)))
    assert crossings == pytest.approx(2 * turns, abs=2)


@pytest.mark.parametrize("name", NAMES)
def test_knees_bend_as_the_saddle_is_set(name: str) -> None:
    motion, _, person = made(name)
    for side in SIDES:
        bend = np.degrees(
            rot.to_rotation_vector(motion.rotations[:, JOINTS.index(f"{side}_knee")])[:, 1]
        )
        assert 15 < bend.min() < 65
        assert 75 < bend.max() < 140
    between = rot.multiply(rot.conjugate(motion.rotations[:-1]), motion.rotations[1:])
    rates = np.linalg.norm(rot.to_rotation_vector(between), axis=-1) * motion.rate_hz
    assert rates.max() < 16
    positions, _ = world_poses(motion)
    lengths = np.linalg.norm(positions[:, 4] - positions[:, 1], axis=-1)
    np.testing.assert_allclose(lengths, person.length("left_knee"), rtol=1e-9)
    assert positions[..., 2].min() > 0.03


@pytest.mark.parametrize("name", BIKES)
def test_hands_stay_on_the_bar(name: str) -> None:
    motion, _, _ = made(name)
    positions, _ = world_poses(motion)
    for side in SIDES:
        wrist = positions[:, JOINTS.index(f"{side}_wrist")]
        assert np.ptp(wrist, axis=0).max() < 0.12
    again, _, _ = make_clip(RECIPES[name], 5, f"{name}/00000")
    assert again.rotations.tobytes() == motion.rotations.tobytes()
