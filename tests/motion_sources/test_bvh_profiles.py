"""Dialects of BVH: told from the file, mapped, described; any order of Euler angles alike."""

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from bvh_files import write_bvh

import motion_sources
from imusim.conventions import JOINTS, PARENTS
from imusim.errors import MotionError
from imusim.motion import ClipRef, Motion, ReadOptions, Skeleton
from motion_sources.bvh.dataset_captions import bandai_namco, hundred_style, lafan1
from motion_sources.bvh.profiles import PROFILES, find_profile
from motion_sources.bvh.source import read

FILE_NAMES = {
    "cmu-motionbuilder": "02_01.bvh",
    "cmu-3dsmax": "131_01.bvh",
    "cmu-daz": "02_01.bvh",
    "bandai-namco": "dataset-1_walk_normal_001.bvh",
    "lafan1": "walk1_subject1.bvh",
    "100style": "Neutral_FW.bvh",
    "imusim-2011": "walk.bvh",
}
SUBJECTS = {
    "cmu-motionbuilder": "CMU/02",
    "cmu-3dsmax": "CMU/131",
    "cmu-daz": "CMU/02",
    "lafan1": "LAFAN1/1",
}


def person(names: dict[str, str], extra: tuple[str, ...] = ()) -> Motion:
    """A person with the joints of a dialect, y up; joints that it adds hang on the pelvis."""
    place = dict.fromkeys(JOINTS, np.array([0.0, 0.1, 0.0]))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for limb, offset in {
            "hip": (0.1 * sign, -0.05, 0), "knee": (0, -0.4, 0), "ankle": (0, -0.4, 0),
            "foot": (0, -0.06, 0.14), "collar": (0.03 * sign, 0.05, 0),
            "shoulder": (0.12 * sign, 0, 0), "elbow": (0.28 * sign, 0, 0),
            "wrist": (0.25 * sign, 0, 0),
        }.items():  # fmt: skip
            place[f"{side}_{limb}"] = np.array(offset)
    kept = [joint for joint in JOINTS if joint in names]
    parents, offsets = [], []
    for joint in kept:
        offset, above = place[joint], PARENTS[JOINTS.index(joint)]
        while above >= 0 and JOINTS[above] not in names:
            offset, above = offset + place[JOINTS[above]], PARENTS[above]
        parents.append(kept.index(JOINTS[above]) if above >= 0 else -1)
        offsets.append(offset if above >= 0 else np.zeros(3))
    spelled = [names[joint] for joint in kept]
    added = [name for name in extra if name not in spelled]
    spelled += added
    parents += [0] * len(added)
    offsets += [np.array([0.0, 0.02, 0.0])] * len(added)
    skeleton = Skeleton(tuple(spelled), np.array(parents), np.array(offsets))
    rotations = np.tile([0.0, 0, 0, 1], (3, len(spelled), 1))
    root = np.tile([0.0, 0.95, 0.0], (3, 1)) + np.arange(3)[:, None] * [0.01, 0, 0.02]
    return Motion(skeleton, root, rotations, 60.0, joint_map={"pelvis": spelled[0]})


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name)
def test_a_dialect_is_told_from_the_file(tmp_path, profile):
    file = tmp_path / FILE_NAMES.get(profile.name, "take.bvh")
    write_bvh(file, person(profile.canonical, profile.marks))
    motion = read(ClipRef("bvh", file, "a"), ReadOptions())
    assert motion.profile == profile.name
    assert motion.joint_map == {j: profile.canonical[j] for j in JOINTS if j in profile.canonical}
    assert set(motion.map_sureness.values()) == {1.0}
    assert motion.provenance.licence == profile.licence
    assert motion.provenance.subject == SUBJECTS.get(profile.name, "")


def test_a_file_that_only_shares_the_skeleton_keeps_its_own_licence(tmp_path):
    profile = next(p for p in PROFILES if p.name == "cmu-motionbuilder")
    write_bvh(tmp_path / "my_walk.bvh", person(profile.canonical, profile.marks))
    motion = read(ClipRef("bvh", tmp_path / "my_walk.bvh", "a"), ReadOptions())
    assert (motion.profile, motion.provenance.licence) == ("cmu-motionbuilder", "")
    assert motion.provenance.subject == ""


def test_namespaces_are_left_out_of_account(tmp_path):
    mixamo = next(p for p in PROFILES if p.name == "mixamo")
    spelled = {joint: f"mixamorig:{name}" for joint, name in mixamo.canonical.items()}
    write_bvh(tmp_path / "a.bvh", person(spelled))
    motion = read(ClipRef("bvh", tmp_path / "a.bvh", "a"), ReadOptions())
    assert (motion.profile, motion.joint_map["left_knee"]) == ("mixamo", "mixamorig:LeftLeg")


