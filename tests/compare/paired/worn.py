"""Files that a stranger might have: a motion, and what a watch recorded of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

import motion_sources
from imusim import generate
from imusim.conventions import STANDARD_GRAVITY

CLIP = "getup_faceup"
NAMES = "time,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z"


@dataclass(frozen=True, eq=False)
class Worn:
    """A recording in g and deg/s, its motion, and how the watch was mounted."""

    csv: Path
    motion: Path
    rows: NDArray[np.float64]
    link_from_sensor: NDArray[np.float64]


def wear(folder: Path, **settings: object) -> Worn:
    """Getting up with a sensor on the left wrist, mounted at random, its clock 1000 s ahead."""
    motion = next(clip.path for clip in motion_sources.default_clips() if clip.key == CLIP)
    given = {"placement": "left_wrist", "rotations": "random", "rate_hz": 100.0, "seed": 3}
    clip = generate(motion, out=folder / "worn", **(given | settings))[0]
    time_s = 1000 + np.arange(len(clip.accelerometer)) / 100
    rows = np.column_stack(
        [
            time_s,
            clip.accelerometer[:, 0] / STANDARD_GRAVITY,
            np.rad2deg(clip.gyroscope[:, 0]),
        ]
    )
    csv = write_csv(folder / "watch.csv", rows[30:])
    return Worn(csv, motion, rows[30:], clip.link_from_sensor[0])


def write_csv(file: Path, rows: NDArray[np.float64]) -> Path:
    np.savetxt(file, rows, delimiter=",", header=NAMES, comments="", fmt="%.6f")
    return file


def turned_deg(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Angle between two orientations, xyzw."""
    return float(np.rad2deg((Rotation.from_quat(a) * Rotation.from_quat(b).inv()).magnitude()))


__all__ = ["CLIP", "NAMES", "Worn", "turned_deg", "wear", "write_csv"]
