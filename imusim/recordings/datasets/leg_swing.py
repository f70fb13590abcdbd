"""The swinging leg of IMUSim: three units on rigid bodies of optical markers.

Both clocks were started together. The motion is that of a whole body, of which the right leg
was captured: see :mod:`imusim.recordings.datasets.leg_swing_body`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from imusim.conventions import STANDARD_GRAVITY
from imusim.errors import MotionError
from imusim.motion import Provenance
from imusim.motion.npz import read_npz
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.leg_swing_body import RATE_HZ, swing
from imusim.recordings.model import Recording, Span
from imusim.recordings.signals import even_sensor, measured

NAME = "leg-swing"

_UNITS = {"thigh": "66", "shin": "43", "foot": "8"}
_FILES = ("swing_imu.npz", "swing_6D.tsv", "stand_6D.tsv", "stand_3D.tsv")
_LABEL = "swing"


def find(folder: Path) -> Sequence[RecordingRef]:
    """The swing, where all its files lie together."""
    return [
        RecordingRef(NAME, file, "swing")
        for file in sorted(folder.rglob(_FILES[0]))
        if all((file.parent / name).is_file() for name in _FILES)
    ]


def read(ref: RecordingRef) -> Recording:
    """Read the swing with its three units and the body around it.

    Raises
    ------
    MotionError
        If a file is missing or is not whole.
    """
    folder = ref.path.parent
    told = Provenance(NAME, DATASET.licence, "swing_6D.tsv", subject=f"{NAME}/1")
    motion, places = swing(folder, ref.key, told)
    sensors = [
        even_sensor(
            name,
            f"right_{name}",
            RATE_HZ,
            measured(_signal(ref.path, f"{unit}_accelerometer"), STANDARD_GRAVITY),
            measured(_signal(ref.path, f"{unit}_gyroscope")),
            places[name],
        )
        for name, unit in _UNITS.items()
    ]
    return Recording(
        key=ref.key,
        dataset=NAME,
        sensors=tuple(sensors),
        spans=(Span(0.0, float(sensors[0].time_s[-1]), _LABEL),),
        subject="1",
        trial="1",
        licence=DATASET.licence,
        motion=motion,
        offset_within_s=0.02,
        notes=("the leg is captured; the body around it is made up",),
    )


def _signal(file: Path, name: str) -> NDArray[Any]:
    values = read_npz(file, [name]).get(name)
    if values is None or values.dtype.kind not in "iuf" or values.ndim != 2 or len(values) < 2:
        raise MotionError(f"holds no {name!r} of three columns", file)
    return values


DATASET = Dataset(
    name=NAME,
    summary="a leg that swings, with three units on rigid bodies of optical markers",
    licence="GPL-3.0-only",
    home="https://github.com/martinling/imusim",
    obtain="from the data of IMUSim: swing_imu.npz, swing_6D.tsv, stand_6D.tsv, stand_3D.tsv",
    citation=(
        "Young, Ling, Arvind: IMUSim: a simulation environment for inertial sensing algorithm "
        "design and evaluation. IPSN 2011"
    ),
    rate_hz=RATE_HZ,
    placements={name: f"right_{name}" for name in _UNITS},
    labels={_LABEL: "swinging the right leg to and fro"},
    find=find,
    read=read,
    paired=True,
)
