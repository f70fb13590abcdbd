"""Scaling and refitting a body; its shapes; what is refused."""

from dataclasses import replace

import numpy as np
import pytest

import body_models
from imusim.body import Body, segment_mesh
from imusim.conventions import JOINTS
from imusim.errors import ConfigError


@pytest.fixture(scope="module")
def body() -> Body:
    return body_models.get_body_model("anthropometric").build()


def test_scaling_follows_the_dimensions(body):
    big = body.scaled(2.0, 3.0)
    np.testing.assert_allclose(big.rest_positions(), 2 * body.rest_positions())
    np.testing.assert_allclose(big.masses, 3 * body.masses)
    np.testing.assert_allclose(big.inertias, 12 * body.inertias)


def test_new_bones_carry_mass_and_inertia_with_them(body):
    same = body.with_offsets(body.offsets)
    np.testing.assert_allclose(same.inertias, body.inertias)
    longer = body.offsets.copy()
    knee, hip = JOINTS.index("left_knee"), JOINTS.index("left_hip")
    longer[knee] *= 1.2
    fitted = body.with_offsets(longer)
    np.testing.assert_allclose(fitted.masses, body.masses)
    np.testing.assert_allclose(fitted.inertias[hip], 1.44 * body.inertias[hip])
    np.testing.assert_allclose(fitted.centres_of_mass[hip], 1.2 * body.centres_of_mass[hip])
    others = [j for j in range(22) if j != hip]
    np.testing.assert_allclose(fitted.inertias[others], body.inertias[others])


@pytest.mark.parametrize("name", JOINTS)
def test_a_mesh_is_closed_fills_its_box_and_holds_the_centre_of_mass(body, name):
    index = JOINTS.index(name)
    mesh = segment_mesh(body, name)
    assert mesh.is_watertight
    centre, size = body.boxes[index]
    np.testing.assert_allclose(mesh.bounds.mean(axis=0), centre, atol=1e-3)
    axis = int(np.argmax(size))
    assert mesh.extents[axis] == pytest.approx(size[axis], abs=2e-3)
    inside = np.abs(body.centres_of_mass[index] - centre) < size / 2
    assert inside.all()


def test_what_no_solid_can_be_is_refused(body):
    flat = body.inertias.copy()
    flat[3] = np.diag([1.0, 1.0, 2.5])
    with pytest.raises(ConfigError, match="spine1"):
        replace(body, inertias=flat)
    with pytest.raises(ConfigError, match="mass"):
        replace(body, masses=body.masses * 0)
    with pytest.raises(ConfigError, match="shape"):
        replace(body, inertias=body.inertias[:, 0])
    with pytest.raises(ConfigError, match="left_hip"):
        segment_mesh(body, "tail")
