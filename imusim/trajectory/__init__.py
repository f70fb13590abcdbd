"""Link poses in continuous time: position, velocity, acceleration, angular rate."""

from imusim.trajectory.trajectory import LinkStates, LinkTrajectory, Track, fit_trajectory

__all__ = ["LinkStates", "LinkTrajectory", "Track", "fit_trajectory"]
