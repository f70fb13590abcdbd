"""MHEALTH: units on chest, right wrist and left ankle, twelve activities of ten people.

The README of the data describes it: ``mHealth_subject1.log`` of each subject, 24 columns parted by
blanks, at 50 Hz without stamps: accelerometer of the chest (1–3), ECG (4–5), accelerometer,
gyroscope and magnetometer of the left ankle (6–14) and of the right lower arm (15–23), label (24;
0: none). Accelerometers are in m/s², gyroscopes in deg/s.

That the gyroscopes are in deg/s is what the README says; their values in running are said to stay
within a few units, which would be far too slow. It could not be checked here, and a note says so.
"""

from __future__ import annotations

import numpy as np

from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import even_times, finder, spans_of, stated
from imusim.recordings.model import Recording, Sensor

NAME, RATE_HZ, LICENCE = "mhealth", 50.0, "CC-BY-4.0"
_FILE = r"mHealth_subject(\d+)\.log"
_WIDTH = 24
_COLUMNS = (*range(3), *range(5, 11), *range(14, 20), 23)
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
    chest, ankle, arm = values[:, :3], values[:, 3:9], values[:, 9:15]
    sensors = (
        Sensor("chest", "mhealth.chest", times, chest, None, RATE_HZ, even=True),
        *(
            Sensor(
                name, f"mhealth.{name}", times, unit[:, :3], np.radians(unit[:, 3:]), RATE_HZ,
                even=True,
            )
            for name, unit in (("left_ankle", ankle), ("right_lower_arm", arm))
        ),
    )  # fmt: skip
    names = {int(label): label for label in LABELS}
    return Recording(
        ref.key, NAME, sensors, spans_of(times, values[:, 15], names, RATE_HZ),
        stated(ref.path, _FILE)[1], "", LICENCE,
        notes=("gyroscopes taken to be in deg/s, as stated; look whether they are",),
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
    placements={
        "chest": "mhealth.chest",
        "left_ankle": "mhealth.left_ankle",
        "right_lower_arm": "mhealth.right_lower_arm",
    },
    labels=LABELS,
    find=finder(NAME, _FILE, lambda match: f"subject{match[1]}"),
    read=read,
)
