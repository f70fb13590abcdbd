"""HumanML3D: clips of AMASS and HumanAct12 as joint positions, with three or more captions each.

What this reader takes a file to mean:

- ``NAME.npy`` holds floats (T, 22, 3): the canonical joints in order, metres, 20 frames a
  second, y up; when a person faces +z its left is +x, as ours is +y when facing +x.
- Frames with a NaN are gaps.
- ``texts/NAME.txt`` beside the folder of the clips, or ``NAME.txt`` beside the clip, holds its
  captions; without one a clip has none. Captions of a part of the clip make a clip of their own.
- Every clip was put on one skeleton, so its bones are nobody's in particular. No noise is
  stated for it, so ``position_noise`` is left to be estimated.
- Names that begin with ``M`` are mirror images with captions to match: clips like any other.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import ClipRef, Motion, MotionSource, Provenance, ReadOptions
from imusim.motion.npz import npy_head, read_npy
from motion_sources.axes import Z_FROM_Y_UP
from motion_sources.files import sha256_of
from motion_sources.humanml3d.index import subject_of
from motion_sources.humanml3d.texts import listed, read_texts
from motion_sources.parts import PartRef, cut

NAME = "humanml3d"
RATE_HZ = 20.0

_TEXTS, _MOTIONS = "texts", "new_joints"
_MAX_BYTES = 2**27
"""Half a million frames; HumanML3D's longest clip has two hundred."""
_FARTHEST_M = 1e5
"""Positions beyond are damage."""


def recognises(file: Path) -> bool:
    """Whether a file holds floats (T, 22, 3), or ought to by its place, or is a text without."""
    suffix = file.suffix.lower()
    if suffix == ".npy":
        if file.parent.name == _MOTIONS:
            return True  # so that one of another shape is told, and not passed over
        head = npy_head(file)
        return head is not None and head[1].kind == "f" and head[0][1:] == (len(JOINTS), 3)
    return suffix == ".txt" and _lacking(file) is not None


def _lacking(text: Path) -> Path | None:
    """The motion that a file in ``texts`` describes, if it is not there."""
    folder = text.parent.parent / _MOTIONS
    motion = folder / f"{text.stem}.npy"
    there = text.parent.name != _TEXTS or motion.exists() or not folder.is_dir()
    return None if there else motion


def clips(file: Path, key: str) -> list[PartRef]:
    """The clip of a file and those of its captioned parts."""
    whole = PartRef(NAME, file, key)
    if file.suffix.lower() == ".txt":
        missing = f"no motion {_MOTIONS}/{file.stem}.npy for this text"
        return [replace(whole, fault=MotionError(missing, file))]
    try:
        return listed(whole, read_texts(_text_of(file)))
    except MotionError as error:
        return [replace(whole, fault=error)]


def _text_of(file: Path) -> Path:
    """Where the captions of a motion are."""
    beside = file.with_suffix(".txt")
    return beside if beside.is_file() else file.parent.parent / _TEXTS / beside.name


def read(clip: ClipRef, options: ReadOptions) -> Motion:
    """Read a clip by inverse kinematics.

    The file states nothing but numbers, so unit, upward axis and rate may be stated in the
    options; the joints are fixed.

    Raises
    ------
    MotionError
        For anything but a whole clip.
    """
    # SciPy takes half a second to import, which listing clips need not wait for.
    from imusim.motion.from_positions import motion_from_positions

    part = clip if isinstance(clip, PartRef) else clips(clip.path, clip.key)[0]
    if part.fault is not None:
        raise part.fault
    file = part.path
    array = read_npy(file, _MAX_BYTES)
    if array.dtype.kind != "f" or array.ndim != 3 or array.shape[1:] != (len(JOINTS), 3):
        raise MotionError(
            f"the array is {array.dtype} of the shape {array.shape}, not floats (frames, 22, 3)",
            file,
        )
    if len(array) < 2:
        raise MotionError(f"{len(array)} frames; a motion has 2 or more", file)
    with np.errstate(invalid="ignore", over="ignore"):  # damage may hold signalling NaN
        places = array.astype(float) * (1.0 if options.scale is None else options.scale)
    if (np.abs(places) > _FARTHEST_M).any():
        raise MotionError(f"a position is over {_FARTHEST_M:g} m away", file)
    if options.up != "z":
        places = rot.rotate(Z_FROM_Y_UP, places)
    try:
        motion = motion_from_positions(places, JOINTS, options.rate_hz or RATE_HZ, key=part.key)
    except MotionError as error:
        raise MotionError(str(error), file) from None
    origin = Provenance(NAME, SOURCE.licence, file.name, sha256_of(file), subject_of(file))
    motion = replace(motion, captions=part.captions, provenance=origin)
    return cut(motion, part.start_s, part.end_s, file)


SOURCE = MotionSource(
    name=NAME,
    summary="HumanML3D: 14,616 clips of AMASS and HumanAct12 with 44,970 captions, and mirrored",
    licence="MIT AND LicenseRef-AMASS",
    home="https://github.com/EricGuo5513/HumanML3D",
    obtain=(
        "make new_joints from AMASS with the notebooks of the home page's repository, unpack "
        "its texts.zip beside, and give the folder that holds both"
    ),
    citation=(
        "Guo, Zou, Zuo, Wang, Ji, Li, Cheng: Generating Diverse and Natural 3D Human Motions "
        "from Text. CVPR 2022; and those of AMASS and its sets"
    ),
    recognises=recognises,
    clips=clips,
    read=read,
    noise="optical markers fitted with a body, at 20 Hz: estimated clip by clip",
)
