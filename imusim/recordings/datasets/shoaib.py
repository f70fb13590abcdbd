"""Shoaib (2014): five phones, seven activities of ten people.

The Readme of the data and the article describe it: ``DataSet/Participant_1.csv`` of each person,
two lines of headings, then 70 columns: 14 each of left pocket, right pocket, wrist, upper arm and
belt: stamp, accelerometer, linear acceleration, gyroscope, magnetometer, an empty one; in the last
place, instead of an empty one, the activity as a word. m/s² and rad/s at 50 Hz; linear
acceleration has gravity removed and is not read.

The stamps were rounded to three digits (1.39E+12) in the published files: times are made from the
rate. One word is misspelt there (``upsatirs``).
"""

from __future__ import annotations

from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import even_times, finder, spans_of, stated
from imusim.recordings.model import Recording, Sensor

NAME, RATE_HZ, LICENCE = "shoaib", 50.0, ""
_FILE = r"Participant_(\d+)\.csv"
_WIDTH, _FIRST_LINE = 70, 3
_UNITS = {"Left_pocket": 1, "Right_pocket": 15, "Wrist": 29, "Upper_arm": 43, "Belt": 57}
_LABEL = 69
_COLUMNS = (
    *(first + k for first in _UNITS.values() for k in (0, 1, 2, 6, 7, 8)), _LABEL,
)  # fmt: skip
LABELS = {
    "walking": "walking",
    "standing": "standing",
    "jogging": "jogging",
    "sitting": "sitting",
    "biking": "cycling",
    "upstairs": "walking upstairs",
    "upsatirs": "walking upstairs",
    "downstairs": "walking downstairs",
}


def read(ref: RecordingRef) -> Recording:
    """What one person did. Raises MotionError with file and line."""
    words = tables.Words()
    values = tables.read_numbers(
        ref.path, ",", _FIRST_LINE, _COLUMNS, _WIDTH, readers={_LABEL: words}
    )
    times = even_times(len(values), RATE_HZ)
    sensors = tuple(
        Sensor(
            name, f"shoaib.{name}", times, values[:, 6 * k : 6 * k + 3],
            values[:, 6 * k + 3 : 6 * k + 6], RATE_HZ, even=True,
        )
        for k, name in enumerate(_UNITS)
    )  # fmt: skip
    names = {number: word for word, number in words.items() if word}
    spans = spans_of(times, values[:, -1], names, RATE_HZ)
    subject = stated(ref.path, _FILE)[1]
    return Recording(ref.key, NAME, sensors, spans, subject, "", LICENCE)


DATASET = Dataset(
    name=NAME,
    summary="five phones, at pockets, belt, upper arm and wrist: seven activities",
    licence=LICENCE,
    home="https://www.utwente.nl/en/eemcs/ps/research/dataset/",
    obtain="load sensors-activity-recognition-dataset-shoaib.rar from its page and unpack it",
    citation="Shoaib M, Bosch S, Incel OD, Scholten H, Havinga PJM (2014): Fusion of Smartphone "
    "Motion Sensors for Physical Activity Recognition. Sensors 14(6):10146",
    rate_hz=RATE_HZ,
    placements={name: f"shoaib.{name}" for name in _UNITS},
    labels=LABELS,
    find=finder(NAME, _FILE, lambda match: f"participant{match[1]}"),
    read=read,
)
