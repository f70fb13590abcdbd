"""MotionSense: a phone in the front pocket of the trousers, six activities of 24 people.

The README of the repository describes it: ``A_DeviceMotion_data/dws_1/sub_1.csv`` by activity,
trial and subject, with a column of running numbers and those of Core Motion: ``gravity.x`` … and
``userAcceleration.x`` … in g, ``rotationRate.x`` … in rad/s, at 50 Hz without stamps. ``data/``
holds it as ``A_DeviceMotion_data.zip``, which is read without unpacking too.

Core Motion parts what the accelerometer says into gravity, which points down, and the acceleration
of the user, and its signs are those of Apple: a phone that lies still on its back reads z = -1 g.
Specific force is therefore -(gravity + userAcceleration): at rest it points up. That the sum is
what the accelerometer said is Apple's statement (CMDeviceMotion); the sign is as
https://developer.apple.com/documentation/coremotion/cmaccelerometerdata has it.
"""

from __future__ import annotations

from imusim.recordings import tables
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.datasets.common import G, even_times, finder, stated, whole
from imusim.recordings.model import Recording, Sensor

NAME, RATE_HZ, LICENCE = "motionsense", 50.0, "MIT"
_FILE = r"(dws|ups|wlk|jog|sit|std)_(\d+)/sub_(\d+)\.csv"
_COLUMNS = tuple(
    f"{name}.{axis}" for name in ("gravity", "userAcceleration", "rotationRate") for axis in "xyz"
)
LABELS = {
    "dws": "walking downstairs",
    "ups": "walking upstairs",
    "wlk": "walking",
    "jog": "jogging",
    "sit": "sitting",
    "std": "standing",
}


def read(ref: RecordingRef) -> Recording:
    """One trial of one subject. Raises MotionError with file and line."""
    activity, trial, subject = stated(ref.path, _FILE).groups()
    values = tables.read_columns(ref.path, _COLUMNS)
    force = -(values[:, :3] + values[:, 3:6]) * G
    times = even_times(len(values), RATE_HZ)
    sensor = Sensor(
        "front_pocket", "motionsense.front_pocket", times, force, values[:, 6:], RATE_HZ, even=True
    )
    return Recording(
        ref.key, NAME, (sensor,), whole(activity.lower(), sensor), subject, trial, LICENCE
    )


DATASET = Dataset(
    name=NAME,
    summary="a phone in the front pocket: six activities of 24 people",
    licence=LICENCE,
    home="https://github.com/mmalekzadeh/motion-sense",
    obtain="load data/A_DeviceMotion_data.zip from the repository",
    citation="Malekzadeh M, Clegg RG, Cavallaro A, Haddadi H (2019): Mobile Sensor Data "
    "Anonymization. IoTDI 2019",
    rate_hz=RATE_HZ,
    placements={"front_pocket": "motionsense.front_pocket"},
    labels=LABELS,
    find=finder(
        NAME, _FILE, lambda match: f"{match[3]}_{match[1].lower()}_{match[2]}",
        archives=r"A_DeviceMotion_data\.zip",
    ),
    read=read,
)  # fmt: skip
