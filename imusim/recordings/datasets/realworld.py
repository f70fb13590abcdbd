"""RealWorld (2016): seven phones and watches from shin to head, eight activities of 15 people.

The page of the data describes it: ``proband1/data/acc_walking_csv.zip`` and ``gyr_walking_csv.zip``
by person, sensor and activity, in them ``acc_walking_chest.csv`` and
``Gyroscope_walking_chest.csv`` by position, with the columns ``id``, ``attr_time`` (Unix
milliseconds), ``attr_x`` … in m/s² (with gravity) and rad/s, 50 Hz. Where a person was recorded
in several goes (4, 7 and 14 on stairs), the archive holds one each, ``acc_climbingup_2_csv.zip``,
and the number is in the names in it too; the first go may have none. The archives are read as
they are; unpacked ones too.

Accelerometer and gyroscope of a phone have stamps of their own; the gyroscope is read at the
accelerometer's times.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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

NAME, RATE_HZ, LICENCE = "realworld", 50.0, ""
_POSITIONS = ("chest", "forearm", "head", "shin", "thigh", "upperarm", "waist")
_GAP_S = 0.1
LABELS = {
    "climbingdown": "walking downstairs",
    "climbingup": "walking upstairs",
    "jumping": "jumping",
    "lying": "lying down",
    "running": "running",
    "sitting": "sitting",
    "standing": "standing",
    "walking": "walking",
}
_DATA = r"proband(\d+)/data/"
_INNER = rf"({'|'.join(LABELS)})(?:_(\d+))?_({'|'.join(_POSITIONS)})\.csv"
_FORCE = rf"{_DATA}(?:.*/)?acc_{_INNER}"
_RATE = rf"{_DATA}(?:.*/)?(?:gyr|gyroscope)_{_INNER}"
_ARCHIVES = rf"{_DATA}(?:acc|gyr)_\w+_csv\.zip"


def find(folder: Path) -> Sequence[RecordingRef]:
    """Activities of people, each by the accelerometer of its first position."""
    found: dict[str, RecordingRef] = {}
    for file, match in matching(folder, _FORCE, _ARCHIVES):
        key = "_".join(part.lower() for part in (match[1], match[2], _go(file, match)) if part)
        found.setdefault(key, RecordingRef(NAME, file, key))
    return list(found.values())


def read(ref: RecordingRef) -> Recording:
    """One activity of one person at all positions. Raises MotionError with file and line."""
    said = stated(ref.path, _FORCE)
    person, activity, go = said[1], said[2], _go(ref.path, said)
    data = next(p for p in ref.path.parents if p.name == "data")
    force = _positions(data, _FORCE, activity, go)
    rate = _positions(data, _RATE, activity, go)
    found, notes = [], []
    for position in _POSITIONS:
        if position in force:
            stamps_ms, values, mended = _samples(force[position])
            turned = _samples(rate[position]) if position in rate else None
            found.append((position, stamps_ms, values, turned))
            mended += tuple(f"gyroscope: {n}" for n in (turned[2] if turned else ()))
            notes += [f"{position}: {note}" for note in mended]
    start_ms = min(stamps_ms[0] for _, stamps_ms, *_ in found)
    sensors = tuple(
        Sensor(
            position, f"realworld.{position}", (stamps_ms - start_ms) / 1000, values,
            None if turned is None else _beside(stamps_ms, turned[0], turned[1]), RATE_HZ,
        )
        for position, stamps_ms, values, turned in found
    )  # fmt: skip
    if rate:
        notes.append("gyroscopes read at the accelerometers' times")
    return Recording(
        ref.key, NAME, sensors, whole(activity.lower(), *sensors), person, go, LICENCE,
        notes=tuple(notes),
    )  # fmt: skip


def _positions(data: Path, pattern: str, activity: str, go: str) -> dict[str, Path]:
    """File of each position; of copies, the unpacked one."""
    archives = rf"{_DATA}(?:acc|gyr)_{activity}\w*_csv\.zip"
    found: dict[str, Path] = {}
    for file, match in matching(data, pattern, archives):
        if match[2].lower() == activity.lower() and _go(file, match) == go:
            found.setdefault(match[4].lower(), file)
    return found


def _go(file: Path, match: re.Match[str]) -> str:
    """Which go it is, as the file's name or that of its archive says; empty for the only one."""
    archive = re.search(r"_(\d+)_csv(?:\.zip)?/[^/]*$", file.as_posix())
    return match[3] or (archive[1] if archive else "")


def _samples(file: Path) -> tuple[Array, Array, tuple[str, ...]]:
    """Stamps in ms, samples (N, 3), and what had to be mended."""
    values = tables.read_columns(file, ("attr_time", "attr_x", "attr_y", "attr_z"))
    order, stamps_ms, notes = rising(values[:, 0], 1)
    if not len(order):
        raise MotionError("holds no samples", file)
    return stamps_ms, values[order, 1:], notes


def _beside(stamps_ms: Array, turned_ms: Array, turned: Array) -> Array | None:
    start_ms = stamps_ms[0]
    read = read_at((stamps_ms - start_ms) / 1000, (turned_ms - start_ms) / 1000, turned, _GAP_S)
    return None if np.isnan(read).all() else read


DATASET = Dataset(
    name=NAME,
    summary="seven phones and watches from shin to head: eight activities of 15 people",
    licence=LICENCE,
    home="https://www.uni-mannheim.de/dws/research/projects/activity-recognition/dataset/"
    "dataset-realworld/",
    obtain="load realworld2016_dataset.zip from its page and unpack it; the zips in it may stay",
    citation="Sztyler T, Stuckenschmidt H (2016): On-body Localization of Wearable Devices: An "
    "Investigation of Position-Aware Activity Recognition. PerCom 2016",
    rate_hz=RATE_HZ,
    placements={name: f"realworld.{name}" for name in _POSITIONS},
    labels=LABELS,
    find=find,
    read=read,
)
