"""A body over two feet that carry three markers each: the walk of gaitmap.

The markers on heel, fifth metatarsal and toe give the foot's rigid motion. The toe's bends with
the toes when the foot pushes off, which would pass for a roll of the foot of up to 14 rad/s: where
it leaves the rigid shape, the roll is bridged and the other two markers give the rest. The body
above is made up: an upright trunk over the middle of the feet, as high as both legs allow, and
legs with two bones that end at the ankles exactly.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, minimum_filter1d
from scipy.spatial.transform import Rotation

from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.math.splines import bridge_gaps
from imusim.recordings.limbs import HEEL_M, SOLE_M, rest_offsets, two_bones

Array = NDArray[np.float64]

MARKERS = ("FCC", "FM5", "TOE")

_WEIGHTS = np.array([1.0, 1.0, 0.3])
"""Of the markers, in the fit of a rigid shape: shoes bend at the toes."""
_BENT_M = 0.005
"""A marker further from the rigid shape than this does not tell the roll."""
_MARKER_M = 0.01
"""From the back of the shoe to the middle of the marker on it."""
_REACH = 0.985
"""Most of a leg's length that hip and ankle are apart."""
_TURN_S, _STEP_S, _DIP_S = 0.4, 0.15, 0.12
"""Over how long the trunk's heading, its way and its height are smoothed."""
_STILL_M_S = 0.05
"""A foot none of whose markers moves faster stands."""


def foot_poses(markers: Array, rate_hz: float) -> tuple[Array, Array]:
    """Ankle joint (T, 3), m, and link (T, 4) of a foot from its markers (T, 3, 3).

    At rest the link's x axis points from the heel's marker to the toe's, z up.

    Raises
    ------
    MotionError
        If the foot never stands.
    """
    shape, turn, error = _rigid(markers)
    lost = (error[:, 1:] > _BENT_M).any(axis=1)
    lost = np.convolve(lost, np.ones(5), "same") > 0.5
    speed = np.linalg.norm(np.gradient(markers, 1 / rate_hz, axis=0), axis=2)
    flat = (speed < _STILL_M_S).all(axis=1)
    if not flat.any() or lost.all():
        raise MotionError("the markers of a foot never stand still together")
    bridged, _ = bridge_gaps(rot.make_continuous(turn), lost)
    bridged = rot.normalise(bridged)
    between = rot.rotate(bridged, shape[1] - shape[0])
    aim = rot.from_two_vectors(between, markers[:, 1] - markers[:, 0])
    turn = np.where(lost[:, None], rot.multiply(aim, bridged), turn)
    middle = markers[:, :2].mean(axis=1) - rot.rotate(turn, shape[:2].mean(axis=0))
    up = rot.normalise(rot.rotate_inverse(turn[flat], np.array([0.0, 0.0, 1.0])).mean(axis=0))
    ahead = shape[2] - shape[0]
    ahead = rot.normalise(ahead - (ahead @ up) * up)
    shape_from_link = Rotation.from_matrix(
        np.stack([ahead, np.cross(up, ahead), up], axis=1)
    ).as_quat()
    heel = np.median(markers[flat, 0, 2])
    ankle = np.array([_MARKER_M + HEEL_M, 0, SOLE_M - heel])
    place = shape[0] + rot.rotate(shape_from_link, ankle)
    return middle + rot.rotate(turn, place), rot.multiply(turn, shape_from_link)


def _rigid(markers: Array) -> tuple[Array, Array, Array]:
    """Median shape (3, 3), orientations (T, 4) and markers' distances from it (T, 3)."""
    weights = _WEIGHTS / _WEIGHTS.sum()
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


def body_over(
    ankles: Mapping[str, Array], feet: Mapping[str, Array], rate_hz: float
) -> tuple[Array, Array, Array]:
    """Pelvis (T, 3), m, links (T, 22, 4) and bones (22, 3) of an upright body on two feet."""
    offsets = rest_offsets()
    frames = len(ankles["left"])
    ahead = rot.rotate(np.stack(list(feet.values())), np.array([1.0, 0.0, 0.0])).sum(axis=0)
    heading = np.unwrap(np.arctan2(ahead[:, 1], ahead[:, 0]))
    heading = gaussian_filter1d(heading, _TURN_S * rate_hz)
    upright = rot.from_rotation_vector(heading[:, None] * np.array([0.0, 0.0, 1.0]))
    middle = gaussian_filter1d((ankles["left"] + ankles["right"]) / 2, _STEP_S * rate_hz, axis=0)
    lengths = [-float(offsets[JOINTS.index(joint), 2]) for joint in ("left_knee", "left_ankle")]
    links = np.repeat(upright[:, None], len(JOINTS), axis=1)
    hips, highest = {}, np.full(frames, np.inf)
    for side, ankle in ankles.items():
        hips[side] = rot.rotate(upright, offsets[JOINTS.index(f"{side}_hip")])
        away = np.linalg.norm((middle + hips[side] - ankle)[:, :2], axis=1)
        rise = np.sqrt(np.maximum((_REACH * sum(lengths)) ** 2 - away**2, 0))
        highest = np.minimum(highest, ankle[:, 2] + rise - hips[side][:, 2])
    reach = round(_DIP_S * rate_hz)
    height = gaussian_filter1d(minimum_filter1d(highest, 2 * reach + 1), reach / 3, truncate=3.0)
    pelvis = np.concatenate([middle[:, :2], height[:, None]], axis=1)
    forward = rot.rotate(upright, np.array([1.0, 0.0, 0.0]))
    for side, ankle in ankles.items():
        legs = two_bones(pelvis + hips[side], ankle, forward, lengths)
        links[:, [JOINTS.index(f"{side}_hip"), JOINTS.index(f"{side}_knee")]] = legs
        links[:, JOINTS.index(f"{side}_ankle")] = feet[side]
        links[:, JOINTS.index(f"{side}_foot")] = feet[side]
        down = np.array([np.deg2rad(-80.0 if side == "left" else 80.0), 0.0, 0.0])
        hanging = rot.multiply(upright, rot.from_rotation_vector(down))
        for part in ("shoulder", "elbow", "wrist"):
            links[:, JOINTS.index(f"{side}_{part}")] = hanging
    return pelvis, links, offsets
