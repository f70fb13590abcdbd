"""Link poses in continuous time: position, velocity, acceleration, angular rate."""

from imusim.trajectory.rigid import rigid_poses, rigid_trajectory
from imusim.trajectory.trajectory import LinkStates, LinkTrajectory, Track, fit_trajectory

__all__ = [
    "LinkStates",
    "LinkTrajectory",
    "Track",
    "fit_trajectory",
    "rigid_poses",
    "rigid_trajectory",
]
