"""Skeletons that a Kinect guessed: UTD-MHAD, MSR Action3D, NTU RGB+D, NW-UCLA, UTKinect.

All hold joint positions in the camera's frame: metres, y up, z away from the camera, x to
the right of a person who faces it. Rotations are found by inverse kinematics for noisy joints.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import ClipRef, Motion, MotionSource, Provenance, ReadOptions, mat
from motion_sources import subjects
from motion_sources.axes import Z_FROM_Y_UP
from motion_sources.files import read_bytes
from motion_sources.kinect import captions, ntu_captions, nw_ucla, skeletons, text, utkinect

Array = NDArray[np.float64]

NAME = "kinect"
POSITION_NOISE_M = 0.01
"""In one direction: by how much the joints of UTD-MHAD leave a skeleton of constant bones."""
LARGEST_FILE = 128_000_000
"""Bytes: ten minutes of NTU RGB+D's text."""

UTD_RATE_HZ = 19.0
"""Median over UTD-MHAD of what the paired inertial files tell; the nominal rate is 30."""
UTD_INERTIAL_HZ = 50.0
UTD_RATES_HZ = (5.0, 35.0)
"""What a pair of files may tell: the dataset's are from 10.9 to 20.9."""


@dataclass(frozen=True)
class _Format:
    """How files of one dataset are read and what their names tell.

    Where a file holds several clips, the last part of the key says which.
    """

    licence: str
    joints: tuple[str, ...]
    positions: Callable[[bytes, Path, str], Array]
    rate_hz: Callable[[Path, int], float]
    captions: Callable[[str, str], tuple[str, ...]]


def _utd_positions(data: bytes, file: Path, _part: str) -> Array:
    values = mat.read_array(file, data, "d_skel")
    if values.ndim != 3 or values.shape[:2] != (len(skeletons.UTD_MHAD), 3):
        raise MotionError(f"'d_skel' has the shape {values.shape}, not (20, 3, frames)", file)
    values = values.transpose(2, 0, 1)
    if (abs(values) > text.LARGEST_NUMBER).any():
        raise MotionError("'d_skel' holds a joint that is no place in metres", file)
    return np.where((values == 0).all(axis=-1, keepdims=True), np.nan, values)


def _utd_rate(file: Path, frames: int) -> float:
    """From the inertial recording of the same trial, which spans the same time."""
    name = file.name.replace("skeleton", "inertial")
    for beside in (file.parent.parent / "Inertial" / name, file.parent / name):
        if beside == file or not beside.is_file():
            continue
        samples = len(mat.read_array(beside, read_bytes(beside, LARGEST_FILE), "d_iner"))
        rate_hz = (frames - 1) / max(samples - 1, 1) * UTD_INERTIAL_HZ
        if frames > 1 and not UTD_RATES_HZ[0] <= rate_hz <= UTD_RATES_HZ[1]:
            raise MotionError(
                f"{frames} frames and {samples} inertial samples make {rate_hz:.3g} frames a "
                "second: state --source-rate",
                file,
            )
        return rate_hz if frames > 1 else UTD_RATE_HZ
    return UTD_RATE_HZ


def _msr_positions(data: bytes, file: Path, _part: str) -> Array:
    return text.read_msr(data, file)


def _ntu_positions(data: bytes, file: Path, part: str) -> Array:
    bodies = text.read_ntu(data, file)
    if not bodies:
        raise MotionError("no person was seen in any frame", file)
    if part == _SECOND and len(bodies) < 2:
        raise MotionError("only one person was seen", file)
    return bodies[part == _SECOND]


_SECOND = "person2"
_FORMATS = {
    "utd": _Format(
        "LicenseRef-UTD-MHAD",
        skeletons.UTD_MHAD,
        _utd_positions,
        _utd_rate,
        lambda stem, _part: captions.utd_mhad(stem),
    ),
    "msr": _Format(
        "LicenseRef-MSR-Action3D",
        skeletons.MSR_ACTION3D,
        _msr_positions,
        lambda _file, _frames: 15.0,
        lambda stem, _part: captions.msr_action3d(stem),
    ),
    "ntu": _Format(
        "LicenseRef-NTU-RGB-D",
        skeletons.NTU,
        _ntu_positions,
        lambda _file, _frames: 30.0,
        lambda stem, _part: ntu_captions.ntu(stem),
    ),
    "nw-ucla": _Format(
        "LicenseRef-NW-UCLA",
        skeletons.FIRST_KINECT,
        lambda data, file, _part: nw_ucla.read(data, file),
        lambda _file, _frames: nw_ucla.RATE_HZ,
        lambda stem, _part: nw_ucla.captions(stem),
    ),
    "utkinect": _Format(
        "LicenseRef-UTKinect-Action3D",
        skeletons.FIRST_KINECT,
        utkinect.read,
        lambda _file, _frames: utkinect.RATE_HZ,
        lambda _stem, part: utkinect.CAPTIONS.get(part, ()),
    ),
}

_NAMES = re.compile(
    r"a\d+_s\d+_t\d+_skeleton\.mat$|a\d+_s\d+_e\d+_skeleton3d\.txt$"
    r"|s\d{3}c\d{3}p\d{3}r\d{3}a\d{3}\.skeleton$|a\d+_s\d+_e\d+_v\d+\.json$"
    r"|joints_s\d+_e\d+\.txt$"
)
"""How the datasets name their files, in small letters."""


def recognises(file: Path) -> bool:
    """Whether a file is of these datasets, by its name, or by the name's end and the head.

    A file that has the name of one is taken, so that it is told if it is broken.
    """
    name = file.name.lower()
    if _NAMES.match(name) is not None:
        return True
    if name.endswith(".mat"):
        return mat.first_name(file) == "d_skel"
    try:
        if name.endswith("_skeleton3d.txt"):
            with file.open("rb") as stream:
                return text.looks_like_msr(stream.read(8192))
        if name.endswith(".skeleton"):
            with file.open("rb") as stream:
                return re.match(rb"\d{1,6}\s+\d\s", stream.read(16)) is not None
    except OSError:
        pass
    return False


