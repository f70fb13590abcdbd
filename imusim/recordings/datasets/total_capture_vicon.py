"""The skeleton of TotalCapture, from the text files of its joints' places and orientations."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames
from imusim.motion import Motion, Provenance, Skeleton, local_rotations
from imusim.motion.from_positions import motion_from_positions
from imusim.recordings.limbs import Z_FROM_Y_UP
from imusim.recordings.model import Array
from imusim.recordings.tables import read_header, read_numbers

RATE_HZ = 60.0
INCH_M = 0.0254
_CHAINS = (
    ("Hips", "Spine", "Spine1", "Spine2", "Spine3", "Neck", "Head"),
    ("Spine3", "RightShoulder", "RightArm", "RightForeArm", "RightHand"),
    ("Spine3", "LeftShoulder", "LeftArm", "LeftForeArm", "LeftHand"),
    ("Hips", "RightUpLeg", "RightLeg", "RightFoot"),
    ("Hips", "LeftUpLeg", "LeftLeg", "LeftFoot"),
)
_PARENTS: dict[str, str] = {child: parent for chain in _CHAINS for parent, child in pairwise(chain)}
_CANONICAL = {
    "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine2", "spine3": "Spine3", "neck": "Neck",
    "head": "Head",
    **{
        f"{side.lower()}_{joint}": side + name
        for side in ("Left", "Right")
        for joint, name in (
            ("collar", "Shoulder"), ("shoulder", "Arm"), ("elbow", "ForeArm"), ("wrist", "Hand"),
            ("hip", "UpLeg"), ("knee", "Leg"), ("ankle", "Foot"),
        )
    },
}  # fmt: skip
_JOINTS = ("Hips", *_PARENTS)
_RIGID_M = 0.02
"""Orientations in which bones move more than this are not what they seem."""
_LARGEST_IN = 1e4
"""Beyond this a place, in inches, is damage."""


def read_skeleton(file: Path, key: str, source: str, licence: str) -> Motion:
    """The motion of ``gt_skel_gbl_pos.txt``, turned as ``gt_skel_gbl_ori.txt`` beside it says.

    The order of the quaternions is not said; it is the one in which bones are rigid. Without
    orientations, or where bones are rigid in neither, segments turn as the joints' places show.

    Parameters
    ----------
    file : Path
    key, source, licence : str
        Of the motion.

    Raises
    ------
    MotionError
        If a file is not whole, or lacks a joint.
    """
    places = _table(file, 3)
    lost = (np.abs(places) > _LARGEST_IN).any(axis=2) | (places == 0).all(axis=2)
    places = rot.rotate(Z_FROM_Y_UP, np.where(lost[..., None], np.nan, places * INCH_M))
    if len(places) < 2 or not whole_frames(places).any():
        raise MotionError("no frame has all joints", file)
    turned = file.with_name(file.name.replace("pos", "ori"))
    motion = _turned(places, turned) if turned.is_file() else None
    if motion is None:
        columns = [_JOINTS.index(name) for name in _CANONICAL.values()]
        motion = motion_from_positions(places[:, columns], tuple(_CANONICAL), RATE_HZ)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    subject = f"{source}/{key.partition('_')[0]}"
    return replace(
        motion, key=key, provenance=Provenance(source, licence, file.name, digest, subject)
    )


def _turned(places: Array, file: Path) -> Motion | None:
    """The motion with the orientations of a file; ``None`` where these do not carry the bones."""
    table = _table(file, 4)
    if len(table) != len(places):
        raise MotionError(f"{len(table)} orientations for {len(places)} places", file)
    parents = np.array([_JOINTS.index(_PARENTS[j]) if j in _PARENTS else -1 for j in _JOINTS])
    found = []
    for order in ([0, 1, 2, 3], [1, 2, 3, 0]):
        quaternions = table[..., order]
        length = np.linalg.norm(quaternions, axis=2)
        whole = whole_frames(places) & (np.abs(length - 1) < 0.05).all(axis=1)
        if whole.sum() < 2:
            continue
        world = rot.multiply(Z_FROM_Y_UP, rot.normalise(quaternions[whole]))
        apart = places[whole][:, 1:] - places[whole][:, parents[1:]]
        bones = rot.rotate_inverse(world[:, parents[1:]], apart)
        offsets = np.median(bones, axis=0)
        stray = float(np.median(np.linalg.norm(bones - offsets, axis=2).max(axis=1)))
        found.append((stray, whole, world, offsets))
    if not found or min(found, key=lambda f: f[0])[0] > _RIGID_M:
        return None
    _, whole, world, offsets = min(found, key=lambda f: f[0])
    rotations = np.full((*places.shape[:2], 4), np.nan)
    rotations[whole] = rot.make_continuous(local_rotations(parents, world))
    skeleton = Skeleton(_JOINTS, parents, np.concatenate([np.zeros((1, 3)), offsets]))
    root = np.where(whole[:, None], places[:, 0], np.nan)
    return Motion(
        skeleton,
        root,
        rotations,
        RATE_HZ,
        joint_map=_CANONICAL,
        captured_positions=np.where(whole[:, None, None], places, np.nan),
    )


def _table(file: Path, width: int) -> Array:
    """Numbers (T, 21, width) of the joints in our order."""
    line, names = read_header(file, None)
    lacking = [joint for joint in _JOINTS if joint not in names]
    if lacking:
        raise MotionError(f"names no joint {lacking[0]!r}", file, line)
    values = read_numbers(file, None, line + 1, width=width * len(names))
    values = values.reshape(-1, len(names), width)
    return values[:, [names.index(joint) for joint in _JOINTS]]
