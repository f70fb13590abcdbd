"""Where a ray from inside a segment leaves its shape."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.body import Body
from imusim.body.model import capsule
from imusim.conventions import JOINTS

Array = NDArray[np.float64]

_PARALLEL = 1e-12
"""What is smaller runs along a surface and does not hit it: a part of a direction, or a triangle's
area as the ray sees it, m²."""


@dataclass(frozen=True, eq=False)
class Shape:
    """Shape of a segment, in its link frame.

    Parameters
    ----------
    centre, size : (3,) array
        Box that bounds it, m.
    is_round : bool
        A capsule in the box rather than the box itself.
    triangles : (F, 3, 3) array, optional
        Its skin at rest, m, which then counts instead of capsule and box.
    """

    centre: Array
    size: Array
    is_round: bool = False
    triangles: Array | None = None

    def leave(self, origin: Array, direction: Array) -> float:
        """Length of a ray from inside to the outermost place where it leaves the shape, m.

        Parameters
        ----------
        origin, direction : (3,) array
            In the link frame, m; a unit vector.
        """
        if self.triangles is not None:
            return _leave_skin(self.triangles, origin, direction)
        if self.is_round:
            return _leave_capsule(origin - self.centre, direction, self.size)
        return _leave_box(origin - self.centre, direction, self.size)

    def middle(self, distal: Array, along: float) -> Array:
        """Middle (3,) of a cross-section, in the link frame, m.

        Parameters
        ----------
        distal : (3,) array
            Along the segment.
        along : float
            0 at the near end of its box, 1 at the far end.
        """
        place = self.centre + distal * (along - 0.5) * (np.abs(distal) @ self.size)
        if self.triangles is None:
            return place
        # A limb runs aslant through its box: what counts is where the skin is at this height.
        start = self.triangles.reshape(-1, 3)
        stop = np.roll(self.triangles, -1, axis=1).reshape(-1, 3)
        low, high = (start - place) @ distal, (stop - place) @ distal
        cut = (low < 0) != (high < 0)
        if not cut.any():
            return place
        share = (low[cut] / (low[cut] - high[cut]))[:, None]
        points = start[cut] + share * (stop[cut] - start[cut])
        return (points.min(axis=0) + points.max(axis=0)) / 2

    def outside(self, place: Array) -> float:
        """How far a place (3,) lies outside the box, m; 0 inside."""
        beyond = np.maximum(np.abs(place - self.centre) - self.size / 2, 0.0)
        return math.hypot(*beyond)


def shape_of(body: Body, segment: str) -> Shape:
    """Shape of one of a body's segments.

    A triangle of the skin belongs to every segment that one of its corners belongs to, so that
    there is no gap where segments meet.
    """
    index, skin = JOINTS.index(segment), body.skin
    triangles = None
    if skin is not None:
        faces = skin.faces[(skin.segment[skin.faces] == index).any(axis=1)]
        joints = body.rest_positions()
        triangles = skin.vertices[faces] + (joints[skin.segment[faces]] - joints[index])
    centre, size = body.boxes[index]
    return Shape(centre, size, bool(body.round_shape[index]), triangles)


def _leave_box(origin: Array, direction: Array, size: Array) -> float:
    moving = np.abs(direction) > _PARALLEL
    side = np.sign(direction[moving]) * size[moving] / 2
    return max(float(((side - origin[moving]) / direction[moving]).min()), 0.0)


def _leave_capsule(origin: Array, direction: Array, size: Array) -> float:
    """The outermost way out of the two balls and the cylinder that make up a capsule."""
    radius, length, axis = capsule(size)
    along = np.eye(3)[axis]
    ways = [0.0]
    for end in (-along * length / 2, along * length / 2):
        ways += _quadratic(direction, origin - end, radius, 1.0)
    across, aside = direction - direction @ along * along, origin - origin @ along * along
    squared = float(across @ across)
    if squared > _PARALLEL:
        found = _quadratic(across, aside, radius, squared)
        ways += [t for t in found if abs((origin + t * direction) @ along) <= length / 2]
    return max(ways)


def _quadratic(direction: Array, origin: Array, radius: float, squared: float) -> list[float]:
    """The later root of ``|origin + t direction| = radius``, if there is one."""
    half = float(direction @ origin)
    root = half**2 - squared * float(origin @ origin - radius**2)
    return [(-half + np.sqrt(root)) / squared] if root >= 0 else []


def _leave_skin(triangles: Array, origin: Array, direction: Array) -> float:
    """Furthest hit of a ray on triangles (F, 3, 3) (Möller and Trumbore 1997, J. Graphics Tools).

    Where it hits none, as through the open end of a piece of skin, it stops beside the corner
    to which it points most nearly.
    """
    corner, first, second = triangles[:, 0], *np.moveaxis(triangles[:, 1:] - triangles[:, :1], 1, 0)
    normal = np.cross(direction, second)
    volume = np.einsum("fc,fc->f", first, normal)
    facing = np.abs(volume) > _PARALLEL
    inverse = np.where(facing, 1 / np.where(facing, volume, 1.0), 0.0)
    away = origin - corner
    turned = np.cross(away, first)
    u = np.einsum("fc,fc->f", away, normal) * inverse
    v = turned @ direction * inverse
    length = np.einsum("fc,fc->f", second, turned) * inverse
    edge = -1e-9  # a ray along the seam of two triangles hits at least one
    hit = facing & (u >= edge) & (v >= edge) & (u + v <= 1 - edge) & (length >= 0)
    if hit.any():
        return float(length[hit].max())
    rays = triangles.reshape(-1, 3) - origin
    reach = rays @ direction
    size = np.linalg.norm(rays, axis=1)
    nearest = int(np.argmax(reach / np.maximum(size, 1e-12))) if len(rays) else None
    return 0.0 if nearest is None else max(float(reach[nearest]), 0.0)
