"""Measure what joint positions alone give back: recordings with rotations, reduced to positions.

    python tools/positions.py FOLDER [FOLDER ...] [--every N] [--rate HZ]

Each clip is put onto the default body; the places of its 22 joints go through the inverse
kinematics of ``imusim.motion.from_positions``, and what comes out is held against the body:
distances of joints, correlation of the norms of angular rates, and turns of over 30 degrees
between frames where the body's own turn is under 20, of joints whose bones point somewhere (head,
wrists and toes ride on the joint above). ``--rate 20`` thins to HumanML3D's rate.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import body_models
import motion_sources
from imusim.body import BodyOptions, retarget
from imusim.conventions import JOINTS, PARENTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import ClipRef, world_poses
from imusim.motion.from_positions import motion_from_positions

Array = NDArray[np.float64]
BODY_FOR = body_models.get_body_model("anthropometric").tailor(BodyOptions())
SEGMENTS = {
    "pelvis": ("pelvis",),
    "trunk": ("spine1", "spine2", "spine3"),
    "thigh": ("left_hip", "right_hip"),
    "shank": ("left_knee", "right_knee"),
    "foot": ("left_ankle", "right_ankle"),
    "collar": ("left_collar", "right_collar"),
    "upper arm": ("left_shoulder", "right_shoulder"),
    "forearm": ("left_elbow", "right_elbow"),
    "neck": ("neck",),
}
_POINTING = sorted(set(PARENTS) - {-1})
LEAST_RAD_S = 0.05
"""Standard deviation of a rate's norm below which a segment does not move."""


def measured(clip: ClipRef, rate_hz: float | None) -> tuple[float, int, Array]:
    """Largest distance, m; number of jumps; correlation (22,), NaN where nothing moves."""
    motion = motion_sources.read_clip(clip)
    moved = retarget(motion, BODY_FOR(motion.shape))
    step = max(round(moved.rate_hz / rate_hz), 1) if rate_hz else 1
    positions, truth = (array[moved.valid][::step] for array in moved.world_poses())
    ours = motion_from_positions(positions, JOINTS, moved.rate_hz / step)
    placed, world = world_poses(ours)
    found, real = (turns(array) for array in (world, truth))
    r = np.full(len(JOINTS), np.nan)
    for joint in np.flatnonzero(real.std(axis=0) * ours.rate_hz > LEAST_RAD_S):
        if found[:, joint].std() > 0:
            r[joint] = np.corrcoef(found[:, joint], real[:, joint])[0, 1]
    jumps = ((found > np.radians(30)) & (real < np.radians(20)))[:, _POINTING]
    return float(np.linalg.norm(placed - positions, axis=-1).max()), int(jumps.sum()), r


def turns(world: Array) -> Array:
    """Angles (T - 1, J) from frame to frame, rad."""
    between = rot.multiply(world[1:], rot.conjugate(world[:-1]))
    return np.linalg.norm(rot.to_rotation_vector(between), axis=-1)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--every", type=int, default=1, help="take every Nth clip")
    parser.add_argument("--rate", type=float, help="thin the clips to about this rate, Hz")
    arguments = parser.parse_args()
    rows = []
    for clip in motion_sources.find_clips(arguments.folders)[:: arguments.every]:
        try:
            rows.append(measured(clip, arguments.rate))
        except MotionError as error:
            print(f"left out: {error}")
    distance, jumps, r = (np.array(column) for column in zip(*rows, strict=True))
    print(f"{len(rows)} clips; largest distance {distance.max() * 1e3:.4f} mm; {jumps.sum()} jumps")
    print("| segment | clips | median r | lower quartile |\n|---|---|---|---|")
    for name, joints in SEGMENTS.items():
        values = r[:, [JOINTS.index(joint) for joint in joints]]
        values = values[np.isfinite(values)]
        if len(values):
            low, median = np.percentile(values, [25, 50])
            print(f"| {name} | {len(values)} | {median:.3f} | {low:.3f} |")


if __name__ == "__main__":
    main()
