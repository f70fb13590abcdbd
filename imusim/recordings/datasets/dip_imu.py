"""DIP-IMU: 17 units of a suit, beside the SMPL pose that was solved from all of them.

What the publisher gives of a unit is not what it measured: ``imu_acc`` is its acceleration in the
world without gravity, m/s², and ``imu_ori`` its orientation after it was turned onto its bone;
y is up in that world. The accelerometer's reading is put back together from both. There is no
angular rate, so none is given. The poses (``gt``) have no place in the world: the pelvis stays
where it is, and simulated accelerations lack its motion.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imusim.conventions import JOINTS, STANDARD_GRAVITY
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames
from imusim.motion import Motion, Provenance
from imusim.motion.bones import smpl_skeleton
from imusim.motion.pickles import read_pickle
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.limbs import Z_FROM_Y_UP
from imusim.recordings.model import Array, Recording
from imusim.recordings.signals import even_sensor, measured

NAME = "dip-imu"
RATE_HZ = 60.0
SENSORS = (
    "head", "sternum", "pelvis", "lshoulder", "rshoulder", "lupperarm", "rupperarm", "llowerarm",
    "rlowerarm", "lupperleg", "rupperleg", "llowerleg", "rlowerleg", "lhand", "rhand", "lfoot",
    "rfoot",
)  # fmt: skip
"""In the order of the arrays."""
_UP = np.array([0.0, STANDARD_GRAVITY, 0.0])
_SUBJECT = re.compile(r"s_(\d{2})")
_POSE = 72
_MOST_RAD = 50.0
"""Beyond this a number of a pose is damage."""


def find(folder: Path) -> Sequence[RecordingRef]:
    """All pickles in folders ``s_01`` to ``s_10``."""
    return [
        RecordingRef(NAME, file, f"{file.parent.name}/{file.stem}")
        for file in sorted(folder.rglob("*.pkl"))
        if _SUBJECT.fullmatch(file.parent.name)
    ]


def read(ref: RecordingRef) -> Recording:
    """Read a trial; NaN where the publisher has none. Nothing that a pickle names is ever run.

    Raises
    ------
    MotionError
        If the file is no pickle of arrays, or one is missing or of another shape.
    """
    arrays = read_pickle(ref.path, ("imu_acc", "imu_ori", "gt"))
    for name, shape in {"imu_acc": (17, 3), "imu_ori": (17, 3, 3), "gt": (_POSE,)}.items():
        found = arrays.get(name)
        if found is None or found.dtype.kind != "f":
            raise MotionError(f"holds no numbers {name!r}", ref.path)
        if found.shape[1:] != shape or len(found) < 2:
            wanted = ", ".join(str(n) for n in ("frames", *shape))
            raise MotionError(f"{name!r} has the shape {found.shape}, not ({wanted})", ref.path)
    count = len(arrays["imu_acc"])
    if len(arrays["imu_ori"]) != count:
        raise MotionError("'imu_acc' and 'imu_ori' are of different length", ref.path)
    world = measured(arrays["imu_acc"]) + _UP
    force = np.einsum("tsji,tsj->tsi", _rotations(arrays["imu_ori"].astype(float)), world)
    sensors = (
        even_sensor(name, f"dip_imu_17.{name}", RATE_HZ, np.ascontiguousarray(force[:, k]))
        for k, name in enumerate(SENSORS)
    )
    match = _SUBJECT.fullmatch(ref.path.parent.name)
    subject = match[1].lstrip("0") if match else ""
    apart_s = abs(len(arrays["gt"]) - count) / RATE_HZ
    return Recording(
        key=ref.key,
        dataset=NAME,
        sensors=tuple(sensors),
        subject=subject,
        trial=ref.path.stem,
        licence=DATASET.licence,
        motion=_motion(arrays["gt"].astype(float), ref, subject),
        offset_within_s=0.1 + apart_s,
        notes=(
            "accelerometers put together from acceleration and orientation; no angular rate",
            "the pose has no translation: the pelvis stays in place",
        ),
    )


def _rotations(matrices: Array) -> Array:
    """Those that are rotations; NaN for others (T, 17, 3, 3)."""
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.einsum("...ji,...jk->...ik", matrices, matrices) - np.eye(3)
        good = np.abs(error).max(axis=(-1, -2)) < 0.01
    return np.where(good[..., None, None], matrices, np.nan)


def _motion(poses: Array, ref: RecordingRef, subject: str) -> Motion:
    vectors = poses[:, : 3 * len(JOINTS)].reshape(-1, len(JOINTS), 3)
    whole = whole_frames(vectors) & (np.abs(np.nan_to_num(vectors)) < _MOST_RAD).all(axis=(1, 2))
    rotations = np.full((len(vectors), len(JOINTS), 4), np.nan)
    if whole.any():
        rotations[whole] = rot.make_continuous(rot.from_rotation_vector(vectors[whole]))
    rotations[:, 0] = rot.multiply(Z_FROM_Y_UP, rotations[:, 0])
    digest = hashlib.sha256(ref.path.read_bytes()).hexdigest()
    return Motion(
        smpl_skeleton(),
        np.where(whole[:, None], 0.0, np.nan) * np.ones(3),
        rotations,
        RATE_HZ,
        key=ref.key,
        provenance=Provenance(NAME, DATASET.licence, ref.path.name, digest, f"{NAME}/{subject}"),
        joint_map={joint: joint for joint in JOINTS},
        bones_known=False,
        rest_is_t_pose=True,
    )


DATASET = Dataset(
    name=NAME,
    summary="10 people in a suit of 17 units, 90 minutes, with SMPL poses solved from all of them",
    licence="LicenseRef-DIP-IMU",
    home="https://dip.is.tue.mpg.de",
    obtain="register at the home page; take DIP_IMU_and_Others and unpack DIP_IMU: s_01 to s_10",
    citation=(
        "Huang, Kaufmann, Aksan, Black, Hilliges, Pons-Moll: Deep inertial poser: learning to "
        "reconstruct human pose from sparse inertial measurements in real time. ACM TOG 37(6):185, "
        "2018. doi:10.1145/3272127.3275108"
    ),
    rate_hz=RATE_HZ,
    placements={name: f"dip_imu_17.{name}" for name in SENSORS},
    labels={},
    find=find,
    read=read,
    paired=True,
)
