"""w-HAR: one unit on the right ankle, seven activities and changes between them, of 22 people.

``datasets/raw_data/README`` in the repository describes it: ``motion_data_22_users.csv`` holds all
experiments: ``Time (s)``, which starts from 0 in each, ``User``, ``Scenerio`` (so spelt),
``Trial``, ``Ax`` … in g, ``GyroX`` … in rad/s, and a last column, the label, that the heading
lacks; 250 Hz. User, scenario and trial together are an experiment. x is said to point forward,
y down, z sideways; the README says nothing of what gravity reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import G, matching, rising, spans_of
from imusim.recordings.model import Recording, Sensor

Array = NDArray[np.float64]

NAME, RATE_HZ, LICENCE = "w-har", 250.0, "GPL-3.0-only"
_FILE = r"motion_data_22_users\.csv"
_WIDTH = 11
LABELS = {
    "walk": "walking",
    "sit": "sitting",
    "stand": "standing",
    "jump": "jumping",
    "lieDown": "lying down",
    "stairsUp": "walking upstairs",
    "stairsDown": "walking downstairs",
    "transition": "changing from one posture to another",
}
_PLAIN = {label.lower(): label for label in LABELS}
"""Labels by what they are in small letters: their case differs within the file."""


def find(folder: Path) -> Sequence[RecordingRef]:
    """Experiments, each a user, scenario and trial."""
    found: dict[str, RecordingRef] = {}
    for file, _ in matching(folder, _FILE):
        for user, scenario, trial in _table(file, file.stat().st_mtime_ns)[0]:
            key = f"{user}_{scenario}_{trial}"
            found.setdefault(key, RecordingRef(NAME, file, key, key))
    return list(found.values())


def read(ref: RecordingRef) -> Recording:
    """One experiment. Raises MotionError with file and line."""
    user, scenario, trial = map(int, ref.part.split("_"))
    experiments, table, words = _table(ref.path, ref.path.stat().st_mtime_ns)
    if (user, scenario, trial) not in experiments:
        raise MotionError(f"has no user {user}, scenario {scenario}, trial {trial}", ref.path)
    values = table[(table[:, 1:4] == (user, scenario, trial)).all(axis=1)]
    order, stamps_ms, notes = rising(values[:, 0] * 1000, 1)
    values, time_s = values[order], (stamps_ms - stamps_ms[0]) / 1000
    sensor = Sensor("ankle", "w_har.ankle", time_s, values[:, 4:7] * G, values[:, 7:10], RATE_HZ)
    names = {number: _PLAIN[w.lower()] for w, number in words.items() if w.lower() in _PLAIN}
    spans = spans_of(time_s, values[:, 10], names, RATE_HZ)
    return Recording(
        ref.key, NAME, (sensor,), spans, str(user), f"{scenario}_{trial}", LICENCE, notes=notes
    )


@lru_cache(maxsize=1)
def _table(file: Path, _: int) -> tuple[list[tuple[int, int, int]], Array, tables.Words]:
    """Experiments, all samples (N, 11) and the labels, kept because a recording is a part of it."""
    words = tables.Words()
    values = tables.read_numbers(file, first_line=2, width=_WIDTH, readers={10: words})
    known = (np.abs(values[:, 1:4]) < 1e9).all(axis=1)
    experiments = np.unique(values[known, 1:4].astype(int), axis=0)
    return [(int(u), int(s), int(t)) for u, s, t in experiments], values, words


DATASET = Dataset(
    name=NAME,
    summary="one unit on the right ankle: seven activities of 22 people",
    licence=LICENCE,
    home="https://github.com/gmbhat/human-activity-recognition",
    obtain="clone the repository with Git LFS; its folder datasets/raw_data is read",
    citation="Bhat G, Tran N, Shill H, Ogras UY (2020): w-HAR: An Activity Recognition Dataset and "
    "Framework Using Low-Power Wearable Devices. Sensors 20(18):5356",
    rate_hz=RATE_HZ,
    placements={"ankle": "w_har.ankle"},
    labels=LABELS,
    find=find,
    read=read,
)
