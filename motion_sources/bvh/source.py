"""Biovision Hierarchy (BVH) files.

What this reader takes a BVH file to mean:

- Rotation channels turn one after the other about the axes as they have been turned so far
  (intrinsic), in the order of the file, in degrees.
- A joint's position channels replace its OFFSET on their axes, the root's too: the sample of
  IMUSim, whose root has an OFFSET equal to its first position, comes out at that position and
  not at twice it. On joints other than the root some exporters write them as additions; a file
  is read so if its position channels lie nearer to zero than to the OFFSETs.
- A first frame in which the root's rotation is exactly zero, and from which the body jumps to
  the second, is the calibration pose that many converters put there; it is no motion, and is
  left out.
- Lengths and the upward axis are as :class:`imusim.motion.ReadOptions` says, or inferred from
  the size and posture of the body.
- Joints are those of a dialect that is known (:mod:`motion_sources.bvh.profiles`), else told
  from their names and places; a user's map goes before both.
- Captions are the lines of a ``.txt`` file of the same name beside it, up to a ``#`` in each;
  without one, what the dataset's own naming or CMU's descriptions say, else the words in the
  file's name.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
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
    forward_kinematics,
)
from motion_sources.axes import Z_FROM_Y_UP
from motion_sources.bvh.hierarchy import Hierarchy
from motion_sources.bvh.parse import BvhText, parse
from motion_sources.bvh.profiles import Profile, find_profile
from motion_sources.bvh.world import infer_scale, infer_up
from motion_sources.captions import captions_beside, words_in_name
from motion_sources.cmu_captions import cmu_trial
from motion_sources.files import read_bytes
from motion_sources.joint_match import match_joints
from motion_sources.rates import nominal_rate

Array = NDArray[np.float64]

JUMP = 10.0
"""A first frame is a calibration pose if the body, or its root alone, turns this many times as
far in the first step as in the second."""


_LOOKED_AT = 100
"""Frames from which size, posture and typical bones are told."""
_WILD_DEG = 720.0
"""Angles beyond this are brought into one turn first, lest they lose precision."""


def recognises(file: Path) -> bool:
    """Whether a file is BVH: by its suffix or by its first word."""
    if file.suffix.lower() == ".bvh":
        return True
    try:
        with file.open("rb") as stream:
            return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").upper().startswith(b"HIERARCHY")
    except OSError:
        return False


def clips(file: Path, key: str) -> list[ClipRef]:
    """The one clip of a BVH file."""
    return [ClipRef("bvh", file, key)]


def read(clip: ClipRef, options: ReadOptions) -> Motion:
    """Read a BVH file.

    Raises
    ------
    MotionError
        Naming file and line, for anything but a whole BVH file of a body.
    """
    file = clip.path
    data = read_bytes(file)
    text = parse(data, file)
    try:
        motion, profile = _motion(text, file, options)
    except MotionError as error:
        raise MotionError(str(error), file) from None
    licence, subject = ("", "") if profile is None else profile.known_of(file)
    return replace(
        motion,
        captions=_captions(file, profile),
        key=clip.key,
        provenance=Provenance("bvh", licence, file.name, hashlib.sha256(data).hexdigest(), subject),
    )


def _motion(text: BvhText, file: Path, options: ReadOptions) -> tuple[Motion, Profile | None]:
    """To metres and z up; the dialect, if it is a known one."""
    _check(options)
    hierarchy, values = text.hierarchy, np.asfortranarray(text.values)
    if _starts_with_calibration(hierarchy, values):
        values = values[1:]
    rotations = _rotations(hierarchy, values)
    some = np.unique(np.linspace(0, len(values) - 1, _LOOKED_AT).astype(int))
    adds = _positions_add(hierarchy, values[some])
    places = _places(hierarchy, values[some], adds)
    joints = [i for i, end in enumerate(hierarchy.is_end) if not end]
    typical = np.median(places, axis=0)
    parents, offsets = _without_ends(hierarchy, joints, typical)
    names = [hierarchy.names[i] for i in joints]
    profile, known = find_profile(names, file)
    joint_map, sureness = match_joints(names, parents, offsets, options.joint_map, known)
    skeleton = Skeleton(hierarchy.names, hierarchy.parents, hierarchy.offsets)
    positions, _ = forward_kinematics(hierarchy.parents, places, places[:, 0], rotations[some])
    scale = options.scale
    if scale is None:
        scale = infer_scale(skeleton, joint_map, positions)
    offsets = hierarchy.offsets * scale
    translations = None
    if any(hierarchy.positions[1:]):
        translations = _places(hierarchy, values, adds) * scale
        if np.abs(translations[:, 1:] - offsets[1:]).max(initial=0.0) <= 1e-6:
            translations = None
    root, root_position = rotations[:, 0], _root_places(hierarchy, values) * scale
    if (options.up or infer_up(skeleton, joint_map, positions)) == "y":
        root_position = rot.rotate(Z_FROM_Y_UP, root_position)
        root = rot.multiply(Z_FROM_Y_UP, root)
    rotations[:, 0] = root
    if max(np.abs(a).max() for a in (root_position, offsets, translations) if a is not None) > 1e6:
        raise MotionError("a position is more than a thousand kilometres away")
    motion = Motion(
        Skeleton(hierarchy.names, hierarchy.parents, offsets),
        root_position,
        rot.make_continuous(rotations),
        nominal_rate(text.frame_time),
        joint_map=joint_map,
        map_sureness=sureness,
        profile=profile.name if profile else "",
        translations=translations,
    )
    return motion, profile


def _check(options: ReadOptions) -> None:
    if options.up not in (None, "y", "z"):
        raise MotionError(f"the upward axis is 'y' or 'z', not {options.up!r}")
    if options.scale is not None and not 0 < options.scale < 1e6:
        raise MotionError(f"the scale must be positive, in metres a unit, not {options.scale}")


def _rotations(hierarchy: Hierarchy, values: Array) -> Array:
    """Local rotations (T, J, 4); joints with the same order of axes are done together."""
    out = np.empty((len(values), len(hierarchy.names), 4), order="F")
    out[:] = rot.IDENTITY
    orders: dict[tuple[int, ...], list[int]] = {}
    for joint, track in enumerate(hierarchy.rotations):
        if track:
            orders.setdefault(tuple(axis for axis, _ in track), []).append(joint)
    for order, joints in orders.items():
        columns = np.array([[c for _, c in hierarchy.rotations[joint]] for joint in joints])
        angles = values[:, columns.T]
        if np.abs(angles).max() > _WILD_DEG:
            angles = np.remainder(angles, 360.0)
        turns = np.moveaxis(np.deg2rad(angles), 1, 0)
        out[:, joints] = rot.from_turns(order, list(turns))
    return out


def _places(hierarchy: Hierarchy, values: Array, adds: bool) -> Array:
    """Each joint's place in its parent (T, J, 3), in the file's unit."""
    places = np.empty((len(values), *hierarchy.offsets.shape), order="F")
    places[:] = hierarchy.offsets
    for joint, track in enumerate(hierarchy.positions):
        for axis, column in track:
            start = hierarchy.offsets[joint, axis] if adds and joint else 0.0
            places[:, joint, axis] = start + values[:, column]
    return places


def _root_places(hierarchy: Hierarchy, values: Array) -> Array:
    """Place (T, 3) of the root, in the file's unit."""
    place = np.tile(hierarchy.offsets[0], (len(values), 1))
    for axis, column in hierarchy.positions[0]:
        place[:, axis] = values[:, column]
    return place