def test_unknown_names_are_told_with_less_sureness_and_a_map_goes_first(tmp_path):
    own = {joint: f"{joint.replace('left_', 'L ').replace('right_', 'R ')}" for joint in JOINTS}
    write_bvh(tmp_path / "a.bvh", person({j: n.replace(" ", "_") for j, n in own.items()}))
    clip = ClipRef("bvh", tmp_path / "a.bvh", "a")
    motion = read(clip, ReadOptions())
    assert motion.profile == ""
    assert motion.joint_map["left_knee"] == "L_knee"
    assert 0 < min(motion.map_sureness.values()) <= max(motion.map_sureness.values()) < 1
    stated = read(clip, ReadOptions(joint_map={"left_knee": "L_hip", "right_foot": ""}))
    assert stated.joint_map["left_knee"] == "L_hip"
    assert "left_hip" not in stated.joint_map  # its joint was given away
    assert "right_foot" not in stated.joint_map
    assert stated.map_sureness["left_knee"] == 1.0
    with pytest.raises(MotionError, match="gives left_knee to 'L_nee', which is not in the file"):
        read(clip, ReadOptions(joint_map={"left_knee": "L_nee"}))


def test_nothing_is_taken_for_a_dialect_with_a_joint_missing():
    for profile in PROFILES:
        names = sorted({*profile.canonical.values(), *profile.marks})
        file = Path(FILE_NAMES.get(profile.name, "take.bvh"))
        found, _ = find_profile(names[1:], file)
        assert found is not profile


@pytest.mark.parametrize(
    ("captions", "name", "expected"),
    [
        (bandai_namco, "dataset-1_walk_normal_001", ("a person walks forward", "walk normal")),
        (
            bandai_namco,
            "dataset-2_wave-left-hand_not-confident_017",
            ("a person waves the left hand without confidence", "wave left hand not confident"),
        ),
        (bandai_namco, "dataset-1_stretch_normal_001", ("stretch normal",)),
        (bandai_namco, "walk", ()),
        (hundred_style, "Aeroplane_FW", ("a person walks forward in the style 'aeroplane'",)),
        (hundred_style, "Neutral_BR", ("a person runs backward",)),
        (hundred_style, "Neutral", ()),
        (lafan1, "fallAndGetUp1_subject4", ("a person falls and gets up again",)),
        (lafan1, "handStand2_subject1", ("hand stand",)),
        (lafan1, "walk", ()),
    ],
)
def test_names_of_files_become_captions(captions, name, expected):
    assert captions(Path(f"{name}.bvh")) == expected


def test_the_order_of_euler_angles_makes_no_difference(tmp_path):
    """One real motion in all six orders: the same skeleton in the same places, to rounding."""
    (clip,) = (c for c in motion_sources.default_clips() if c.key == "walk")
    walk = motion_sources.read_clip(clip)
    whole = np.isfinite(walk.rotations).all(axis=(1, 2))
    walk = Motion(
        walk.skeleton,
        walk.root_position[whole],
        walk.rotations[whole],
        walk.rate_hz,
        joint_map=walk.joint_map,
    )
    made = []
    for order in map("".join, permutations("XYZ")):
        file = write_bvh(tmp_path / f"{order}.bvh", walk, order)
        read_options = ReadOptions(scale=0.01, up="z", joint_map=walk.joint_map)
        made.append(read(ClipRef("bvh", file, order), read_options))
    for motion in made:
        columns = [motion.skeleton.names.index(name) for name in walk.skeleton.names]
        same = np.abs(np.einsum("tjc,tjc->tj", motion.rotations[:, columns], walk.rotations))
        np.testing.assert_allclose(same, 1.0, atol=1e-10)
        np.testing.assert_allclose(motion.root_position, walk.root_position, atol=1e-9)


def test_real_files_are_of_their_dialects(shared):
    folder = shared / "data"
    expected = {
        "cmu/bvh/02/02_01.bvh": ("cmu-motionbuilder", 22),
        "cmu/bvh/01_01.bvh": ("cmu-motionbuilder", 22),
        "cmu/bvh/131_01.bvh": ("cmu-3dsmax", 22),
        "cmu/bvh/14_19.bvh": ("cmu-daz", 19),
        "cmu/bvh/walk_imusim.bvh": ("imusim-2011", 9),
        "bandai-namco-1/dataset-1_walk_sad_001.bvh": ("bandai-namco", 21),
    }
    for name, (profile, joints) in expected.items():
        (clip,) = motion_sources.find_clips([folder / name])
        motion = motion_sources.read_clip(clip)
        assert (motion.profile, len(motion.joint_map)) == (profile, joints), name
