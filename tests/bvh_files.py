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
