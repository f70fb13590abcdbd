"""Files of the five formats, written from a motion that is known."""

import json

import numpy as np
from scipy.io import savemat

from imusim.conventions import JOINTS
from imusim.motion.bones import rest_positions
from motion_sources.kinect.skeletons import FIRST_KINECT, MSR_ACTION3D, NTU, UTD_MHAD

AMPLITUDE, FREQUENCY_HZ, BEND = 0.6, 0.5, 0.7


def swing(time_s):
    """Angle of the arm about the lateral axis, rad, forward positive, and its rate."""
    turn = 2 * np.pi * FREQUENCY_HZ
    return AMPLITUDE * np.sin(turn * time_s), AMPLITUDE * turn * np.cos(turn * time_s)


def pendulum(time_s):
    """Joints (T, 22, 3) of a person who faces +x and swings the right arm, the elbow bent."""
    positions = np.tile(rest_positions(), (len(time_s), 1, 1))
    positions[..., 2] += 0.95
    angle = swing(time_s)[0]
    for side in ("left", "right"):
        at = [JOINTS.index(f"{side}_{joint}") for joint in ("shoulder", "elbow", "wrist")]
        forward = angle if side == "right" else 0 * angle
        for parent, joint, lift in ((at[0], at[1], 0.0), (at[1], at[2], BEND)):
            length = np.linalg.norm(rest_positions()[joint] - rest_positions()[parent])
            along = np.stack([np.sin(forward + lift), 0 * angle, -np.cos(forward + lift)], axis=1)
            positions[:, joint] = positions[:, parent] + length * along
    return positions


def in_camera(positions):
    """A camera 3 m ahead, 1 m high, that looks at the person: x to their right, y up, z away."""
    x, y, z = np.moveaxis(positions, -1, 0)
    return np.stack([-y, z - 1.0, 3.0 - x], axis=-1)


def joints_of(positions, order):
    """The joints (T, K, 3) that a file has; hands and the like beyond the wrist."""
    columns = [
        JOINTS.index(name) if name in JOINTS else JOINTS.index(_NEAR[name]) for name in order
    ]
    return in_camera(positions)[:, columns]


_NEAR = {
    "left_hand": "left_wrist", "left_hand_tip": "left_wrist", "left_thumb": "left_wrist",
    "right_hand": "right_wrist", "right_hand_tip": "right_wrist", "right_thumb": "right_wrist",
    "spine_shoulder": "spine3",
}  # fmt: skip


def write_utd(file, positions, compress=True):
    """``d_skel`` as SciPy writes it."""
    skeleton = joints_of(positions, UTD_MHAD).transpose(1, 2, 0)
    savemat(file, {"d_skel": skeleton}, do_compression=compress)


def write_msr(file, positions, lost=()):
    """``x y z confidence``; lost frames are zeros."""
    values = joints_of(positions, MSR_ACTION3D)
    rows = []
    for number, frame in enumerate(values):
        for joint in frame:
            xyz = (0.0, 0.0, 0.0) if number in lost else joint
            rows.append(" ".join(f"{v:.6f}" for v in (*xyz, 0.0 if number in lost else 1.0)))
    file.write_text("\n".join(rows) + "\n")


def write_ntu(file, bodies, absent=()):
    """Bodies by identity, each (T, 22, 3); ``absent``: pairs of identity and frame."""
    tracks = {name: joints_of(positions, NTU) for name, positions in bodies.items()}
    frames = len(next(iter(tracks.values())))
    lines = [str(frames)]
    for frame in range(frames):
        here = [name for name in tracks if (name, frame) not in absent]
        lines.append(str(len(here)))
        for name in here:
            lines += [f"{name} 0 1 1 1 1 0 0.01 -0.2 2", str(len(NTU))]
            lines += [
                " ".join(f"{v:.7f}" for v in joint) + " 250.1 200.2 900.3 500.4 0.1 0 0.9 0 2"
                for joint in tracks[name][frame]
            ]
    file.write_text("\r\n".join(lines) + "\r\n")


def write_nw_ucla(file, positions, lost=()):
    """``skeletons`` by frame; ``lost``: pairs of frame and joint that are zeros."""
    joints = joints_of(positions, FIRST_KINECT)
    for frame, joint in lost:
        joints[frame, joint] = 0.0
    content = {"file_name": file.stem, "skeletons": joints.round(6).tolist(), "label": 3}
    file.write_text(json.dumps(content))


def write_utkinect(file, positions, numbers=None):
    """``number x y z …``; every second number of a camera's frame where none are given."""
    joints = joints_of(positions, FIRST_KINECT).reshape(len(positions), -1)
    numbers = 4 * np.arange(len(joints)) if numbers is None else numbers
    lines = [
        f"{number}   " + "  ".join(f"{v:.6f}" for v in row)
        for number, row in zip(numbers, joints, strict=True)
    ]
    file.write_text("\n".join(lines) + "\n")


def write_labels(file, recordings):
    """``actionLabel.txt``: by recording and action the numbers of the first and last frame."""
    lines = []
    for recording, actions in recordings.items():
        lines += [recording, *(f"{name}: {a} {b}" for name, (a, b) in actions.items())]
    file.write_text("\n".join(lines) + "\n")
