"""AMASS: optical motion capture fitted with SMPL, SMPL-H or SMPL-X bodies, as npz files.

What this reader takes a file to mean:

- The world has z up and metres, as ours. ``poses`` are axis-angles, radians, of SMPL's joints
  against their parents; the first 22 are the canonical skeleton's, and the hands, jaw and eyes
  behind them are left out, as are soft tissues (``dmpls``). SMPL's own frames have x to the
  left, y up and z forward in the T-pose that all zeros mean.
- The family is told by ``surface_model_type``, else by the width of ``poses``.
- The file holds rotations and a shape, but no bones: those come from the body. So the skeleton
  of the motion has round proportions of this module's own, which show how the T-pose stands
  and no more, and ``bones_known`` is false.
- ``trans`` places the body's origin, from which the pelvis is off by a vector that depends on
  the shape alone and does not turn with the body: no signal depends on it, so it is left out.
- A fit has no noise of frames that its authors state: AMASS's paper (Mahmood et al. 2019)
  compares whole surfaces with scans. So ``position_noise`` is left to be estimated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS, PARENTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import (
    BodyShape,
    ClipRef,
    Motion,
    MotionSource,
    Provenance,
    ReadOptions,
    Skeleton,
)
from imusim.motion.npz import npz_names, read_npz
from motion_sources.captions import captions_beside, words_in_name
from motion_sources.humanml3d_index import POSE_RATE_HZ, captioned_parts, pose_step
from motion_sources.parts import PartRef, cut
from motion_sources.rates import nominal_rate

Array = NDArray[np.float64]

WIDTHS = {"smpl": 72, "smplh": 156, "smplx": 165}
"""Columns of ``poses`` in each family: three a joint."""

_BODY = 3 * len(JOINTS)
_RATES = ("mocap_framerate", "mocap_frame_rate")
_WANTED = (
    "poses", "trans", "root_orient", "pose_body", "betas", "gender", "surface_model_type", *_RATES,
)  # fmt: skip
_LARGEST = {"rotations": 1e3, "trans": 1e5}
"""Radians and metres beyond which a number is damage."""
_MAX_RATE_HZ = 1e4
_MAX_BETAS = 400

# A schematic T-pose in SMPL's axes: x to the left, y up, z forward; metres.
_LEFT = {
    "hip": (0.08, -0.08, 0.0),
    "knee": (0.0, -0.4, 0.0),
    "ankle": (0.0, -0.4, 0.0),
    "foot": (0.0, -0.05, 0.15),
    "collar": (0.05, 0.15, 0.0),
    "shoulder": (0.12, 0.05, 0.0),
    "elbow": (0.25, 0.0, 0.0),
    "wrist": (0.25, 0.0, 0.0),
}
_MIDDLE = {"pelvis": 0.0, "spine1": 0.1, "spine2": 0.15, "spine3": 0.05, "neck": 0.2, "head": 0.1}


def skeleton() -> Skeleton:
    """SMPL's 22 body joints with round proportions, in SMPL's axes."""
    offsets = np.zeros((len(JOINTS), 3))
    for index, name in enumerate(JOINTS):
        side, _, kind = name.partition("_")
        if kind:
            offsets[index] = np.array(_LEFT[kind]) * [1.0 if side == "left" else -1.0, 1.0, 1.0]
        else:
            offsets[index, 1] = _MIDDLE[name]
    return Skeleton(JOINTS, np.array(PARENTS, np.intp), offsets)


def recognises(file: Path) -> bool:
    """Whether a file is an npz file with poses and translations: ``shape.npz`` has none."""
    if file.suffix.lower() != ".npz":
        return False
    names = npz_names(file)
    return "trans" in names and ("poses" in names or {"root_orient", "pose_body"} <= names)


def clips(file: Path, key: str) -> list[ClipRef]:
    """The one clip of a file, or its captioned parts where HumanML3D's index lies above it."""
    return [*captioned_parts("amass", file, key)] or [ClipRef("amass", file, key)]


def read(clip: ClipRef, options: ReadOptions) -> Motion:  # noqa: ARG001 (the format says it all)
    """Read a clip; unit, upward axis and joints are fixed by the format.

    Raises
    ------
    MotionError
        For anything but a whole AMASS motion.
    """
    file = clip.path
    part = clip if isinstance(clip, PartRef) else PartRef(clip.source, file, clip.key)
    if part.fault is not None:
        raise part.fault
    arrays = read_npz(file, _WANTED)
    try:
        rotations, family = _rotations(arrays)
        trans = _numbers(arrays, "trans", "trans", (len(rotations), 3))
        rate_hz, shape = _rate(arrays), BodyShape(family, _gender(arrays), _betas(arrays))
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except MotionError as error:
        raise MotionError(str(error), file) from None
    except OSError as error:
        raise MotionError(f"cannot be read: {error.strerror}", file) from None
    motion = Motion(
        skeleton(),
        trans,
        rotations,
        nominal_rate(1 / rate_hz),
        captions=part.captions or captions_beside(file) or words_in_name(file),
        key=clip.key,
        provenance=Provenance("amass", SOURCE.licence, file.name, digest),
        joint_map={name: name for name in JOINTS},
        bones_known=False,
        shape=shape,
    )
    # A part's seconds are of 20 pose frames each; HumanML3D counted with the rate as stated.
    second_s = POSE_RATE_HZ * pose_step(rate_hz) / motion.rate_hz
    return cut(motion, part.start_s * second_s, part.end_s * second_s, file)


