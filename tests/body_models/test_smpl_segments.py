"""Skins cut into segments, against solids whose volume and inertia have closed forms."""

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from body_models.smpl.segments import cut, owners
from imusim.conventions import JOINTS

JOINT = np.zeros((22, 3))


def one_hot(segment: np.ndarray) -> np.ndarray:
    return (segment[:, None] == np.arange(22)).astype(float)


def box(size, centre=(0, 0, 0)) -> trimesh.Trimesh:
    mesh = trimesh.creation.box(size)
    mesh.apply_translation(centre)
    return mesh


def tube(rings: int, step: float, radius: float, sides: int = 48) -> trimesh.Trimesh:
    """Closed prism along x from 0, its corners in rings."""
    angle = 2 * np.pi * np.arange(sides) / sides
    ring = radius * np.stack([np.zeros(sides), np.cos(angle), np.sin(angle)], axis=1)
    vertices = np.concatenate([ring + [step * k, 0, 0] for k in range(rings)])
    faces = []
    for k in range(rings - 1):
        for i in range(sides):
            a, b = k * sides + i, k * sides + (i + 1) % sides
            faces += [[a, b, b + sides], [a, b + sides, a + sides]]
    for start, turn in ((0, -1), ((rings - 1) * sides, 1)):
        faces += [[start, start + i, start + i + 1][::turn] for i in range(1, sides - 1)]
    mesh = trimesh.Trimesh(vertices, faces, process=False)
    if mesh.volume < 0:
        mesh.invert()
    assert mesh.is_watertight
    return mesh


def test_separate_solids_have_the_textbook_s_numbers():
    """A box on every joint: volume abc, inertia V (b² + c²) / 12, centre where it lies."""
    rng = np.random.default_rng(3)
    sizes, places = rng.uniform(0.05, 0.3, (22, 3)), rng.standard_normal((22, 3))
    joints = places - rng.uniform(-0.1, 0.1, (22, 3))
    meshes = [box(size, place) for size, place in zip(sizes, places, strict=True)]
    vertices = np.concatenate([m.vertices for m in meshes])
    faces = np.concatenate([m.faces + 8 * k for k, m in enumerate(meshes)])
    parts = cut(vertices, faces, one_hot(np.repeat(np.arange(22), 8)), joints)
    squares = sizes**2
    moments = parts.volumes[:, None] * (squares.sum(axis=1)[:, None] - squares) / 12
    np.testing.assert_allclose(parts.volumes, sizes.prod(axis=1), rtol=1e-9)
    np.testing.assert_allclose(parts.centres, places - joints, atol=1e-9)
    np.testing.assert_allclose(parts.inertias, [np.diag(m) for m in moments], atol=1e-12)
    np.testing.assert_allclose(parts.boxes, np.stack([places - joints, sizes], 1), atol=1e-12)


def test_a_limb_is_cut_where_one_weight_gives_way_to_the_next():
    """A prism of three segments: each a prism, together the whole, inertia as a cylinder's."""
    step, radius, sides = 0.02, 0.05, 48
    mesh = tube(31, step, radius, sides)
    along = np.rint(mesh.vertices[:, 0] / step).astype(int)
    hip, knee, ankle = (JOINTS.index(f"left_{name}") for name in ("hip", "knee", "ankle"))
    segment = np.where(along <= 10, hip, np.where(along <= 20, knee, ankle))
    parts = cut(mesh.vertices, mesh.faces, one_hot(segment), JOINT)
    area = sides / 2 * radius**2 * np.sin(2 * np.pi / sides)
    limb = [hip, knee, ankle]
    assert parts.volumes[limb].sum() == pytest.approx(30 * step * area, rel=1e-9)
    # The ring of triangles between two segments goes to the side with two corners of three,
    # which alternates: half a step each.
    lengths = np.array([10.5, 10.0, 9.5]) * step
    np.testing.assert_allclose(parts.volumes[limb], lengths * area, rtol=0.05)
    total = np.einsum("s,si->i", parts.volumes[limb], parts.centres[limb])
    np.testing.assert_allclose(total, [15 * step * 30 * step * area, 0, 0], atol=1e-9)
    volume, length = parts.volumes[knee], lengths[1]
    along_axis, across = volume * radius**2 / 2, volume * (radius**2 / 4 + length**2 / 12)
    np.testing.assert_allclose(
        np.diag(parts.inertias[knee]), [along_axis, across, across], rtol=0.05
    )


def test_all_cuts_together_have_the_inertia_of_the_whole():
    """What is cut off one segment is added to its neighbour (Huygens-Steiner)."""
    mesh = trimesh.creation.icosphere(subdivisions=4, radius=0.3)
    bands = np.clip(((mesh.vertices[:, 2] / 0.3 + 1) * 3).astype(int), 0, 5)
    parts = cut(np.array(mesh.vertices), np.array(mesh.faces), one_hot(bands), JOINT)
    volumes, centres = parts.volumes[:6], parts.centres[:6]
    assert volumes.sum() == pytest.approx(mesh.volume, rel=1e-9)
    np.testing.assert_allclose(volumes @ centres, 0, atol=1e-9)
    square = np.einsum("si,si->s", centres, centres)[:, None, None] * np.eye(3)
    steiner = volumes[:, None, None] * (square - centres[:, :, None] * centres[:, None])
    whole = (parts.inertias[:6] + steiner).sum(axis=0)
    np.testing.assert_allclose(whole, mesh.moment_inertia, atol=1e-9)


def test_turning_the_skin_turns_the_numbers():
    turn = Rotation.from_rotvec([0.3, -0.8, 0.5]).as_matrix()
    mesh = tube(21, 0.02, 0.06)
    weights = one_hot((mesh.vertices[:, 0] > 0.2).astype(int))
    plain = cut(mesh.vertices, mesh.faces, weights, JOINT)
    turned = cut(mesh.vertices @ turn.T, mesh.faces, weights, JOINT)
    np.testing.assert_allclose(turned.volumes, plain.volumes, rtol=1e-9)
    np.testing.assert_allclose(turned.centres[:2], plain.centres[:2] @ turn.T, atol=1e-12)
    np.testing.assert_allclose(turned.inertias[:2], turn @ plain.inertias[:2] @ turn.T, atol=1e-12)


def test_holes_are_closed_and_scraps_become_ellipsoids():
    mesh = tube(11, 0.02, 0.05)
    open_skin = mesh.faces[np.abs(mesh.face_normals[:, 0]) < 0.5]  # without its two ends
    parts = cut(mesh.vertices, open_skin, one_hot(np.zeros(len(mesh.vertices), int)), JOINT)
    assert parts.volumes[0] == pytest.approx(mesh.volume, rel=1e-9)
    nothing = 4 / 3 * np.pi * 0.01**3
    np.testing.assert_allclose(parts.volumes[1:], nothing)
    np.testing.assert_allclose(
        parts.inertias[1:], nothing * 0.4 * 0.01**2 * np.eye(3)[None].repeat(21, 0)
    )
    flat = trimesh.Trimesh(mesh.vertices * [1, 1, 0], mesh.faces, process=False)
    squeezed = cut(flat.vertices, flat.faces, one_hot(np.zeros(len(flat.vertices), int)), JOINT)
    assert (np.linalg.eigvalsh(squeezed.inertias[0]) > 0).all()


def test_a_vertex_belongs_to_the_segment_with_the_most_weight():
    weights = one_hot(np.arange(22)) * 0.6 + 0.4 / 22
    np.testing.assert_array_equal(owners(weights), np.arange(22))
