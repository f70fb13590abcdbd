"""DSADS, Daily and Sports Activities: five units, nineteen activities of eight people.

The page of the UCI repository and the article (Barshan and Yüksek 2014) describe it:
``a01/p1/s01.txt`` by activity, person and segment; 125 lines of 45 numbers parted by commas, 5 s
at 25 Hz without stamps. Nine columns a unit, in the order torso, right arm, left arm, right leg,
left leg: accelerometer x, y, z, gyroscope, magnetometer. The 60 segments of a person and activity
were cut from one signal of 5 min: they are put together again, with gaps where one is missing.

Units are not written with the data; those of the Xsens MTx, as the article names it, are m/s² and
rad/s, which is what is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imusim.errors import MotionError
from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import matching, stated, whole
from imusim.recordings.model import Recording, Sensor

NAME, RATE_HZ, LICENCE = "dsads", 25.0, "CC-BY-4.0"
_FILE = r"a(\d\d)/p(\d)/s(\d\d)\.txt"
_SEGMENT = 125
_UNITS = ("T", "RA", "LA", "RL", "LL")
LABELS = {
    "1": "sitting",
    "2": "standing",
    "3": "lying on the back",
    "4": "lying on the right side",
    "5": "walking upstairs",
    "6": "walking downstairs",
    "7": "standing still in an elevator",
    "8": "moving around in an elevator",
    "9": "walking in a parking lot",
    "10": "walking on a flat treadmill",
    "11": "walking on an inclined treadmill",
    "12": "running on a treadmill",
    "13": "exercising on a stepper",
    "14": "exercising on a cross trainer",
    "15": "cycling on an exercise bike in horizontal position",
    "16": "cycling on an exercise bike in vertical position",
    "17": "rowing",
    "18": "jumping",
    "19": "playing basketball",
}


def find(folder: Path) -> Sequence[RecordingRef]:
    """Activities of people, each by its first segment."""
    found: dict[str, RecordingRef] = {}
    for file, match in matching(folder, _FILE):
        key = f"p{match[2]}_a{match[1]}"
        found.setdefault(key, RecordingRef(NAME, file, key))
    return list(found.values())


def read(ref: RecordingRef) -> Recording:
    """One activity of one person: its segments on end. Raises MotionError with file and line."""
    activity, subject, _ = stated(ref.path, _FILE).groups()
    times, values = [], []
    for file, match in matching(ref.path.parent, _FILE):
        values.append(tables.read_numbers(file, width=45))
        if len(values[-1]) != _SEGMENT:
            raise MotionError(f"{len(values[-1])} lines where {_SEGMENT} were expected", file)
        times.append((int(match[3]) - 1) * _SEGMENT + np.arange(_SEGMENT))
    time_s, units = np.concatenate(times) / RATE_HZ, np.concatenate(values)
    sensors = tuple(
        Sensor(
            name, f"dsads.{name}", time_s - time_s[0], units[:, 9 * k : 9 * k + 3],
            units[:, 9 * k + 3 : 9 * k + 6], RATE_HZ, even=True,
        )
        for k, name in enumerate(_UNITS)
    )  # fmt: skip
    spans = whole(str(int(activity)), *sensors)
    return Recording(ref.key, NAME, sensors, spans, subject, "", LICENCE)


DATASET = Dataset(
    name=NAME,
    summary="five units: nineteen daily and sports activities of eight people",
    licence=LICENCE,
    home="https://archive.ics.uci.edu/dataset/256/daily+and+sports+activities",
    obtain="load the zip from its page and unpack it",
    citation="Barshan B, Yüksek MC (2014): Recognizing Daily and Sports Activities in Two Open "
    "Source Machine Learning Environments Using Body-Worn Sensor Units. Computer Journal 57(11)",
    rate_hz=RATE_HZ,
    placements={name: f"dsads.{name}" for name in _UNITS},
    labels=LABELS,
    find=find,
    read=read,
)
