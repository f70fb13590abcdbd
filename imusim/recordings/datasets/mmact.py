"""MMAct: a watch on the wrist and a phone in the pocket, 36 actions of 20 people.

The page of the challenge asks for a form to be signed; the format is as public code reads it:
``acc_watch_clip/subject1/scene1/session1/carrying.csv``, and the same of ``acc_phone_clip``,
``gyro_clip`` and ``orientation_clip``: a clip an action, columns ``time``
(``20180410_14:30:05.123``), ``x``, ``y``, ``z``, with or without a heading; m/s² at 100 Hz, the
gyroscope, of the phone, in rad/s at 50 Hz. The case of names differs between people.

The stamps are not read, since clips of all sensors were cut at the same times and their readers
found only the rates to be dependable: times are made from the rates. Units, that gravity is in
the accelerometers, and the sides, could not be checked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import even_times, matching, stated, whole
from imusim.recordings.model import Recording, Sensor
from imusim.recordings.splines import read_at

Array = NDArray[np.float64]

NAME, RATE_HZ, LICENCE = "mmact", 100.0, "LicenseRef-MMAct"
_GYROSCOPE_HZ = 50.0
_CLIP = r"/subject(\d+)/scene(\d+)/session(\d+)/(\w+)\.csv"
_FILE = rf"acc_(watch|phone)_clip{_CLIP}"
LABELS = {
    "carrying": "carrying something",
    "carrying_heavy": "carrying something heavy",
    "carrying_light": "carrying something light",
    "checking_time": "checking the time",
    "closing": "closing a door",
    "crouching": "crouching",
    "drinking": "drinking",
    "entering": "entering a room",
    "exiting": "leaving a room",
    "fall": "falling down",
    "jumping": "jumping",
    "kicking": "kicking",
    "loitering": "loitering",
    "looking_around": "looking around",
    "opening": "opening a door",
    "picking_up": "picking something up",
    "pocket_in": "putting something into a pocket",
    "pocket_out": "taking something out of a pocket",
    "pointing": "pointing at something",
    "pulling": "pulling something",
    "pushing": "pushing something",
    "running": "running",
    "setting_down": "setting something down",
    "sitting": "sitting",
    "sitting_down": "sitting down",
    "standing": "standing",
    "standing_up": "standing up",
    "talking": "talking",
    "talking_on_phone": "talking on the phone",
    "throwing": "throwing something",
    "transferring_object": "handing something over",
    "using_pc": "using a computer",
    "using_phone": "using a phone",
    "walking": "walking",
    "waving_hand": "waving a hand",
}


def find(folder: Path) -> Sequence[RecordingRef]:
    """Clips, each by the file of the watch, or else of the phone."""
    found: dict[tuple[str, ...], RecordingRef] = {}
    for file, match in sorted(
        matching(folder, _FILE), key=lambda pair: pair[1][1].lower() != "watch"
    ):
        said = (*match.groups()[1:4], match[5].lower())
        key = "subject{}_scene{}_session{}_{}".format(*said)
        found.setdefault(said, RecordingRef(NAME, file, key))
    return [found[said] for said in sorted(found, key=lambda s: (*map(int, s[:3]), s[3]))]


def read(ref: RecordingRef) -> Recording:
    """One clip. Raises MotionError with file and line."""
    _, subject, scene, session, action = stated(ref.path, _FILE).groups()
    files = {name: _clip(ref.path, f"{name}_clip") for name in ("acc_watch", "acc_phone", "gyro")}
    rate = None if files["gyro"] is None else _samples(files["gyro"])
    sensors = []
    for name in ("watch", "phone"):
        file = files[f"acc_{name}"]
        if file is not None:
            values = _samples(file)
            times = even_times(len(values), RATE_HZ)
            turned = None
            if name == "phone" and rate is not None:
                turned = read_at(times, even_times(len(rate), _GYROSCOPE_HZ), rate, 1.0)
            sensors.append(Sensor(name, f"mmact.{name}", times, values, turned, RATE_HZ, even=True))
    return Recording(
        ref.key, NAME, tuple(sensors), whole(action.lower(), *sensors), subject,
        f"scene{scene}_session{session}", LICENCE,
        notes=("units taken to be m/s² and rad/s; times made from the rates",),
    )  # fmt: skip


def _clip(file: Path, kind: str) -> Path | None:
    """The same clip of another sensor, whose name may be written in another case."""
    folder = file.parents[4] / kind / file.relative_to(file.parents[3]).parent
    if not folder.is_dir():
        return None
    return next((f for f in sorted(folder.iterdir()) if f.name.lower() == file.name.lower()), None)


def _samples(file: Path) -> Array:
    line, cells = tables.read_header(file)
    first = line + 1 if cells[0].lower() == "time" else line
    return tables.read_numbers(file, first_line=first, columns=(1, 2, 3), width=4)


DATASET = Dataset(
    name=NAME,
    summary="a watch and a phone: 36 actions of 20 people",
    licence=LICENCE,
    home="https://mmact19.github.io/2019/",
    obtain="ask for it by the form on its page; unpack the archives of the sensors",
    citation="Kong Q, Wu Z, Deng Z, Klinkigt M, Tong B, Murakami T (2019): MMAct: A Large-Scale "
    "Dataset for Cross Modal Human Action Understanding. ICCV 2019",
    rate_hz=RATE_HZ,
    placements={"watch": "mmact.watch", "phone": "mmact.phone"},
    labels=LABELS,
    find=find,
    read=read,
)
