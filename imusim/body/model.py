"""The body: 22 rigid segments with mass, inertia and shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS, PARENTS
from imusim.errors import ConfigError

if TYPE_CHECKING:
    import trimesh

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Body:
    """Segments on the canonical skeleton (:data:`imusim.conventions.JOINTS`).

    At rest the body stands in a T-pose, facing +x, its left along +y, and every link frame
    lies along the world's axes with its origin at the joint.

    Parameters
    ----------
    offsets : (22, 3) array
        Each joint in its parent's frame, m; the pelvis's row is zero.
    masses : (22,) array
        kg.
    centres_of_mass : (22, 3) array
        In the link frame, m.
    inertias : (22, 3) array
        Principal moments about the centre of mass, along the link's axes, kg m².
    boxes : (22, 2, 3) array
        Centre and size of the box that bounds each segment's shape, in the link frame, m.
    round_shape : (22,) bool array
        Capsule along the box's longest side where true, the box itself otherwise.
    """

    offsets: Array
    masses: Array
    centres_of_mass: Array
    inertias: Array
    boxes: Array
    round_shape: NDArray[np.bool_]

    def __post_init__(self) -> None:
        count = len(JOINTS)
        if self.offsets.shape != (count, 3) or self.masses.shape != (count,):
            raise ConfigError(f"a body has {count} segments")
        if not (self.masses > 0).all() or not (self.inertias > 0).all():
            raise ConfigError("every segment needs a mass and inertia above zero")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the segments: the joint that each hangs on."""
        return JOINTS

    @property
    def parents(self) -> NDArray[np.intp]:
        """Parents (22,), -1 for the pelvis."""
        return np.array(PARENTS, np.intp)

    def rest_positions(self) -> Array:
        """Joint positions (22, 3) at rest, the pelvis at the origin, m."""
        positions = np.zeros_like(self.offsets)
        for joint, parent in enumerate(PARENTS[1:], start=1):
            positions[joint] = positions[parent] + self.offsets[joint]
        return positions

    def with_offsets(self, offsets: Array) -> Body:
        """The same masses on other bones.

        A segment grows with the longest bone that starts at its joint, or with its own bone
        where none does: centre of mass and shape in proportion, inertia with the square.

        Parameters
        ----------
        offsets : (22, 3) array
            New bones, m.
        """
        old, new = (np.linalg.norm(o, axis=1) for o in (self.offsets, offsets))
        scale = np.ones(len(JOINTS))
        for joint in range(len(JOINTS)):
            bones = [c for c, p in enumerate(PARENTS) if p == joint] or [joint]
            bone = max(bones, key=lambda b: old[b])
            if old[bone] > 1e-6 and new[bone] > 1e-3:
                scale[joint] = new[bone] / old[bone]
        return replace(
            self,
            offsets=offsets,
            centres_of_mass=self.centres_of_mass * scale[:, None],
            inertias=self.inertias * scale[:, None] ** 2,
            boxes=self.boxes * scale[:, None, None],
        )


@dataclass(frozen=True)
class BodyModel:
    """A way to make bodies: an entry of the registry.

    ``build(height_m=..., mass_kg=...)`` makes one; both have defaults.
    """

    name: str
    summary: str
    licence: str
    home: str
    obtain: str
    citation: str
    build: Callable[..., Body]


def segment_mesh(body: Body, name: str) -> trimesh.Trimesh:
    """Shape of a segment as a mesh in its link frame, m.

    Raises
    ------
    ConfigError
        For an unknown segment.
    """
    import trimesh

    if name not in JOINTS:
        raise ConfigError(f"no segment {name!r}; there are: {', '.join(JOINTS)}")
    index = JOINTS.index(name)
    centre, size = body.boxes[index]
    if not body.round_shape[index]:
        mesh = trimesh.creation.box(extents=size)
    else:
        radius, length, axis = capsule(size)
        mesh = trimesh.creation.capsule(height=length, radius=radius)
        mesh.apply_transform(
            trimesh.geometry.align_vectors([0.0, 0.0, 1.0], np.eye(3)[axis].tolist())
        )
    mesh.apply_translation(centre)
    return mesh


def capsule(size: Array) -> tuple[float, float, int]:
    """Radius, length between the centres of its caps, and axis of the capsule in a box (3,)."""
    axis = int(np.argmax(size))
    radius = float(np.delete(size, axis).mean() / 2)
    return radius, max(float(size[axis]) - 2 * radius, 1e-3), axis
