"""Small files of the paired datasets, written as their publishers write them, from known motion."""

from pathlib import Path

import h5py
import numpy as np
from scipy.io import savemat
from scipy.spatial.transform import Rotation

G = 9.80665
FLIP = np.diag([1.0, -1.0, -1.0])
"""Qualisys's world of leg-swing has z down."""
JOINTS = np.array([[0.0, -0.1, 1.0], [0.02, -0.1, 0.56], [0.0, -0.1, 0.12]])
"""Hip, knee and ankle of a person who stands, m."""
UNITS = np.array([[0.05, -0.16, 0.8], [0.04, -0.15, 0.3], [0.1, -0.15, 0.06]])
"""Rigid bodies on thigh, shin and foot."""


def write_utd(folder: Path, samples=80):
    rng = np.random.default_rng(0)
    (folder / "Inertial").mkdir(parents=True, exist_ok=True)
    signals = rng.normal(0, 1, (samples, 6))
    savemat(folder / "Inertial" / "a22_s3_t2_inertial.mat", {"d_iner": signals})
    return signals


def write_broad(folder: Path, samples=600, rate=200.0):
    """A board that turns about its x axis at 1 rad/s, moved in the middle third."""
    (folder / "data_hdf5").mkdir(parents=True, exist_ok=True)
    time_s = np.arange(samples) / rate
    turn = Rotation.from_rotvec(np.outer(time_s, [1.0, 0, 0]))
    with h5py.File(folder / "data_hdf5" / "33_disturbed_attached_magnet_2cm.hdf5", "w") as file:
        file["imu_acc"] = turn.inv().apply(np.tile([0, 0, G], (samples, 1)))
        file["imu_gyr"] = np.tile([1.0, 0, 0], (samples, 1))
        file["imu_mag"] = np.zeros((samples, 3))
        file["opt_quat"] = np.roll(turn.as_quat(), 1, axis=1)
        file["opt_pos"] = np.full((samples, 3), np.nan)
        file["movement"] = (time_s > 1) & (time_s < 2)
        file.attrs["sampling_rate"] = rate
    return turn


def swing_angles(frames: int):
    """Of thigh, shin and foot about y, rad, at 256 Hz."""
    time_s = np.arange(frames) / 256
    thigh = 0.5 * np.sin(2 * np.pi * 0.8 * time_s)
    return np.stack([thigh, thigh + 0.4 * (1 - np.cos(2 * np.pi * 0.8 * time_s)), 0.3 * thigh])


def segments(angles):
    """Places (T, 3) and orientations of the rigid bodies on a leg with such angles (3, T)."""
    start, poses = np.tile(JOINTS[0], (angles.shape[1], 1)), []
    for k, angle in enumerate(angles):
        turn = Rotation.from_rotvec(np.outer(angle, [0, 1, 0]))
        poses.append((start + turn.apply(UNITS[k] - JOINTS[k]), turn))
        if k < 2:
            start = start + turn.apply(JOINTS[k + 1] - JOINTS[k])
    return poses


def _write_bodies(file: Path, poses):
    names = ("Upper Leg IMU", "Lower Leg IMU", "Foot IMU")
    rows = []
    for frame in range(len(poses[0][0])):
        cells = []
        for place, turn in poses:
            matrix = FLIP @ turn[frame].as_matrix()
            cells += [*(FLIP @ place[frame] * 1000), 0, 0, 0, 0, *matrix.T.ravel()]
        rows.append("\t".join(f"{x:.6f}" for x in cells))
    head = ["NO_OF_FRAMES\t9", "FREQUENCY\t256", "BODY_NAMES\t" + "\t".join(names), " X\t Y\t Z"]
    file.write_text("\n".join(head + rows) + "\n")


def write_leg_swing(folder: Path, frames=300):
    folder.mkdir(parents=True, exist_ok=True)
    angles = swing_angles(frames)
    _write_bodies(folder / "swing_6D.tsv", segments(angles))
    _write_bodies(folder / "stand_6D.tsv", segments(np.zeros((3, 4))))
    names = "Hip\tThigh\tKnee Hinge\tShin\tAnkle"
    places = np.stack([JOINTS[0], UNITS[0], JOINTS[1], UNITS[1], JOINTS[2]]) @ FLIP * 1000
    row = "\t".join(f"{x:.6f}" for x in places.ravel())
    head = f"FREQUENCY\t256\nDATA_INCLUDED\t3D\nMARKER_NAMES\t{names}\n"
    (folder / "stand_3D.tsv").write_text(head + f"{row}\n" * 4)
    signals = {
        f"{unit}_{kind}": np.ones((frames, 3))
        for unit in (66, 43, 8)
        for kind in ("accelerometer", "gyroscope")
    }
    np.savez(folder / "swing_imu.npz", **signals)
    return angles


def pitch(time_s):
    """Of a foot that stands, then tips forward and back, again and again, rad."""
    return 0.4 * np.clip(np.sin(2 * np.pi * 0.5 * time_s), 0, None) ** 2


def write_gaitmap(folder: Path, seconds=4.0):
    folder.mkdir(parents=True, exist_ok=True)
    time_s = np.arange(int(seconds * 204.8)) / 204.8
    heads = [("left_sensor", k) for k in _CHANNELS] + [("right_sensor", k) for k in _CHANNELS]
    values = np.tile([0, 0, G, 0, 0, 90.0] * 2, (len(time_s), 1))
    _write_named(folder / "imu_sample.csv", heads, np.arange(len(time_s)), values)
    _write_named(folder / "imu_sample_healthy_stair_up.csv", heads, time_s, values)
    time_s = np.arange(int(seconds * 100)) / 100
    heads, columns = [], []
    for side, y in (("L", 0.1), ("R", -0.1)):
        turn = Rotation.from_rotvec(np.outer(pitch(time_s + (side == "R")), [0, 1, 0]))
        markers = {"FCC": (-0.06, 0, 0.04), "FM5": (0.1, np.sign(y) * 0.05, 0.03),
                   "TOE": (0.18, 0, 0.04)}  # fmt: skip
        for name, place in markers.items():
            pivot = np.array([0.12, 0, 0])  # the ball of the foot stays
            moved = pivot + [0, y, 0] + turn.apply(np.array(place) - pivot)
            heads += [(f"{side}_{name}", axis) for axis in "xyz"]
            columns.append(moved * 1000)
    _write_named(folder / "mocap_sample.csv", heads, np.arange(len(time_s)), np.hstack(columns))
    return time_s


_CHANNELS = [f"{kind}_{axis}" for kind in ("acc", "gyr") for axis in "xyz"]


def _write_named(file: Path, heads, index, values):
    lines = [",".join(["", *(head[k] for head in heads)]) for k in (0, 1)]
    lines += [
        ",".join([f"{i:g}", *(f"{x:.6g}" for x in row)])
        for i, row in zip(index, values, strict=True)
    ]
    file.write_text("\n".join(lines) + "\n")
