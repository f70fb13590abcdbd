"""Joint names of many conventions to canonical joints."""

import numpy as np
import pytest

from imusim.conventions import JOINTS
from imusim.errors import MotionError
from motion_sources.joint_names import map_joints, split_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mixamorig:LeftUpLeg", ("left", "upleg")),
        ("mixamorig9:Hips", ("", "hips")),
        ("Bip01 L Thigh", ("left", "thigh")),
        ("lfemur", ("left", "femur")),
        ("thigh.R", ("right", "thigh")),
        ("UpperLeg_L", ("left", "upperleg")),
        ("lowerback", ("", "lowerback")),
        ("lShldr", ("left", "shldr")),
        ("LHipJoint", ("left", "hipjoint")),
        ("LEFT_HIP", ("left", "hip")),
        ("KneeRight", ("right", "knee")),
        ("joint_Root", ("", "root")),
        ("m_avg_R_Ankle", ("right", "ankle")),
        ("J_Bip_R_LowerArm", ("right", "lowerarm")),
        ("root", ("", "root")),
        ("leg", ("", "leg")),
    ],
)
def test_split(name, expected):
    assert split_name(name) == expected


def body(center, leg, arm, sides):
    """Names, parents, offsets of a body: the arms and neck hang on the last spine joint."""
    names = list(center["spine"])
    parents = [-1, *range(len(names) - 1)]
    chest = len(names) - 1
    for chain, start in [(center["top"], chest)]:
        for joint in chain:
            names.append(joint)
            parents.append(start)
            start = len(names) - 1
    for side in sides:
        for chain, start in ((leg, 0), (arm, chest)):
            for joint in chain:
                names.append(side.format(joint))
                parents.append(start)
                start = len(names) - 1
    offsets = np.tile([0.0, 0.1, 0.0], (len(names), 1))
    return names, np.array(parents), offsets


FULL = ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")
BODIES = {
    "mixamo": (
        body(
            {"spine": ["mixamorig:Hips", "mixamorig:Spine", "mixamorig:Spine1", "mixamorig:Spine2"],
             "top": ["mixamorig:Neck", "mixamorig:Head", "mixamorig:HeadTop_End"]},
            ["UpLeg", "Leg", "Foot", "ToeBase"],
            ["Shoulder", "Arm", "ForeArm", "Hand", "HandIndex1"],
            ["mixamorig:Left{}", "mixamorig:Right{}"],
        ),
        ("UpLeg", "Leg", "Foot", "ToeBase", "Shoulder", "Arm", "ForeArm", "Hand"),
    ),
    "smpl": (
        body(
            {"spine": ["Pelvis", "Spine1", "Spine2", "Spine3"], "top": ["Neck", "Head"]},
            ["Hip", "Knee", "Ankle", "Foot"],
            ["Collar", "Shoulder", "Elbow", "Wrist", "Hand"],
            ["L_{}", "R_{}"],
        ),
        ("Hip", "Knee", "Ankle", "Foot", "Collar", "Shoulder", "Elbow", "Wrist"),
    ),
    "xsens": (
        body(
            {"spine": ["Hips", "Chest", "Chest2", "Chest3", "Chest4"], "top": ["Neck", "Head"]},
            ["Hip", "Knee", "Ankle", "Toe"],
            ["Collar", "Shoulder", "Elbow", "Wrist"],
            ["Left{}", "Right{}"],
        ),
        ("Hip", "Knee", "Ankle", "Toe", "Collar", "Shoulder", "Elbow", "Wrist"),
    ),
    "amc": (
        body(
            {"spine": ["root", "lowerback", "upperback", "thorax"],
             "top": ["lowerneck", "upperneck", "head"]},
            ["hipjoint", "femur", "tibia", "foot", "toes"],
            ["clavicle", "humerus", "radius", "wrist", "hand", "fingers"],
            ["l{}", "r{}"],
        ),
        ("femur", "tibia", "foot", "toes", "clavicle", "humerus", "radius", "wrist"),
    ),
    "unreal": (
        body(
            {"spine": ["pelvis", "spine_01", "spine_02", "spine_03"], "top": ["neck_01", "head"]},
            ["thigh", "calf", "foot", "ball"],
            ["clavicle", "upperarm", "lowerarm", "hand", "hand_twist"],
            ["{}_l", "{}_r"],
        ),
        ("thigh", "calf", "foot", "ball", "clavicle", "upperarm", "lowerarm", "hand"),
    ),
    "character studio": (
        body(
            {"spine": ["Bip01 Pelvis", "Bip01 Spine", "Bip01 Spine1", "Bip01 Spine2"],
             "top": ["Bip01 Neck", "Bip01 Head"]},
            ["Thigh", "Calf", "Foot", "Toe0"],
            ["Clavicle", "UpperArm", "Forearm", "Hand"],
            ["Bip01 L {}", "Bip01 R {}"],
        ),
        ("Thigh", "Calf", "Foot", "Toe0", "Clavicle", "UpperArm", "Forearm", "Hand"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("convention", BODIES)
def test_conventions(convention):
    (names, parents, offsets), limbs = BODIES[convention]
    found = map_joints(names, parents, offsets)
    assert set(found) == set(JOINTS)
    assert len(set(found.values())) == len(found)
    for canonical, word in zip(FULL, limbs, strict=True):
        for side in ("left", "right"):
            joint = found[f"{side}_{canonical}"]
            where, base = split_name(joint)
            assert where == side
            assert base == split_name(word)[1], (canonical, joint)
    spine = [names.index(found[f"spine{i}"]) for i in (1, 2, 3)]
    assert spine == sorted(spine)
    head = names.index(found["neck"])
    assert spine[-1] == parents[head]


def test_too_little():
    with pytest.raises(MotionError, match="thing, other"):
        map_joints(["thing", "other"], np.array([-1, 0]), np.ones((2, 3)))
