"""MHEALTH: units on chest, right wrist and left ankle, twelve activities of ten people.

The README of the data describes it: ``mHealth_subject1.log`` of each subject, 24 columns parted by
blanks, at 50 Hz without stamps: accelerometer of the chest (1–3), ECG (4–5), accelerometer,
gyroscope and magnetometer of the left ankle (6–14) and of the right lower arm (15–23), label (24;
0: none). Accelerometers are in m/s².

Gyroscopes are said to be in deg/s, and are not: of a person who stands they read (0.06, -0.83,
-0.69), steady to 0.02, in steps of 0.002, which is neither the noise nor the step of such a unit in
deg/s, nor an offset that rad/s would leave. They seem to be scaled to the range of the unit. What
they say in rad/s is not known, and they are left out; a note says so.
"""

from __future__ import annotations

from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import even_times, finder, spans_of, stated
from imusim.recordings.model import Recording, Sensor

NAME, RATE_HZ, LICENCE = "mhealth", 50.0, "CC-BY-4.0"
_FILE = r"mHealth_subject(\d+)\.log"
_WIDTH = 24
_UNITS = {"chest": 0, "left_ankle": 5, "right_lower_arm": 14}
_COLUMNS = (*(first + k for first in _UNITS.values() for k in range(3)), 23)
LABELS = {
    "1": "standing still",
    "2": "sitting and relaxing",
    "3": "lying down",
    "4": "walking",
    "5": "climbing stairs",
    "6": "bending the waist forward",
    "7": "raising the arms to the front",
    "8": "bending the knees into a crouch",
    "9": "cycling",
    "10": "jogging",
    "11": "running",
    "12": "jumping to the front and back",
}


def read(ref: RecordingRef) -> Recording:
    """What one person did. Raises MotionError with file and line."""
    values = tables.read_numbers(ref.path, None, columns=_COLUMNS, width=_WIDTH)
    times = even_times(len(values), RATE_HZ)
    sensors = tuple(
        Sensor(
            name, f"mhealth.{name}", times, values[:, 3 * k : 3 * k + 3], None, RATE_HZ, even=True
        )
        for k, name in enumerate(_UNITS)
    )  # fmt: skip
    names = {int(label): label for label in LABELS}
    return Recording(
        ref.key, NAME, sensors, spans_of(times, values[:, -1], names, RATE_HZ),
        stated(ref.path, _FILE)[1], "", LICENCE,
        notes=("gyroscopes left out: they are not in deg/s, as is stated",),
    )  # fmt: skip


DATASET = Dataset(
    name=NAME,
    summary="units on chest, wrist and ankle: twelve activities of ten people",
    licence=LICENCE,
    home="https://archive.ics.uci.edu/dataset/319/mhealth+dataset",
    obtain="load the zip from its page and unpack it",
    citation="Banos O, Garcia R, Holgado-Terriza JA, Damas M, Pomares H, Rojas I, Saez A, "
    "Villalonga C (2014): mHealthDroid: a novel framework for agile development of mobile health "
    "applications. IWAAL 2014",
    rate_hz=RATE_HZ,
    placements={name: f"mhealth.{name}" for name in _UNITS},
    labels=LABELS,
    find=finder(NAME, _FILE, lambda match: f"subject{match[1]}"),
    read=read,
)
