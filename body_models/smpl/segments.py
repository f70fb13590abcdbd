"""A closed skin cut into the 22 segments: mass, centre of mass, inertia and box of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from imusim.conventions import JOINTS

Array = NDArray[np.float64]

_LEAST_M3 = 1e-6
"""A part of less volume than this is no solid, but a scrap of skin."""
_LEAST_SIDE_M = 0.02
"""Least side of the ellipsoid that stands for a scrap."""


@dataclass(frozen=True, eq=False)
class Segments:
    """Solids of density one, each in its link frame.

    Parameters
    ----------
    volumes : (22,) array
        m³.
    centres : (22, 3) array
        Centres of mass, m.
    inertias : (22, 3, 3) array
        About the centres, m⁵.
    boxes : (22, 2, 3) array
        Centre and size, m.
    """

    volumes: Array
    centres: Array
    inertias: Array
    boxes: Array


def cut(vertices: Array, faces: NDArray[np.intp], weights: Array, joints: Array) -> Segments:
    """Cut a skin where the weight of one segment gives way to another's.

    A face belongs to the segment with the most weight over its corners. Where a segment ends,
    and where the skin itself has a hole, a fan of triangles to the middle of the rim closes it,
    so what leaves one segment enters its neighbour. Scraps of skin without volume become
    ellipsoids of their size.

    Parameters
    ----------
    vertices : (V, 3) array
        At rest, in the world's axes, m.
    faces : (F, 3) int array
        Counter-clockwise from outside.
    weights : (V, 22) array
    joints : (22, 3) array
        Origins of the link frames.
    """
    owner = weights[faces].sum(axis=1).argmax(axis=1)
    parts = [_part(vertices - joint, faces[owner == index]) for index, joint in enumerate(joints)]
    return Segments(*(np.array(column) for column in zip(*parts, strict=True)))


def _part(vertices: Array, faces: NDArray[np.intp]) -> tuple[float, Array, Array, Array]:
    """Volume, centre, inertia and box of one segment, in its link frame."""
    corners = vertices[np.unique(faces)] if len(faces) else np.zeros((1, 3))
    low, high = corners.min(axis=0), corners.max(axis=0)
    centre, size = (low + high) / 2, np.maximum(high - low, _LEAST_SIDE_M)
    box = np.stack([centre, size])
    if len(faces):
        with np.errstate(divide="ignore", invalid="ignore"):  # of a flat scrap
            solid = trimesh.Trimesh(*_closed(vertices, faces), process=False).mass_properties
        inertia = np.array(solid["inertia"])
        if solid["volume"] >= _LEAST_M3 and _possible(inertia):
            return float(solid["volume"]), np.array(solid["center_mass"]), inertia, box
    volume = float(np.pi / 6 * size.prod())
    return volume, centre, volume / 20 * np.diag((size**2).sum() - size**2), box


def _possible(inertia: Array) -> bool:
    """Whether a solid can have this inertia."""
    moments = np.linalg.eigvalsh(inertia)
    return bool(moments[0] > 0 and moments[2] <= moments[0] + moments[1])


def _closed(vertices: Array, faces: NDArray[np.intp]) -> tuple[Array, NDArray[np.intp]]:
    """Close every rim of a piece of skin with a fan to the middle of the rim."""
    count = len(vertices)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    backward = edges[:, 1] * count + edges[:, 0]
    rim = edges[~np.isin(edges[:, 0] * count + edges[:, 1], backward)]
    if not len(rim):
        return vertices, faces
    graph = coo_array((np.ones(len(rim)), (rim[:, 0], rim[:, 1])), shape=(count, count))
    _, loop = connected_components(graph, directed=False)
    loops, member = np.unique(loop[rim[:, 0]], return_inverse=True)
    middles = np.stack(
        [np.bincount(member, vertices[rim[:, 0], axis]) for axis in range(3)], axis=1
    ) / np.bincount(member).reshape(-1, 1)
    fans = np.column_stack([rim[:, ::-1], count + member])
    return np.concatenate([vertices, middles[: len(loops)]]), np.concatenate([faces, fans])


def owners(weights: Array) -> NDArray[np.intp]:
    """Segment of each vertex (V,): the one with the most weight (V, 22)."""
    if weights.shape[1] != len(JOINTS):
        raise ValueError(f"weights of {weights.shape[1]} segments, not {len(JOINTS)}")
    return weights.argmax(axis=1)
