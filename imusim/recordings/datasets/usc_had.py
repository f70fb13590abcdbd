"""USC-HAD: one unit on the front of the right hip, twelve activities of 14 people.

The Readme of the data describes it: ``Subject1/a1t1.mat`` by subject, activity and trial, with the
fields ``sensor_readings`` (N, 6): accelerometer in g, gyroscope in deg/s, ``subject``,
``activity_number`` and others; 100 Hz, ±6 g, ±500 deg/s. There are no stamps. Of subject 13 the
field is written ``activity_numbr``: the name of the file says the activity and is what is read.
Where the axes point is in ``sensor_orientation``; with which sign gravity reads is not said.
"""

from __future__ import annotations

import numpy as np

from imusim.errors import MotionError
from imusim.motion import mat
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import G, even_times, finder, stated, whole
from imusim.recordings.model import Recording, Sensor

NAME, RATE_HZ, LICENCE = "usc-had", 100.0, ""
_FILE = r"Subject(\d+)/a(\d+)t(\d+)\.mat"
LABELS = {
    "1": "walking forward",
    "2": "walking in circles to the left",
    "3": "walking in circles to the right",
    "4": "walking upstairs",
    "5": "walking downstairs",
    "6": "running forward",
    "7": "jumping up",
    "8": "sitting",
    "9": "standing",
    "10": "sleeping",
    "11": "riding an elevator up",
    "12": "riding an elevator down",
}


def read(ref: RecordingRef) -> Recording:
    """One trial. Raises MotionError with the file."""
    subject, activity, trial = stated(ref.path, _FILE).groups()
    values = mat.read_array(ref.path, mat.read_whole(ref.path), "sensor_readings")
    if values.ndim != 2 or values.shape[1] != 6 or not len(values):
        raise MotionError(f"sensor_readings of the shape {values.shape}, not (N, 6)", ref.path)
    times = even_times(len(values), RATE_HZ)
    sensor = Sensor(
        "hip", "usc_had.hip", times, values[:, :3] * G, np.radians(values[:, 3:]), RATE_HZ,
        even=True,
    )  # fmt: skip
    return Recording(ref.key, NAME, (sensor,), whole(activity, sensor), subject, trial, LICENCE)


DATASET = Dataset(
    name=NAME,
    summary="one unit on the front right hip: twelve activities of 14 people",
    licence=LICENCE,
    home="https://sipi.usc.edu/had/",
    obtain="load USC-HAD.zip from its page and unpack it",
    citation="Zhang M, Sawchuk AA (2012): USC-HAD: A Daily Activity Dataset for Ubiquitous "
    "Activity Recognition Using Wearable Sensors. UbiComp 2012, Workshop SAGAware",
    rate_hz=RATE_HZ,
    placements={"hip": "usc_had.hip"},
    labels=LABELS,
    find=finder(NAME, _FILE, lambda match: f"{match[1]}_a{match[2]}_t{match[3]}"),
    read=read,
)
