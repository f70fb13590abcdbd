"""A whole body around the swinging leg of IMUSim.

The bodies on thigh, shin and foot tell how the right leg's segments turn; in the standing
recording, which the links' own axes are taken from, the person faces +x. Joints are the points
that move least between neighbouring segments, near the markers at hip, knee and ankle. The pelvis
follows the hip, upright; the other leg, which nobody recorded, stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.signal import butter, sosfiltfilt
from scipy.spatial.transform import Rotation

from imusim.conventions import JOINTS, PARENTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames
from imusim.math.splines import bridge_gaps
from imusim.motion import Motion, Provenance, joint_positions
from imusim.recordings.limbs import (
    SOLE_M,
    canonical_motion,
    lowest_of_foot,
    rest_offsets,
    two_bones,
)
from imusim.recordings.qualisys import read_bodies, read_markers

Array = NDArray[np.float64]
Poses = tuple[Array, Array]

RATE_HZ = 256.0
BODIES = {"thigh": "Upper Leg IMU", "shin": "Lower Leg IMU", "foot": "Foot IMU"}
"""Rigid bodies of the segments."""
LINKS = {"thigh": "right_hip", "shin": "right_knee", "foot": "right_ankle"}
"""Joints whose segments they are."""
CAPTIONS = ("a person is swinging the right leg to and fro",)

_WORLD = np.array([1.0, 0.0, 0.0, 0.0])
"""The cameras' world has z down: half a turn about x."""
_NEAR = 0.01
"""Weight of a joint's marker, which is on the skin, against the motion, which leaves the place
along a hinge's axis open."""
_REACH = 0.985
"""Most of the standing leg's length that hip and ankle are apart."""
_HIP_HZ = 6.0
"""The hip of a standing person does not move faster."""
_CLEAR_M = 0.05
"""The standing foot is lower than the swinging one by as much at least: a person swings a leg
from a step."""
_FEWEST = 64
"""Frames below which there is no swing."""


def tracked(file: Path) -> dict[str, Poses]:
    """Positions (T, 3), m, and orientations (T, 4) of thigh, shin, foot in a world with z up.

    NaN where the cameras lost one.

    Raises
    ------
    MotionError
        If the file is not whole, or lacks one of the three.
    """
    _, bodies = read_bodies(file)
    lacking = [body for body in BODIES.values() if body not in bodies]
    if lacking:
        raise MotionError(f"holds no rigid body {lacking[0]!r}", file)
    found = {}
    for name, body in BODIES.items():
        position, turn = bodies[body]
        found[name] = rot.rotate(_WORLD, position), rot.multiply(_WORLD, turn)
    return found


def swing(folder: Path, key: str, provenance: Provenance) -> tuple[Motion, dict[str, Array]]:
    """The body's motion, and where on each segment its unit sits, (3,), m.

    Raises
    ------
    MotionError
        If a file is missing or not whole, or the leg was hardly seen.
    """
    swing_file = folder / "swing_6D.tsv"
    swung, standing = tracked(swing_file), tracked(folder / "stand_6D.tsv")
    markers = _standing_markers(folder / "stand_3D.tsv")
    whole = whole_frames(*(values for pose in swung.values() for values in pose))
    if whole.sum() < _FEWEST:
        raise MotionError(
            f"all three bodies are seen in {int(whole.sum())} frames only", swing_file
        )
    poses, arms = {}, {}
    for name, (position, turn) in swung.items():
        lost = ~whole_frames(position, turn)
        position, _ = bridge_gaps(position, lost)
        turn, _ = bridge_gaps(rot.make_continuous(turn), lost)
        arms[name], upright = _first_whole(standing[name], folder / "stand_6D.tsv")
        poses[name] = position, rot.multiply(rot.normalise(turn), rot.conjugate(upright))
    hinges = {
        "knee": _hinge(poses, "thigh", "shin", markers["Knee Hinge"], arms),
        "ankle": _hinge(poses, "shin", "foot", markers["Ankle"], arms),
    }
    hip = markers["Hip"] - arms["thigh"]
    from_joint = {"thigh": hip, "shin": hinges["knee"][1], "foot": hinges["ankle"][1]}
    position, turn = poses["thigh"]
    hips = start = _low_pass(position + rot.rotate(turn, hip))
    for name, hinge in (("thigh", "knee"), ("shin", "ankle")):
        position, turn = poses[name]
        aim = rot.from_two_vectors(rot.rotate(turn, -from_joint[name]), position - start)
        poses[name] = position, rot.multiply(aim, turn)
        start = start + rot.rotate(poses[name][1], hinges[hinge][0] - from_joint[name])
    links = np.tile(rot.IDENTITY, (len(hips), len(JOINTS), 1))
    for name, joint in LINKS.items():
        links[:, JOINTS.index(joint)] = poses[name][1]
    links[:, JOINTS.index("right_foot")] = poses["foot"][1]
    bones = hinges["knee"][0] - hip, hinges["ankle"][0] - hinges["knee"][1]
    pelvis, offsets = _with_standing_leg(hips, links, bones)
    pelvis[~whole] = np.nan
    digest = hashlib.sha256(swing_file.read_bytes()).hexdigest()
    motion = canonical_motion(
        pelvis, links, offsets, RATE_HZ, key, replace(provenance, sha256=digest), CAPTIONS
    )
    return motion, {name: -arm for name, arm in from_joint.items()}


