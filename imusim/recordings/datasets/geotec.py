"""GeoTec: a phone in the left front pocket and a watch on the left wrist.

23 people sit, stand up, walk, turn and sit down again. The format is described in the README of
the repository and in the article (Matey-Sanz et al. 2023): ``s01/s01_02_sp.csv`` (phone) and
``s01/s01_02_sw.csv`` (watch) of subject and execution, with the columns ``x_acc`` … ``z_gyro`` in
m/s² and rad/s, ``timestamp`` in Unix milliseconds, and ``label``.

The stamps of the phone are those at which samples were handed over, some in bursts; that of a
sample that waited is late. Both devices' stamps are taken to be of one clock: the publishers
do not say how well they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import matching, rising, spans_of, stated
from imusim.recordings.model import Recording, Sensor

NAME, RATE_HZ, LICENCE = "geotec", 100.0, "CC-BY-4.0"
_FILE = r"(s\d+)_(\d+)_(sp|sw)\.csv"
_UNITS = {"sp": "phone", "sw": "watch"}
_COLUMNS = ("timestamp", "x_acc", "y_acc", "z_acc", "x_gyro", "y_gyro", "z_gyro", "label")
LABELS = {
    "SEATED": "sitting",
    "STANDING_UP": "standing up from a chair",
    "WALKING": "walking",
    "TURNING": "turning around while walking",
    "SITTING_DOWN": "sitting down on a chair",
}


def find(folder: Path) -> Sequence[RecordingRef]:
    """Executions of the activities, each by the file of its phone, or else of its watch."""
    found: dict[str, RecordingRef] = {}
    for file, match in matching(folder, _FILE):
        key = f"{match[1]}_{match[2]}"
        found.setdefault(key, RecordingRef(NAME, file, key))
    return list(found.values())


def read(ref: RecordingRef) -> Recording:
    """One execution. Raises MotionError with file and line."""
    subject, trial, _ = stated(ref.path, _FILE).groups()
    read_units, notes = [], []
    for unit, name in _UNITS.items():
        file = ref.path.with_name(f"{subject}_{trial}_{unit}.csv")
        if file.is_file():
            words = tables.Words()
            values = tables.read_columns(file, _COLUMNS, readers={"label": words})
            order, stamps_ms, found = rising(values[:, 0], 1)
            read_units.append((name, stamps_ms, values[order], words))
            notes += [f"{name}: {note}" for note in found]
    start_ms = min(stamps_ms[0] for _, stamps_ms, *_ in read_units)
    sensors = tuple(
        Sensor(
            name, f"geotec.{name}", (stamps_ms - start_ms) / 1000, values[:, 1:4], values[:, 4:7],
            RATE_HZ,
        )
        for name, stamps_ms, values, _ in read_units
    )  # fmt: skip
    _, _, values, words = read_units[0]
    names = {number: word for word, number in words.items()}
    spans = spans_of(sensors[0].time_s, values[:, 7], names, RATE_HZ)
    return Recording(ref.key, NAME, sensors, spans, subject, trial, LICENCE, notes=tuple(notes))


DATASET = Dataset(
    name=NAME,
    summary="a phone in the pocket and a watch: sitting, standing up, walking, turning",
    licence=LICENCE,
    home="https://github.com/GeoTecINIT/sp-sw-har-dataset",
    obtain="clone the repository, or load it from https://doi.org/10.5281/zenodo.8398688",
    citation="Matey-Sanz M, Casteleyn S, Granell C (2023): Dataset of inertial measurements of "
    "smartphones and smartwatches for human activity recognition. Data in Brief 51:109809",
    rate_hz=RATE_HZ,
    placements={"phone": "geotec.phone", "watch": "geotec.watch"},
    labels=LABELS,
    find=find,
    read=read,
)
