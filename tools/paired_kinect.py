"""Trials of UTD-MHAD: a Kinect's skeleton, and one IMU on the right wrist or thigh."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import kinect
import numpy as np
from paired import Recording, Sensor

from imusim.conventions import JOINTS
from motion_sources.kinect.source import UTD_INERTIAL_HZ

SUBJECTS = (4, 5, 6)
"""Those on whom no setting of the source was chosen."""
EVERY = 6
"""Two trials of each action: files are in the order of action, subject, trial."""
MARGIN_S = 0.2


def trials(folder: Path, every: int = EVERY) -> Iterator[Recording]:
    """The trials whose sensors can be told to sit on a segment."""
    for index, trial in enumerate(kinect.trials(folder, SUBJECTS, every)):
        moved = kinect.moved(trial, kinect.NOISY)
        joint, place = ("right_wrist", "wrist") if trial.wrist else ("right_hip", "thigh")
        knee = moved.body.offsets[JOINTS.index("right_knee")]
        time = np.arange(len(trial.gyroscope)) / UTD_INERTIAL_HZ
        sensor = Sensor(
            f"UTD-MHAD {place}",
            f"UTD-MHAD {trial.subject} {place}",
            joint,
            UTD_INERTIAL_HZ,
            trial.accelerometer,
            trial.gyroscope,
            (time > MARGIN_S) & (time < time[-1] - MARGIN_S),
            np.zeros(3) if trial.wrist else knee / 2,
            lag_s=0.2,
        )
        yield Recording(f"UTD-MHAD {index}", moved, (sensor,), kinect.own_cutoff(trial))