def _positions_add(hierarchy: Hierarchy, values: Array) -> bool:
    """Whether position channels below the root are additions to the offsets: by vote of bones."""
    tracks = [(j, axis, c) for j, t in enumerate(hierarchy.positions) if j for axis, c in t]
    if not tracks:
        return False
    joints, axes, columns = np.array(tracks).T
    middle = np.median(values[:, columns], axis=0)
    away = np.bincount(joints, (middle - hierarchy.offsets[joints, axes]) ** 2)
    size = np.bincount(joints, middle**2)
    return int(np.sign(away - size).sum()) > 0


def _starts_with_calibration(hierarchy: Hierarchy, values: Array) -> bool:
    """Whether the first frame is a calibration pose."""
    root = [column for _, column in hierarchy.rotations[0]]
    if len(values) < 4 or not root or values[0, root].any() or not values[1, root].any():
        return False
    rotations = _rotations(hierarchy, values[:3])
    steps = rot.angle_between(rotations[1:], rotations[:-1])
    body, pelvis = steps.mean(axis=1), steps[:, 0]
    far = np.deg2rad(1.0)
    return any(bool(s[0] > max(JUMP * s[1], far)) for s in (body, pelvis))


def _without_ends(
    hierarchy: Hierarchy, joints: list[int], offsets: Array
) -> tuple[NDArray[np.intp], Array]:
    """Parents and offsets of the joints that are not end sites."""
    new = {old: number for number, old in enumerate(joints)}
    parents = np.array([new.get(int(hierarchy.parents[old]), -1) for old in joints], np.intp)
    return parents, offsets[joints]


def _captions(file: Path, profile: Profile | None) -> tuple[str, ...]:
    """What is known of the clip, from the nearest to the vaguest."""
    beside = captions_beside(file)
    if beside:
        return beside
    if profile and profile.captions and (told := profile.captions(file)):
        return told
    trial = cmu_trial(file)
    return (trial.description,) if trial and trial.description else words_in_name(file)


SOURCE = MotionSource(
    name="bvh",
    summary="Biovision Hierarchy files of any maker: any joint names, channel order and unit",
    licence="",
    home="https://research.cs.wisc.edu/graphics/Courses/cs-838-1999/Jeff/BVH.html",
    obtain="give the path of a .bvh file or of a folder of them",
    citation="",
    recognises=recognises,
    clips=clips,
    read=read,
    takes_map=True,
    noise="optical or inertial, the file does not say: estimated clip by clip",
)
