"""UCI-HAR: a phone on the belt, six activities of thirty people.

The README of the data describes it: ``train/Inertial Signals/total_acc_x_train.txt`` (and y, z,
``body_gyro_x_train.txt``, the same of ``test``): windows of 128 samples at 50 Hz, one a line, each
the half of the one before and a new half; ``train/subject_train.txt`` and ``train/y_train.txt``:
whose and which activity, a line a window. Total acceleration is in g with gravity, the gyroscope
in rad/s; ``body_acc`` has gravity removed and is not read. The publishers passed all signals
through a median filter and a low-pass at 20 Hz. There are no stamps.

Windows whose halves agree to the digit are joined again; a recording is such a run of one subject
and activity. Copies of the data in which that was done already, ``WALKING/Subject_1.csv`` with
the columns ``accx`` … and ``body_gyrox`` …, are read too. The repository states CC BY 4.0; the
README, which is older, forbids commercial use.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import G, even_times, matching, stated, whole
from imusim.recordings.model import Recording, Sensor

Array = NDArray[np.float64]

NAME, RATE_HZ, LICENCE = "uci-har", 50.0, "CC-BY-4.0"
_WINDOW = 128
_ACTIVITIES = (
    "WALKING", "WALKING_UPSTAIRS", "WALKING_DOWNSTAIRS", "SITTING", "STANDING", "LAYING",
)  # fmt: skip
_SUBJECTS = r"(train|test)/subject_\1\.txt"
_JOINED = rf"({'|'.join(_ACTIVITIES)})/Subject_(\d+)\.csv"
_SIGNALS = ("total_acc_x", "total_acc_y", "total_acc_z",
            "body_gyro_x", "body_gyro_y", "body_gyro_z")  # fmt: skip
_COLUMNS = ("accx", "accy", "accz", "body_gyrox", "body_gyroy", "body_gyroz")
LABELS = {
    "WALKING": "walking",
    "WALKING_UPSTAIRS": "walking upstairs",
    "WALKING_DOWNSTAIRS": "walking downstairs",
    "SITTING": "sitting",
    "STANDING": "standing",
    "LAYING": "lying down",
}


def find(folder: Path) -> Sequence[RecordingRef]:
    """Runs of one subject and activity. Raises MotionError if windows and their lists disagree."""
    joined = [
        RecordingRef(NAME, file, f"{match[2]}_{match[1].upper()}")
        for file, match in matching(folder, _JOINED)
    ]
    windows = [
        RecordingRef(NAME, file, f"{subject}_{_ACTIVITIES[activity - 1]}_{k}", f"{first}:{last}")
        for file, _ in matching(folder, _SUBJECTS)
        for k, (subject, activity, first, last) in enumerate(_runs(file), 1)
    ]
    return [*joined, *windows]


def read(ref: RecordingRef) -> Recording:
    """One run. Raises MotionError with file and line."""
    if ref.part:
        subject, activity, *_ = ref.key.split("_", 1)
        activity, _, trial = activity.rpartition("_")
        first, last = map(int, ref.part.split(":"))
        windows = _windows(ref.path, *_stamps(ref.path))[first : last + 1]
        half = _WINDOW // 2
        values = np.concatenate([windows[0, :half], *windows[:, half:]])
    else:
        activity, subject = stated(ref.path, _JOINED).groups()
        values, activity, trial = tables.read_columns(ref.path, _COLUMNS), activity.upper(), ""
    times = even_times(len(values), RATE_HZ)
    sensor = Sensor(
        "waist", "uci_har.waist", times, values[:, :3] * G, values[:, 3:], RATE_HZ, even=True
    )
    return Recording(
        ref.key, NAME, (sensor,), whole(activity, sensor), subject, trial, LICENCE,
        notes=("low-passed at 20 Hz by its publishers",),
    )  # fmt: skip


def _runs(file: Path) -> list[tuple[int, int, int, int]]:
    """Subject, activity, first and last window of each run of windows that continue."""
    windows = _windows(file, *_stamps(file))
    kind = file.parent.name
    activities = file.with_name(f"y_{kind}.txt")
    listed = [tables.read_numbers(f, None, width=1)[:, 0] for f in (file, activities)]
    for numbers, source in zip(listed, (file, activities), strict=True):
        if len(numbers) != len(windows):
            raise MotionError(f"{len(numbers)} lines for {len(windows)} windows", source)
        wrong = np.flatnonzero(~((numbers > 0) & (numbers < 1000)))
        if len(wrong):
            raise MotionError(f"a number {numbers[wrong[0]]:g}", source, int(wrong[0]) + 1)
    subject, activity = (numbers.astype(int) for numbers in listed)
    wrong = np.flatnonzero((activity < 1) | (activity > len(_ACTIVITIES)))
    if len(wrong):
        raise MotionError(f"activity {activity[wrong[0]]}", activities, int(wrong[0]) + 1)
    half = _WINDOW // 2
    goes_on = (windows[:-1, half:] == windows[1:, :half]).all(axis=(1, 2))
    goes_on &= (np.diff(subject) == 0) & (np.diff(activity) == 0)
    first = np.flatnonzero(np.concatenate([[True], ~goes_on]))
    last = np.append(first[1:], len(windows)) - 1
    return [
        (int(subject[a]), int(activity[a]), int(a), int(b))
        for a, b in zip(first, last, strict=True)
    ]


def _files(subjects: Path) -> list[Path]:
    kind = subjects.parent.name
    return [subjects.parent / "Inertial Signals" / f"{name}_{kind}.txt" for name in _SIGNALS]


def _stamps(subjects: Path) -> tuple[int, ...]:
    """When the files were changed last, so that none is remembered that is no more."""
    return tuple(f.stat().st_mtime_ns if f.is_file() else 0 for f in _files(subjects))


@lru_cache(maxsize=1)
def _windows(subjects: Path, *_: int) -> Array:
    """All windows (W, 128, 6), kept because a recording is a few of them."""
    signals = [tables.read_numbers(file, None, width=_WINDOW) for file in _files(subjects)]
    for signal, file in zip(signals, _files(subjects), strict=True):
        if len(signal) != len(signals[0]):
            raise MotionError(f"{len(signal)} windows where others have {len(signals[0])}", file)
    return np.stack(signals, axis=-1)


DATASET = Dataset(
    name=NAME,
    summary="a phone on the belt: six activities of thirty people",
    licence=LICENCE,
    home="https://archive.ics.uci.edu/dataset/240/human+activity+recognition+using+smartphones",
    obtain="load UCI HAR Dataset.zip from its page and unpack it",
    citation="Anguita D, Ghio A, Oneto L, Parra X, Reyes-Ortiz JL (2013): A Public Domain Dataset "
    "for Human Activity Recognition Using Smartphones. ESANN 2013",
    rate_hz=RATE_HZ,
    placements={"waist": "uci_har.waist"},
    labels=LABELS,
    find=find,
    read=read,
)
