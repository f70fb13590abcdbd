"""AMASS: optical motion capture fitted with SMPL, SMPL-H or SMPL-X bodies, as npz files.

What this reader takes a file to mean:

- The world has z up and metres, as ours. ``poses`` are axis-angles, radians, of SMPL's joints
  against their parents; the first 22 are the canonical skeleton's, and the hands, jaw and eyes
  behind them are left out, as are soft tissues (``dmpls``). SMPL's own frames have x to the
  left, y up and z forward in the T-pose that all zeros mean.
- The family is told by ``surface_model_type``, else by the width of ``poses``.
- The file holds rotations and a shape, but no bones: those come from the body. So the skeleton
  of the motion has round proportions, which show how the T-pose stands and no more, and
  ``bones_known`` is false.
- ``trans`` places the body's origin, from which the pelvis is off by a vector that depends on
  the shape alone and does not turn with the body: no signal depends on it, so it is left out.
- A fit has no noise of frames that its authors state: AMASS's paper (Mahmood et al. 2019)
  compares whole surfaces with scans. So ``position_noise`` is left to be estimated.
- Captions are the lines of a ``.txt`` file of the same name, else what CMU's descriptions say
  of a trial of theirs, else the words in the file's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import (
    BodyShape,
    ClipRef,
    Motion,
    MotionSource,
    Provenance,
    ReadOptions,
)
from imusim.motion.npz import npz_names, read_npz
from motion_sources import subjects
from motion_sources.captions import captions_beside, words_in_name
from motion_sources.cmu_captions import cmu_trial
from motion_sources.files import sha256_of
from motion_sources.humanml3d.index import POSE_RATE_HZ, captioned_parts, pose_step
from motion_sources.parts import PartRef, cut
from motion_sources.rates import nominal_rate

Array = NDArray[np.float64]
Arrays = Mapping[str, NDArray[Any]]

WIDTHS = {"smpl": 72, "smplh": 156, "smplx": 165}
"""Columns of ``poses`` in each family: three a joint."""

_BODY = 3 * len(JOINTS)
_RATES = ("mocap_framerate", "mocap_frame_rate")
_WANTED = (
    "poses", "trans", "root_orient", "pose_body", "betas", "gender", "surface_model_type", *_RATES,
)  # fmt: skip
_MOST_RAD, _MOST_M, _MOST_BETA = 1e3, 1e5, 1e2
"""Beyond these a number is damage."""
_LEAST_RATE_HZ, _MAX_RATE_HZ = 0.1, 1e4
_MAX_BETAS = 400
_MOST_TURN_RAD = 4 * np.pi
"""A rotation vector is half a turn long, or a whole one where it was made continuous."""
_ENDING = re.compile("_(poses|stageii)$")
"""What AMASS adds to the name of a trial."""


def recognises(file: Path) -> bool:
    """Whether a file is an npz file with poses and translations: ``shape.npz`` has none.

    One that cannot be opened is taken, so that it is told.
    """
    if file.suffix.lower() != ".npz" or not file.is_file():
        return False
    names = npz_names(file)
    if names is None:
        return True
    return "trans" in names and ("poses" in names or {"root_orient", "pose_body"} <= names)


def clips(file: Path, key: str) -> list[ClipRef]:
    """The one clip of a file, or its captioned parts where HumanML3D's index lies above it."""
    return [*captioned_parts("amass", file, key)] or [ClipRef("amass", file, key)]


def read(clip: ClipRef, options: ReadOptions) -> Motion:
    """Read a clip; upward axis and joints are fixed by the format, and metres unless stated.

    Raises
    ------
    MotionError
        For anything but a whole AMASS motion; for one without a rate, if the options have none.
    """
    file = clip.path
    part = clip if isinstance(clip, PartRef) else PartRef(clip.source, file, clip.key)
    if part.fault is not None:
        raise part.fault
    arrays = read_npz(file, _WANTED)
    try:
        rotations, family = _rotations(arrays)
        trans = _numbers(arrays, "trans", _MOST_M, (len(rotations), 3))
        rate_hz = _rate(arrays, options.rate_hz)
        shape = BodyShape(family, _gender(arrays), _betas(arrays))
    except MotionError as error:
        raise MotionError(str(error), file) from None
    from imusim.motion.bones import smpl_skeleton  # brings scipy, which no listing needs

    digest = sha256_of(file)
    motion = Motion(
        smpl_skeleton(),
        trans * (options.scale or 1.0),
        rotations,
        nominal_rate(1 / rate_hz),
        captions=part.captions or _captions(file),
        key=clip.key,
        provenance=Provenance(
            "amass", SOURCE.licence, file.name, digest, subjects.amass(file.absolute())
        ),
        joint_map={name: name for name in JOINTS},
        bones_known=False,
        rest_is_t_pose=True,
        shape=shape,
    )
    # A part's seconds are of 20 pose frames each; HumanML3D counted with the rate as stated.
    second_s = POSE_RATE_HZ * pose_step(rate_hz) / motion.rate_hz
    return cut(motion, part.start_s * second_s, part.end_s * second_s, file)


