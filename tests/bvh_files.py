"""BVH files for tests, written from motions and skeletons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.motion import Motion, Skeleton


def write_bvh(file: Path, motion: Motion, order: str = "ZXY", unit: float = 0.01) -> Path:
    """Write a motion with Euler angles in an order; lengths in units of so many metres."""
    angles = Rotation.from_quat(motion.rotations.reshape(-1, 4)).as_euler(order, degrees=True)
    angles = angles.reshape(motion.frames, -1, 3)
    rows = np.concatenate([motion.root_position[:, None] / unit, angles], axis=1)
    # The order of the channels is that of the file's joints: depth first.
    columns = [0, *(1 + joint for joint in depth_first(motion.skeleton))]
    text = hierarchy(motion.skeleton, order, unit)
    text += f"MOTION\nFrames: {motion.frames}\nFrame Time: {1 / motion.rate_hz!r}\n"
    text += "\n".join(
        " ".join(f"{v:.12g}" for v in row) for row in rows[:, columns].reshape(motion.frames, -1)
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text + "\n", "utf-8")
    return file


def depth_first(skeleton: Skeleton) -> list[int]:
    out, waiting = [], [0]
    while waiting:
        joint = waiting.pop()
        out.append(joint)
        waiting += reversed(children(skeleton.parents, joint))
    return out


def children(parents: Sequence[int] | NDArray[np.intp], joint: int) -> list[int]:
    return [int(child) for child in np.flatnonzero(np.asarray(parents) == joint)]


def hierarchy(skeleton: Skeleton, order: str, unit: float) -> str:
    """The HIERARCHY section."""
    turns = " ".join(f"{letter}rotation" for letter in order)
    lines = ["HIERARCHY"]

    def joint(index: int, depth: int) -> None:
        pad = "  " * depth
        word = "JOINT" if depth else "ROOT"
        x, y, z = (skeleton.offsets[index] / unit).tolist()
        own = (
            f"CHANNELS 3 {turns}" if depth else f"CHANNELS 6 Xposition Yposition Zposition {turns}"
        )
        lines.extend(
            [f"{pad}{word} {skeleton.names[index]}", f"{pad}{{", f"{pad}  OFFSET {x!r} {y!r} {z!r}"]
        )
        lines.append(f"{pad}  {own}")
        below = children(skeleton.parents, index)
        for child in below:
            joint(child, depth + 1)
        if not below:
            lines.extend([f"{pad}  End Site", f"{pad}  {{", f"{pad}    OFFSET 0 0 0", f"{pad}  }}"])
        lines.append(f"{pad}}}")

    joint(0, 0)
    return "\n".join(lines) + "\n"


def write_swings(file: Path, frames: int = 60, cut: int | None = None) -> Path:
    """A body that swings its arms and legs, y up, in centimetres, at 60 Hz."""
    tree = {
        "Hips": {
            "LeftUpLeg": {"LeftLeg": {"LeftFoot": {"LeftToeBase": {}}}},
            "RightUpLeg": {"RightLeg": {"RightFoot": {"RightToeBase": {}}}},
            "Spine": {
                "Spine1": {
                    "Neck": {"Head": {}},
                    "LeftShoulder": {"LeftArm": {"LeftForeArm": {"LeftHand": {}}}},
                    "RightShoulder": {"RightArm": {"RightForeArm": {"RightHand": {}}}},
                }
            },
        }
    }
    offsets = {
        "Hips": (0, 0, 0), "LeftUpLeg": (9, -8, 0), "RightUpLeg": (-9, -8, 0),
        "LeftLeg": (0, -40, 0), "RightLeg": (0, -40, 0), "LeftFoot": (0, -40, 0),
        "RightFoot": (0, -40, 0), "LeftToeBase": (0, -6, 14), "RightToeBase": (0, -6, 14),
        "Spine": (0, 11, 0), "Spine1": (0, 20, 0), "Neck": (0, 22, 0), "Head": (0, 10, 0),
        "LeftShoulder": (7, 14, 0), "RightShoulder": (-7, 14, 0), "LeftArm": (11, 0, 0),
        "RightArm": (-11, 0, 0), "LeftForeArm": (27, 0, 0), "RightForeArm": (-27, 0, 0),
        "LeftHand": (25, 0, 0), "RightHand": (-25, 0, 0),
    }  # fmt: skip
    text, order = ["HIERARCHY"], []

    def joint(name: str, children: dict[str, dict], word: str) -> None:
        order.append(name)
        place = "Xposition Yposition Zposition " if word == "ROOT" else ""
        text.extend([
            f"{word} {name}", "{", "OFFSET {} {} {}".format(*offsets[name]),
            f"CHANNELS {6 if place else 3} {place}Zrotation Xrotation Yrotation",
        ])  # fmt: skip
        for child, below in children.items():
            joint(child, below, "JOINT")
        if not children:
            text.extend(["End Site", "{", "OFFSET 0 5 5", "}"])
        text.append("}")

    joint("Hips", tree["Hips"], "ROOT")
    swing = {"LeftUpLeg": (1, 30), "RightUpLeg": (1, -30), "LeftArm": (0, -70), "RightArm": (0, 70)}
    text += ["MOTION", f"Frames: {frames}", "Frame Time: 0.0166667"]
    for frame in range(frames):
        phase = np.sin(2 * np.pi * frame / 60)
        row = [0.0, 95.0, 2.0 * frame]
        for name in order:
            angles = [0.0, 0.0, 0.0]
            if name in swing:
                axis, size = swing[name]
                angles[axis] = size * (phase if axis else 1 + 0.1 * phase)
            row += angles
        text.append(" ".join(f"{value:.4f}" for value in row))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(text[:cut]) + "\n")
    return file
