"""PAMAP2: units on wrist, chest and ankle, eighteen activities of nine people.

``readme.pdf`` and ``DataCollectionProtocol`` beside the data describe it:
``Protocol/subject101.dat`` and ``Optional/subject101.dat``, 54 columns parted by blanks, NaN where
data are missing: time in s (1), activity (2; 0: none, between activities), heart rate (3), then 17
each of the units on hand (4–20), chest (21–37) and ankle (38–54): temperature, accelerometer of
±16 g, accelerometer of ±6 g, both in m/s², gyroscope in rad/s, magnetometer, orientation (said not
to be valid). 100 Hz; samples that the wireless link lost are NaN.

The accelerometer of ±16 g is read, as the publishers recommend: that of ±6 g saturates in running
and is not calibrated to it.
"""

from __future__ import annotations

from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import finder, rising, spans_of, stated
from imusim.recordings.model import Recording, Sensor

NAME, RATE_HZ, LICENCE = "pamap2", 100.0, "CC-BY-4.0"
_FILE = r"(Protocol|Optional)/subject(\d+)\.dat"
_WIDTH = 54
_UNITS = {"hand": 3, "chest": 20, "ankle": 37}
_COLUMNS = (
    0, 1, *(first + k for first in _UNITS.values() for k in (1, 2, 3, 7, 8, 9)),
)  # fmt: skip
LABELS = {
    "1": "lying down",
    "2": "sitting",
    "3": "standing",
    "4": "walking",
    "5": "running",
    "6": "cycling",
    "7": "Nordic walking",
    "9": "watching television",
    "10": "working at a computer",
    "11": "driving a car",
    "12": "walking upstairs",
    "13": "walking downstairs",
    "16": "vacuum cleaning",
    "17": "ironing",
    "18": "folding laundry",
    "19": "cleaning the house",
    "20": "playing soccer",
    "24": "skipping rope",
}


def read(ref: RecordingRef) -> Recording:
    """One session of one person. Raises MotionError with file and line."""
    session, subject = stated(ref.path, _FILE).groups()
    values = tables.read_numbers(ref.path, None, columns=_COLUMNS, width=_WIDTH)
    order, stamps, notes = rising((values[:, 0] * 100).round(), 1)
    values, time_s = values[order], (stamps - stamps[0]) / 100
    sensors = tuple(
        Sensor(
            name, f"pamap2.{name}", time_s,
            values[:, 2 + 6 * k : 5 + 6 * k], values[:, 5 + 6 * k : 8 + 6 * k], RATE_HZ,
        )
        for k, name in enumerate(_UNITS)
    )  # fmt: skip
    names = {int(label): label for label in LABELS}
    spans = spans_of(time_s, values[:, 1], names, RATE_HZ)
    return Recording(ref.key, NAME, sensors, spans, subject, session, LICENCE, notes=notes)


DATASET = Dataset(
    name=NAME,
    summary="units on wrist, chest and ankle: eighteen activities of nine people",
    licence=LICENCE,
    home="https://archive.ics.uci.edu/dataset/231/pamap2+physical+activity+monitoring",
    obtain="load the zip from its page and unpack it, and PAMAP2_Dataset.zip in it",
    citation="Reiss A, Stricker D (2012): Introducing a New Benchmarked Dataset for Activity "
    "Monitoring. ISWC 2012",
    rate_hz=RATE_HZ,
    placements={name: f"pamap2.{name}" for name in _UNITS},
    labels=LABELS,
    find=finder(NAME, _FILE, lambda match: f"{match[2]}_{match[1].lower()}"),
    read=read,
)
