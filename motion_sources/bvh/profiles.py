"""BVH dialects that are known by name: which joint is which in them.

A profile is recognised in the file itself: all its joints are there, and where two dialects
share their names, the name of the file decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imusim.conventions import JOINTS
from motion_sources import subjects
from motion_sources.bvh import dataset_captions

_PLAIN = {"pelvis", "spine1", "spine2", "spine3", "neck", "head"}


@dataclass(frozen=True)
class Profile:
    """A dialect of BVH.

    Parameters
    ----------
    name, summary : str
    joints : mapping of str to str
        Canonical joint to joint of the file, without the sides: ``{Side}`` stands for Left and
        Right, ``{side}`` for l and r, ``{SIDE}`` for L and R.
    licence : str
        SPDX identifier, for the dialects of one dataset.
    dataset : pattern, optional
        What the names of that dataset's files look like; others use its skeleton too.
    file_name : pattern, optional
        The same, for dialects that share their joints with others and are not told by them.
    marks : tuple of str
        More joints that must be there.
    captions : callable, optional
        ``captions(file)``: captions from the name of a file.
    subject : callable, optional
        ``subject(stem)``: who moves in a file of the dataset, by the file's name.
    """

    name: str
    summary: str
    joints: Mapping[str, str]
    licence: str = ""
    dataset: re.Pattern[str] | None = None
    file_name: re.Pattern[str] | None = None
    marks: tuple[str, ...] = ()
    captions: Callable[[Path], tuple[str, ...]] | None = None
    subject: Callable[[str], str] | None = None
    canonical: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        both = {}
        for joint in JOINTS:
            side, _, limb = joint.partition("_") if joint not in _PLAIN else ("", "", joint)
            if limb in self.joints:
                both[joint] = self.joints[limb].format(
                    Side=side.capitalize(), side=side[:1], SIDE=side[:1].upper()
                )
        object.__setattr__(self, "canonical", both)

    def known_of(self, file: Path) -> tuple[str, str]:
        """Licence and subject of a file of the dialect's dataset; empty where not known."""
        names = self.dataset or self.file_name
        if names is None or not names.search(file.stem):
            return "", ""
        return self.licence, self.subject(file.stem) if self.subject else ""


def _limbs(pattern: str, words: str) -> dict[str, str]:
    """Limb joints in the order hip, knee, ankle, foot, collar, shoulder, elbow, wrist."""
    limbs = ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")
    return {
        limb: pattern.replace("*", word)
        for limb, word in zip(limbs, words.split(), strict=True)
        if word != "-"
    }


_CMU_TRIAL = re.compile(r"^\d{2,3}_\d{2}")
_HUMANIK_LIMBS = "UpLeg Leg Foot ToeBase Shoulder Arm ForeArm Hand"
_JOINT_LIMBS = "Hip Knee Ankle Toe Collar Shoulder Elbow Wrist"
_XSENS = {
    "pelvis": "Hips", "spine1": "Chest", "spine2": "Chest2", "spine3": "Chest4", "neck": "Neck",
    "head": "Head", **_limbs("{Side}*", _JOINT_LIMBS),
}  # fmt: skip

