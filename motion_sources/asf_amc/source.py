"""Acclaim's ASF skeletons with AMC motions, the form in which CMU publishes its captures.

The skeleton of ``02_01.amc`` is ``02.asf`` in the same folder, or the only ASF file there.
Joints are named after the bone that turns about them; each leaf gets an end joint. An AMC file
does not state its rate: it is taken from a descriptions file (see
:mod:`motion_sources.cmu_captions`), from the user, or is CMU's 120 Hz.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import ClipRef, Motion, MotionSource, Provenance, ReadOptions, Skeleton
from motion_sources import subjects
from motion_sources.asf_amc.amc import parse_amc
from motion_sources.asf_amc.asf import Asf, parse_asf, turns_about_fixed_axes
from motion_sources.axes import Z_FROM_Y_UP
from motion_sources.captions import captions_beside
from motion_sources.cmu_captions import cmu_trial
from motion_sources.files import read_bytes
from motion_sources.joint_match import match_joints

Array = NDArray[np.float64]

CMU_RATE_HZ = 120.0

LIMIT_SLACK_RAD = np.deg2rad(1.0)
"""How far a channel may pass a limit of its bone and still be within it."""


def recognises(file: Path) -> bool:
    """Whether a file is AMC, by its suffix."""
    return file.suffix.lower() == ".amc"


def clips(file: Path, key: str) -> list[ClipRef]:
    """The one clip of an AMC file."""
    return [ClipRef("asf-amc", file, key)]


def read(clip: ClipRef, options: ReadOptions) -> Motion:
    """Read an AMC file with its skeleton.

    Raises
    ------
    MotionError
        Naming file and line, for anything but a whole motion and its skeleton.
    """
    file = clip.path
    data = read_bytes(file)
    skeleton_file = skeleton_of(file)
    asf = _asf(skeleton_file, skeleton_file.stat().st_mtime_ns)
    channels = {bone.name: len(bone.dof) for bone in asf.bones if bone.dof}
    values, degrees = parse_amc(data, channels, file)
    if degrees is None:
        degrees = asf.degrees
    elif degrees != asf.degrees:
        raise MotionError(f"its angles are not in the unit that {skeleton_file.name} states", file)
    scale = asf.metres if options.scale is None else options.scale
    root_position = _root_position(asf, values["root"]) * scale
    rotations = _rotations(asf, values, degrees)
    if (options.up or "y") == "y":
        root_position = rot.rotate(Z_FROM_Y_UP, root_position)
        rotations[:, 0] = rot.multiply(Z_FROM_Y_UP, rotations[:, 0])
    skeleton = _skeleton(asf, scale)
    bones = len(asf.bones)
    try:
        joint_map, sureness = match_joints(
            skeleton.names[:bones],
            skeleton.parents[:bones],
            skeleton.offsets[:bones],
            options.joint_map,
        )
    except MotionError as error:
        raise MotionError(str(error), skeleton_file) from None
    trial = cmu_trial(file)
    rate_hz = options.rate_hz or (trial.rate_hz if trial else None) or CMU_RATE_HZ
    said = (trial.description,) if trial and trial.description else ()
    return Motion(
        skeleton,
        root_position,
        rot.make_continuous(rotations),
        rate_hz,
        captions=captions_beside(file) or said,
        key=clip.key,
        provenance=Provenance(
            "asf-amc",
            SOURCE.licence if trial else "",
            file.name,
            hashlib.sha256(data).hexdigest(),
            subjects.cmu(file.stem) if trial else skeleton_file.stem,
        ),
        joint_map=joint_map,
        map_sureness=sureness,
        outside_limits=_outside_limits(asf, values, degrees),
    )


def skeleton_of(file: Path) -> Path:
    """The ASF file of an AMC file. Raises MotionError if there is none, or no telling which."""
    found = sorted(f for f in file.parent.iterdir() if f.suffix.lower() == ".asf")
    stem = file.stem.lower()
    named = [f for f in found if stem == f.stem.lower() or stem.startswith(f"{f.stem.lower()}_")]
    if named:
        return max(named, key=lambda f: len(f.stem))
    if len(found) == 1:
        return found[0]
    wanted = f"{file.stem.split('_')[0]}.asf"
    if not found:
        raise MotionError(f"there is no skeleton beside it: put {wanted} into its folder", file)
    raise MotionError(
        f"which skeleton is its own? Name it {wanted}; there are "
        + ", ".join(f.name for f in found[:5]),
        file,
    )


@lru_cache(maxsize=64)
def _asf(file: Path, _changed_ns: int) -> Asf:
    return parse_asf(file)


def _skeleton(asf: Asf, scale: float) -> Skeleton:
    """Joints at the near ends of the bones, and an end joint at the far end of each leaf."""
    tips = np.array([bone.direction * bone.length for bone in asf.bones]) * scale
    names = [bone.name for bone in asf.bones]
    parents = list(asf.parents)
    offsets = [np.zeros(3)] + [tips[parent] for parent in asf.parents[1:]]
    for index in sorted(set(range(len(names))) - set(parents)):
        names.append(f"{asf.bones[index].name}_end")
        parents.append(index)
        offsets.append(tips[index])
    return Skeleton(tuple(names), np.array(parents, np.intp), np.array(offsets))


def _root_position(asf: Asf, values: Array) -> Array:
    """Position (T, 3) of the root in the file's unit."""
    dof = asf.bones[0].dof
    position = np.tile(asf.root_position, (len(values), 1))
    for axis, name in enumerate(("tx", "ty", "tz")):
        if name in dof:
            position[:, axis] += values[:, dof.index(name)]
    return position


