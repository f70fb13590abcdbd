"""HAR70+: accelerometers on lower back and right thigh of people of 70 to 95 years.

Written as HARTH is; see :mod:`imusim.recordings.datasets.harth`. The page of the UCI repository
and the article (Ustad et al. 2023) describe it: ``har70plus/501.csv`` of each of 18 subjects.
"""

from __future__ import annotations

from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import finder, stated
from imusim.recordings.datasets.harth import LABELS as HARTH_LABELS
from imusim.recordings.datasets.harth import LICENCE, RATE_HZ, read_back_and_thigh
from imusim.recordings.model import Recording

_FILE = r"(5\d\d)\.csv"
LABELS = {label: HARTH_LABELS[label] for label in ("1", "3", "4", "5", "6", "7", "8")}


def read(ref: RecordingRef) -> Recording:
    """What one person did. Raises MotionError with file and line."""
    return read_back_and_thigh(ref, stated(ref.path, _FILE)[1], "har70plus", LABELS)


DATASET = Dataset(
    name="har70plus",
    summary="accelerometers on lower back and thigh of people over 70, labelled from video",
    licence=LICENCE,
    home="https://archive.ics.uci.edu/dataset/780/har70",
    obtain="load har70.zip from its page and unpack it",
    citation="Ustad A, Logacjov A, Trollebø SØ, Thingstad P, Vereijken B, Bach K, Maroni NS "
    "(2023): Validation of an Activity Type Recognition Model Classifying Daily Physical Behavior "
    "in Older Adults: The HAR70+ Model. Sensors 23(5):2368",
    rate_hz=RATE_HZ,
    placements={"back": "har70plus.back", "thigh": "har70plus.thigh"},
    labels=LABELS,
    find=finder("har70plus", _FILE, lambda match: match[1]),
    read=read,
)
