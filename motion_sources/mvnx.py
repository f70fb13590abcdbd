"""MVNX files: what Xsens MVN solved from the units of a suit.

What this reader takes an MVNX file to mean:

- A segment's position is that of the joint at its near end, and its orientation that of its own
  frame; both are in the world, which has z up, in metres.
- Frames of the types ``identity`` and ``tpose`` are a T-pose and no motion. A segment's frame may
  lie along other axes of the body in it, as those of the arms do in version 3: they are turned
  back by whole quarters, so that zero rotations are the T-pose in both versions.
- Joints move a little against the segment above in MVN (shoulders do); their places are kept.
- A limb that wears no unit, in a file that names the units, was not captured.
- Frame numbers that skip are a gap.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import (
    ClipRef,
    Motion,
    MotionSource,
    Provenance,
    ReadOptions,
    Skeleton,
    local_rotations,
)
from imusim.motion.mvnx import Mvnx, read_mvnx
from motion_sources.axes import Z_FROM_Y_UP
from motion_sources.captions import captions_beside, words_in_name
from motion_sources.joint_match import match_joints

Array = NDArray[np.float64]

ROOT = "Pelvis"
PARENTS = {
    "L5": "Pelvis", "L3": "L5", "T12": "L3", "T8": "T12", "Neck": "T8", "Head": "Neck",
} | {
    f"{side}{segment}": f"{side if sided else ''}{above}"
    for side in ("Right", "Left")
    for segment, above, sided in (
        ("Shoulder", "T8", False), ("UpperArm", "Shoulder", True), ("ForeArm", "UpperArm", True),
        ("Hand", "ForeArm", True), ("UpperLeg", "Pelvis", False), ("LowerLeg", "UpperLeg", True),
        ("Foot", "LowerLeg", True), ("Toe", "Foot", True),
    )
}  # fmt: skip
"""Segment to the one above it, where the file names no joints."""
JOINT_MAP = {
    "pelvis": "Pelvis", "spine1": "L5", "spine2": "L3", "spine3": "T8", "neck": "Neck",
    "head": "Head",
} | {
    f"{side.lower()}_{joint}": f"{side}{segment}"
    for side in ("Left", "Right")
    for joint, segment in (
        ("hip", "UpperLeg"), ("knee", "LowerLeg"), ("ankle", "Foot"), ("foot", "Toe"),
        ("collar", "Shoulder"), ("shoulder", "UpperArm"), ("elbow", "ForeArm"), ("wrist", "Hand"),
    )
}  # fmt: skip
"""As for Xsens' export to BVH, which names the same segments otherwise."""

_QUARTERS = rot.from_turns((2, 1, 0), list(np.array([*np.ndindex(4, 4, 4)]).T * (np.pi / 2)))
"""The 24 rotations that take axes to axes, some of them several times, (64, 4)."""
_QUARTER_AT_MOST = np.deg2rad(30)
"""A segment of a T-pose is at most so far from lying along axes."""
_STILL_M = 1e-5
"""Joints that move less are fixed: the file's last digit is a tenth of it."""
_LONGEST_CAPTION = 200


def recognises(file: Path) -> bool:
    """Whether a file is MVNX: by its suffix or its first element."""
    if file.suffix.lower() == ".mvnx":
        return True
    try:
        with file.open("rb") as stream:
            head = stream.read(1024)
    except OSError:
        return False
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"<mvnx" in head


def clips(file: Path, key: str) -> list[ClipRef]:
    """The one clip of an MVNX file."""
    return [ClipRef("mvnx", file, key)]


def read(clip: ClipRef, options: ReadOptions) -> Motion:
    """Read an MVNX file.

    Raises
    ------
    MotionError
        Naming file, line and frame, for anything but whole poses of a body.
    """
    file = clip.path
    content = read_mvnx(file, ("orientation", "position"))
    for name in ("orientation", "position"):
        if name not in content.values:
            raise MotionError(f"its frames hold no <{name}>: export them with MVN", file)
    try:
        return _motion(content, clip, options)
    except MotionError as error:
        raise error if error.file else MotionError(str(error), file) from None


