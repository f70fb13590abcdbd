"""The examples of gaitmap: units on both feet, beside foot markers, and on stairs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imusim.errors import MotionError
from imusim.motion import Motion, Provenance
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.gaitmap_feet import MARKERS, body_over, foot_poses
from imusim.recordings.limbs import canonical_motion
from imusim.recordings.model import Array, Recording, Span
from imusim.recordings.signals import even_sensor, measured
from imusim.recordings.tables import read_numbers, read_rows

NAME = "gaitmap"
RATE_HZ = 204.8
MOCAP_HZ = 100.0
_FEWEST = 100
"""Frames below which there is no walk."""
_FILES = {
    "imu_sample.csv": "walk",
    "imu_sample_healthy_stair_up.csv": "stairs-up",
    "imu_sample_healthy_stair_down.csv": "stairs-down",
}
_MOCAP = "mocap_sample.csv"
_PLACEMENTS = {"left_sensor": "left_outer_foot", "right_sensor": "right_outer_foot"}


def find(folder: Path) -> Sequence[RecordingRef]:
    """The walk and the stairs; gaitmap keeps its examples in a folder ``example_data``."""
    files = {file.name: file for file in sorted(folder.rglob("*.csv"), reverse=True)}
    return [RecordingRef(NAME, files[n], key) for n, key in _FILES.items() if n in files]


def read(ref: RecordingRef) -> Recording:
    """Read a walk with both feet's units; the body over its foot markers where they are there.

    Signals are in the feet's axes, as gaitmap turned them: x forward, y left, z up.

    Raises
    ------
    MotionError
        If a file is not whole, or lacks a column.
    """
    columns = _columns(ref.path)
    sensors = []
    for name, placement in _PLACEMENTS.items():
        acc, gyr = (_three(columns, name, f"{kind}_", ref.path) for kind in ("acc", "gyr"))
        sensors.append(
            even_sensor(name, placement, RATE_HZ, measured(acc), measured(gyr, np.pi / 180))
        )
    markers = ref.path.with_name(_MOCAP)
    paired = ref.key == "walk" and markers.is_file()
    return Recording(
        key=ref.key,
        dataset=NAME,
        sensors=tuple(sensors),
        spans=(Span(0.0, float(sensors[0].time_s[-1]), ref.key),),
        subject="1" if ref.key == "walk" else "",
        licence=DATASET.licence,
        motion=_motion(markers, ref.key) if paired else None,
        offset_within_s=0.05,
        notes=("the feet are captured; the body over them is made up",) if paired else (),
    )


def _motion(file: Path, key: str) -> Motion:
    columns = _columns(file)
    ankles, feet = {}, {}
    for side in ("left", "right"):
        names = [f"{side[0].upper()}_{marker}" for marker in MARKERS]
        markers = np.stack([_three(columns, name, "", file) for name in names], axis=1) / 1000
        if len(markers) < _FEWEST or not (np.abs(markers) < 1000).all():
            raise MotionError(f"the {side} foot's markers are not whole for a second", file)
        try:
            ankles[side], feet[side] = foot_poses(markers, MOCAP_HZ)
        except MotionError as error:
            raise MotionError(f"{side}: {error}", file) from None
    pelvis, links, offsets = body_over(ankles, feet, MOCAP_HZ)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return canonical_motion(
        pelvis,
        links,
        offsets,
        MOCAP_HZ,
        key,
        Provenance(NAME, DATASET.licence, file.name, digest, f"{NAME}/1"),
        captions=(f"a person is {DATASET.labels['walk']}",),
    )


def _columns(file: Path) -> dict[tuple[str, str], Array]:
    """Columns of a file whose first two lines name them."""
    rows = read_rows(file)
    heads = [cells for _, cells in (next(rows, (0, [])), next(rows, (0, [])))]
    if not heads[0] or len(heads[0]) != len(heads[1]):
        raise MotionError("its first two lines do not name its columns", file, 2)
    table = read_numbers(file, ",", 3, width=len(heads[0]))
    return dict(zip(zip(*heads, strict=True), table.T, strict=True))


def _three(columns: dict[tuple[str, str], Array], name: str, prefix: str, file: Path) -> Array:
    wanted = [(name, f"{prefix}{axis}") for axis in "xyz"]
    lacking = [" ".join(column) for column in wanted if column not in columns]
    if lacking:
        raise MotionError(f"has no column {lacking[0]!r}", file, 1)
    return np.stack([columns[column] for column in wanted], axis=1)


DATASET = Dataset(
    name=NAME,
    summary="a walk and stairs with a unit on each foot; the walk with three markers a foot",
    licence="MIT",
    home="https://github.com/mad-lab-fau/gaitmap",
    obtain="clone the home page; the files are in example_data",
    citation=(
        "Küderle and others: Gaitmap, an open ecosystem for IMU-based human gait analysis and "
        "algorithm benchmarking. IEEE OJEMB 5, 2024. doi:10.1109/OJEMB.2024.3356791"
    ),
    rate_hz=RATE_HZ,
    placements=_PLACEMENTS,
    labels={
        "walk": "walking to and fro over 20 m",
        "stairs-up": "walking up stairs",
        "stairs-down": "walking down stairs",
    },
    find=find,
    read=read,
    paired=True,
)