def _rotations(arrays: Arrays) -> tuple[Array, str]:
    """Local rotations (T, 22, 4) and the family of the body."""
    family = _text(arrays, "surface_model_type")
    if family and family not in WIDTHS:
        raise MotionError(f"the body is a {family[:20]!r}; read are {', '.join(WIDTHS)}")
    if "poses" in arrays:
        poses = _numbers(arrays, "poses", _MOST_RAD)
        width = poses.shape[1] if poses.ndim == 2 else 0
        told = next((name for name in WIDTHS if WIDTHS[name] == width), "")
        if not told:
            known = ", ".join(f"{width} ({name})" for name, width in WIDTHS.items())
            raise MotionError(f"'poses' has the shape {poses.shape}; its width must be {known}")
        if family not in ("", told):
            raise MotionError(f"'poses' is {width} wide, which {family} is not")
    elif {"root_orient", "pose_body"} <= arrays.keys():
        frames = len(np.atleast_1d(arrays["root_orient"]))
        root = _numbers(arrays, "root_orient", _MOST_RAD, (frames, 3))
        body = _numbers(arrays, "pose_body", _MOST_RAD, (frames, _BODY - 3))
        poses, told = np.concatenate([root, body], axis=1), family or "smplx"
    else:
        raise MotionError("no motion: there is no 'poses' in the file")
    if len(poses) < 2:
        raise MotionError(f"'poses' holds {len(poses)} frames; a motion has 2 or more")
    vectors = poses[:, :_BODY].reshape(len(poses), len(JOINTS), 3)
    if np.median(np.linalg.norm(vectors, axis=2).max(axis=1)) > _MOST_TURN_RAD:
        raise MotionError("joints turn by whole turns: the rotations are not in radians")
    return rot.make_continuous(rot.from_rotation_vector(vectors)), told


def _numbers(arrays: Arrays, name: str, most: float, shape: tuple[int, ...] | None = None) -> Array:
    """An array as floats, checked for its shape and for what no motion holds."""
    if name not in arrays:
        raise MotionError(f"there is no {name!r} in the file")
    if arrays[name].dtype.kind not in "iuf":
        raise MotionError(f"{name!r} holds {arrays[name].dtype}, not numbers")
    with np.errstate(over="ignore", invalid="ignore"):
        array = arrays[name].astype(float)
    if shape is not None and array.shape != shape:
        raise MotionError(f"{name!r} has the shape {array.shape}, not {shape}")
    bad = ~(np.abs(array) <= most)  # NaN compares false
    if bad.any():
        place = np.unravel_index(int(bad.argmax()), bad.shape)
        where = f"frame {place[0] + 1} of {name!r}" if array.ndim > 1 else repr(name)
        raise MotionError(f"{where} holds {array[place]}")
    return array


def _rate(arrays: Arrays, given_hz: float | None) -> float:
    """The rate that the file states; the user's where it states none, or none that can be."""
    name = next((name for name in _RATES if name in arrays), None)
    rates = [given_hz]
    if name and arrays[name].size == 1 and arrays[name].dtype.kind in "iuf":
        rates.insert(0, float(arrays[name].item()))
    for rate_hz in rates:
        if rate_hz is not None and _LEAST_RATE_HZ <= rate_hz <= _MAX_RATE_HZ:
            return rate_hz
    fault = (
        f"{name!r} is no rate between {_LEAST_RATE_HZ:g} and {_MAX_RATE_HZ:g} Hz"
        if name
        else f"the file states no frame rate ({' or '.join(map(repr, _RATES))})"
    )
    raise MotionError(f"{fault}; state it with --source-rate")


def _gender(arrays: Arrays) -> str:
    gender = _text(arrays, "gender")
    return gender if gender in {"female", "male"} else "neutral"


def _betas(arrays: Arrays) -> tuple[float, ...]:
    if "betas" not in arrays:
        return ()
    shape = arrays["betas"].shape
    count = max(shape, default=1)
    if count > _MAX_BETAS or arrays["betas"].size != count:
        raise MotionError(f"'betas' has the shape {shape}; it must be one row of numbers")
    return tuple(_numbers(arrays, "betas", _MOST_BETA).ravel().tolist())


def _text(arrays: Arrays, name: str) -> str:
    """Text of an array of one string, in lower case; empty where the file has none."""
    if name not in arrays:
        return ""
    array = arrays[name]
    if array.dtype.kind not in "US" or array.size != 1:
        raise MotionError(f"{name!r} is not one word")
    value = array.item()
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
    return text.strip().lower()


def _captions(file: Path) -> tuple[str, ...]:
    """What is known of the clip, from the nearest to the vaguest."""
    beside = captions_beside(file)
    if beside:
        return beside
    trial = cmu_trial(file.with_stem(_ENDING.sub("", file.stem)))
    return (trial.description,) if trial and trial.description else words_in_name(file)


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
    noise="optical markers, fitted with a body: estimated clip by clip",
)
