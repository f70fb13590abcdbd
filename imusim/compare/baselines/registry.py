"""Which ways there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.compare.baselines.differences import COMMON_HZ, differences, resampled
from imusim.compare.kinematics import Kinematics, link_kinematics
from imusim.trajectory import fit_trajectory

Array = NDArray[np.float64]

SPAN = 4
"""Frames to either side that TransPose takes its differences over."""
_SPLINE_HZ = 240.0
"""A spline is read out at least this often."""


@dataclass(frozen=True)
class Baseline:
    """One way, by others, from sampled poses of a link to what a sensor on it feels.

    Parameters
    ----------
    name, summary, source : str
        ``source``: where it was published.
    make : callable
        ``make(position, world_from_link, rate_hz, offset)``: from positions (T, 3), m, and
        orientations (T, 4), xyzw, of the link's frame, NaN in gaps, and the sensor's place (3,)
        in that frame, m: its :class:`Kinematics`. Raises MotionError where there are too few
        frames.
    """

    name: str
    summary: str
    source: str
    make: Callable[[Array, Array, float, Array], Kinematics]


def _raw(position: Array, world_from_link: Array, rate_hz: float, offset: Array) -> Kinematics:
    return differences(position, world_from_link, rate_hz, offset)


def _raw_60(position: Array, world_from_link: Array, rate_hz: float, offset: Array) -> Kinematics:
    return differences(*resampled(position, world_from_link, rate_hz, COMMON_HZ), offset)


def _averaged(position: Array, world_from_link: Array, rate_hz: float, offset: Array) -> Kinematics:
    poses = resampled(position, world_from_link, rate_hz, COMMON_HZ)
    return differences(*poses, offset, SPAN)


def _interpolating(
    position: Array, world_from_link: Array, rate_hz: float, offset: Array
) -> Kinematics:
    """Quintic splines through every position and every quaternion."""
    trajectory = fit_trajectory(
        ("link",), position[:, None], world_from_link[:, None], rate_hz, position_noise=0.0
    )
    finer = max(1, int(np.ceil(_SPLINE_HZ / rate_hz)))
    return link_kinematics(trajectory, "link", offset, finer * rate_hz)


BASELINES: dict[str, Baseline] = {
    baseline.name: baseline
    for baseline in (
        Baseline(
            "raw-60",
            "second differences of positions at 60 Hz, or at the capture's rate where it is lower",
            "Huang et al. 2018, Deep Inertial Poser, ACM Trans. Graphics 37(6):185",
            _raw_60,
        ),
        Baseline(
            "averaged",
            "differences at 60 Hz over four frames to either side",
            "Yi et al. 2021, TransPose, ACM Trans. Graphics 40(4):86",
            _averaged,
        ),
        Baseline(
            "raw",
            "second differences of positions at the capture's rate",
            "the same, without the step to 60 Hz",
            _raw,
        ),
        Baseline(
            "interpolating",
            "quintic splines through every position and quaternion, differentiated",
            "as Young et al. 2011, IMUSim, IPSN, whose splines pass through the samples",
            _interpolating,
        ),
    )
}
"""Ways of others by name; the first two are the field's habit."""
