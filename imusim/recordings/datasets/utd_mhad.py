"""UTD-MHAD: one unit on wrist or thigh, beside a Kinect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imusim.conventions import STANDARD_GRAVITY
from imusim.errors import MotionError
from imusim.motion import ClipRef, mat
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.model import Recording, Span
from imusim.recordings.signals import even_sensor, measured

NAME = "utd-mhad"
RATE_HZ = 50.0
SATURATED_G = 7.99
_FILE = re.compile(r"a(\d{1,2})_s(\d{1,2})_t(\d{1,2})_inertial\.mat", re.IGNORECASE)
_LAST_OF_ARM = 21
_LABELS = {
    "a1": "swiping the right arm to the left",
    "a2": "swiping the right arm to the right",
    "a3": "waving with the right hand",
    "a4": "clapping both hands in front",
    "a5": "throwing with the right arm",
    "a6": "crossing both arms in front of the chest",
    "a7": "shooting a basketball",
    "a8": "drawing an x with the right hand",
    "a9": "drawing a circle clockwise with the right hand",
    "a10": "drawing a circle counter-clockwise with the right hand",
    "a11": "drawing a triangle with the right hand",
    "a12": "bowling with the right hand",
    "a13": "boxing in front",
    "a14": "swinging a baseball bat from the right",
    "a15": "swinging a tennis racket forehand",
    "a16": "curling both arms",
    "a17": "serving at tennis",
    "a18": "pushing with both hands",
    "a19": "knocking on a door with the right hand",
    "a20": "catching an object with the right hand",
    "a21": "picking something up and throwing it",
    "a22": "jogging in place",
    "a23": "walking in place",
    "a24": "standing up from a chair",
    "a25": "sitting down on a chair",
    "a26": "lunging forward with the left foot",
    "a27": "squatting with both arms stretched out",
}


def find(folder: Path) -> Sequence[RecordingRef]:
    """All inertial files, wherever they lie: the publisher packs them in a folder ``Inertial``."""
    files = {}
    for file in folder.rglob("*"):
        match = _FILE.fullmatch(file.name)
        if match and f"a{int(match[1])}" in _LABELS:
            files[tuple(int(number) for number in match.groups())] = file
    return [
        RecordingRef(NAME, files[numbers], "a{}_s{}_t{}".format(*numbers))
        for numbers in sorted(files)
    ]


def read(ref: RecordingRef) -> Recording:
    """Read a trial; its motion is the skeleton of the same name, where that is found.

    There are no times: signals are taken as 50 Hz, and the skeleton as spanning the same time.

    Raises
    ------
    MotionError
        If the file is not whole or holds no ``d_iner`` of six columns.
    """
    match = _FILE.fullmatch(ref.path.name)
    if match is None:
        raise MotionError("is not named as in a1_s1_t1_inertial.mat", ref.path)
    action, subject, trial = (int(number) for number in match.groups())
    values = mat.read_array(ref.path, mat.read_whole(ref.path), "d_iner")
    if values.ndim != 2 or values.shape[1] != 6 or len(values) < 2:
        raise MotionError(f"'d_iner' has the shape {values.shape}, not (samples, 6)", ref.path)
    name = "wrist" if action <= _LAST_OF_ARM else "thigh"
    sensor = even_sensor(
        name,
        f"utd_mhad.{name}",
        RATE_HZ,
        measured(values[:, :3], STANDARD_GRAVITY),
        measured(values[:, 3:], np.pi / 180),
    )
    notes = []
    saturated = int((np.abs(values[:, :3]) > SATURATED_G).any(axis=1).sum())
    if saturated:
        notes.append(f"the accelerometer is at the end of its range, 8 g, in {saturated} samples")
    skeleton = _skeleton(ref.path)
    if skeleton is None:
        notes.append("no skeleton of this trial was found")
    return Recording(
        key=ref.key,
        dataset=NAME,
        sensors=(sensor,),
        spans=(Span(0.0, float(sensor.time_s[-1]), f"a{action}"),),
        subject=str(subject),
        trial=str(trial),
        licence=DATASET.licence,
        motion=skeleton and ClipRef("kinect", skeleton, skeleton.stem),
        motion_spans=True,
        notes=tuple(notes),
    )


def _skeleton(inertial: Path) -> Path | None:
    name = re.sub("inertial", "skeleton", inertial.name, flags=re.IGNORECASE)
    beside = (inertial.parent.parent / "Skeleton" / name, inertial.parent / name)
    return next((file for file in beside if file.is_file()), None)


DATASET = Dataset(
    name=NAME,
    summary="27 actions by 8 people, one unit on the right wrist or thigh, and a Kinect's skeleton",
    licence="LicenseRef-UTD-MHAD",
    home="https://personal.utdallas.edu/~kehtar/UTD-MHAD.html",
    obtain="from the home page, Inertial and Skeleton; unpack them side by side",
    citation=(
        "Chen, Jafari, Kehtarnavaz: UTD-MHAD: a multimodal dataset for human action recognition "
        "utilizing a depth camera and a wearable inertial sensor. ICIP 2015"
    ),
    rate_hz=RATE_HZ,
    placements={"wrist": "utd_mhad.wrist", "thigh": "utd_mhad.thigh"},
    labels=_LABELS,
    find=find,
    read=read,
    paired=True,
)
