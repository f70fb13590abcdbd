"""Poses that no human joint takes.

Ranges of motion are those of the American Academy of Orthopaedic Surgeons (*Joint Motion: Method
of Measuring and Recording*, 1965), each widened, since people are limber and sources place
joints and zero poses in their own way: knee 0 to 135°, elbow 0 to 150°, hip from 30° of
extension to 120° of flexion, shoulder up to 60° of extension, neck 45° each way, thoracolumbar
spine 80° of flexion. Where a bone points is held against cones into which it cannot point;
how far neck and trunk turn in all against one angle each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imusim.body import RetargetedMotion
from imusim.conventions import JOINTS
from imusim.math import rotations as rot

Array = NDArray[np.float64]


class _Cone(NamedTuple):
    """A bone, its direction at rest, and directions in another link's frame it cannot take."""

    joint: str
    against: str
    rest: tuple[float, float, float]
    forbidden: tuple[float, float, float]
    """Middle of the cone; zero: opposite to where the bone bends on average."""
    half_angle_deg: float


_DOWN, _UP, _FORWARD, _BACK = (0, 0, -1), (0, 0, 1), (1, 0, 0), (-1, 0, 0)


def _cones() -> list[_Cone]:
    cones = []
    for side, outward in (("left", (0, 1, 0)), ("right", (0, -1, 0))):
        inward = (0, -outward[1], 0)
        knee, thigh = f"{side}_knee", f"{side}_hip"
        elbow, arm = f"{side}_elbow", f"{side}_shoulder"
        cones += [
            _Cone(knee, thigh, _DOWN, _FORWARD, 60),  # over-stretched by 30°
            _Cone(knee, thigh, _DOWN, _UP, 15),  # bent by 165°
            _Cone(thigh, "pelvis", _DOWN, _BACK, 20),  # extended by 70°
            _Cone(thigh, "pelvis", _DOWN, _UP, 20),  # bent by 160°
            _Cone(elbow, arm, outward, (0, 0, 0), 60),
            _Cone(elbow, arm, outward, inward, 12),  # bent by 168°
            _Cone(arm, "spine3", outward, _BACK, 15),
            _Cone(arm, "spine3", outward, inward, 15),
        ]
    return cones


_CONES = _cones()
_TURNS = (("spine3", "pelvis", 120.0), ("head", "spine3", 120.0))
"""Link, link that it is turned against, and the largest such rotation, degrees."""


def beyond_limits(moved: RetargetedMotion, world_from_link: Array) -> NDArray[np.bool_]:
    """Frames (T,) in which a joint is beyond its limits.

    Joints with a segment that was not observed take no part, nor do those that bend about an
    axis of the segment above whose twist was not seen.

    Parameters
    ----------
    moved : RetargetedMotion
    world_from_link : (T, 22, 4) array
    """
    out = np.zeros(len(world_from_link), bool)
    unseen_twist = set(np.flatnonzero(moved.unobserved_axes.any(axis=1)))
    with np.errstate(invalid="ignore"):  # frames in gaps
        for name, other, most in _TURNS:
            joint, against = JOINTS.index(name), JOINTS.index(other)
            if moved.observed[[joint, against]].all():
                ends = world_from_link[:, joint], world_from_link[:, against]
                out |= np.abs(rot.dot(*ends)) < np.cos(np.deg2rad(most) / 2)
        bones: dict[str, Array] = {}
        for cone in _CONES:
            joint, against = JOINTS.index(cone.joint), JOINTS.index(cone.against)
            if not moved.observed[[joint, against]].all():
                continue
            along = abs(np.dot(cone.rest, cone.forbidden)) == 1
            if against in unseen_twist and not along:
                continue
            if cone.joint not in bones:
                bones[cone.joint] = rot.rotate_inverse(
                    world_from_link[:, against], rot.rotate(world_from_link[:, joint], cone.rest)
                )
            middle = np.asarray(cone.forbidden, float)
            if not middle.any():
                middle = _wrong_way(bones[cone.joint], np.asarray(cone.rest, float))
            out |= bones[cone.joint] @ middle > np.cos(np.deg2rad(cone.half_angle_deg))
    return out


def _wrong_way(bone: Array, rest: Array) -> Array:
    """Unit vector (3,) across a hinge's bone (T, 3), against its mean bend; zero if it has none.

    How a source turns an upper arm about its length at rest differs, so the side to which an
    elbow bends is taken from the clip itself.
    """
    bend = np.nanmean(bone, axis=0) if np.isfinite(bone).any() else rest
    bend = bend - rest * (bend @ rest)
    size = float(np.linalg.norm(bend))
    return -bend / size if size > 1e-3 else np.zeros(3)
