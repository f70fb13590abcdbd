"""Where the ground is and how the feet stand on it, found from the feet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.body.model import Body
from imusim.conventions import JOINTS
from imusim.math import rotations as rot

Array = NDArray[np.float64]

STANCE_SPEED_M_S = 0.25
"""A foot whose lowest point is slower than this stands, m/s: in walking, a swinging foot moves
at several m/s and a standing one at the noise of the capture."""

LAYER_M = 0.02
"""Thickness of the layer in which the soles of one ground are looked for."""

STANCE_NOISE_M = 0.015
"""Spread of the heights of stances on one level, m."""

TYPICAL_TILT_RAD = np.deg2rad(1.0)
MOST_SLOPE = np.tan(np.deg2rad(3.0))
"""Tilt of a capture system's vertical: what is usual, and the most that is taken for one. A
ramp for wheelchairs has 4.8 degrees (ISO 21542)."""

LEAST_STANCE_SHARE = 0.05
"""Part of the clip that some foot must stand, for the ground to be found from stances."""

LEVEL_LAYER_M = 0.06
"""Height over their lowest in which ankle and toes are while the sole is flat."""

MOST_TILT_RAD = np.deg2rad(50.0)
"""A foot that seems tilted by more, while it stands, is not on the ground with its sole."""

_UP = np.array([0.0, 0.0, 1.0])
_FEET = (("left_ankle", "left_foot"), ("right_ankle", "right_foot"))
FEET = (*_FEET[0], *_FEET[1])
"""Joints whose links stand on the ground."""


def soles(body: Body, positions: Array, world_from_link: Array) -> Array:
    """World positions (T, 2, 4, 3), m, of the corners of the undersides of both feet.

    From heel to ball. The toes are left out: few captures see them bend, and stiff ones reach
    into the ground when the heel lifts.
    """
    links = [JOINTS.index(ankle) for ankle, _ in _FEET]
    signs = np.array([[1, 1, -1], [1, -1, -1], [-1, 1, -1], [-1, -1, -1]])
    corners = body.boxes[links, None, 0] + signs * body.boxes[links, None, 1] / 2
    turned = rot.rotate(world_from_link[:, links, None], corners)
    return positions[:, links, None] + turned


def lowest_points(corners: Array, rate_hz: float) -> tuple[Array, Array]:
    """Height and speed of the lowest point of each sole.

    Parameters
    ----------
    corners : (T, 2, 4, 3) array
        From :func:`soles`.
    rate_hz : float

    Returns
    -------
    height : (T, 2) array
        m.
    speed : (T, 2) array
        Of that point, m/s, over the two frames around; infinite where that is not known.
    """
    at = np.argmin(np.nan_to_num(corners[..., 2], nan=np.inf), axis=2)[..., None, None]
    height = np.take_along_axis(corners[..., 2:], at, axis=2)[..., 0, 0]
    return height, np.take_along_axis(_speeds(corners, rate_hz), at[..., 0], axis=2)[..., 0]


def _speeds(places: Array, rate_hz: float) -> Array:
    """Speeds (T, ...) of points (T, ..., 3), m/s, over two frames; infinite where not known."""
    speeds = np.full(places.shape[:-1], np.inf)
    if len(places) > 2:
        speeds[1:-1] = rot.norm(places[2:] - places[:-2]) * (rate_hz / 2)
    speeds[~np.isfinite(speeds)] = np.inf
    return speeds


@dataclass(frozen=True, eq=False)
class Ground:
    """Where the ground is in a source's world.

    Parameters
    ----------
    level : (4,) array
        Rotation that makes it level; the identity where it was so, or nothing tells.
    height : float
        Of the levelled ground, m.
    """

    level: Array
    height: float

    def place(self, positions: Array) -> Array:
        """Positions (..., 3) of the source's world, m, over a level ground at z = 0."""
        level = positions if self.was_level else rot.rotate(self.level, positions)
        return level - np.array([0.0, 0.0, self.height])

    def turn(self, world_from_any: Array) -> Array:
        """Orientations (..., 4) of the source's world in the levelled one."""
        return world_from_any if self.was_level else rot.multiply(self.level, world_from_any)

    @property
    def was_level(self) -> bool:
        """Whether it was so, as far as anything tells."""
        return bool((self.level == rot.IDENTITY).all())


