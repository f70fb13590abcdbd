"""The walk of `gaitmap`: two foot IMUs, and a whole body whose feet follow the foot markers.

Three markers a foot (heel, fifth metatarsal, toe; 100 Hz) give the foot's rigid motion. The toe
marker bends with the toes when the foot pushes off, which would pass for a roll of the foot of up
to 14 rad/s: where its place leaves the rigid shape, the roll is bridged and the other two markers
give the rest. The body above is made up: an upright trunk over the middle of the feet, as high as
both legs allow, and legs with two bones that end at the ankles exactly.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from paired import BODY, Recording, Sensor, on_body, two_bones
from scipy.ndimage import gaussian_filter1d, minimum_filter1d
from scipy.spatial.transform import Rotation

from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from imusim.math.splines import bridge_gaps

Array = NDArray[np.float64]

IMU_HZ, MOCAP_HZ = 204.8, 100.0
MARKERS = ("FCC", "FM5", "TOE")
WEIGHTS = np.array([1.0, 1.0, 0.3])
"""Of the markers, in the fit of a rigid shape: shoes bend at the toes."""
BENT_M = 0.005
"""A marker further from the rigid shape than this does not tell the roll."""
MARKER_M = 0.01
"""From the back of the shoe to the middle of the marker on it."""
REACH = 0.985
"""Most of a leg's length that hip and ankle are apart."""
TURN_S, STEP_S, DIP_S = 0.4, 0.15, 0.12
"""Over how long the trunk's heading, its way and its height are smoothed."""
MARGIN_S = 0.5


def walk(folder: Path) -> Recording:
    """The walk with both feet's IMUs."""
    imu, markers = _table(folder / "imu_sample.csv", 1), _table(folder / "mocap_sample.csv", 1)
    ankles, feet = {}, {}
    for side in ("left", "right"):
        places = [
            np.stack([markers[f"{side[0].upper()}_{name}", axis] for axis in "xyz"], axis=1)
            for name in MARKERS
        ]
        ankles[side], feet[side] = foot(np.stack(places, axis=1) / 1000, side)
    pelvis, links = body_over(ankles, feet)
    sensors = []
    for side in ("left", "right"):
        signals = np.stack(
            [imu[f"{side}_sensor", f"{kind}_{a}"] for kind in ("acc", "gyr") for a in "xyz"], axis=1
        )
        time = np.arange(len(signals)) / IMU_HZ
        end = (len(pelvis) - 1) / MOCAP_HZ
        sensors.append(
            Sensor(
                "gaitmap foot",
                f"gaitmap {side}",
                f"{side}_ankle",
                IMU_HZ,
                signals[:, :3],
                np.deg2rad(signals[:, 3:]),
                (time > MARGIN_S) & (time < end - MARGIN_S),
                offset=None,
                lag_s=0.05,
            )
        )
    return Recording("gaitmap", on_body(BODY, pelvis, links, MOCAP_HZ), tuple(sensors))


def foot(markers: Array, side: str) -> tuple[Array, Array]:
    """Ankle joint (T, 3), m, and link (T, 4) of a foot from its markers (T, 3, 3).

    At rest the link's x axis points from the heel's marker to the toe's, z up.
    """
    shape, turn, error = _rigid(markers)
    lost = (error[:, 1:] > BENT_M).any(axis=1)
    lost = np.convolve(lost, np.ones(5), "same") > 0.5
    bridged, _ = bridge_gaps(rot.make_continuous(turn), lost)
    bridged = rot.normalise(bridged)
    between = rot.rotate(bridged, shape[1] - shape[0])
    aim = rot.from_two_vectors(between, markers[:, 1] - markers[:, 0])
    turn = np.where(lost[:, None], rot.multiply(aim, bridged), turn)
    middle = markers[:, :2].mean(axis=1) - rot.rotate(turn, shape[:2].mean(axis=0))
    flat = _flat(markers)
    up = rot.normalise(rot.rotate_inverse(turn[flat], np.array([0.0, 0.0, 1.0])).mean(axis=0))
    ahead = shape[2] - shape[0]
    ahead = rot.normalise(ahead - (ahead @ up) * up)
    shape_from_link = Rotation.from_matrix(
        np.stack([ahead, np.cross(up, ahead), up], axis=1)
    ).as_quat()
    centre, size = BODY.boxes[JOINTS.index(f"{side}_ankle")]
    heel = np.median(markers[flat, 0, 2])
    ankle = np.array([MARKER_M - (centre[0] - size[0] / 2), 0, size[2] / 2 - centre[2] - heel])
    place = shape[0] + rot.rotate(shape_from_link, ankle)
    return middle + rot.rotate(turn, place), rot.multiply(turn, shape_from_link)