def clips(file: Path, key: str) -> Sequence[ClipRef]:
    """One clip a file; two where NTU RGB+D's action is of two people, UTKinect's by its labels."""
    first, kind = ClipRef(NAME, file, key), _format_of(file)
    if kind == "ntu" and ntu_captions.is_pair(file.stem):
        return [first, replace(first, key=f"{key}/{_SECOND}")]
    if kind == "utkinect" and (actions := utkinect.segments(file)):
        return [replace(first, key=f"{key}/{action}") for action in actions]
    return [first]


def read(clip: ClipRef, options: ReadOptions) -> Motion:
    """Read a clip.

    Raises
    ------
    MotionError
        For a file that is not whole, or in which no frame has all joints.
    """
    # SciPy is slow to import, and listing clips does without.
    from imusim.motion.from_positions import NOISY, motion_from_positions
    from motion_sources.kinect.smoothing import cutoff, without_leaps

    file = clip.path
    if options.joint_map is not None:
        raise MotionError("the joints of a Kinect are known: no joint map is taken", file)
    kind = _FORMATS[_format_of(file)]
    data = read_bytes(file, LARGEST_FILE)
    part = clip.key.rpartition("/")[2]
    positions, joints = _in_world(kind, data, file, part, options)
    rate_hz = options.rate_hz or kind.rate_hz(file, len(positions))
    cutoff_hz = cutoff(positions, rate_hz)
    positions = without_leaps(positions, joints, rate_hz, cutoff_hz)
    try:
        motion = motion_from_positions(positions, joints, rate_hz, twist=NOISY, key=clip.key)
    except MotionError as error:
        raise MotionError(str(error), file) from None
    said = kind.captions(file.stem, part)
    # A file of another name may be someone else's.
    licence, subject = (kind.licence, subjects.kinect(file.stem)) if said else ("", "")
    return replace(
        motion,
        captions=said,
        provenance=Provenance(NAME, licence, file.name, hashlib.sha256(data).hexdigest(), subject),
        position_noise=POSITION_NOISE_M,
        cutoff_hz=cutoff_hz,
    )


def world_positions(file: Path, part: str, options: ReadOptions) -> tuple[Array, tuple[str, ...]]:
    """The file's own joints in the world, m, as the Kinect guessed them, and their names.

    Parameters
    ----------
    file : Path
    part : str
        Which clip of the file: the last part of its key.
    options : ReadOptions

    Returns
    -------
    positions : (T, J, 3) array
        NaN where a joint was lost.
    joints : tuple of str
        Canonical names.

    Raises
    ------
    MotionError
        If the file is not whole, or has no frame with all joints.
    """
    data = read_bytes(file, LARGEST_FILE)
    return _in_world(_FORMATS[_format_of(file)], data, file, part, options)


def _in_world(
    kind: _Format, data: bytes, file: Path, part: str, options: ReadOptions
) -> tuple[Array, tuple[str, ...]]:
    columns = [k for k, joint in enumerate(kind.joints) if joint in JOINTS]
    positions = kind.positions(data, file, part)[:, columns] * (options.scale or 1.0)
    if not np.isfinite(positions).all(axis=(1, 2)).any():
        raise MotionError("the person was lost in every frame", file)
    if options.up != "z":
        positions = rot.rotate(Z_FROM_Y_UP, positions)
    return positions, tuple(kind.joints[k] for k in columns)


def _format_of(file: Path) -> str:
    kinds = {".mat": "utd", ".skeleton": "ntu", ".json": "nw-ucla"}
    other = "utkinect" if file.name.lower().startswith("joints_s") else "msr"
    return kinds.get(file.suffix.lower(), other)


SOURCE = MotionSource(
    name=NAME,
    summary=(
        "Kinect skeletons: UTD-MHAD (.mat), MSR Action3D (.txt), NTU RGB+D (.skeleton), "
        "NW-UCLA (.json), UTKinect (.txt)"
    ),
    licence=" AND ".join(kind.licence for kind in _FORMATS.values()),
    home="https://www.utdallas.edu/~kehtar/UTD-MHAD.html",
    obtain=(
        "UTD-MHAD: from the home page, Skeleton and Inertial side by side; MSR Action3D: "
        "MSRAction3DSkeletonReal3D, where its authors point to; NTU RGB+D: "
        "https://github.com/shahroudy/NTURGB-D names where to ask; NW-UCLA: "
        "https://wangjiangb.github.io/my_data.html; UTKinect-Action3D: "
        "http://cvrc.ece.utexas.edu/KinectDatasets/HOJ3D.html; then give the folder"
    ),
    citation=(
        "UTD-MHAD: Chen, Jafari, Kehtarnavaz, ICIP 2015; MSR Action3D: Li, Zhang, Liu, CVPR "
        "Workshops 2010; NTU RGB+D: Shahroudy, Liu, Ng, Wang, CVPR 2016 (120: Liu et al., TPAMI "
        "42(10), 2020); NW-UCLA: Wang, Nie, Xia, Wu, Zhu, CVPR 2014; UTKinect-Action3D: Xia, Chen, "
        "Aggarwal, CVPR Workshops 2012"
    ),
    recognises=recognises,
    clips=clips,
    read=read,
    noise=(
        "joints guessed from depth: 1 to 2 cm about constant bones, more where a limb hides; slow "
        "and together, so that above 2 Hz, or 4 Hz of a fast motion, the tracker is seen rather "
        "than the person"
    ),
)
