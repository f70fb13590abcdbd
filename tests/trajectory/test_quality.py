"""Known faults put into a real walk: the number that tells of a fault moves, the others stay."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import body_models
import motion_sources
from imusim.body import BodyOptions, RetargetedMotion, retarget
from imusim.conventions import JOINTS, QUALITY
from imusim.errors import ConfigError
from imusim.math import rotations as rot
from imusim.motion import Motion, ReadOptions
from imusim.trajectory import fit_trajectory
from imusim.trajectory.quality import measure
from imusim.trajectory.quality_filter import PRESETS, parse_filter

BODY = body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)


def clip(name: str) -> Motion:
    found = motion_sources.default_clips(None, None)
    return motion_sources.read_clip(next(c for c in found if c.key == name), ReadOptions())


@cache
def walk() -> Motion:
    pytest.importorskip("pybullet_data")
    return clip("walk")


def quality_of(moved: RetargetedMotion) -> dict[str, float]:
    return measure(moved, fit_trajectory(JOINTS, *moved.world_poses(), moved.rate_hz))


def quality(motion: Motion) -> dict[str, float]:
    return quality_of(retarget(motion, BODY))


@cache
def clean() -> dict[str, float]:
    return quality(walk())


def stays(numbers: dict[str, float], *but: str) -> None:
    for name in set(QUALITY) - set(but):
        expected = pytest.approx(clean()[name], rel=0.1, abs=0.01, nan_ok=True)
        assert numbers[name] == expected, name


def rotated(motion: Motion, joint: str, turn: np.ndarray, frames: slice) -> Motion:
    """Turn a joint, in its own frame, by a rotation vector."""
    rotations = motion.rotations.copy()
    column = motion.skeleton.index(motion.joint_map[joint])
    quaternion = rot.from_rotation_vector(np.asarray(turn, float))
    rotations[frames, column] = rot.multiply(rotations[frames, column], quaternion)
    return replace(motion, rotations=rotations)


def shifted(motion: Motion, shift: np.ndarray) -> Motion:
    return replace(motion, root_position=motion.root_position + shift)


def test_a_clean_walk_has_small_numbers():
    numbers = clean()
    assert tuple(numbers) == QUALITY
    for name in ("gap_fraction", "frozen_fraction", "jumps_per_min", "flips_per_min"):
        assert numbers[name] == 0
    assert numbers["joint_limit_fraction"] == 0
    assert numbers["foot_slide_m_s"] < 0.3
    assert numbers["retarget_error_m"] < 1e-6
    assert np.isnan(numbers["source_limit_fraction"])


def test_gaps_are_counted_and_take_no_other_part():
    motion, gap = walk(), slice(15, 20)
    root, rotations = motion.root_position.copy(), motion.rotations.copy()
    root[gap], rotations[gap] = np.nan, np.nan
    numbers = quality(replace(motion, root_position=root, rotations=rotations))
    assert numbers["gap_fraction"] == pytest.approx(5 / motion.frames)
    stays(numbers, "gap_fraction", "peak_acceleration_m_s2", "peak_rate_rad_s", "foot_slide_m_s")


def test_frames_that_are_held_are_frozen():
    motion = walk()
    order = np.insert(np.arange(motion.frames), 15, [14] * 4)
    numbers = quality(
        replace(motion, root_position=motion.root_position[order],
                rotations=motion.rotations[order])
    )  # fmt: skip
    assert numbers["frozen_fraction"] == pytest.approx(4 / (len(order) - 1))
    assert numbers["jumps_per_min"] == numbers["flips_per_min"] == numbers["gap_fraction"] == 0


@pytest.mark.parametrize("distance", [0.5, 2.0])
def test_a_body_that_leaps_jumps_once(distance: float):
    motion = walk()
    shift = np.zeros((motion.frames, 3))
    shift[20:, 1] = distance
    numbers = quality(shifted(motion, shift))
    per_minute = 60 * motion.rate_hz / (motion.frames - 1)
    assert numbers["jumps_per_min"] == pytest.approx(per_minute)
    assert numbers["peak_acceleration_m_s2"] > 2 * clean()["peak_acceleration_m_s2"]
    stays(numbers, "jumps_per_min", "peak_acceleration_m_s2", "jitter_m", "foot_slide_m_s")


def test_a_limb_that_is_mirrored_flips_once():
    motion = walk()
    numbers = quality(rotated(motion, "left_wrist", [np.pi, 0, 0], slice(20, None)))
    assert numbers["flips_per_min"] == pytest.approx(60 * motion.rate_hz / (motion.frames - 1))
    assert numbers["peak_rate_rad_s"] > clean()["peak_rate_rad_s"]
    stays(numbers, "flips_per_min", "peak_rate_rad_s")


@pytest.mark.parametrize("speed", [0.5, 1.5])
def test_feet_slide_as_fast_as_the_ground_runs_away(speed: float):
    motion = walk()
    across = np.zeros((motion.frames, 3))
    across[:, 1] = speed * np.arange(motion.frames) / motion.rate_hz
    numbers = quality(shifted(motion, across))
    assert numbers["foot_slide_m_s"] == pytest.approx(
        np.hypot(speed, clean()["foot_slide_m_s"]), rel=0.25
    )
    stays(numbers, "foot_slide_m_s", "ground_gap_m")


@pytest.mark.parametrize("depth", [0.05, 0.3])
def test_ground_penetration_and_gap_are_depth_and_height(depth: float):
    moved = retarget(walk(), BODY)
    lowered = replace(moved, positions=moved.positions - [0, 0, depth],
                      source_positions=moved.source_positions - [0, 0, depth])  # fmt: skip
    raised = replace(moved, positions=moved.positions + [0, 0, depth],
                     source_positions=moved.source_positions + [0, 0, depth])  # fmt: skip
    sunk, afloat = quality_of(lowered), quality_of(raised)
    assert sunk["ground_penetration_m"] == pytest.approx(
        clean()["ground_penetration_m"] + depth, abs=0.02
    )
    assert afloat["ground_gap_m"] == pytest.approx(clean()["ground_gap_m"] + depth, abs=0.02)
    assert afloat["ground_penetration_m"] == pytest.approx(0, abs=0.01)
    stays(sunk, "ground_penetration_m", "foot_slide_m_s", "ground_gap_m")
    stays(afloat, "ground_penetration_m", "foot_slide_m_s", "ground_gap_m")


def test_a_shaken_body_is_as_quick_as_it_is_shaken():
    motion, size, frequency = walk(), 0.1, 5.0
    time = np.arange(motion.frames) / motion.rate_hz
    shake = np.zeros((motion.frames, 3))
    shake[:, 1] = size * np.sin(2 * np.pi * frequency * time)
    numbers = quality(shifted(motion, shake))
    added = numbers["peak_acceleration_m_s2"] - clean()["peak_acceleration_m_s2"]
    shaken = size * (2 * np.pi * frequency) ** 2
    assert 0.3 * shaken < added < shaken
    assert numbers["jumps_per_min"] == 0


def test_a_spun_body_turns_as_fast_as_it_is_spun():
    motion, rate = walk(), 12.0
    angle = np.zeros((motion.frames, 3))
    angle[:, 2] = rate * np.arange(motion.frames) / motion.rate_hz
    rotations = motion.rotations.copy()
    rotations[:, 0] = rot.multiply(rot.from_rotation_vector(angle), rotations[:, 0])
    numbers = quality(replace(motion, rotations=rotations))
    assert numbers["peak_rate_rad_s"] == pytest.approx(
        clean()["peak_rate_rad_s"] + rate, abs=0.6 * clean()["peak_rate_rad_s"]
    )
    assert numbers["flips_per_min"] == 0


def test_knees_that_bend_forwards_pass_their_limits():
    moved = retarget(walk(), BODY)
    rotations = moved.rotations.copy()
    bent = slice(0, len(rotations) // 2)
    rotations[bent, JOINTS.index("left_knee")] = rot.from_rotation_vector(np.array([0, -1.4, 0]))
    numbers = quality_of(moved.posed(moved.root_position, rotations))
    assert numbers["joint_limit_fraction"] == pytest.approx(0.5, abs=0.02)
    rotations[bent, JOINTS.index("left_knee")] = rot.from_rotation_vector(np.array([0, 1.4, 0]))
    numbers = quality_of(moved.posed(moved.root_position, rotations))
    assert numbers["joint_limit_fraction"] == 0


def test_distances_from_the_source_are_told():
    moved = retarget(walk(), BODY)
    away = replace(moved, source_positions=moved.source_positions + [0, 0.03, 0.04])
    numbers = quality_of(away)
    assert numbers["retarget_error_m"] == pytest.approx(0.05)
    stays(numbers, "retarget_error_m")
    swell = 1 + 0.1 * np.sin(np.linspace(0, 2 * np.pi, len(moved.valid)))[:, None, None]
    numbers = quality_of(replace(moved, source_positions=moved.source_positions * swell))
    assert numbers["bone_stretch_fraction"] == pytest.approx(0.1 / np.sqrt(2), rel=0.05)
    stays(numbers, "retarget_error_m", "bone_stretch_fraction")


def test_limits_that_the_source_states_are_passed_on():
    numbers = quality(replace(walk(), outside_limits=0.25))
    assert numbers["source_limit_fraction"] == 0.25
    stays(numbers, "source_limit_fraction")


def test_of_the_bundled_clips_only_the_one_with_its_hand_in_the_ground_is_not_good():
    pytest.importorskip("pybullet_data")
    good = parse_filter("good")
    faults = {}
    for ref in motion_sources.default_clips(None, None):
        faults[ref.key] = good.fault(quality(motion_sources.read_clip(ref, ReadOptions())))
    bad = {key: fault for key, fault in faults.items() if fault}
    assert len(faults) == 15
    assert list(bad) == ["getup_facedown"]
    assert bad["getup_facedown"].startswith("ground_penetration_m is 0.28")


def test_clean_recordings_are_good(shared: Path):
    good = parse_filter("good")
    folder = shared / "data" / "cmu"
    for file in (folder / "asfamc" / "02" / "02_01.amc", folder / "bvh" / "02" / "02_03.bvh"):
        for ref in motion_sources.find_clips([file], None):
            numbers = quality(motion_sources.read_clip(ref, ReadOptions()))
            assert good.fault(numbers) is None, ref.key


def test_a_filter_keeps_what_meets_all_conditions():
    numbers = dict.fromkeys(QUALITY, 0.0) | {"gap_fraction": 0.1, "jitter_m": np.nan}
    for text, fault in (
        ("", None),
        ("gap_fraction<=0.1", None),
        ("gap_fraction<0.1", "gap_fraction is 0.1, not < 0.1"),
        (" gap_fraction >= 0.1 , gap_fraction > 0.1", "gap_fraction is 0.1, not > 0.1"),
        ("jitter_m<1e-9", None),
        ("good", None),
        ("GOOD,gap_fraction<0.05", "gap_fraction is 0.1, not < 0.05"),
    ):
        assert parse_filter(text).fault(numbers) == fault
    assert len(parse_filter("good").conditions) == PRESETS["good"].count(",") + 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("goood", r"'goood' is neither a preset \(good\) nor a condition such as gap_fraction<0.1"),
        ("gap_fractoin<1", r"no number 'gap_fractoin'. Did you mean 'gap_fraction'\?"),
        ("gap_fraction<x", "'x' in 'gap_fraction<x' is not a number"),
        ("gap_fraction<nan", "'nan' in 'gap_fraction<nan' is not a number"),
        ("gap_fraction==1", "neither a preset"),
        ("<1", "neither a preset"),
    ],
)
def test_a_filter_that_is_none(text: str, message: str):
    with pytest.raises(ConfigError, match=message):
        parse_filter(text)