def _rotations(arrays: Mapping[str, NDArray[Any]]) -> tuple[Array, str]:
    """Local rotations (T, 22, 4) and the family of the body."""
    family = _text(arrays, "surface_model_type")
    if family and family not in WIDTHS:
        raise MotionError(f"the body is a {family[:20]!r}; read are {', '.join(WIDTHS)}")
    if "poses" in arrays:
        poses = _numbers(arrays, "poses", "rotations")
        widths = {width: name for name, width in WIDTHS.items()}
        if poses.ndim != 2 or poses.shape[1] not in widths:
            known = ", ".join(f"{width} ({name})" for name, width in WIDTHS.items())
            raise MotionError(f"'poses' has the shape {poses.shape}; its width must be {known}")
        told = widths[poses.shape[1]]
        if family and family != told:
            raise MotionError(f"'poses' is {poses.shape[1]} wide, which {family} is not")
        family = told
    elif {"root_orient", "pose_body"} <= arrays.keys():
        parts = [_numbers(arrays, name, "rotations") for name in ("root_orient", "pose_body")]
        for name, part, width in zip(
            ("root_orient", "pose_body"), parts, (3, _BODY - 3), strict=True
        ):
            if part.shape != (len(parts[0]) if parts[0].ndim else 0, width):
                raise MotionError(f"{name!r} has the shape {part.shape}, not (frames, {width})")
        poses, family = np.concatenate(parts, axis=1), family or "smplx"
    else:
        raise MotionError("no motion: there is no 'poses' in the file")
    if len(poses) < 2:
        raise MotionError(f"'poses' holds {len(poses)} frames; a motion has 2 or more")
    vectors = poses[:, :_BODY].reshape(len(poses), len(JOINTS), 3)
    return rot.make_continuous(rot.from_rotation_vector(vectors)), family


def _numbers(
    arrays: Mapping[str, NDArray[Any]], name: str, kind: str, shape: tuple[int, ...] | None = None
) -> Array:
    """Check an array of numbers for its shape and for what no motion holds."""
    if name not in arrays:
        raise MotionError(f"there is no {name!r} in the file")
    array = arrays[name]
    if array.dtype.kind not in "iuf":
        raise MotionError(f"{name!r} holds {array.dtype}, not numbers")
    if shape is not None and array.shape != shape:
        raise MotionError(f"{name!r} has the shape {array.shape}, not {shape} as 'poses' asks")
    bad = np.argwhere(~(np.abs(array) <= _LARGEST[kind]))  # NaN compares false
    if len(bad):
        place = tuple(int(i) for i in bad[0])
        where = f"frame {place[0] + 1} of {name!r}" if place else repr(name)
        raise MotionError(f"{where} holds {array[place]}")
    return array.astype(float)


def _rate(arrays: Mapping[str, NDArray[Any]]) -> float:
    found = [arrays[name] for name in _RATES if name in arrays]
    if not found:
        raise MotionError(f"this AMASS file has no rate ({' or '.join(map(repr, _RATES))})")
    rate = found[0]
    if rate.size != 1 or rate.dtype.kind not in "iuf":
        raise MotionError("the frame rate is not one number")
    rate_hz = float(rate.item())
    if not 0.1 <= rate_hz <= _MAX_RATE_HZ:
        raise MotionError(f"the frame rate is {rate_hz:g} Hz, outside 0.1-{_MAX_RATE_HZ:g} Hz")
    return rate_hz


def _gender(arrays: Mapping[str, NDArray[Any]]) -> str:
    gender = _text(arrays, "gender")
    return gender if gender in {"female", "male"} else "neutral"


def _betas(arrays: Mapping[str, NDArray[Any]]) -> tuple[float, ...]:
    if "betas" not in arrays:
        return ()
    betas = arrays["betas"]
    if (
        betas.dtype.kind not in "iuf"
        or betas.size > _MAX_BETAS
        or betas.size != max(betas.shape or (1,))
    ):
        raise MotionError(f"'betas' has the shape {betas.shape}; it must be one row of numbers")
    if not (np.abs(betas) < 100).all():
        raise MotionError("'betas' holds numbers that are no body's")
    return tuple(float(b) for b in betas.ravel())


def _text(arrays: Mapping[str, NDArray[Any]], name: str) -> str:
    """Text of an array of one string, in lower case; empty where the file has none."""
    if name not in arrays:
        return ""
    array = arrays[name]
    if array.dtype.kind not in "US" or array.size != 1:
        raise MotionError(f"{name!r} is not one word")
    value = array.item()
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
    return text.strip().lower()


SOURCE = MotionSource(
    name="amass",
    summary="AMASS: dozens of optical motion capture sets fitted with SMPL, SMPL-H or SMPL-X",
    licence="LicenseRef-AMASS",
    home="https://amass.is.tue.mpg.de",
    obtain=(
        "register at the home page, download the sets as SMPL+H G or SMPL-X G, unpack each with "
        "`tar xf SET.tar.bz2`, and give the folder"
    ),
    citation=(
        "Mahmood, Ghorbani, Troje, Pons-Moll, Black: AMASS: Archive of Motion Capture as "
        "Surface Shapes. ICCV 2019; and the paper of each set"
    ),
    recognises=recognises,
    clips=clips,
    read=read,
)