PROFILES: tuple[Profile, ...] = (
    Profile(
        "cmu-motionbuilder",
        "CMU's corpus as converted for MotionBuilder",
        {
            "pelvis": "Hips", "spine1": "LowerBack", "spine2": "Spine", "spine3": "Spine1",
            "neck": "Neck", "head": "Head", **_limbs("{Side}*", _HUMANIK_LIMBS),
        },
        "LicenseRef-CMU-mocap",
        _CMU_TRIAL,
        marks=("LHipJoint", "RHipJoint", "Neck1"),
        subject=subjects.cmu,
    ),
    Profile(
        "cmu-3dsmax",
        "CMU's corpus as converted for 3ds Max",
        {
            "pelvis": "Hips", "spine1": "lowerback", "spine2": "Chest", "spine3": "Chest2",
            "neck": "lowerneck", "head": "Head",
            **_limbs("{Side}*", _JOINT_LIMBS),
        },
        "LicenseRef-CMU-mocap",
        _CMU_TRIAL,
        marks=("LHipJoint", "RHipJoint", "Neck"),
        subject=subjects.cmu,
    ),
    Profile(
        "cmu-daz",
        "CMU's corpus as converted for Daz and Poser",
        {
            "pelvis": "hip", "spine1": "abdomen", "spine3": "chest", "neck": "neck",
            "head": "head", **_limbs("{side}*", "Thigh Shin Foot - Collar Shldr ForeArm Hand"),
        },
        "LicenseRef-CMU-mocap",
        file_name=_CMU_TRIAL,
        marks=("lButtock", "rButtock"),
        subject=subjects.cmu,
    ),
    Profile(
        "bandai-namco",
        "Bandai-Namco Research Motiondataset 1 and 2",
        {
            "pelvis": "Hips", "spine1": "Spine", "spine3": "Chest", "neck": "Neck",
            "head": "Head",
            **_limbs(
                "*_{SIDE}", "UpperLeg LowerLeg Foot Toes Shoulder UpperArm LowerArm Hand"
            ),
        },
        "CC-BY-NC-4.0",
        file_name=re.compile(r"^dataset-\d"),
        captions=dataset_captions.bandai_namco,
    ),
    Profile(
        "lafan1",
        "Ubisoft La Forge's LAFAN1",
        {
            "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2",
            "neck": "Neck", "head": "Head",
            **_limbs("{Side}*", "UpLeg Leg Foot Toe Shoulder Arm ForeArm Hand"),
        },
        "CC-BY-NC-ND-4.0",
        file_name=re.compile(r"_subject\d+$"),
        captions=dataset_captions.lafan1,
        subject=subjects.lafan1,
    ),
    Profile(
        "100style",
        "100STYLE, captured with Xsens",
        _XSENS,
        "CC-BY-4.0",
        file_name=re.compile(r"^[A-Za-z]+_(FW|BW|FR|BR|SW|SR|ID|TR\d)$"),
        marks=("Chest3",),
        captions=dataset_captions.hundred_style,
    ),
    Profile(
        "xsens",
        "Xsens MVN's export",
        _XSENS,
        marks=("Chest3",),
    ),
    Profile(
        "rokoko",
        "Rokoko Studio's export with its own skeleton, Newton",
        {
            "pelvis": "Hips", "spine1": "Spine1", "spine2": "Spine2", "spine3": "Spine4",
            "neck": "Neck", "head": "Head",
            **_limbs("{Side}*", "Thigh Shin Foot Toe Shoulder Arm ForeArm Hand"),
        },
        marks=("Spine3",),
    ),
    Profile(
        "mixamo",
        "Mixamo's skeleton, also Rokoko's and others' export for it",
        {
            "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2",
            "neck": "Neck", "head": "Head", **_limbs("{Side}*", _HUMANIK_LIMBS),
        },
    ),
    Profile(
        "imusim-2011",
        "the walking sample of IMUSim (2011): pelvis and legs",
        {"pelvis": "root", **_limbs("{side}*", "femur tibia foot toes - - - -")},
        marks=("root",),
        file_name=re.compile(r"walk"),
    ),
)  # fmt: skip
"""In order of preference: of two that fit, the first is taken."""


def find_profile(
    names: Sequence[str], file: Path
) -> tuple[Profile, dict[str, str]] | tuple[None, None]:
    """The profile of a file, and its joint map in the file's own spelling, if it is known.

    Parameters
    ----------
    names : sequence of str
        All joints of the file. A namespace, as in ``mixamorig:Hips``, is left out of account.
    file : Path
    """
    spelled = {name.rsplit(":", 1)[-1]: name for name in reversed(names)}
    for profile in PROFILES:
        wanted = {*profile.canonical.values(), *profile.marks}
        named = profile.file_name is None or profile.file_name.search(file.stem)
        if named and wanted <= set(spelled):
            return profile, {joint: spelled[own] for joint, own in profile.canonical.items()}
    return None, None
