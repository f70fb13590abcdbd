"""The body as engines hold it: link frames along principal axes, the pelvis's at its centre."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.body import Body
from imusim.conventions import JOINTS, PARENTS
from imusim.math import rotations as rot

Array = NDArray[np.float64]

LEAST_INERTIA = 0.005
"""Least moment of inertia of a segment, kg m², about a forearm's. Flesh and the neighbours' muscles
turn with collars, hands and toes; as light as their bones, the torques that pass through them in
a fast motion would turn them faster than a pull once a step can hold."""

_REAR_FEET = [JOINTS.index("left_ankle"), JOINTS.index("right_ankle")]


@dataclass(frozen=True, eq=False)
class PrincipalBody:
    """A body whose inertias are diagonal and whose root is the pelvis's centre of mass.

    Engines differ in the frames that they keep; on this body they agree.

    Parameters
    ----------
    body : Body
        Frames turned and the pelvis's moved.
    link_from_principal : (22, 4) array
        Constant turn of each frame.
    root_offset : (3,) array
        The pelvis's centre of mass in the frame of its joint, m.
    """

    body: Body
    link_from_principal: Array
    root_offset: Array

    def to_principal(self, root_position: Array, world_from_link: Array) -> tuple[Array, Array]:
        """Position of the root's centre (..., 3) and principal orientations (..., 22, 4)."""
        centre = root_position + rot.rotate(world_from_link[..., 0, :], self.root_offset)
        return centre, rot.multiply(world_from_link, self.link_from_principal)

    def from_principal(self, centre: Array, world_from_principal: Array) -> tuple[Array, Array]:
        """Position of the pelvis's joint (..., 3) and orientations (..., 22, 4) of the links."""
        links = rot.multiply(world_from_principal, rot.conjugate(self.link_from_principal))
        return centre - rot.rotate(links[..., 0, :], self.root_offset), links


def principal_body(body: Body, foot_mass_ratio: float = 1.0) -> PrincipalBody:
    """Turn a body's frames to its principal axes.

    The rear feet weigh ``foot_mass_ratio`` times what the others do, and the whole what it did; no
    segment turns lighter than :data:`LEAST_INERTIA`.
    """
    heavier = np.ones(len(JOINTS))
    heavier[_REAR_FEET] = foot_mass_ratio
    heavier *= body.masses.sum() / (body.masses * heavier).sum()
    inertias = body.inertias * heavier[:, None, None]
    moments, axes = np.linalg.eigh(inertias)
    axes[np.linalg.det(axes) < 0, :, 0] *= -1
    turn = Rotation.from_matrix(axes).as_quat()
    above = turn[np.maximum(PARENTS, 0)]
    offsets = rot.rotate_inverse(above, body.offsets)
    centres = rot.rotate_inverse(turn, body.centres_of_mass)
    below_root = [joint for joint, parent in enumerate(PARENTS) if parent == 0]
    offsets[below_root] -= centres[0]
    root_offset = body.centres_of_mass[0].copy()
    centres[0] = 0.0
    principal = replace(
        body,
        offsets=offsets,
        masses=body.masses * heavier,
        centres_of_mass=centres,
        inertias=np.maximum(moments, LEAST_INERTIA)[:, :, None] * np.eye(3),
        skin=None,
    )
    return PrincipalBody(principal, turn, root_offset)