def _rotations(asf: Asf, values: dict[str, Array], degrees: bool) -> Array:
    """Rotations (T, J, 4) against the parents; joints without channels stay as they are.

    A bone's is C M C⁻¹, with C its own axes and M the turn about them.
    """
    frames = len(values["root"])
    ends = len(set(range(len(asf.bones))) - set(asf.parents.tolist()))
    out = np.empty((frames, len(asf.bones) + ends, 4), order="F")
    out[:] = rot.IDENTITY
    orders: dict[str, list[int]] = {}
    for index, bone in enumerate(asf.bones):
        if bone.dof:
            orders.setdefault(bone.order, []).append(index)
    for order, indices in orders.items():
        bones = [asf.bones[index] for index in indices]
        angles = np.zeros((frames, len(bones), 3), order="F")
        for column, bone in enumerate(bones):
            for axis, name in enumerate(("rx", "ry", "rz")):
                if name in bone.dof:
                    angles[:, column, axis] = values[bone.name][:, bone.dof.index(name)]
        if degrees:
            angles = np.deg2rad(np.remainder(angles, 360.0))
        own = turns_about_fixed_axes(np.array([bone.axis_rad for bone in bones]), order)
        turned = turns_about_fixed_axes(angles, order)
        axes = rot.rotate(own, turned[..., :3])
        out[:, indices] = rot.joined(*np.moveaxis(axes, -1, 0), turned[..., 3])
    return out


def _outside_limits(asf: Asf, values: dict[str, Array], degrees: bool) -> float | None:
    """Part of the limited channels' values that pass their limits; ``None`` without limits."""
    slack = np.rad2deg(LIMIT_SLACK_RAD) if degrees else LIMIT_SLACK_RAD
    beyond = [
        np.mean((values[bone.name][:, c] < low - slack) | (values[bone.name][:, c] > high + slack))
        for bone in asf.bones
        for c, (low, high) in enumerate(bone.limits)
    ]
    return float(np.mean(beyond)) if beyond else None


SOURCE = MotionSource(
    name="asf-amc",
    summary="Acclaim ASF skeletons with AMC motions, as CMU's motion capture database has them",
    licence="LicenseRef-CMU-mocap",
    home="http://mocap.cs.cmu.edu",
    obtain=(
        "download a subject's ASF and its AMC trials from the home page into one folder; a CSV "
        "with columns subject, trial, description in it or above it becomes the captions"
    ),
    citation="Carnegie Mellon University Graphics Lab motion capture database, NSF EIA-0196217",
    recognises=recognises,
    clips=clips,
    read=read,
    takes_map=True,
    noise="optical markers: a few tenths of a millimetre on joints; estimated clip by clip",
)
