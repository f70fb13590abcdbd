"""selfBACK: accelerometers on wrist and thigh.

The README of the repository describes it: ``raw/9_class/wrist50/walk_fast/026.csv`` by number of
classes, sensor and people, activity, subject; columns ``time`` (date and time to the millisecond),
``x``, ``y``, ``z``, and in those of the thigh ``class``. ``wrist50`` holds ``wrist34``; the six
classes are the nine without lying and with one of the three paces of walking as ``walking``, so
that of what is there the nine classes are taken, and of those ``wrist50``.

Not said there, and seen from the data: the unit is g (1 at rest), in steps of 1/64; the rate is
about 100 Hz. Sides and axes are not said.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import G, matching, rising, stamp_ms, stated, whole
from imusim.recordings.model import Recording, Sensor

NAME, RATE_HZ, LICENCE = "selfback", 100.0, ""
_FILE = r"(\d)_class/(wrist|thigh)(\d+)/(\w+)/(\d+)\.csv"
LABELS = {
    "downstairs": "walking downstairs",
    "jogging": "jogging",
    "lying": "lying down",
    "sitting": "sitting",
    "standing": "standing still",
    "upstairs": "walking upstairs",
    "walk_fast": "walking fast",
    "walk_mod": "walking at a moderate pace",
    "walk_slow": "walking slowly",
    "walking": "walking",
}


def find(folder: Path) -> Sequence[RecordingRef]:
    """Activities of subjects, each by the file of the wrist, or else of the thigh."""
    files = matching(folder, _FILE)
    most = max((int(match[1]) for _, match in files), default=0)
    files = [(file, match) for file, match in files if int(match[1]) == most]
    files.sort(key=lambda pair: (pair[1][2] != "wrist", -int(pair[1][3])))
    found: dict[str, RecordingRef] = {}
    for file, match in files:
        key = f"{match[5]}_{match[4]}"
        found.setdefault(key, RecordingRef(NAME, file, key))
    return [found[key] for key in sorted(found)]


def read(ref: RecordingRef) -> Recording:
    """One activity of one subject. Raises MotionError with file and line."""
    *_, activity, subject = stated(ref.path, _FILE).groups()
    root = ref.path.parents[2]
    files = {"wrist": ref.path} if ref.path.parents[1].name.startswith("wrist") else {}
    thigh = root / "thigh34" / activity / ref.path.name
    if thigh.is_file():
        files["thigh"] = thigh
    found, notes = [], []
    for name, file in files.items():
        values = tables.read_columns(file, ("time", "x", "y", "z"), readers={"time": stamp_ms})
        order, stamps_ms, mended = rising(values[:, 0], 1)
        found.append((name, stamps_ms, values[order, 1:] * G))
        notes += [f"{name}: {note}" for note in mended]
    start_ms = min(stamps_ms[0] for _, stamps_ms, _ in found)
    sensors = tuple(
        Sensor(name, f"selfback.{name}", (stamps_ms - start_ms) / 1000, force, None, RATE_HZ)
        for name, stamps_ms, force in found
    )
    return Recording(
        ref.key, NAME, sensors, whole(activity, *sensors), subject,
        "", LICENCE, notes=tuple(notes),
    )  # fmt: skip


DATASET = Dataset(
    name=NAME,
    summary="accelerometers on wrist and thigh: postures, stairs, walking at three paces",
    licence=LICENCE,
    home="https://github.com/rgu-selfback/Datasets",
    obtain="clone the repository; its folder raw is read",
    citation="Sani S, Massie S, Wiratunga N, Cooper K (2017): Learning Deep and Shallow Features "
    "for Human Activity Recognition. KSEM 2017",
    rate_hz=RATE_HZ,
    placements={"wrist": "selfback.wrist", "thigh": "selfback.thigh"},
    labels=LABELS,
    find=find,
    read=read,
)
