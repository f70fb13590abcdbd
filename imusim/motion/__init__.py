"""Skeletons, motions, forward kinematics and the contract of motion sources."""

from imusim.motion.kinematics import (
    forward_kinematics,
    joint_positions,
    local_rotations,
    world_poses,
)
from imusim.motion.model import BodyShape, Motion, Provenance, Skeleton
from imusim.motion.source import ClipRef, MotionSource, ReadOptions

__all__ = [
    "BodyShape",
    "ClipRef",
    "Motion",
    "MotionSource",
    "Provenance",
    "ReadOptions",
    "Skeleton",
    "forward_kinematics",
    "joint_positions",
    "local_rotations",
    "world_poses",
]
