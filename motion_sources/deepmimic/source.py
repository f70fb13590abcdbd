"""DeepMimic's clips of a humanoid.

The format: JSON with ``Frames``, each of 44 numbers: duration (s), root position
(m), root orientation, then chest, neck, right hip, right knee, right ankle, right shoulder,
right elbow, left hip, left knee, left ankle, left shoulder, left elbow. Knees and elbows are
hinges, an angle about their z axis; all else are quaternions w, x, y, z against the parent. The
world is y-up, and the body of the zero pose faces +x with its arms hanging.

A duration is the time from its frame to the next, so the last one's means nothing. A frame that
lasts several times as long as the others (one in ``roll``) is followed by gap frames of NaN.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import ClipRef, Motion, MotionSource, Provenance, ReadOptions, Skeleton
from motion_sources.axes import Z_FROM_Y_UP
from motion_sources.deepmimic.captions import CAPTIONS
from motion_sources.files import read_bytes
from motion_sources.rates import nominal_rate

Array = NDArray[np.float64]

CITATION = "Peng, Abbeel, Levine, van de Panne: DeepMimic. ACM Transactions on Graphics 37(4), 2018"

NUMBERS = 44
"""Numbers in a frame."""

LONGEST_GAP = 600
"""Frames. A longer pause inside a clip is a broken file."""

MOST_GAPS = 4
"""Frames with their gaps over frames beyond which a file is taken for broken."""

OFF_UNIT = 0.5
"""How far from 1 a quaternion's length may be: ``kick`` has blended ones that are 0.42 off."""

URDF_SCALE = 0.25
"""Metres in one unit of pybullet's humanoid.urdf, the body that the clips were made for."""

# Joint, parent, place in the parent in URDF units: humanoid.urdf's joint origins; the ends are
# the top of the head's sphere, the front of the sole's box and the end of the hand's sphere.
_JOINTS: tuple[tuple[str, str, tuple[float, float, float]], ...] = (
    ("root", "", (0.0, 0.0, 0.0)),
    ("chest", "root", (0.0, 0.944604, 0.0)),
    ("neck", "chest", (0.0, 0.895576, 0.0)),
    ("neck_end", "neck", (0.0, 1.11, 0.0)),
    ("right_hip", "root", (0.0, 0.0, 0.339548)),
    ("right_knee", "right_hip", (0.0, -1.686184, 0.0)),
    ("right_ankle", "right_knee", (0.0, -1.63948, 0.0)),
    ("right_ankle_end", "right_ankle", (0.534, -0.2, 0.0)),
    ("right_shoulder", "chest", (-0.0962, 0.974, 0.73244)),
    ("right_elbow", "right_shoulder", (0.0, -1.099152, 0.0)),
    ("right_wrist", "right_elbow", (0.0, -1.035788, 0.0)),
    ("right_wrist_end", "right_wrist", (0.0, -0.16, 0.0)),
    ("left_hip", "root", (0.0, 0.0, -0.339548)),
    ("left_knee", "left_hip", (0.0, -1.686184, 0.0)),
    ("left_ankle", "left_knee", (0.0, -1.63948, 0.0)),
    ("left_ankle_end", "left_ankle", (0.534, -0.2, 0.0)),
    ("left_shoulder", "chest", (-0.0962, 0.974, -0.73244)),
    ("left_elbow", "left_shoulder", (0.0, -1.099152, 0.0)),
    ("left_wrist", "left_elbow", (0.0, -1.035788, 0.0)),
    ("left_wrist_end", "left_wrist", (0.0, -0.16, 0.0)),
)
_NAMES = tuple(name for name, _, _ in _JOINTS)

# Column of the first number of each joint that turns: four for a quaternion, one for a hinge.
_QUATERNIONS = {
    "root": 4, "chest": 8, "neck": 12, "right_hip": 16, "right_ankle": 21, "right_shoulder": 25,
    "left_hip": 30, "left_ankle": 35, "left_shoulder": 39,
}  # fmt: skip
_HINGES = {"right_knee": 20, "right_elbow": 29, "left_knee": 34, "left_elbow": 43}

# The chest turns half way from pelvis to neck, as SMPL's spine2 does. The head is fixed to the
# neck, whose pivot is SMPL's neck.
JOINT_MAP = {
    "pelvis": "root",
    "spine2": "chest",
    "neck": "neck",
    **{
        f"{side}_{joint}": f"{side}_{joint}"
        for side in ("left", "right")
        for joint in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
    },
}
"""Canonical joint to joint of the humanoid."""

PREFIX = "humanoid3d_"
"""What the names of the files begin with."""

_FIRST_FRAME = re.compile(rb'^\s*\{.*?"Frames"\s*:\s*\[\s*\[([^\[\]]*)\]', re.DOTALL)


def skeleton() -> Skeleton:
    """The humanoid's skeleton, in metres."""
    parents = [_NAMES.index(parent) if parent else -1 for _, parent, _ in _JOINTS]
    offsets = np.array([offset for _, _, offset in _JOINTS]) * URDF_SCALE
    return Skeleton(_NAMES, np.array(parents, np.intp), offsets)


