"""The body: 22 rigid segments with mass, inertia and shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS, PARENTS
from imusim.errors import ConfigError
from imusim.motion import BodyShape

if TYPE_CHECKING:
    import trimesh

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Skin:
    """Surface of a body, each vertex fixed to a segment.

    Parameters
    ----------
    vertices : (V, 3) array
        In the link frame of the vertex's segment, m.
    faces : (F, 3) int array
        Vertices of each triangle, counter-clockwise from outside.
    segment : (V,) int array
        Index in :data:`imusim.conventions.JOINTS`.
    """

    vertices: Array
    faces: NDArray[np.intp]
    segment: NDArray[np.intp]

    def scaled(self, scale: float | Array) -> Skin:
        """Lengths times one factor, or times one a segment (22,)."""
        factor = np.broadcast_to(scale, len(JOINTS))[self.segment, None]
        return replace(self, vertices=self.vertices * factor)


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
    inertias : (22, 3, 3) array
        About the centre of mass, in the link's axes, kg m².
    boxes : (22, 2, 3) array
        Centre and size of the box that bounds each segment's shape, in the link frame, m.
    round_shape : (22,) bool array
        Capsule along the box's longest side where true, the box itself otherwise.
    skin : Skin, optional
        For bodies that have a surface of their own.
    shape : BodyShape, optional
        Whose body it is, for bodies that were made for a shape.

    Raises
    ------
    ConfigError
        If shapes disagree, or a mass or an inertia is not that of any solid.
    """

    offsets: Array
    masses: Array
    centres_of_mass: Array
    inertias: Array
    boxes: Array
    round_shape: NDArray[np.bool_]
    skin: Skin | None = None
    shape: BodyShape | None = None

    def __post_init__(self) -> None:
        count = len(JOINTS)
        if self.offsets.shape != (count, 3) or self.masses.shape != (count,):
            raise ConfigError(f"a body has {count} segments")
        if self.inertias.shape != (count, 3, 3):
            raise ConfigError(f"inertias have shape {self.inertias.shape}, not {(count, 3, 3)}")
        if not ((self.masses > 0).all() and np.isfinite(self.inertias).all()):
            raise ConfigError("every segment needs a mass above zero and a finite inertia")
        moments = np.linalg.eigvalsh(self.inertias)
        impossible = (moments[:, 0] <= 0) | (
            moments[:, 2] > (1 + 1e-9) * moments[:, :2].sum(axis=1)
        )
        if impossible.any():
            raise ConfigError(f"no solid has the inertia of {JOINTS[int(np.argmax(impossible))]}")

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

    def scaled(self, length: float, mass: float = 1.0) -> Body:
        """Every length times ``length`` and every mass times ``mass``, both above zero."""
        return replace(
            self,
            offsets=self.offsets * length,
            masses=self.masses * mass,
            centres_of_mass=self.centres_of_mass * length,
            inertias=self.inertias * mass * length**2,
            boxes=self.boxes * length,
            skin=self.skin and self.skin.scaled(length),
        )

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
            inertias=self.inertias * scale[:, None, None] ** 2,
            boxes=self.boxes * scale[:, None, None],
            skin=self.skin and self.skin.scaled(scale),
        )


@dataclass(frozen=True)
class BodyOptions:
    """What a user may state about the bodies of a run.

    Parameters
    ----------
    height_m : float, optional
        ``None``: the model's own.
    mass_kg : float
    models : Path, optional
        Folder of the user's own model files, for bodies that are built from such.
    """

    height_m: float | None = None
    mass_kg: float = 70.0
    models: Path | None = None


BodyMaker = Callable[["BodyShape | None"], "Body"]
"""From the shape that a clip's source states, or none, to the body that wears its motion."""


@dataclass(frozen=True)
class BodyModel:
    """A way to make bodies: an entry of the registry.

    Parameters
    ----------
    name, summary, licence, home, obtain, citation : str
    tailor : callable
        ``tailor(options)``: how the bodies of a run are made. What it returns is called for
        each clip with the shape that the clip's source states, or ``None``. Raises ConfigError
        for options that do not hold.
    from_files : bool
        Whether they are made from the user's model files; else ``models`` is not looked at.
    """

    name: str
    summary: str
    licence: str
    home: str
    obtain: str
    citation: str
    tailor: Callable[[BodyOptions], BodyMaker]
    from_files: bool = False

    def build(self, shape: BodyShape | None = None, **options: Any) -> Body:
        """One body: ``build(height_m=1.8, mass_kg=80)``, the names those of BodyOptions."""
        return self.tailor(BodyOptions(**options))(shape)


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
