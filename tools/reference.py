"""Compare with IMUSim's signals for the same input.

    python tools/reference.py ../shared

Specific force is compared as computed, and after the same 8 Hz low-pass on both: what the two
programs' smoothers leave differs most above the band of the motion.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

import motion_sources
from imusim.conventions import GRAVITY_WORLD
from imusim.math import rotations as rot
from imusim.math.splines import evaluate, smoothing_knots, smoothing_spline
from imusim.motion import world_poses
from imusim.trajectory import fit_trajectory

Array = NDArray[np.float64]
THEIRS_FROM_OURS = Rotation.from_matrix([[0, -1, 0], [-1, 0, 0], [0, 0, -1]])
"""IMUSim's world is north-east-down."""


def low_pass(values: Array, rate_hz: float, cutoff_hz: float) -> Array:
    """Zero-phase low-pass of (T, D) samples."""
    coefficients = smoothing_spline(values, rate_hz, cutoff_hz)
    frames = np.arange(len(values), dtype=float)
    return evaluate(smoothing_knots(len(values)), coefficients, frames)


def main() -> None:
    """Print a line a joint."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("shared", type=Path, help="folder that holds data/ and reference/")
    folder = parser.parse_args().shared
    reference = np.load(folder / "reference" / "walk_imusim.npz", allow_pickle=False)
    (clip,) = motion_sources.find_clips([folder / "data" / "cmu" / "bvh" / "walk_imusim.bvh"])
    motion = motion_sources.read_clip(clip)
    positions, orientations = world_poses(motion)
    chosen = [motion.skeleton.index(name) for name in reference["joints"]]
    names = tuple(str(name) for name in reference["joints"])
    trajectory = fit_trajectory(
        names, positions[:, chosen], orientations[:, chosen], motion.rate_hz
    )
    states = trajectory.sample(reference["time"])
    force = rot.rotate_inverse(states.world_from_link, states.acceleration - GRAVITY_WORLD)
    print("               orientation  angular rate   specific force     both below 8 Hz")
    print("joint             RMS, deg       norm r      r   RMSE m/s²      r   RMSE m/s²")
    for j, name in enumerate(names):
        ours = THEIRS_FROM_OURS * Rotation.from_quat(states.world_from_link[:, j])
        theirs = Rotation.from_quat(np.roll(reference["quaternion_wxyz"][j], -1, axis=1))
        axes = (ours.inv() * theirs).mean()
        error = np.degrees((theirs * (ours * axes).inv()).magnitude())
        norms = (
            np.linalg.norm(x, axis=1)
            for x in (states.angular_velocity[:, j], reference["angular_rate"][j])
        )
        their_force = axes.apply(reference["specific_force_corrected"][j])
        pairs = (
            (force[:, j], their_force),
            (
                low_pass(force[:, j], motion.rate_hz, 8.0),
                low_pass(their_force, motion.rate_hz, 8.0),
            ),
        )
        figures = [
            (
                np.mean([np.corrcoef(a[:, k], b[:, k])[0, 1] for k in range(3)]),
                np.sqrt(np.mean((a - b) ** 2)),
            )
            for a, b in pairs
        ]
        print(
            f"{name:16s} {np.sqrt(np.mean(error**2)):9.2f} {np.corrcoef(*norms)[0, 1]:12.3f} "
            f"{figures[0][0]:6.3f} {figures[0][1]:10.2f} {figures[1][0]:7.3f} {figures[1][1]:10.2f}"
        )


if __name__ == "__main__":
    main()
