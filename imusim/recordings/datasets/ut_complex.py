"""UT-Complex: phones in the right pocket and on the right wrist, thirteen activities of ten people.

The Readme of the data and the article (Shoaib et al. 2016) describe it:
``smartphoneatpocket.csv`` and ``smartphoneatwrist.csv``, without a header, 14 columns: stamp,
accelerometer, linear acceleration and gyroscope, three each, magnetometer, code of the activity;
m/s² and rad/s at 50 Hz. Linear acceleration has gravity removed and is not read.

A file holds one activity after the other, and of each 30 min: 3 min of each of ten people, on end
and without a mark. Tenths of the lines of an activity are therefore taken for people, and a note
says so. Not all of them did every activity, so that who a tenth is, is not known beyond that. The
stamps run on over the joins and are not read: times are made from the rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import even_times, matching, whole
from imusim.recordings.model import Recording, Sensor

Array = NDArray[np.float64]

NAME, RATE_HZ, LICENCE = "ut-complex", 50.0, ""
_FILE = r"smartphoneat(pocket|wrist)\.csv"
_WIDTH, _COLUMNS = 14, (1, 2, 3, 7, 8, 9, 13)
_PEOPLE = 10
LABELS = {
    "11111": "walking",
    "11112": "standing",
    "11113": "jogging",
    "11114": "sitting",
    "11115": "cycling",
    "11116": "walking upstairs",
    "11117": "walking downstairs",
    "11118": "typing",
    "11119": "writing",
    "11120": "drinking coffee",
    "11121": "giving a talk",
    "11122": "smoking",
    "11123": "eating",
}


def find(folder: Path) -> Sequence[RecordingRef]:
    """Tenths of activities. Raises MotionError if the two files disagree."""
    found: dict[str, RecordingRef] = {}
    for file, _ in matching(folder, _FILE):
        for code, start, stop in _blocks(file):
            edges = np.linspace(start, stop, _PEOPLE + 1).astype(int)
            for person, (a, b) in enumerate(pairwise(edges), 1):
                key = f"{person}_{code}" if b > a else ""
                if key and key not in found:
                    found[key] = RecordingRef(NAME, file, key, f"{a}:{b}")
    return list(found.values())


def read(ref: RecordingRef) -> Recording:
    """One tenth of an activity. Raises MotionError with file and line."""
    person, label = ref.key.split("_")
    a, b = map(int, ref.part.split(":"))
    sensors = []
    for place in ("pocket", "wrist"):
        file = ref.path.with_name(f"smartphoneat{place}.csv")
        if file.is_file():
            values = _table(file, file.stat().st_mtime_ns)[a:b].copy()
            if len(values) < b - a or (values[:, 6] != int(label)).any():
                raise MotionError(f"its lines {a + 1} to {b} are not all of {label}", file)
            sensors.append(
                Sensor(
                    place, f"ut_complex.{place}", even_times(b - a, RATE_HZ), values[:, :3],
                    values[:, 3:6], RATE_HZ, even=True,
                )
            )  # fmt: skip
    return Recording(
        ref.key, NAME, tuple(sensors), whole(label, *sensors), person, "", LICENCE,
        notes=("the subject is which tenth of the activity's lines it is",),
    )  # fmt: skip


def _blocks(file: Path) -> list[tuple[int, int, int]]:
    """Code, first line and the one after the last of each run of an activity, from 0."""
    codes = _table(file, file.stat().st_mtime_ns)[:, 6]
    first = np.flatnonzero(np.diff(codes, prepend=np.nan) != 0)
    last = np.append(first[1:], len(codes))
    wrong = [int(a) for a in first if str(codes[a]).removesuffix(".0") not in LABELS]
    if wrong:
        raise MotionError(f"{codes[wrong[0]]:g} is no activity", file, wrong[0] + 1)
    return [(int(codes[a]), int(a), int(b)) for a, b in zip(first, last, strict=True)]


@lru_cache(maxsize=2)
def _table(file: Path, _: int) -> Array:
    """Accelerometer, gyroscope and code (N, 7), kept because a recording is a part of it."""
    return tables.read_numbers(file, columns=_COLUMNS, width=_WIDTH)


DATASET = Dataset(
    name=NAME,
    summary="phones in pocket and on wrist: thirteen activities, some of the hands",
    licence=LICENCE,
    home="https://www.utwente.nl/en/eemcs/ps/research/dataset/",
    obtain="load ut-data-complex.rar from its page and unpack it",
    citation="Shoaib M, Bosch S, Incel OD, Scholten H, Havinga PJM (2016): Complex Human Activity "
    "Recognition Using Smartphone and Wrist-Worn Motion Sensors. Sensors 16(4):426",
    rate_hz=RATE_HZ,
    placements={"pocket": "ut_complex.pocket", "wrist": "ut_complex.wrist"},
    labels=LABELS,
    find=find,
    read=read,
)