def _motion(content: Mvnx, clip: ClipRef, options: ReadOptions) -> Motion:
    rate_hz = content.rate_hz or options.rate_hz
    if rate_hz is None:
        raise MotionError("states no frameRate and no times: state it with --source-rate")
    if options.up not in (None, "y", "z"):
        raise MotionError(f"the upward axis is 'y' or 'z', not {options.up!r}")
    if options.scale is not None and not 0 < options.scale < 1e3:
        raise MotionError(f"the scale must be positive, in metres a unit, not {options.scale}")
    names, parents = _tree(content)
    columns = [content.segments.index(name) for name in names]
    world = _quaternions(content, "orientation")[:, columns]
    places = content.values["position"][:, columns] * (options.scale or 1.0)
    quarters = _quarters(content)
    if quarters is not None:
        world = rot.multiply(world, rot.conjugate(quarters[columns]))
    if options.up == "y":
        world, places = rot.multiply(Z_FROM_Y_UP, world), rot.rotate(Z_FROM_Y_UP, places)
    steps = np.zeros_like(places)
    steps[:, 1:] = rot.rotate_inverse(world[:, parents[1:]], places[:, 1:] - places[:, parents[1:]])
    offsets = np.median(steps, axis=0)
    moves = np.abs(steps - offsets).max() > _STILL_M
    joint_map, sureness = match_joints(
        names, parents, offsets, options.joint_map, _known(content, names, parents)
    )
    return Motion(
        Skeleton(names, parents, offsets),
        content.evenly(places[:, 0]),
        rot.make_continuous(content.evenly(local_rotations(parents, world))),
        rate_hz,
        captions=_captions(clip.path, content.comment),
        key=clip.key,
        provenance=Provenance("mvnx", "", clip.path.name, content.sha256),
        joint_map=joint_map,
        map_sureness=sureness,
        translations=content.evenly(steps) if moves else None,
        rest_is_t_pose=quarters is not None,
    )


def _tree(content: Mvnx) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Segments that hang from the pelvis, those above first, and their parents."""
    if ROOT not in content.segments:
        raise MotionError(f"has no segment {ROOT!r}; there are: {', '.join(content.segments[:40])}")
    above = PARENTS | {child: parent for parent, child in content.joints}
    names, parents, before = [ROOT], [-1], 0
    while before < len(names):
        before = len(names)
        for segment in content.segments:
            if segment not in names and above.get(segment) in names:
                parents.append(names.index(above[segment]))
                names.append(segment)
    return tuple(names), np.array(parents, np.intp)


def _quaternions(content: Mvnx, name: str) -> Array:
    """Unit quaternions (T, K, 4), xyzw."""
    values = content.values[name]
    length = rot.norm(values)
    wrong = (np.abs(length - 1) > 0.01).any(axis=1)
    if wrong.any():
        number = content.frame[int(wrong.argmax())]
        raise MotionError(f"frame {number}: <{name}> holds a quaternion that is not of unit length")
    return np.roll(values, -1, axis=-1) / length[..., None]


def _quarters(content: Mvnx) -> Array | None:
    """How the frames (K, 4) of the segments lie in the body in a T-pose, in whole quarters.

    ``None`` where the file has no T-pose.
    """
    for pose in content.calibration.values():
        found = pose.get("orientation")
        if found is None or (np.abs(rot.norm(found) - 1) > 0.01).any():
            continue
        turns = np.roll(found, -1, axis=-1)
        pelvis = turns[content.segments.index(ROOT)]
        apart = rot.angle_between(
            rot.multiply(rot.conjugate(pelvis), turns)[:, None], _QUARTERS[None]
        )
        if (apart.min(axis=1) < _QUARTER_AT_MOST).all():
            return _QUARTERS[apart.argmin(axis=1)]
    return None


def _known(
    content: Mvnx, names: tuple[str, ...], parents: NDArray[np.intp]
) -> dict[str, str] | None:
    """Canonical joints to segments that were captured; ``None`` where few names are MVN's."""
    captured = set(names)
    if content.sensors:
        wears = np.isin(names, content.sensors)
        for child in range(len(names) - 1, 0, -1):
            wears[parents[child]] |= wears[child]
        toes = np.array([name.endswith("Toe") for name in names])
        wears |= toes & wears[parents]  # MVN bends toes by the ground
        captured = {name for name, worn in zip(names, wears, strict=True) if worn}
    known = {joint: segment for joint, segment in JOINT_MAP.items() if segment in captured}
    return known if len(known) >= 3 else None


def _captions(file: Path, comment: str) -> tuple[str, ...]:
    """Lines of the file beside it, else the comment made in MVN, else the words of its name."""
    said = (comment,) if 0 < len(comment) <= _LONGEST_CAPTION else ()
    return captions_beside(file) or said or words_in_name(file)


SOURCE = MotionSource(
    name="mvnx",
    summary="Xsens MVN's own export: segments of a suit of 17 inertial units, and what they read",
    licence="",
    home="https://base.xsens.com/hc/en-us/articles/360017524260-Output-Parameters-in-MVN",
    obtain=(
        "export .mvnx with MVN Studio, Analyze or Animate, or download what others exported, such "
        "as AnDyData-lab; its licence is what the recording's owner says: state it with --licence"
    ),
    citation=(
        "Schepers, Giuberti, Bellusci: Xsens MVN: consistent tracking of human motion using "
        "inertial sensing. Xsens Technologies, 2018"
    ),
    recognises=recognises,
    clips=clips,
    read=read,
    takes_map=True,
    noise=(
        "inertial: smooth; main joint angles of walking within 5° RMS of optical ones (Schepers "
        "et al. 2018); no outside reference, so the body drifts; estimated clip by clip"
    ),
)