def _hinge(
    poses: Mapping[str, Poses], upper: str, lower: str, seen: Array, arms: Mapping[str, Array]
) -> tuple[Array, Array]:
    """The point (3,) in both segments' axes that stays together best.

    Least squares over all frames (Ehrig and others 2006, J. Biomech. 39:2798), with a faint pull
    towards where it was ``seen`` while standing.
    """
    first, second = (Rotation.from_quat(poses[name][1]).as_matrix() for name in (upper, lower))
    design = np.concatenate([first, -second], axis=2).reshape(-1, 6)
    apart = (poses[lower][0] - poses[upper][0]).reshape(-1)
    pull = _NEAR * len(first) * np.eye(6)
    marker = np.concatenate([seen - arms[upper], seen - arms[lower]])
    found = cho_solve(cho_factor(design.T @ design + pull), design.T @ apart + pull @ marker)
    return found[:3], found[3:]


def _with_standing_leg(
    hips: Array, links: Array, bones: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Pelvis (T, 3) and bones (22, 3) with a left leg that stands below the swing.

    It is as long as that needs; its links are put into ``links``.
    """
    right, left = (
        [JOINTS.index(f"{side}_{joint}") for joint in ("knee", "ankle")]
        for side in ("right", "left")
    )
    offsets = rest_offsets()
    offsets[right] = bones
    pelvis = hips - offsets[JOINTS.index("right_hip")]
    places = joint_positions(np.array(PARENTS, np.intp), offsets, pelvis, links)
    foot = JOINTS.index("right_ankle")
    hip = pelvis + offsets[JOINTS.index("left_hip")]
    ankle = np.median(hip, axis=0)
    ankle[2] = lowest_of_foot(places[:, foot], links[:, foot]).min() - _CLEAR_M + SOLE_M
    lengths = np.linalg.norm(bones, axis=1)
    furthest = np.linalg.norm(hip - ankle, axis=1).max()
    lengths *= max(furthest / _REACH / lengths.sum(), 1.0)
    mirrored = np.array(bones) * np.array([1.0, -1.0, 1.0])
    offsets[left] = lengths[:, None] * rot.normalise(mirrored)
    forward = np.tile([1.0, 0.0, 0.0], (len(hip), 1))
    standing = two_bones(hip, np.tile(ankle, (len(hip), 1)), forward, lengths.tolist())
    down = np.tile([0.0, 0.0, -1.0], (2, 1))
    links[:, [JOINTS.index("left_hip"), JOINTS.index("left_knee")]] = rot.multiply(
        standing, rot.from_two_vectors(offsets[left], down)
    )
    offsets[JOINTS.index("left_collar")] += _evened(offsets)
    return pelvis, offsets


def _evened(offsets: Array) -> Array:
    """What to add to the left collar (3,), that legs of unlike length do not tilt the T-pose.

    Which way a T-pose faces is told from the sum of its pairs' directions; four of them hang on
    the collar.
    """
    links = np.tile(rot.IDENTITY, (1, len(JOINTS), 1))
    places = joint_positions(np.array(PARENTS, np.intp), offsets, np.zeros((1, 3)), links)[0]
    signs = np.array([j.startswith("left_") - float(j.startswith("right_")) for j in JOINTS])
    return signs @ places / 4 * np.array([-1.0, 0.0, -1.0])


def _first_whole(poses: Poses, file: Path) -> Poses:
    whole = whole_frames(*poses)
    if not whole.any():
        raise MotionError("a rigid body is never seen", file)
    first = int(np.argmax(whole))
    return poses[0][first], poses[1][first]


def _standing_markers(file: Path) -> dict[str, Array]:
    """Mean places (3,) of the markers on hip, knee and ankle while standing, m."""
    _, places = read_markers(file)
    found = {}
    for name in ("Hip", "Knee Hinge", "Ankle"):
        seen = places[name][whole_frames(places[name])] if name in places else np.empty((0, 3))
        if not len(seen):
            raise MotionError(f"the marker {name!r} is never seen", file)
        found[name] = rot.rotate(_WORLD, seen.mean(axis=0))
    return found


def _low_pass(values: Array) -> Array:
    """Fourth-order Butterworth, forwards and backwards."""
    return sosfiltfilt(butter(4, _HIP_HZ, fs=RATE_HZ, output="sos"), values, axis=0)
