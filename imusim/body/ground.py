"""The height of the ground, found from the feet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.body.model import Body
from imusim.conventions import JOINTS
from imusim.math import rotations as rot

Array = NDArray[np.float64]

STANCE_SPEED = 0.25
"""A foot whose lowest point is slower than this stands, m/s: in walking, a swinging foot moves
at several m/s and a standing one at the noise of the capture."""

LAYER_M = 0.02
"""Thickness of the layer in which the soles of one ground are looked for."""

SHORTEST_STANCE = 0.05
"""Part of the clip that some foot must stand, for the ground to be found from stances."""

_FEET = (("left_ankle", "left_foot"), ("right_ankle", "right_foot"))


def sole_corners(body: Body) -> tuple[NDArray[np.intp], Array]:
    """Corners of the undersides of the feet.

    Returns
    -------
    links : (2, 8) int array
        For each foot, the link of each corner.
    places : (2, 8, 3) array
        In the frames of those links, m.
    """
    links = np.empty((2, 8), np.intp)
    places = np.empty((2, 8, 3))
    for foot, names in enumerate(_FEET):
        for part, name in enumerate(names):
            link = JOINTS.index(name)
            centre, half = body.boxes[link, 0], body.boxes[link, 1] / 2
            for corner, (along, across) in enumerate(((1, 1), (1, -1), (-1, 1), (-1, -1))):
                links[foot, 4 * part + corner] = link
                places[foot, 4 * part + corner] = centre + half * [along, across, -1]
    return links, places


def soles(body: Body, positions: Array, world_from_link: Array) -> Array:
    """World positions (T, 2, 8, 3), m, of the corners of the soles."""
    links, places = sole_corners(body)
    return positions[:, links] + rot.rotate(world_from_link[:, links], places)


def lowest_points(corners: Array, rate_hz: float) -> tuple[Array, Array]:
    """Height and speed of the lowest point of each sole.

    Parameters
    ----------
    corners : (T, 2, 8, 3) array
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
    speed = np.full(height.shape, np.inf)
    if len(corners) > 2:
        step = np.take_along_axis(corners[2:] - corners[:-2], at[1:-1], axis=2)[:, :, 0]
        speed[1:-1] = np.linalg.norm(step, axis=-1) * rate_hz / 2
    speed[~np.isfinite(speed)] = np.inf
    return height, speed


def ground_height(body: Body, positions: Array, world_from_link: Array, rate_hz: float) -> float:
    """Height of the ground in the source's world, m.

    It is where the feet stand longest: of the heights of the soles' lowest points, while these
    hardly move, the middle of the fullest layer. Where no foot stands long enough, it is the
    lowest point that a foot reaches.

    Parameters
    ----------
    body : Body
    positions : (T, 22, 3) array, world_from_link : (T, 22, 4) array
        NaN in gaps; at least one frame whole.
    rate_hz : float
    """
    height, speed = lowest_points(soles(body, positions, world_from_link), rate_hz)
    seen = np.isfinite(height)
    standing = height[seen & (speed < STANCE_SPEED)]
    if len(standing) < SHORTEST_STANCE * seen.sum() / 2:
        return float(np.percentile(height[seen], 2))
    standing = np.sort(standing)
    upper = np.searchsorted(standing, standing + LAYER_M, side="right")
    fullest = int(np.argmax(upper - np.arange(len(standing))))
    return float(np.median(standing[fullest : upper[fullest]]))


LEVEL_LAYER_M = 0.06
MOST_TILT = np.deg2rad(50.0)
"""A foot that seems tilted by more, while it stands, is not on the ground with its sole."""


def level_feet(places: dict[str, Array], world: Array, rate_hz: float) -> dict[str, Array]:
    """Rotations that make the feet's links level while the feet stand.

    A skeleton's foot points from the ankle to the toes, down by an angle that differs between
    skeletons and is not that of the sole. While ankle and toes both rest, the sole is flat on
    the ground: the mean vertical in the link's frame then is the link's upward axis.

    Parameters
    ----------
    places : dict of str to (T, 3) array
        World positions of the source's joints, m, by canonical name.
    world : (T, 22, 4) array
        Orientations of the links as first calibrated.
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
        resting = np.ones(len(world), bool)
        for name in names:
            place = places[name]
            speed = np.full(len(place), np.inf)
            if len(place) > 2:
                speed[1:-1] = np.linalg.norm(place[2:] - place[:-2], axis=1) * rate_hz / 2
            low = np.nanpercentile(place[:, 2], 5)
            with np.errstate(invalid="ignore"):
                resting &= (speed < STANCE_SPEED) & (place[:, 2] < low + LEVEL_LAYER_M)
        if resting.sum() < max(5, SHORTEST_STANCE * len(world)):
            continue
        for name in names:
            turns = world[resting, JOINTS.index(name)]
            upward = rot.rotate_inverse(turns, np.array([0.0, 0.0, 1.0])).mean(axis=0)
            level = rot.from_two_vectors(np.array([0.0, 0.0, 1.0]), upward)
            if np.linalg.norm(rot.to_rotation_vector(level)) < MOST_TILT:
                found[name] = level
    return found