def find_ground(body: Body, positions: Array, world_from_link: Array, rate_hz: float) -> Ground:
    """Find the ground from where the feet stand.

    Capture systems are calibrated to a degree or so of the vertical: over a walk of some metres
    the feet then seem to climb. A plane through the stances is taken for the ground where it
    explains them and its tilt is small; a slope that people notice is left as it is. Its height
    is that at which the feet stand longest: of the heights of the soles' lowest points, while
    these hardly move, the middle of the fullest layer. Where no foot stands long enough, it is
    the lowest point that a foot reaches.

    Parameters
    ----------
    body : Body
    positions : (T, 22, 3) array, world_from_link : (T, 22, 4) array
        NaN in gaps; at least one frame whole.
    rate_hz : float
    """
    corners = soles(body, positions, world_from_link)
    height, speed = lowest_points(corners, rate_hz)
    seen = np.isfinite(height)
    standing = seen & (speed < STANCE_SPEED_M_S)
    if standing.sum() < LEAST_STANCE_SHARE * seen.sum() / 2:
        return Ground(rot.IDENTITY, float(np.percentile(height[seen], 2)))
    level = _level(corners, standing)
    if level is not rot.IDENTITY:
        height = rot.rotate(level, corners)[..., 2].min(axis=2)
    heights = np.sort(height[standing])
    upper = np.searchsorted(heights, heights + LAYER_M, side="right")
    fullest = int(np.argmax(upper - np.arange(len(heights))))
    return Ground(level, float(np.median(heights[fullest : upper[fullest]])))


def _level(corners: Array, standing: NDArray[np.bool_]) -> Array:
    """Rotation (4,) that levels the plane through the stances, if they lie in one."""
    at = np.argmin(corners[..., 2], axis=2)[..., None, None]
    lowest = np.take_along_axis(corners, at, axis=2)[:, :, 0]
    stances = []
    for foot in range(2):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], standing[:, foot], [0]])))
        stances += [
            np.median(lowest[start:stop, foot], axis=0)
            for start, stop in zip(edges[::2], edges[1::2], strict=True)
            if stop - start >= 3
        ]
    if len(stances) < 3:
        return rot.IDENTITY
    points = np.array(stances)
    points = points - points.mean(axis=0)
    plane, rise = points[:, :2], points[:, 2]
    prior = (STANCE_NOISE_M / TYPICAL_TILT_RAD) ** 2 * np.eye(2)
    slope = np.linalg.solve(plane.T @ plane + prior, plane.T @ rise)
    left = np.sqrt(np.mean((rise - plane @ slope) ** 2))
    if left > STANCE_NOISE_M or left > 0.7 * np.sqrt(np.mean(rise**2)):
        return rot.IDENTITY
    normal = np.array([-slope[0], -slope[1], 1.0])
    if np.hypot(*slope) > MOST_SLOPE:
        return rot.IDENTITY
    return rot.from_two_vectors(normal, _UP)


def level_feet(
    places: dict[str, Array], turns: dict[str, Array], rate_hz: float
) -> dict[str, Array]:
    """Rotations that make the feet's links level while the feet stand.

    A skeleton's foot points from the ankle to the toes, down by an angle that differs between
    skeletons and is not that of the sole. While ankle and toes both rest, the sole is flat on
    the ground: the mean vertical in the link's frame then is the link's upward axis.

    Parameters
    ----------
    places : dict of str to (T, 3) array
        World positions of the source's joints, m, by canonical name; of the feet at least.
    turns : dict of str to (T, 4) array
        Orientations of their links as first calibrated.
    rate_hz : float

    Returns
    -------
    dict of str to (4,) array
        Of the links of each foot that stands long enough, what to multiply their orientations
        by on the right.
    """
    found = {}
    for names in _FEET:
        if not set(names) <= set(places):
            continue
        resting = np.ones(len(places[names[0]]), bool)
        for name in names:
            place = places[name]
            low = np.nanpercentile(place[:, 2], 5)
            near = place[:, 2] < low + LEVEL_LAYER_M
            resting &= near & (_speeds(place, rate_hz) < STANCE_SPEED_M_S)
        if resting.sum() < max(5, LEAST_STANCE_SHARE * len(resting)):
            continue
        for name in names:
            upward = rot.rotate_inverse(turns[name][resting], _UP).mean(axis=0)
            level = rot.from_two_vectors(_UP, upward)
            if np.linalg.norm(rot.to_rotation_vector(level)) < MOST_TILT_RAD:
                found[name] = level
    return found
