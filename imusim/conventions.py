"""Units, frames, gravity and names: the one place where they are fixed.

World frame: right-handed, z up. Units: metres, seconds, radians, kilograms. Quaternions
are unit, in the order x, y, z, w. Arrays have time first.
"""

from __future__ import annotations

import numpy as np

STANDARD_GRAVITY = 9.80665
"""Magnitude of gravity, m/s² (CGPM 1901)."""

GRAVITY_WORLD = np.array([0.0, 0.0, -STANDARD_GRAVITY])
"""Acceleration of free fall in the world frame, m/s²."""
GRAVITY_WORLD.setflags(write=False)

JOINTS: tuple[str, ...] = (
    "pelvis",
    "left_hip",
    "right_hip",
    "spine1",
    "left_knee",
    "right_knee",
    "spine2",
    "left_ankle",
    "right_ankle",
    "spine3",
    "left_foot",
    "right_foot",
    "neck",
    "left_collar",
    "right_collar",
    "head",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
)
"""The canonical skeleton: SMPL's 22 body joints, in SMPL's order."""

PARENTS: tuple[int, ...] = (
    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19,
)  # fmt: skip
"""Index of each joint's parent in :data:`JOINTS`; -1 for the root."""

PHYSICS_QUALITY: tuple[str, ...] = ("tracking_error_m", "root_force_fraction")
"""Numbers of a clip that only a physics engine tells."""

QUALITY: tuple[str, ...] = (
    "gap_fraction",
    "frozen_fraction",
    "jumps_per_min",
    "flips_per_min",
    "joint_limit_fraction",
    "source_limit_fraction",
    "foot_slide_m_s",
    "ground_penetration_m",
    "ground_gap_m",
    "peak_acceleration_m_s2",
    "peak_rate_rad_s",
    "jitter_m",
    "retarget_error_m",
    "bone_stretch_fraction",
    *PHYSICS_QUALITY,
)
"""Numbers that tell how good a clip is; :mod:`imusim.trajectory.quality` and
:mod:`imusim.physics` define them."""

JOINT_SETS: dict[str, tuple[str, ...]] = {
    "all": JOINTS,
    "wrists": ("left_wrist", "right_wrist"),
    "ankles": ("left_ankle", "right_ankle"),
    "feet": ("left_foot", "right_foot"),
    "thighs": ("left_hip", "right_hip"),
    "arms": (
        "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",
        "left_wrist", "right_wrist",
    ),
    "legs": (
        "left_hip", "right_hip", "left_knee", "right_knee",
        "left_ankle", "right_ankle", "left_foot", "right_foot",
    ),
    "torso": ("pelvis", "spine1", "spine2", "spine3", "neck", "head"),
    "dip6": ("left_elbow", "right_elbow", "left_knee", "right_knee", "head", "pelvis"),
}  # fmt: skip
"""Named sets of joints that ``--joints`` understands. ``dip6``: the six of DIP-IMU (2018)."""
