"""TotalCapture: 13 units beside a skeleton that Vicon solved.

Signals are those of ``…_Xsens_AuxFields.sensors``: orientation, specific force, m/s², angular
rate, rad/s, and the magnetic field of each unit in its own axes, at 60 Hz. The skeleton's text
files are in inches with y up. Clocks were set alike, but recordings end up to some frames apart.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imusim.errors import MotionError
from imusim.motion import ClipRef, Motion
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.total_capture_vicon import read_skeleton
from imusim.recordings.model import Array, Recording, Span
from imusim.recordings.signals import even_sensor, measured
from imusim.recordings.tables import read_number, read_rows

NAME = "total-capture"
RATE_HZ = 60.0
SENSORS = (
    "Head", "Sternum", "Pelvis", "L_UpArm", "R_UpArm", "L_LowArm", "R_LowArm", "L_UpLeg",
    "R_UpLeg", "L_LowLeg", "R_LowLeg", "L_Foot", "R_Foot",
)  # fmt: skip
_FILE = re.compile(r"(?:s\d_)?([a-z]+)(\d)_xsens_auxfields\.sensors", re.IGNORECASE)
_BVH = re.compile(r"([a-z]+\d)_BlenderZXY_YmZ\.bvh", re.IGNORECASE)
_SUBJECT = re.compile(r"s(\d)(?![0-9])", re.IGNORECASE)
_VICON = "gt_skel_gbl_pos.txt"
_CELLS = 14
"""Name, four of the quaternion, three each of force, rate and field."""
_LABELS = {
    "acting": "acting out scenes of daily life",
    "freestyle": "moving freely",
    "rom": "moving every joint through its range",
    "walking": "walking about",
}


def find(folder: Path) -> Sequence[RecordingRef]:
    """All files of sensors, each with its skeleton, whether as text or as BVH.

    The person is told from the nearest folder or file name that begins with ``s1`` to ``s5``.
    """
    motions = {}
    for file in sorted(folder.rglob("*.bvh")):
        if match := _BVH.fullmatch(file.name):
            motions[_subject(file, folder), match[1].lower()] = file
    for file in sorted(folder.rglob(_VICON)):
        motions[_subject(file, folder), file.parent.name.lower()] = file
    refs = []
    for file in sorted(folder.rglob("*.sensors")):
        if match := _FILE.fullmatch(file.name):
            subject, action = _subject(file, folder), f"{match[1]}{match[2]}".lower()
            motion = motions.get((subject, action), "")
            refs.append(RecordingRef(NAME, file, f"s{subject}_{action}", str(motion)))
    return refs


def read(ref: RecordingRef) -> Recording:
    """Read a trial.

    Raises
    ------
    MotionError
        If the file of sensors or of the skeleton is not whole.
    """
    subject, _, action = ref.key.partition("_")
    label, trial = action[:-1], action[-1:]
    signals = read_sensors(ref.path)
    sensors = tuple(
        even_sensor(name, f"total_capture.{name}", RATE_HZ, force, rate)
        for name, (force, rate) in signals.items()
    )
    end_s = float(sensors[0].time_s[-1])
    motion = _motion(ref)
    notes, apart_s = (), 0.0
    if isinstance(motion, Motion):
        apart_s = abs(motion.duration_s - end_s)
    elif motion is None:
        notes = ("no skeleton of this trial was found",)
    return Recording(
        key=ref.key,
        dataset=NAME,
        sensors=sensors,
        spans=(Span(0.0, end_s, label),) if label in _LABELS else (),
        subject=subject.removeprefix("s"),
        trial=trial,
        licence=DATASET.licence,
        motion=motion,
        offset_within_s=0.3 + apart_s,
        notes=notes,
    )


def read_sensors(file: Path) -> dict[str, tuple[Array, Array]]:
    """Specific force, m/s², and angular rate, rad/s, (N, 3) each, of the units by name.

    Raises
    ------
    MotionError
        If the file is not whole.
    """
    rows = read_rows(file, None)
    line, head = next(rows, (1, []))
    if len(head) != 2 or not all(cell.isdecimal() and len(cell) < 10 for cell in head):
        raise MotionError("the first line must hold the numbers of sensors and frames", file, line)
    frames = int(head[1])
    values: dict[str, array[float]] = {name: array("d") for name in SENSORS}
    for line, cells in rows:
        if len(cells) == 1 and cells[0].isdecimal():
            continue
        if len(cells) != _CELLS or cells[0] not in values:
            raise MotionError("not a sensor's name and 13 numbers", file, line)
        try:
            values[cells[0]].extend([float(cell) for cell in cells[1:]])
        except ValueError:
            values[cells[0]].extend([read_number(cell, file, line) for cell in cells[1:]])
    tables = {name: np.array(v).reshape(-1, _CELLS - 1) for name, v in values.items() if v}
    counts = {len(table) for table in tables.values()}
    if frames < 2 or counts != {frames}:
        found = min(counts, default=0)
        raise MotionError(f"{found} whole frames where {frames} are stated", file, line)
    return {name: (measured(v[:, 4:7]), measured(v[:, 7:10])) for name, v in tables.items()}


def _motion(ref: RecordingRef) -> Motion | ClipRef | None:
    if not ref.part:
        return None
    file = Path(ref.part)
    if file.name != _VICON:
        return ClipRef("bvh", file, ref.key)
    return read_skeleton(file, ref.key, NAME, DATASET.licence)


def _subject(file: Path, folder: Path) -> str:
    for part in reversed(file.relative_to(folder.parent).parts):
        if match := _SUBJECT.match(part):
            return match[1]
    return ""


DATASET = Dataset(
    name=NAME,
    summary="5 people with 13 units act, walk and move freely, beside Vicon's skeleton",
    licence="LicenseRef-TotalCapture",
    home="https://cvssp.org/data/totalcapture/",
    obtain=(
        "ask for access at the home page; take Gyro and Mag data and Vicon groundtruth of each "
        "subject, and keep s1 to s5 in the folders' names"
    ),
    citation=(
        "Trumble, Gilbert, Malleson, Hilton, Collomosse: Total Capture: 3D human pose estimation "
        "fusing video and inertial sensors. BMVC 2017"
    ),
    rate_hz=RATE_HZ,
    placements={name: f"total_capture.{name}" for name in SENSORS},
    labels=_LABELS,
    find=find,
    read=read,
    paired=True,
)
