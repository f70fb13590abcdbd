"""The joints of both generations of the Kinect, in the orders of the files.

The hip centre is the pelvis. The trunk is fitted whole, from a joint of the spine, the neck and
the shoulders: the first Kinect's ``spine`` lies low, near SMPL's spine1, and its shoulder centre
at the base of the neck; the second's ``SpineMid`` lies half way, as spine2. Its ``SpineShoulder``
would cut the trunk short of its lowest joint and is left out, as are hands, finger tips and thumbs,
which no canonical joint answers to. Left is the person's left: nothing is mirrored.
"""

from __future__ import annotations

_SIDES = ("left", "right")

UTD_MHAD: tuple[str, ...] = (
    "head", "neck", "spine1", "pelvis",
    *(f"{s}_{j}" for s in _SIDES for j in ("shoulder", "elbow", "wrist", "hand")),
    *(f"{s}_{j}" for s in _SIDES for j in ("hip", "knee", "ankle", "foot")),
)  # fmt: skip
"""The 20 of UTD-MHAD, limb by limb."""

MSR_ACTION3D: tuple[str, ...] = (
    "left_shoulder", "right_shoulder", "neck", "spine1", "left_hip", "right_hip", "pelvis",
    *(f"{s}_{j}" for j in ("elbow", "wrist", "hand", "knee", "ankle", "foot") for s in _SIDES),
    "head",
)  # fmt: skip
"""The 20 of MSR Action3D, level by level."""

FIRST_KINECT: tuple[str, ...] = (
    "pelvis", "spine1", "neck", "head",
    *(f"{s}_{j}" for s in _SIDES for j in ("shoulder", "elbow", "wrist", "hand")),
    *(f"{s}_{j}" for s in _SIDES for j in ("hip", "knee", "ankle", "foot")),
)  # fmt: skip
"""The 20 in the order of the maker's software: NW-UCLA and UTKinect."""

NTU: tuple[str, ...] = (
    "pelvis", "spine2", "neck", "head",
    *(f"{s}_{j}" for s in _SIDES for j in ("shoulder", "elbow", "wrist", "hand")),
    *(f"{s}_{j}" for s in _SIDES for j in ("hip", "knee", "ankle", "foot")),
    "spine_shoulder", "left_hand_tip", "left_thumb", "right_hand_tip", "right_thumb",
)  # fmt: skip
"""The 25 of the second Kinect, as NTU RGB+D stores them."""
