"""BROAD: a board moved by hand, with a unit on it and cameras around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.hdf5 import open_hdf5, read_dataset
from imusim.recordings.model import Array, Recording, Span, TrackedPoses
from imusim.recordings.signals import even_sensor, measured

NAME = "broad"
RATE_HZ = 2000 / 7
_FILE = re.compile(r"(\d{2})_((?:un)?disturbed_[a-z_]+?)(?:_([A-Z]|\d+(?:s|cm)))?\.hdf5")
_WIDTHS = {"imu_acc": 3, "imu_gyr": 3, "opt_pos": 3, "opt_quat": 4}
_LABELS = {
    "undisturbed_slow_rotation": "turning a board slowly",
    "undisturbed_slow_rotation_with_breaks": "turning a board slowly, with breaks",
    "undisturbed_fast_rotation": "turning a board fast",
    "undisturbed_fast_rotation_with_breaks": "turning a board fast, with breaks",
    "undisturbed_slow_translation": "moving a board slowly to and fro",
    "undisturbed_slow_translation_with_breaks": "moving a board slowly to and fro, with breaks",
    "undisturbed_fast_translation": "moving a board fast to and fro",
    "undisturbed_fast_translation_with_breaks": "moving a board fast to and fro, with breaks",
    "undisturbed_slow_combined": "turning and moving a board slowly",
    "undisturbed_fast_combined": "turning and moving a board fast",
    "disturbed_tapping": "turning and moving a board, and tapping on it",
    "disturbed_phone_vibration": "turning and moving a board with a phone that vibrates",
    "disturbed_stationary_magnet": "turning and moving a board near a magnet",
    "disturbed_attached_magnet": "turning and moving a board with a magnet on it",
    "disturbed_office": "turning and moving a board in an office",
    "disturbed_mixed": "turning and moving a board, disturbed in turns",
}


def find(folder: Path) -> Sequence[RecordingRef]:
    """All trials, wherever they lie: the publisher packs them in a folder ``data_hdf5``."""
    files = {file.stem: file for file in folder.rglob("*.hdf5") if _FILE.fullmatch(file.name)}
    return [RecordingRef(NAME, files[key], key) for key in sorted(files)]


def read(ref: RecordingRef) -> Recording:
    """Read a trial; its span is the part that its publisher marks as movement.

    The unit's axes are those of the tracked board, and the world is east, north, up. Where the
    unit sits on the board is not said.

    Raises
    ------
    MotionError
        If the file is not whole, or an array is missing or of another shape.
    """
    match = _FILE.fullmatch(ref.path.name)
    label, version = (match[2], match[3] or "") if match else ("", "")
    with open_hdf5(ref.path) as content:
        rate_hz = float(np.asarray(content.attrs.get("sampling_rate", RATE_HZ)).item())
        arrays = {name: read_dataset(content.get(name), name, ref.path) for name in _WIDTHS}
        moving = read_dataset(content.get("movement"), "movement", ref.path).astype(bool)
    count = len(moving) if moving.ndim == 1 else 0
    for name, width in _WIDTHS.items():
        if arrays[name].shape != (count, width) or count < 2:
            shape = arrays[name].shape
            raise MotionError(f"{name!r} has the shape {shape}, not {(count, width)}", ref.path)
    if not 1 <= rate_hz <= 1e5:
        raise MotionError(f"a rate of {rate_hz} Hz", ref.path)
    sensor = even_sensor(
        "imu", "", rate_hz, measured(arrays["imu_acc"]), measured(arrays["imu_gyr"])
    )
    turn = _unit(np.roll(measured(arrays["opt_quat"]), -1, axis=1))
    poses = TrackedPoses(rate_hz, {"imu": measured(arrays["opt_pos"])}, {"imu": turn})
    edges = np.flatnonzero(np.diff(np.concatenate([[0], moving.astype(int), [0]])))
    spans = tuple(
        Span(float(sensor.time_s[a]), float(sensor.time_s[b - 1]), label)
        for a, b in edges.reshape(-1, 2).tolist()
    )
    lost = int((~whole_frames(*poses.position.values(), turn)).sum())
    return Recording(
        key=ref.key,
        dataset=NAME,
        sensors=(sensor,),
        spans=spans,
        trial=version,
        licence=DATASET.licence,
        motion=poses,
        offset_within_s=0.0,
        notes=(f"the cameras lost the board in {lost / count:.1%} of the frames",) if lost else (),
    )


def _unit(quaternions: Array) -> Array:
    """Of length one, NaN where they are far from it."""
    length = np.linalg.norm(quaternions, axis=1)
    found = np.full_like(quaternions, np.nan)
    good = np.abs(length - 1) < 0.05
    found[good] = rot.normalise(quaternions[good])
    return found


DATASET = Dataset(
    name=NAME,
    summary="39 trials of a board that is turned and moved by hand, with optical poses",
    licence="CC-BY-4.0",
    home="https://github.com/dlaidig/broad",
    obtain="clone the home page; the trials are in data_hdf5",
    citation=(
        "Laidig, Caruso, Cereatti, Seel: BROAD, a benchmark for robust inertial orientation "
        "estimation. Data 6(7):72, 2021. doi:10.3390/data6070072"
    ),
    rate_hz=RATE_HZ,
    placements={"imu": ""},
    labels=_LABELS,
    find=find,
    read=read,
    paired=True,
)
