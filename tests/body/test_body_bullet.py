"""Bullet holds the same body, and poses it as our own forward kinematics does."""

import sys
from dataclasses import replace

import numpy as np
import pytest

import body_models
from imusim.body import Body, BulletBody, body_urdf
from imusim.errors import MissingExtraError
from imusim.math import rotations as rot
from imusim.motion import forward_kinematics

pytest.importorskip("pybullet")


@pytest.fixture(scope="module")
def body() -> Body:
    return body_models.get_body_model("anthropometric").build()


@pytest.fixture(scope="module")
def skewed(body) -> Body:
    """Inertias along axes that are not the links': what a meshed body has."""
    turns = rot.random_rotations(np.random.default_rng(5), (22,))
    axes = rot.rotate(turns[:, None], np.eye(3)).swapaxes(1, 2)
    return replace(body, inertias=axes @ body.inertias @ axes.swapaxes(1, 2))


@pytest.mark.parametrize("which", ["body", "skewed"])
def test_forward_kinematics_agree_over_random_poses(which, request):
    body = request.getfixturevalue(which)
    rng = np.random.default_rng(1)
    turns = rot.random_rotations(rng, (200, 22))
    root = rng.normal(size=(200, 3))
    places, orientations = forward_kinematics(body.parents, body.offsets, root, turns)
    with BulletBody(body) as bullet:
        for frame in range(200):
            bullet.set_pose(root[frame], turns[frame])
            place, orientation = bullet.link_poses()
            np.testing.assert_allclose(place, places[frame], atol=1e-6)
            assert rot.angle_between(orientation, orientations[frame]).max() < 1e-6


@pytest.mark.parametrize("which", ["body", "skewed"])
def test_bullet_holds_our_masses_and_inertias(which, request):
    body = request.getfixturevalue(which)
    with BulletBody(body) as bullet:
        masses, inertias = bullet.dynamics()
    np.testing.assert_allclose(masses, body.masses, rtol=1e-12)
    np.testing.assert_allclose(inertias, body.inertias, rtol=1e-7, atol=1e-12)


def test_a_step_without_gravity_leaves_a_resting_body_finite_and_where_it_is(body):
    turns = rot.from_rotation_vector(np.random.default_rng(2).normal(0, 0.3, (22, 3)))
    with BulletBody(body) as bullet:
        bullet.set_pose(np.array([1.0, 2.0, 3.0]), turns)
        before = bullet.link_poses()
        bullet.step()
        after = bullet.link_poses()
    assert np.isfinite(after[0]).all()
    assert np.isfinite(after[1]).all()
    np.testing.assert_allclose(after[0], before[0], atol=1e-3)


def test_urdf_keeps_every_digit_and_every_link(body):
    from xml.etree import ElementTree as ET

    robot = ET.fromstring(body_urdf(body))  # noqa: S314
    links = robot.findall("link")
    assert [link.get("name") for link in links] == list(body.names)
    masses = [float(link.find("inertial/mass").get("value")) for link in links]
    np.testing.assert_array_equal(masses, body.masses)
    joints = {j.find("child").get("link"): j for j in robot.findall("joint")}
    assert {j.get("type") for j in joints.values()} == {"spherical"}
    for index, name in enumerate(body.names[1:], start=1):
        origin = joints[name].find("origin").get("xyz").split()
        np.testing.assert_array_equal(np.array(origin, float), body.offsets[index])
        assert joints[name].find("parent").get("link") == body.names[body.parents[index]]


def test_without_pybullet_one_line_says_what_to_install(body, monkeypatch):
    monkeypatch.setitem(sys.modules, "pybullet", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'imusim-toolkit\[bullet\]'$"):
        BulletBody(body)


def test_leaving_the_block_frees_the_world(body):
    with BulletBody(body) as bullet:
        client = bullet.client
    import pybullet

    assert not pybullet.isConnected(client)
    bullet.close()
