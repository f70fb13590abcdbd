"""Motions that no body can make: refused before an engine is asked to."""

from __future__ import annotations

import numpy as np

from imusim.body import RetargetedMotion
from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.math import rotations as rot

MOST_RATE_RAD_S = 150.0
"""Fastest turn of a joint, rad/s. The fastest that is published is the upper arm's about its
length in a professional pitch, 126 ± 19 rad/s (Fleisig et al. 1999, J. Biomechanics
32:1371–1375); the marker noise on the toes of good captures reaches 130."""

FLIP_RAD, HALF_TURN_RAD = np.deg2rad(60.0), np.deg2rad(150.0)
"""Turn from frame to frame under which the noise of fast captures may exceed the rate, and the
turn that no rate allows: past it the way round is a guess."""

LEAP_M, LEAP_M_S = 0.1, 10.0
"""A leap of the pelvis is further than the first beyond where its velocity led it, and changes
this by more than the second: a fall from 3 m ends at 8 m/s, over several frames."""


def check_feasible(moved: RetargetedMotion) -> None:
    """Refuse a motion whose joints flip or whose pelvis leaps between neighbouring frames.

    An engine may well follow a flip of a light segment, and its sensor then feels hundreds of g;
    whether it follows one of a heavy segment differs from engine to engine.

    Parameters
    ----------
    moved : RetargetedMotion

    Raises
    ------
    MotionError
        With the first such joint and when.
    """
    rate = moved.rate_hz
    with np.errstate(invalid="ignore"):  # gaps are NaN, and so compare as false
        turns = rot.angle_between(moved.rotations[:-1], moved.rotations[1:])
        flips = turns > min(max(FLIP_RAD, MOST_RATE_RAD_S / rate), HALF_TURN_RAD)
        bends = np.linalg.norm(np.diff(moved.root_position, n=2, axis=0), axis=1)
        leaps = np.flatnonzero(bends > max(LEAP_M, LEAP_M_S / rate))
    if flips.any():
        frame, joint = np.unravel_index(np.argmax(flips), flips.shape)
        raise MotionError(
            f"{JOINTS[joint]} turns by {np.rad2deg(turns[frame, joint]):.0f} degrees in one frame "
            f"at {frame / rate:.2f} s: {_NO_BODY}"
        )
    if len(leaps):
        raise MotionError(
            f"the pelvis leaps by {bends[leaps[0]]:.2f} m in one frame at "
            f"{(leaps[0] + 1) / rate:.2f} s: {_NO_BODY}"
        )


_NO_BODY = "it moves as no body does"
