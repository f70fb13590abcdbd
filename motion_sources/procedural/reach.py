"""Inverse kinematics of two bones, in closed form."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imusim.math import rotations as rot

Array = NDArray[np.float64]

IDENTITY_TO = 0.992
"""Share of a limb's length up to which a target is met exactly."""
STRAIGHTEST = 0.9995
"""Share that a limb approaches for targets beyond: 4° short of straight."""
MOST_FLEXION = np.radians(150)
"""Of elbow and knee: 150° and 140–160° (Kapandji, The Physiology of the Joints)."""

# The elbow's side in the chest's frame: down and out for a hand ahead; carried along by the
# smallest rotation to where the hand is, so that it is undefined only behind the back, above.
_AHEAD = np.array([0.866, 0.0, -0.5])
_ELBOW_AHEAD = np.array([-0.445, 0.45, -0.772])


def within_reach(distance: Array, first: float, second: float) -> Array:
    """Distances that two bones can span, changed smoothly near full stretch and full flexion."""
    longest = first + second
    shortest = float(
        np.sqrt(first**2 + second**2 - 2 * first * second * np.cos(np.pi - MOST_FLEXION))
    )
    bend, room = IDENTITY_TO * longest, (STRAIGHTEST - IDENTITY_TO) * longest
    out = np.where(distance > bend, bend + room * np.tanh((distance - bend) / room), distance)
    margin = 0.08 * longest
    near = shortest + margin
    return np.where(out < near, near - margin * np.tanh((near - out) / margin), out)


def above(height: Array, floor: float, margin: float) -> Array:
    """Heights kept over a floor: unchanged from ``margin`` above it, twice differentiable."""
    near = floor + margin
    return np.where(height < near, near - margin * np.tanh((near - height) / margin), height)


def two_bones(
    start: Array, target: Array, side: Array, first: float, second: float
) -> tuple[Array, Array, Array]:
    """Directions of two bones from ``start`` towards a target.

    Parameters
    ----------
    start, target : (T, 3) array
        m.
    side : (T, 3) array
        Where the middle joint points to, perpendicular to the line to the target or not.
    first, second : float
        Lengths, m.

    Returns
    -------
    along : (T, 3) array
        Direction of the first bone.
    across : (T, 3) array
        Perpendicular to it in the plane of the bones, on the side of the target.
    flexion : (T,) array
        Angle between the bones, 0 when straight, rad.
    """
    line = target - start
    distance = np.linalg.norm(line, axis=-1)
    line = line / np.maximum(distance, 1e-9)[:, None]
    side = side - np.einsum("tc,tc->t", side, line)[:, None] * line
    side = side / np.linalg.norm(side, axis=-1, keepdims=True)
    span = within_reach(distance, first, second)
    cosine = (first**2 + span**2 - second**2) / (2 * first * span)
    sine = np.sqrt(np.maximum(1 - cosine**2, 0.0))
    along = cosine[:, None] * line + sine[:, None] * side
    across = sine[:, None] * line - cosine[:, None] * side
    inner = (first**2 + second**2 - span**2) / (2 * first * second)
    return along, across, np.pi - np.arccos(np.clip(inner, -1, 1))


def elbow_side(line_chest: Array, left: bool) -> Array:
    """Where an elbow points (T, 3) for a hand in that direction (T, 3), in the chest's frame."""
    elbow = _ELBOW_AHEAD * np.array([1.0, 1.0 if left else -1.0, 1.0])
    return rot.rotate(rot.from_two_vectors(_AHEAD, line_chest), elbow)


def turned(vector: Array, axis: Array, angle: ArrayLike) -> Array:
    """Vectors (T, 3) turned about unit axes (T, 3) by angles (T,), rad."""
    return rot.rotate(rot.from_rotation_vector(axis * np.asarray(angle)[..., None]), vector)


def from_axes(x: Array, y: Array, z: Array) -> Array:
    """Quaternions (T, 4) of frames whose axes are given in the world, each (T, 3).

    The four-vector of largest norm among the four that a rotation matrix offers (Shepperd
    1978, J. Guidance and Control 1:223).
    """
    m = np.stack([x, y, z], axis=-1)
    a, b, c = m[:, 0, 0], m[:, 1, 1], m[:, 2, 2]
    yz, zx, xy = m[:, 2, 1] - m[:, 1, 2], m[:, 0, 2] - m[:, 2, 0], m[:, 1, 0] - m[:, 0, 1]
    sxy, szx, syz = m[:, 1, 0] + m[:, 0, 1], m[:, 0, 2] + m[:, 2, 0], m[:, 2, 1] + m[:, 1, 2]
    offers = np.stack(
        [
            np.stack([1 + a - b - c, sxy, szx, yz], -1),
            np.stack([sxy, 1 - a + b - c, syz, zx], -1),
            np.stack([szx, syz, 1 - a - b + c, xy], -1),
            np.stack([yz, zx, xy, 1 + a + b + c], -1),
        ],
        axis=1,
    )
    best = np.argmax(np.einsum("tkc,tkc->tk", offers, offers), axis=1)
    return rot.normalise(offers[np.arange(len(best)), best])
