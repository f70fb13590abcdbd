"""Which way the segments run: the directions in which placements are stated."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS
from imusim.errors import ConfigError

Array = NDArray[np.float64]


class SegmentAxes(NamedTuple):
    """Unit vectors (3,) of a segment in its link frame, each at right angles to the others.

    Parameters
    ----------
    distal : (3,) array
        Along the segment, away from its joint; up for the trunk, neck and head.
    front : (3,) array
        Where ``around_deg`` is 0: forward, and the top of a foot.
    outside : (3,) array
        Where ``around_deg`` is 90: away from the body's middle, and left for what has none.
    """

    distal: Array
    front: Array
    outside: Array


def segment_axes(segment: str) -> SegmentAxes:
    """Directions of a segment of a body in its T-pose.

    A person stands with hanging arms and palms at the thighs; raised to the T-pose, the outside
    of an arm is its upper side.

    Raises
    ------
    ConfigError
        For a name that is none of :data:`imusim.conventions.JOINTS`.
    """
    if segment not in JOINTS:
        raise ConfigError(f"no segment {segment!r}; there are: {', '.join(JOINTS)}")
    side, _, kind = segment.partition("_")
    forward, left, up = np.eye(3)
    away = -left if side == "right" else left
    if kind in ("hip", "knee"):
        return SegmentAxes(-up, forward, away)
    if kind in ("ankle", "foot"):
        return SegmentAxes(forward, up, away)
    if kind in ("collar", "shoulder", "elbow", "wrist"):
        return SegmentAxes(away, forward, up)
    return SegmentAxes(up, forward, left)
