"""HARTH: accelerometers on lower back and right thigh, in daily life; and how HAR70+ is read.

The page of the UCI repository and the article (Logacjov et al. 2021) describe it:
``harth/S006.csv`` of each subject, columns ``timestamp`` (date and time to the millisecond),
``back_x`` … ``back_z``, ``thigh_x`` … ``thigh_z`` in g, ``label``; 50 Hz. Some files have a column
of running numbers too, which is passed over. Labels were given frame by frame from video.
"""

from __future__ import annotations

from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import G, finder, rising, spans_of, stamp_ms, stated
from imusim.recordings.model import Recording, Sensor

RATE_HZ, LICENCE = 50.0, "CC-BY-4.0"
_COLUMNS = (
    "timestamp", "back_x", "back_y", "back_z", "thigh_x", "thigh_y", "thigh_z", "label",
)  # fmt: skip
_FILE = r"(S\d+)\.csv"
LABELS = {
    "1": "walking",
    "2": "running",
    "3": "shuffling the feet",
    "4": "walking upstairs",
    "5": "walking downstairs",
    "6": "standing",
    "7": "sitting",
    "8": "lying down",
    "13": "cycling while seated",
    "14": "cycling while standing on the pedals",
    "130": "sitting on a bicycle without pedalling",
    "140": "standing on a bicycle without pedalling",
}


def read_back_and_thigh(
    ref: RecordingRef, subject: str, layout: str, labels: dict[str, str]
) -> Recording:
    """A file of HARTH or HAR70+. Raises MotionError with file and line."""
    values = tables.read_columns(ref.path, _COLUMNS, readers={"timestamp": stamp_ms})
    order, stamps, notes = rising(values[:, 0], 1)
    values, time_s = values[order], (stamps - stamps[0]) / 1000
    sensors = (
        Sensor("back", f"{layout}.back", time_s, values[:, 1:4] * G, None, RATE_HZ),
        Sensor("thigh", f"{layout}.thigh", time_s, values[:, 4:7] * G, None, RATE_HZ),
    )
    names = {int(label): label for label in labels}
    spans = spans_of(time_s, values[:, 7], names, RATE_HZ)
    return Recording(ref.key, ref.dataset, sensors, spans, subject, "", LICENCE, notes=notes)


def read(ref: RecordingRef) -> Recording:
    """What one person did. Raises MotionError with file and line."""
    return read_back_and_thigh(ref, stated(ref.path, _FILE)[1], "harth", LABELS)


DATASET = Dataset(
    name="harth",
    summary="accelerometers on lower back and thigh, in daily life, labelled from video",
    licence=LICENCE,
    home="https://archive.ics.uci.edu/dataset/779/harth",
    obtain="load harth.zip from its page and unpack it",
    citation="Logacjov A, Bach K, Kongsvold A, Bårdstu HB, Mork PJ (2021): HARTH: A Human Activity "
    "Recognition Dataset for Machine Learning. Sensors 21(23):7853",
    rate_hz=RATE_HZ,
    placements={"back": "harth.back", "thigh": "harth.thigh"},
    labels=LABELS,
    find=finder("harth", _FILE, lambda match: match[1]),
    read=read,
)
