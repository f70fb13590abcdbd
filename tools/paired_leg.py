"""The swinging leg of `leg-swing`: three IMUs on rigid bodies, and a whole body that swings so.

The bodies on thigh, shin and foot tell how the right leg's segments turn; in the standing
recording, which the links' own axes are taken from, the person faces +x. Joints are the points
that move least between neighbouring segments, near the markers at hip, knee and ankle. The pelvis
follows the hip, upright; the other leg, which nobody recorded, stands.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from paired import BODY, Recording, Sensor, low_pass, on_body, two_bones
from real_sensors import LEG_HZ, Trial, leg_swing, rigid_bodies
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.transform import Rotation

from imusim.body import RetargetedMotion
from imusim.body.ground import soles
from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames
from imusim.math.splines import bridge_gaps
from imusim.motion import joint_positions

Array = NDArray[np.float64]

JOINT_OF = {"thigh": "right_hip", "shin": "right_knee", "foot": "right_ankle"}
ANATOMICAL = ("Hip", "Knee Hinge", "Ankle")
NEAR = 0.01
"""Weight of a joint's marker, which is on the skin, against the motion, which leaves the place
along a hinge's axis open."""
REACH = 0.985
"""Most of the standing leg's length that hip and ankle are apart."""
HIP_HZ = 6.0
"""The hip of a standing person does not move faster."""
CLEAR_M = 0.05
"""The standing foot is lower than the swinging one by as much at least: a person swings a leg
from a step."""


def swing(folder: Path) -> Recording:
    """The swing with its three IMUs."""
    trials = {trial.name.split()[-1]: trial for trial in leg_swing(folder)}
    places, standing = rigid_bodies(folder / "stand_6D.tsv")
    markers = _standing_markers(folder / "stand_3D.tsv")
    poses, hinges, arms = {}, {}, {}
    for column, name in enumerate(("thigh", "foot", "shin")):
        trial = trials[name]
        lost = ~whole_frames(trial.position, trial.orientation)
        position, _ = bridge_gaps(trial.position, lost)
        turn, _ = bridge_gaps(rot.make_continuous(trial.orientation), lost)
        upright = rot.conjugate(standing[0, column])
        poses[name] = position, rot.multiply(rot.normalise(turn), upright)
        arms[name] = places[0, column]
    for name, upper, lower in (("knee", "thigh", "shin"), ("ankle", "shin", "foot")):
        seen = markers["Knee Hinge" if name == "knee" else "Ankle"]
        hinges[name] = _joint(poses[upper], poses[lower], seen - arms[upper], seen - arms[lower])
    hip = markers["Hip"] - arms["thigh"]
    bones = {
        "right_knee": hinges["knee"][0] - hip,
        "right_ankle": hinges["ankle"][0] - hinges["knee"][1],
    }
    offsets = BODY.offsets.copy()
    for joint, bone in bones.items():
        for side, mirror in (("right", np.ones(3)), ("left", np.array([1.0, -1.0, 1.0]))):
            offsets[JOINTS.index(joint.replace("right", side))] = bone * mirror
    from_joint = {"thigh": hip, "shin": hinges["knee"][1], "foot": hinges["ankle"][1]}
    position, turn = poses["thigh"]
    hips = start = low_pass(position + rot.rotate(turn, hip), LEG_HZ, HIP_HZ)
    for name, hinge in (("thigh", "knee"), ("shin", "ankle")):
        position, turn = poses[name]
        aim = rot.from_two_vectors(rot.rotate(turn, -from_joint[name]), position - start)
        poses[name] = position, rot.multiply(aim, turn)
        start = start + rot.rotate(poses[name][1], hinges[hinge][0] - from_joint[name])
    pelvis = hips - offsets[JOINTS.index("right_hip")]
    links = np.tile(rot.IDENTITY, (len(pelvis), len(JOINTS), 1))
    for name, joint in JOINT_OF.items():
        links[:, JOINTS.index(joint)] = poses[name][1]
    links[:, JOINTS.index("right_foot")] = poses["foot"][1]
    sensors = tuple(
        _sensor(name, trials[name], -from_joint[name]) for name in ("thigh", "shin", "foot")
    )
    return Recording("leg-swing", _with_standing_leg(pelvis, links, offsets), sensors)


def _joint(
    upper: tuple[Array, Array], lower: tuple[Array, Array], above: Array, below: Array
) -> tuple[Array, Array]:
    """The point (3,) in both segments' axes that stays together best.

    Least squares over all frames (Ehrig and others 2006, J. Biomech. 39:2798), with a faint pull
    towards where it was seen (``above``, ``below``).
    """
    first, second = (Rotation.from_quat(turn).as_matrix() for _, turn in (upper, lower))
    design = np.concatenate([first, -second], axis=2).reshape(-1, 6)
    apart = (lower[0] - upper[0]).reshape(-1)
    pull = NEAR * len(first) * np.eye(6)
    seen = np.concatenate([above, below])
    found = cho_solve(cho_factor(design.T @ design + pull), design.T @ apart + pull @ seen)
    return found[:3], found[3:]


def _with_standing_leg(pelvis: Array, links: Array, offsets: Array) -> RetargetedMotion:
    """The motion with a left leg that stands below the swing, as long as that needs."""
    body = BODY.with_offsets(offsets)
    places = joint_positions(body.parents, offsets, pelvis, links)
    below = soles(body, places, links)[:, 1, :, 2].min()
    hip = pelvis + offsets[JOINTS.index("left_hip")]
    ankle = np.median(hip, axis=0)
    box = BODY.boxes[JOINTS.index("left_ankle")]
    ankle[2] = below - CLEAR_M - (box[0, 2] - box[1, 2] / 2)
    bones = [JOINTS.index("left_knee"), JOINTS.index("left_ankle")]
    lengths = np.linalg.norm(offsets[bones], axis=1)
    furthest = np.linalg.norm(hip - ankle, axis=1).max()
    lengths *= max(furthest / REACH / lengths.sum(), 1.0)
    offsets = offsets.copy()
    offsets[bones] = lengths[:, None] * np.array([0.0, 0.0, -1.0])
    forward = np.tile([1.0, 0.0, 0.0], (len(hip), 1))
    standing = two_bones(hip, np.tile(ankle, (len(hip), 1)), forward, lengths.tolist())
    links[:, [JOINTS.index("left_hip"), JOINTS.index("left_knee")]] = standing
    return on_body(BODY.with_offsets(offsets), pelvis, links, LEG_HZ)


def _sensor(name: str, trial: Trial, offset: Array) -> Sensor:
    return Sensor(
        f"leg-swing {name}",
        trial.name,
        JOINT_OF[name],
        trial.rate_hz,
        trial.accelerometer,
        trial.gyroscope,
        trial.scored,
        offset,
        lag_s=0.012,
    )


def _standing_markers(file: Path) -> dict[str, Array]:
    """Mean places (3,) of the markers on hip, knee and ankle while standing, m."""
    lines = file.read_text().splitlines()
    names = next(line for line in lines if line.startswith("MARKER_NAMES")).split("\t")[1:]
    table = np.array([[float(x) for x in line.split()] for line in lines[10:] if line.strip()])
    places = table.reshape(len(table), -1, 3) / 1000 * np.array([1.0, -1.0, -1.0])
    return {name: places[:, names.index(name)].mean(axis=0) for name in ANATOMICAL}
