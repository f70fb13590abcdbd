"""The seat of a sensor: a placement as it comes out on one body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.body import Body
from imusim.conventions import JOINTS
from imusim.errors import ConfigError
from imusim.math import rotations as rot
from imusim.sensor.placement.anatomy import segment_axes
from imusim.sensor.placement.model import Placement
from imusim.sensor.placement.surface import Shape, shape_of

Array = NDArray[np.float64]

MOST_OUTSIDE_M = 0.1
"""How far a sensor may lie outside the box of its segment: a thick coat, not another place."""


@dataclass(frozen=True, eq=False)
class Seat:
    """Where a sensor sits on one body, and how it is turned nominally.

    Parameters
    ----------
    joint : str
        The segment's joint.
    offset : (3,) array
        Place in the link frame, m.
    link_from_sensor : (4,) array
        Nominal orientation, xyzw.
    long_axis : (3,) array
        Unit vector along the segment, away from its joint, in the link frame.
    """

    joint: str
    offset: Array
    link_from_sensor: Array
    long_axis: Array


def joint_seat(joint: str, offset: Sequence[float] = (0.0, 0.0, 0.0)) -> Seat:
    """A sensor with its axes along the link's, at an offset from the joint, m.

    Raises
    ------
    ConfigError
        For a joint that is none of :data:`imusim.conventions.JOINTS`.
    """
    return Seat(joint, np.array(offset, float), rot.IDENTITY, segment_axes(joint).distal)


def seat(placement: Placement, body: Body) -> Seat:
    """Seat a sensor on a body.

    A ray leaves the middle of the segment's cross-section at ``along``, at right angles to the
    segment and ``around_deg`` from its front, tilted by ``tilt_deg`` to the far end; the sensor
    sits where it leaves the surface, and ``height_m`` further. ``out`` is the ray's direction,
    ``around`` that of growing ``around_deg``, and ``distal`` is at right angles to both. Of a
    vertex or an offset, ``out`` points from the segment's long axis to it.

    Parameters
    ----------
    placement : Placement
    body : Body
        In its own size: a seat is another on every body.

    Raises
    ------
    ConfigError
        If the body has no skin or no such vertex, or the vertex lies on another segment.
    """
    axes = segment_axes(placement.segment)
    angle, tilt = np.radians([placement.around_deg, placement.tilt_deg])
    centre = body.boxes[JOINTS.index(placement.segment), 0]
    offset = _stated(placement, body)
    if offset is not None:
        aside = offset - centre
        angle = np.arctan2(aside @ axes.outside, aside @ axes.front)
    aside = np.cos(angle) * axes.front + np.sin(angle) * axes.outside
    directions = {
        "out": np.cos(tilt) * aside + np.sin(tilt) * axes.distal,
        "around": np.cos(angle) * axes.outside - np.sin(angle) * axes.front,
        "distal": np.cos(tilt) * axes.distal - np.sin(tilt) * aside,
    }
    if offset is None:
        shape = shape_of(body, placement.segment)
        origin = shape.middle(axes.distal, placement.along or 0.0)
        offset = origin + shape.leave(origin, directions["out"]) * directions["out"]
    offset = offset + placement.height_m * directions["out"]
    return Seat(placement.segment, offset, _turned(placement, directions), axes.distal)


def check_on_body(seat: Seat, body: Body) -> None:
    """Refuse a sensor that is nowhere near its segment.

    Raises
    ------
    ConfigError
        If it lies more than MOST_OUTSIDE_M outside the box of its segment.
    """
    centre, size = body.boxes[JOINTS.index(seat.joint)]
    distance = Shape(centre, size).outside(seat.offset)
    if not distance <= MOST_OUTSIDE_M:
        shown = ",".join(f"{value:.4g}" for value in seat.offset)
        raise ConfigError(
            f"offset {shown} lies {distance:.2g} m off the segment of {seat.joint}; offsets are "
            f"metres from the joint, and at most {MOST_OUTSIDE_M:g} m outside its shape"
        )


def _stated(placement: Placement, body: Body) -> Array | None:
    """Place (3,) of a vertex or an offset, in the link frame, m; ``None`` for other placements."""
    if placement.offset_m is not None:
        return np.array(placement.offset_m, float)
    if placement.vertex is None:
        return None
    vertex, skin = placement.vertex, body.skin
    if skin is None:
        raise ConfigError(
            f"{placement.name}: vertex {vertex} needs a body with a skin, such as --body smplh"
        )
    if vertex >= len(skin.vertices):
        raise ConfigError(
            f"{placement.name}: no vertex {vertex}: the skin has {len(skin.vertices):,}"
        )
    owner = JOINTS[skin.segment[vertex]]
    if owner != placement.segment:
        raise ConfigError(
            f"{placement.name}: vertex {vertex} lies on {owner}, not on {placement.segment}"
        )
    return skin.vertices[vertex]


def _turned(placement: Placement, directions: dict[str, Array]) -> Array:
    """Nominal orientation (4,) as stated, or from the words for the sensor's axes."""
    if placement.rotation_xyzw is not None:
        return rot.normalise(placement.rotation_xyzw)
    matrix = np.zeros((3, 3))
    for index, sign, word in placement.axis_words():
        matrix[:, index] = sign * directions[word]
    (missing,) = set(range(3)) - {index for index, _, _ in placement.axis_words()}
    matrix[:, missing] = np.cross(matrix[:, (missing + 1) % 3], matrix[:, (missing + 2) % 3])
    return Rotation.from_matrix(matrix).as_quat()
