"""WISDM (2019): a phone in the pocket and a watch on the dominant wrist, 18 activities, 51 people.

``WISDM-dataset-description.pdf`` beside the data describes it:
``raw/phone/accel/data_1600_accel_phone.txt`` by device, sensor and subject, lines such as
``1600,A,252207666810782,-0.36476135,8.793503,1.0550842;``: subject, letter of the activity, stamp,
x, y, z; m/s² with gravity and rad/s, nominally 20 Hz.

The stamps are said to be Unix time; they are nanoseconds of a device's own clock, which starts
anywhere, and may start again between activities. A recording is therefore one activity of one
device. Accelerometer and gyroscope of a device share its clock; the gyroscope is read at the
accelerometer's times. Phone and watch share none.
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
from imusim.recordings.datasets.common import matching, rising, stated, whole
from imusim.recordings.model import Recording, Sensor
from imusim.recordings.splines import read_at

Array = NDArray[np.float64]

NAME, RATE_HZ, LICENCE = "wisdm", 20.0, "CC-BY-4.0"
_FILE = r"(phone|watch)/accel/data_(\d+)_accel_\1\.txt"
_GAP_S = 0.5
LABELS = {
    "A": "walking",
    "B": "jogging",
    "C": "walking on stairs",
    "D": "sitting",
    "E": "standing",
    "F": "typing",
    "G": "brushing the teeth",
    "H": "eating soup",
    "I": "eating chips",
    "J": "eating pasta",
    "K": "drinking from a cup",
    "L": "eating a sandwich",
    "M": "kicking a soccer ball",
    "O": "playing catch with a tennis ball",
    "P": "dribbling a basketball",
    "Q": "writing",
    "R": "clapping",
    "S": "folding clothes",
}


def find(folder: Path) -> Sequence[RecordingRef]:
    """Activities of each device and subject. Raises MotionError for an unknown letter."""
    return [
        RecordingRef(NAME, file, f"{match[2]}_{match[1].lower()}_{letter}", letter)
        for file, match in matching(folder, _FILE)
        for letter in _letters(file)
    ]


def read(ref: RecordingRef) -> Recording:
    """One activity of one device. Raises MotionError with file and line."""
    device, subject = stated(ref.path, _FILE).groups()
    device = device.lower()
    stamps_ns, force, notes = _activity(ref.path, ref.part)
    if not len(stamps_ns):
        raise MotionError(f"has nothing of the activity {ref.part!r}", ref.path)
    time_s = (stamps_ns - stamps_ns[0]) / 1e9
    beside = ref.path.parents[1] / "gyro" / ref.path.name.replace("accel", "gyro")
    rate = None
    if beside.is_file():
        turned_ns, turned, more = _activity(beside, ref.part)
        rate = read_at(time_s, (turned_ns - stamps_ns[0]) / 1e9, turned, _GAP_S)
        notes += tuple(f"gyroscope: {note}" for note in more)
        if np.isnan(rate).all():
            rate, notes = None, (*notes, "gyroscope left out: it was recorded at other times")
        else:
            notes = (*notes, "gyroscope read at the accelerometer's times")
    sensor = Sensor(device, f"wisdm.{device}", time_s, force, rate, RATE_HZ)
    return Recording(
        ref.key, NAME, (sensor,), whole(ref.part, sensor), subject, "", LICENCE, notes=notes
    )


def _letters(file: Path) -> list[str]:
    """Activities of a file, in their order there."""
    letters: dict[str, int] = {}
    for line, cells in tables.read_rows(file):
        letter = cells[1].strip() if len(cells) == 6 else ""
        if letter not in LABELS:
            raise MotionError(f"{','.join(cells)!r} names no activity", file, line)
        letters.setdefault(letter, line)
    return list(letters)


def _activity(file: Path, letter: str) -> tuple[Array, Array, tuple[str, ...]]:
    """Stamps in ns, samples (N, 3) and what had to be mended, of one activity."""
    values, letters = _table(file, file.stat().st_mtime_ns)
    own = values[values[:, 0] == letters.get(letter, -1)]
    order, stamps_ns, notes = rising(own[:, 1], 1e6)
    return stamps_ns, own[order, 2:], notes


@lru_cache(maxsize=2)
def _table(file: Path, _: int) -> tuple[Array, tables.Words]:
    """Number of the letter, stamp and sample (N, 5), kept because a recording is a part of it."""
    letters = tables.Words()
    values = tables.read_numbers(
        file, columns=(1, 2, 3, 4, 5), width=6, readers={1: letters, 5: _last}
    )
    return values, letters


def _last(cell: str) -> float:
    text = cell.strip().rstrip(";")
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is no number") from None


DATASET = Dataset(
    name=NAME,
    summary="a phone in the pocket and a watch: 18 activities of 51 people",
    licence=LICENCE,
    home="https://archive.ics.uci.edu/dataset/507/"
    "wisdm+smartphone+and+smartwatch+activity+and+biometrics+dataset",
    obtain="load the zip from its page and unpack it, and wisdm-dataset.zip in it",
    citation="Weiss GM, Yoneda K, Hayajneh T (2019): Smartphone and Smartwatch-Based Biometrics "
    "Using Activities of Daily Living. IEEE Access 7",
    rate_hz=RATE_HZ,
    placements={"phone": "wisdm.phone", "watch": "wisdm.watch"},
    labels=LABELS,
    find=find,
    read=read,
)
