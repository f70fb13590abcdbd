"""TNDA-HAR: five units, eight activities.

The data lie behind a sign-in (IEEE DataPort); the format is as public code reads it: a file
``Subject01.csv`` a person, with a heading of 45 columns in the order arm, leg, wrist, ankle, back
(``arm_Acc_X`` … ``bac_Mag_Z``: accelerometer, gyroscope, magnetometer) and ``class``, 50 Hz without
stamps; classes 1 to 8, 0 is none. Those who read it found the accelerometer to be about 9.8 at
rest, and take the gyroscope for rad/s; neither could be checked here, nor on which side units sat.
"""

from __future__ import annotations

from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import even_times, finder, spans_of, stated
from imusim.recordings.model import Recording, Sensor

NAME, RATE_HZ, LICENCE = "tnda-har", 50.0, "CC-BY-4.0"
_FILE = r"Subject(\d+)\.csv"
_UNITS = ("arm", "leg", "wri", "ank", "bac")
_COLUMNS = (
    *(f"{unit}_{kind}_{axis}" for unit in _UNITS for kind in ("Acc", "Gyr") for axis in "XYZ"),
    "class",
)
LABELS = {
    "1": "sitting",
    "2": "standing",
    "3": "lying down",
    "4": "walking upstairs",
    "5": "walking downstairs",
    "6": "cycling",
    "7": "walking",
    "8": "jogging",
}


def read(ref: RecordingRef) -> Recording:
    """What one person did. Raises MotionError with file and line."""
    values = tables.read_columns(ref.path, _COLUMNS)
    times = even_times(len(values), RATE_HZ)
    sensors = tuple(
        Sensor(
            name, f"tnda_har.{name}", times, values[:, 6 * k : 6 * k + 3],
            values[:, 6 * k + 3 : 6 * k + 6], RATE_HZ, even=True,
        )
        for k, name in enumerate(_UNITS)
    )  # fmt: skip
    spans = spans_of(times, values[:, -1], {int(label): label for label in LABELS}, RATE_HZ)
    return Recording(
        ref.key, NAME, sensors, spans, stated(ref.path, _FILE)[1], "", LICENCE,
        notes=("units taken to be m/s² and rad/s",),
    )  # fmt: skip


DATASET = Dataset(
    name=NAME,
    summary="five units on arm, leg, wrist, ankle and back: eight activities",
    licence=LICENCE,
    home="https://ieee-dataport.org/open-access/tnda-har-0",
    obtain="load it from IEEE DataPort (https://doi.org/10.21227/4epb-pg26), which asks to sign in",
    citation="Yan Y, Huang YC, Zhao J, Liu YS, Ma L, Yang J, Yan XD, Xiong J, Wang L (2023): "
    "Topological Nonlinear Analysis of Dynamical Systems in Wearable Sensor-Based Human Physical "
    "Activity Inference. IEEE Transactions on Human-Machine Systems 53(4)",
    rate_hz=RATE_HZ,
    placements={name: f"tnda_har.{name}" for name in _UNITS},
    labels=LABELS,
    find=finder(NAME, _FILE, lambda match: f"subject{match[1]}"),
    read=read,
)