def _rigid(markers: Array) -> tuple[Array, Array, Array]:
    """Median shape (3, 3), orientations (T, 4) and markers' distances from it (T, 3)."""
    weights = WEIGHTS / WEIGHTS.sum()
    shape = markers[0]
    centred = markers - (weights @ markers)[:, None]
    matrices = aligned = centred
    for _ in range(4):
        shape = shape - weights @ shape
        matrices = rot.nearest_matrix(np.einsum("m,tmi,mj->tij", weights, centred, shape))
        aligned = centred @ matrices
        shape = np.median(aligned, axis=0)
    return (
        shape,
        Rotation.from_matrix(matrices).as_quat(),
        np.linalg.norm(aligned - shape, axis=2),
    )


def _flat(markers: Array) -> NDArray[np.bool_]:
    """Frames in which the foot stands: no marker moves faster than 5 cm/s."""
    speed = np.linalg.norm(np.gradient(markers, 1 / MOCAP_HZ, axis=0), axis=2)
    return (speed < 0.05).all(axis=1)


def body_over(ankles: dict[str, Array], feet: dict[str, Array]) -> tuple[Array, Array]:
    """Pelvis (T, 3), m, and links (T, 22, 4) of an upright body on two feet."""
    frames = len(ankles["left"])
    ahead = rot.rotate(np.stack(list(feet.values())), np.array([1.0, 0.0, 0.0])).sum(axis=0)
    heading = np.unwrap(np.arctan2(ahead[:, 1], ahead[:, 0]))
    heading = gaussian_filter1d(heading, TURN_S * MOCAP_HZ)
    upright = rot.from_rotation_vector(heading[:, None] * np.array([0.0, 0.0, 1.0]))
    middle = gaussian_filter1d((ankles["left"] + ankles["right"]) / 2, STEP_S * MOCAP_HZ, axis=0)
    bones = {joint: float(np.linalg.norm(BODY.offsets[JOINTS.index(joint)])) for joint in JOINTS}
    links = np.repeat(upright[:, None], len(JOINTS), axis=1)
    hips, highest = {}, np.full(frames, np.inf)
    for side, ankle in ankles.items():
        lengths = (bones[f"{side}_knee"], bones[f"{side}_ankle"])
        hips[side] = rot.rotate(upright, BODY.offsets[JOINTS.index(f"{side}_hip")])
        away = np.linalg.norm((middle + hips[side] - ankle)[:, :2], axis=1)
        rise = np.sqrt(np.maximum((REACH * sum(lengths)) ** 2 - away**2, 0))
        highest = np.minimum(highest, ankle[:, 2] + rise - hips[side][:, 2])
    reach = round(DIP_S * MOCAP_HZ)
    height = gaussian_filter1d(minimum_filter1d(highest, 2 * reach + 1), reach / 3, truncate=3.0)
    pelvis = np.concatenate([middle[:, :2], height[:, None]], axis=1)
    forward = rot.rotate(upright, np.array([1.0, 0.0, 0.0]))
    for side, ankle in ankles.items():
        lengths = (bones[f"{side}_knee"], bones[f"{side}_ankle"])
        legs = two_bones(pelvis + hips[side], ankle, forward, lengths)
        links[:, [JOINTS.index(f"{side}_hip"), JOINTS.index(f"{side}_knee")]] = legs
        links[:, JOINTS.index(f"{side}_ankle")] = feet[side]
        links[:, JOINTS.index(f"{side}_foot")] = feet[side]
        down = np.array([np.deg2rad(-80.0 if side == "left" else 80.0), 0.0, 0.0])
        hanging = rot.multiply(upright, rot.from_rotation_vector(down))
        for part in ("shoulder", "elbow", "wrist"):
            links[:, JOINTS.index(f"{side}_{part}")] = hanging
    return pelvis, links


def _table(file: Path, skipped: int) -> dict[tuple[str, str], Array]:
    """Columns of a file whose first two lines name them."""
    with file.open(newline="") as lines:
        first, second, *rows = csv.reader(lines)
    values = np.array([[float(x) for x in row[skipped:]] for row in rows])
    return dict(zip(zip(first[skipped:], second[skipped:], strict=True), values.T, strict=True))
