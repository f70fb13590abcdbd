"""Who moved, as far as the names of files and folders tell.

A subject is named ``DATASET/PERSON``, so that a person has one name in every form in which a
dataset comes: CMU's as AMC, as BVH, in AMASS and in HumanML3D. Where names leave open which of
several people it is, these share a name: a split by subject must not divide one person.
"""

from __future__ import annotations

import re
from pathlib import Path

SETS = {
    "ACCD": "ACCAD",
    "HDM05": "MPI_HDM05",
    "TCDHands": "TCD_handMocap",
    "MoSh": "MPI_mosh",
    "Mosh": "MPI_mosh",
    "Transitions": "Transitions_mocap",
    "PosePrior": "MPI_Limits",
    "SSM": "SSM_synced",
    "DFaust": "DFaust_67",
    "BMLrub": "BioMotionLab_NTroje",
}
"""Sets of AMASS whose folder is called otherwise in some of its releases."""

_SETS = {
    *SETS.values(), "BMLhandball", "BMLmovi", "CMU", "CNRS", "DanceDB", "EKUT",
    "Eyes_Japan_Dataset", "GRAB", "HUMAN4D", "HumanEva", "KIT", "SFU", "SOMA", "TotalCapture",
    "WEIZMANN", "humanact12",
}  # fmt: skip
"""Sets whose folders hold a folder a subject; of others it is not known."""

_CMU_TRIAL = re.compile(r"(\d{1,3})_\d{2}(?!\d)")
_CMU_TWO = range(18, 24)
"""Numbers of CMU that two people take in turn: AMASS has them in ``18_19_rory``,
``20_21_Justin1`` and so on."""

_MPI = {"DFaust_67", "MPI_mosh", "MPI_Limits", "SSM_synced"}
"""Sets of the Max Planck Institute, which have its numbers of people in common."""

_LAFAN1 = re.compile(r"_subject(\d+)$")
_ACCAD = re.compile(r"(?:Fem|M)ale\d+")
_MPI_NUMBER = re.compile(r"\d{5}$")
_DATE = re.compile(r"^\d{8}_")
_HUMANACT12 = re.compile(r"(P\d+)G\d+R\d+")
_KINECT = (
    ("UTD-MHAD", re.compile(r"a\d+_(s\d+)_t\d+", re.IGNORECASE)),
    ("NW-UCLA", re.compile(r"a\d+_(s\d+)_e\d+_v\d+", re.IGNORECASE)),
    ("UTKinect", re.compile(r"joints_(s\d+)_e\d+", re.IGNORECASE)),
    ("MSR-Action3D", re.compile(r"a\d+_(s\d+)_e\d+", re.IGNORECASE)),
    ("NTU-RGB-D", re.compile(r"s\d{3}c\d{3}(p\d{3})r\d{3}", re.IGNORECASE)),
)


def cmu(stem: str) -> str:
    """Subject of CMU's trial ``SUBJECT_TRIAL``; empty for a file of another name."""
    found = _CMU_TRIAL.match(stem)
    if found is None:
        return ""
    number = int(found[1])
    if number in _CMU_TWO:
        return f"CMU/{_CMU_TWO[0]}-{_CMU_TWO[-1]}"
    return f"CMU/{number:02d}"


def lafan1(stem: str) -> str:
    """Subject of LAFAN1's ``walk1_subject5``; empty for a file of another name."""
    found = _LAFAN1.search(stem)
    return f"LAFAN1/{found[1]}" if found else ""


def kinect(stem: str) -> str:
    """Subject of a file of one of the Kinect's datasets; empty for another name.

    NTU RGB+D's names tell one of the two people of a pair, and not which: both go under it.
    """
    for dataset, name in _KINECT:
        if found := name.match(stem):
            return f"{dataset}/{found[1].lower()}"
    return ""


def amass(file: Path) -> str:
    """Subject of ``SET/SUBJECT/TRIAL``, in AMASS or HumanML3D's index; empty in any other set."""
    parts = file.parts
    if len(parts) < 3:
        return ""
    dataset, folder, trial = SETS.get(parts[-3], parts[-3]), *parts[-2:]
    if dataset not in _SETS:
        return ""
    if dataset == "CMU":
        return cmu(trial) or f"CMU/{folder}"
    if dataset in _MPI and (number := _MPI_NUMBER.search(folder)):
        return f"MPI/{number[0]}"
    if dataset == "humanact12":
        person = _HUMANACT12.match(trial)
        return f"HumanAct12/{person[1]}" if person else ""
    if dataset == "ACCAD":
        # The walks and turns go with the other martial arts, all of them Male2's.
        person = _ACCAD.match("Male2" if folder.startswith("MartialArts") else folder)
        return f"ACCAD/{person[0] if person else folder.removesuffix('_c3d')}"
    return f"{dataset}/{_DATE.sub('', folder)}"
