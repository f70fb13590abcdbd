"""WHARF, also called HMP: an accelerometer on the right wrist, fourteen everyday activities.

The manual beside the data describes it: ``Walk/Accelerometer-2011-05-30-08-29-07-walk-f1.txt``
with start, activity and volunteer in the name; three whole numbers 0…63 a line, of 6 bits over
±1.5 g, at 32 Hz. The publishers' ``displayTrial.m`` makes of them -14.709 + n/63 · 29.418 m/s²,
and so does this. There are no stamps. The synchronised and cut copies in ``MODELS`` are left out.

A sensor that ends at ±1.5 g clips, and one step is 0.47 m/s².
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from imusim.errors import MotionError
from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import even_times, matching, stated, whole
from imusim.recordings.model import Recording, Sensor

NAME, RATE_HZ, LICENCE = "wharf", 32.0, "LicenseRef-WHARF"
_FILE = r"Accelerometer-([\d-]+)-([a-z_]+)-([fm]\d+)\.txt"
_END, _STEPS = 14.709, 63
LABELS = {
    "brush_teeth": "brushing the teeth",
    "climb_stairs": "walking upstairs",
    "comb_hair": "combing the hair",
    "descend_stairs": "walking downstairs",
    "drink_glass": "drinking from a glass",
    "eat_meat": "eating with knife and fork",
    "eat_soup": "eating soup with a spoon",
    "getup_bed": "getting up from a bed",
    "liedown_bed": "lying down on a bed",
    "pour_water": "pouring water",
    "sitdown_chair": "sitting down on a chair",
    "standup_chair": "standing up from a chair",
    "use_telephone": "using a telephone",
    "walk": "walking",
}


def find(folder: Path) -> Sequence[RecordingRef]:
    """Trials, without the copies in ``MODELS``."""
    return [
        RecordingRef(NAME, file, file.stem.removeprefix("Accelerometer-"))
        for file, _ in matching(folder, _FILE)
        if "MODELS" not in file.parts
    ]


def read(ref: RecordingRef) -> Recording:
    """One trial. Raises MotionError with file and line."""
    start, activity, subject = stated(ref.path, _FILE).groups()
    codes = tables.read_numbers(ref.path, None, width=3)
    wrong = ~((codes >= 0) & (codes <= _STEPS)).all(axis=1)
    if wrong.any():
        raise MotionError(f"{codes[wrong][0]} is not within 0 … {_STEPS}", ref.path)
    force = -_END + codes / _STEPS * 2 * _END
    times = even_times(len(codes), RATE_HZ)
    sensor = Sensor("wrist", "wharf.wrist", times, force, None, RATE_HZ, even=True)
    return Recording(
        ref.key, NAME, (sensor,), whole(activity.lower(), sensor), subject, start, LICENCE
    )


DATASET = Dataset(
    name=NAME,
    summary="an accelerometer on the right wrist: fourteen everyday activities",
    licence=LICENCE,
    home="https://github.com/fulviomas/WHARF",
    obtain="clone the repository; its folder WHARF Data Set/Data is read",
    citation="Bruno B, Mastrogiovanni F, Sgorbissa A (2014): A Public Domain Dataset for ADL "
    "Recognition Using Wrist-placed Accelerometers. RO-MAN 2014",
    rate_hz=RATE_HZ,
    placements={"wrist": "wharf.wrist"},
    labels=LABELS,
    find=find,
    read=read,
)
