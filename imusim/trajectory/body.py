"""The way from a retargeted motion to the trajectory that sensors ride on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.body import RetargetedMotion
from imusim.conventions import JOINTS
from imusim.motion import Motion
from imusim.trajectory.rigid import rigid_trajectory
from imusim.trajectory.touchdown import with_touchdowns
from imusim.trajectory.trajectory import LinkTrajectory, fit_trajectory

Array = NDArray[np.float64]


def smooth_links(motion: Motion, moved: RetargetedMotion) -> LinkTrajectory:
    """Smooth every link for itself, with the noise that the motion's source declares.

    Parameters
    ----------
    motion : Motion
    moved : RetargetedMotion
        The same, retargeted.

    Raises
    ------
    MotionError
        For too few frames.
    """
    return fit_trajectory(
        JOINTS,
        *moved.world_poses(),
        moved.rate_hz,
        position_noise=motion.position_noise,
        noise_correlation=motion.noise_correlation,
        cutoff_hz=motion.cutoff_hz,
    )


def body_trajectory(
    smooth: LinkTrajectory,
    moved: RetargetedMotion,
    touchdowns: bool = True,
) -> LinkTrajectory:
    """The kinematic engine: smooth links made one rigid body, whose feet land as captured.

    Parameters
    ----------
    smooth : LinkTrajectory
        From :func:`smooth_links`.
    moved : RetargetedMotion
    touchdowns : bool
        Whether feet that land lose their speed at once.
    """
    if touchdowns:
        smooth = with_touchdowns(smooth, moved)
    return rigid_trajectory(smooth, moved.body.offsets)
