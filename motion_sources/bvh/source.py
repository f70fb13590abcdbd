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
    hierarchy, values = text.hierarchy, text.values
    rotations = _rotations(hierarchy, values)
    places = _places(hierarchy, values)
    if _starts_with_calibration(hierarchy, values, rotations):
        rotations, places = rotations[1:], places[1:]
    joints = [i for i, end in enumerate(hierarchy.is_end) if not end]
    typical = np.median(places, axis=0)
    parents, offsets = _without_ends(hierarchy, joints, typical)
    names = [hierarchy.names[i] for i in joints]
    profile, known = find_profile(names, file)
    joint_map, sureness = match_joints(names, parents, offsets, options.joint_map, known)
    skeleton = Skeleton(hierarchy.names, hierarchy.parents, hierarchy.offsets)
    some = np.unique(np.linspace(0, len(places) - 1, 100).astype(int))
    positions, _ = forward_kinematics(
        hierarchy.parents, places[some], places[some, 0], rotations[some]
    )
    scale = options.scale
    if scale is None:
        scale = infer_scale(skeleton, joint_map, positions)
    places, root = places * scale, rotations[:, 0]
    offsets = hierarchy.offsets * scale
    root_position = places[:, 0]
    if (options.up or infer_up(skeleton, joint_map, positions)) == "y":
        root_position = rot.rotate(Z_FROM_Y_UP, root_position)
        root = rot.multiply(Z_FROM_Y_UP, root)
    rotations[:, 0] = root
    moving = np.abs(places[:, 1:] - offsets[1:]).max(initial=0.0) > 1e-6
    if np.abs(places).max() > 1e6:
        raise MotionError("a position is more than a thousand kilometres away")
    motion = Motion(
        Skeleton(hierarchy.names, hierarchy.parents, offsets),
        root_position,
        rot.make_continuous(rotations),
        nominal_rate(text.frame_time),
        joint_map=joint_map,
        map_sureness=sureness,
        profile=profile.name if profile else "",
        translations=places if moving else None,
    )
    return motion, profile


def _check(options: ReadOptions) -> None:
    if options.up not in (None, "y", "z"):
        raise MotionError(f"the upward axis is 'y' or 'z', not {options.up!r}")
    if options.scale is not None and not 0 < options.scale < 1e6:
        raise MotionError(f"the scale must be positive, in metres a unit, not {options.scale}")


def _rotations(hierarchy: Hierarchy, values: Array) -> Array:
    """Local rotations (T, J, 4); joints with the same order of axes are done together."""
    out = np.tile(rot.IDENTITY, (len(values), len(hierarchy.names), 1))
    orders: dict[tuple[int, ...], list[int]] = {}
    for joint, track in enumerate(hierarchy.rotations):
        if track:
            orders.setdefault(tuple(axis for axis, _ in track), []).append(joint)
    for order, joints in orders.items():
        # Reduced to one turn first, so that a wild angle loses no precision.
        turned = rot.IDENTITY
        for turn, axis in enumerate(order):
            columns = [hierarchy.rotations[joint][turn][1] for joint in joints]
            half = np.deg2rad(np.remainder(values[:, columns], 360.0)) / 2
            q = np.zeros((*half.shape, 4))
            q[..., axis], q[..., 3] = np.sin(half), np.cos(half)
            turned = q if turn == 0 else rot.multiply(turned, q)
        out[:, joints] = rot.normalise(turned)
    return out


def _places(hierarchy: Hierarchy, values: Array) -> Array:
    """Each joint's place in its parent (T, J, 3), in the file's unit."""
    places = np.tile(hierarchy.offsets, (len(values), 1, 1))
    tracks = [(j, axis, c) for j, t in enumerate(hierarchy.positions) for axis, c in t]
    for joint, axis, column in tracks:
        places[:, joint, axis] = values[:, column]
    if _positions_add(hierarchy, values):
        for joint, axis, column in tracks:
            if joint > 0:
                places[:, joint, axis] = hierarchy.offsets[joint, axis] + values[:, column]
    return places


def _positions_add(hierarchy: Hierarchy, values: Array) -> bool:
    """Whether position channels below the root are additions to the offsets: by vote of bones."""
    votes = 0
    for joint, track in enumerate(hierarchy.positions[1:], start=1):
        if track:
            axes = [axis for axis, _ in track]
            middle = np.median(values[:, [column for _, column in track]], axis=0)
            offset = hierarchy.offsets[joint, axes]
            votes += int(np.sign(np.linalg.norm(middle - offset) - np.linalg.norm(middle)))
    return votes > 0


def _starts_with_calibration(hierarchy: Hierarchy, values: Array, rotations: Array) -> bool:
    """Whether the first frame is a calibration pose."""
    root = [column for _, column in hierarchy.rotations[0]]
    if len(values) < 4 or not root or values[0, root].any() or not values[1, root].any():
        return False
    steps = rot.angle_between(rotations[1:3], rotations[:2])
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