def recognises(file: Path) -> bool:
    """Whether a file begins as DeepMimic's JSON with 44 numbers to a frame."""
    if file.suffix.lower() not in {".txt", ".json"}:
        return False
    try:
        with file.open("rb") as stream:
            match = _FIRST_FRAME.match(stream.read(16384))
    except OSError:
        return False
    return match is not None and match.group(1).count(b",") == NUMBERS - 1


def clips(file: Path, key: str) -> list[ClipRef]:
    """The one clip of a file."""
    return [ClipRef("deepmimic", file, key)]


def read(clip: ClipRef, options: ReadOptions) -> Motion:  # noqa: ARG001 (the format says it all)
    """Read a clip; unit and upward axis are fixed by the format.

    Raises
    ------
    MotionError
        For anything but a whole clip.
    """
    file = clip.path
    data = read_bytes(file)
    rows = _rows(data, file)
    rate_hz, at = _timing(rows[:, 0], file)
    still = skeleton()
    frames = int(at[-1]) + 1
    root_position = np.full((frames, 3), np.nan)
    root_position[at] = rot.rotate(Z_FROM_Y_UP, rows[:, 1:4])
    rotations = np.full((frames, len(_NAMES), 4), np.nan)
    rotations[at] = _rotations(rows, file)
    title = file.stem.removeprefix(PREFIX)
    words = " ".join(re.findall(r"[^\W\d_]+", title.lower()))
    return Motion(
        still,
        root_position,
        rot.make_continuous(rotations),
        rate_hz,
        captions=CAPTIONS.get(title, (words,) if words else ()),
        key=clip.key,
        provenance=Provenance(
            clip.source, SOURCE.licence, file.name, hashlib.sha256(data).hexdigest()
        ),
        joint_map=JOINT_MAP,
    )


def _rows(data: bytes, file: Path) -> Array:
    """The frames as (T, 44)."""
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise MotionError(f"not whole JSON: {error.msg}", file, error.lineno) from None
    except UnicodeDecodeError:
        raise MotionError("not UTF-8 text", file) from None
    except (RecursionError, ValueError):
        raise MotionError("not usable JSON", file) from None
    frames = content.get("Frames") if isinstance(content, dict) else None
    if not isinstance(frames, list) or len(frames) < 2:
        raise MotionError("'Frames' must hold 2 frames or more", file)
    for number, frame in enumerate(frames, start=1):
        if not isinstance(frame, list) or len(frame) != NUMBERS:
            raise MotionError(f"frame {number} is not {NUMBERS} numbers", file)
        for value in frame:
            # Booleans are integers to Python; the bound also keeps out NaN and the infinite.
            if type(value) not in (int, float) or not abs(value) < 1e6:
                raise MotionError(f"frame {number} holds {str(value)[:30]}", file)
    return np.array(frames, float)


def _timing(durations: Array, file: Path) -> tuple[float, NDArray[np.intp]]:
    """Rate, and the place of each frame on an even grid."""
    steps = durations[:-1]
    step = float(np.median(steps))
    if not 1e-5 < step <= 1.0:
        raise MotionError(f"frames last {step:g} s; it must be above 0 and at most 1", file)
    whole = np.rint(steps / step)
    bad = np.flatnonzero((whole < 1) | (whole > LONGEST_GAP) | (abs(steps / step - whole) > 0.1))
    if bad.size:
        raise MotionError(
            f"frame {bad[0] + 1} lasts {steps[bad[0]]:g} s, no whole number of {step:g} s", file
        )
    if whole.sum() > MOST_GAPS * len(durations) + LONGEST_GAP:
        raise MotionError("it is nearly all gaps: the frames' durations are wrong", file)
    return nominal_rate(step), np.concatenate([[0.0], np.cumsum(whole)]).astype(np.intp)


def _rotations(rows: Array, file: Path) -> Array:
    """Local rotations (T, J, 4), the root's in the z-up world."""
    out = np.tile(rot.IDENTITY, (len(rows), len(_NAMES), 1))
    for name, column in _QUATERNIONS.items():
        q = rows[:, [column + 1, column + 2, column + 3, column]]
        off = np.flatnonzero(abs(np.linalg.norm(q, axis=-1) - 1) > OFF_UNIT)
        if off.size:
            raise MotionError(f"frame {off[0] + 1}: the {name} quaternion is not unit", file)
        out[:, _NAMES.index(name)] = rot.normalise(q)
    for name, column in _HINGES.items():
        half = np.zeros((len(rows), 3))
        half[:, 2] = rows[:, column]
        out[:, _NAMES.index(name)] = rot.from_rotation_vector(half)
    out[:, 0] = rot.multiply(Z_FROM_Y_UP, out[:, 0])
    return out


SOURCE = MotionSource(
    name="deepmimic",
    summary="DeepMimic's JSON clips of a humanoid: walk, run, flips, dance, fight",
    licence="MIT",
    home="https://github.com/xbpeng/DeepMimic",
    obtain="clone the home page's repository: the clips are data/motions/humanoid3d_*.txt",
    citation=CITATION,
    recognises=recognises,
    clips=clips,
    read=read,
    noise="optical, smoothed by its makers: estimated clip by clip",
)
