"""Both engines hold the body that we hold, and pose it as our forward kinematics does."""

import sys
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from physics_motions import BODY, no_spheres

from imusim.body import Body, Spheres, write_urdf
from imusim.conventions import JOINTS
from imusim.errors import MissingExtraError
from imusim.math import rotations as rot
from imusim.motion import forward_kinematics
from imusim.physics import PhysicsSettings
from imusim.physics.engines import open_world
from imusim.physics.ground import contact_spheres, to_principal
from imusim.physics.rigid import LEAST_INERTIA, principal_body

LARGE = BODY.scaled(10.0, 2.0)
"""So large that no segment turns too lightly for the engines."""


def _skewed() -> Body:
    """Inertias along axes that are not the links', as a body with a skin has them."""
    turns = rot.random_rotations(np.random.default_rng(5), (22,))
    axes = rot.rotate(turns[:, None], np.eye(3)).swapaxes(1, 2)
    return replace(LARGE, inertias=axes @ LARGE.inertias @ axes.swapaxes(1, 2))


BODIES = {"large": LARGE, "skewed": _skewed()}


def _open(engine: str, body: Body, spheres: Spheres | None = None):
    spheres = no_spheres(body) if spheres is None else spheres
    return open_world(body, spheres, PhysicsSettings(engine=engine), 1 / 240)


def _poses(engine: str, world):
    """World positions (22, 3) and orientations (22, 4) of the links, as the engine says."""
    if engine == "mujoco":
        world._mujoco.mj_kinematics(world._model, world._data)
        bodies = [world._data.body(name) for name in JOINTS]
        turns = np.array([body.xquat for body in bodies])[:, [1, 2, 3, 0]]
        return np.array([body.xpos for body in bodies]), turns
    import pybullet

    base = pybullet.getBasePositionAndOrientation(world.id, world._client)
    links = pybullet.getLinkStates(world.id, world.links[1:], 0, 1, world._client)
    poses = [base, *((link[4], link[5]) for link in links)]
    return tuple(np.array(values) for values in zip(*poses, strict=True))


def _dynamics(engine: str, world):
    """Masses (22,) and principal moments (22, 3) of the links, as the engine holds them."""
    if engine == "mujoco":
        held = [world._model.body(name) for name in JOINTS]
        return np.array([b.mass[0] for b in held]), np.array([b.inertia for b in held])
    import pybullet

    held = [pybullet.getDynamicsInfo(world.id, link, world._client) for link in world.links]
    return np.array([row[0] for row in held]), np.array([row[2] for row in held])


@pytest.mark.parametrize("which", BODIES)
def test_forward_kinematics_agree_over_random_poses(which, engine):
    body = BODIES[which]
    rng = np.random.default_rng(1)
    turns, root = rot.random_rotations(rng, (200, 22)), rng.normal(size=(200, 3))
    places, links = forward_kinematics(body.parents, body.offsets, root, turns)
    held = principal_body(body)
    centre, principal = held.to_principal(root, links)
    local = principal.copy()
    above = principal[:, body.parents[1:]]
    local[:, 1:] = rot.multiply(rot.conjugate(above), principal[:, 1:])
    with closing(_open(engine, held.body)) as world:
        for frame in range(200):
            world.reset(centre[frame], local[frame], np.zeros((23, 3)))
            found, turned = _poses(engine, world)
            pelvis, turned = held.from_principal(found[0], turned)
            np.testing.assert_allclose(pelvis, places[frame, 0], atol=1e-6)
            np.testing.assert_allclose(found[1:], places[frame, 1:], atol=1e-6)
            assert rot.angle_between(turned, links[frame]).max() < 1e-6
            for mine, theirs in zip(world.read()[:2], (centre[frame], local[frame]), strict=True):
                np.testing.assert_allclose(np.abs(mine), np.abs(theirs), atol=1e-9)


@pytest.mark.parametrize("which", BODIES)
def test_engines_hold_our_masses_and_inertias(which, engine):
    body = BODIES[which]
    held = principal_body(body)
    with closing(_open(engine, held.body)) as world:
        masses, moments = _dynamics(engine, world)
    axes = rot.rotate(held.link_from_principal[:, None], np.eye(3)).swapaxes(1, 2)
    inertias = axes * moments[:, None] @ axes.swapaxes(1, 2)
    np.testing.assert_allclose(masses, body.masses, rtol=1e-12)
    np.testing.assert_allclose(inertias, body.inertias, rtol=1e-9, atol=1e-12)


def test_feet_are_made_heavier_within_the_weight_and_light_segments_slower(engine):
    held = principal_body(BODY, 2.0)
    with closing(_open(engine, held.body)) as world:
        masses, moments = _dynamics(engine, world)
    feet = [JOINTS.index(f"{side}_ankle") for side in ("left", "right")]
    times = np.where(np.isin(np.arange(22), feet), 2.0, 1.0)
    times *= BODY.masses.sum() / (BODY.masses * times).sum()
    np.testing.assert_allclose(masses, BODY.masses * times, rtol=1e-12)
    own = np.linalg.eigvalsh(BODY.inertias) * times[:, None]
    np.testing.assert_allclose(moments, np.maximum(own, LEAST_INERTIA), rtol=1e-9)
    assert (moments[:, 2] <= moments[:, :2].sum(axis=1) * (1 + 1e-9)).all()


@pytest.mark.parametrize("contact", [True, False])
def test_a_body_at_rest_in_the_air_falls_as_a_stone(contact, engine):
    """Spheres and plates far below change nothing."""
    held = principal_body(BODY, 2.0)
    spheres = to_principal(contact_spheres(BODY), held)
    with closing(_open(engine, held.body, spheres if contact else None)) as world:
        world.reset(np.array([0.0, 0.0, 30.0]), np.tile(rot.IDENTITY, (22, 1)), np.zeros((23, 3)))
        count = len(spheres) if contact else 0
        world.set_ground(np.zeros(count), np.zeros((count, 2)))
        for _ in range(240):
            _, rotations, velocities = world.read()
            world.step(np.zeros((23, 3)), np.zeros(3), np.zeros(3), np.zeros((22, 3)))
        assert world.touched() == []
    expected = np.zeros((23, 3))
    expected[0, 2] = -9.80665 * 239 / 240
    np.testing.assert_allclose(velocities, expected, atol=1e-9)
    np.testing.assert_allclose(rotations, np.tile(rot.IDENTITY, (22, 1)), atol=1e-9)


def test_bullet_reads_the_urdf_with_shapes(tmp_path):
    """The file that users load themselves."""
    pybullet = pytest.importorskip("pybullet", reason="Bullet reads the URDF: needs pybullet")
    write_urdf(BODY, tmp_path / "body.urdf")
    client = pybullet.connect(pybullet.DIRECT)
    flags = pybullet.URDF_USE_INERTIA_FROM_FILE
    body = pybullet.loadURDF(str(tmp_path / "body.urdf"), flags=flags, physicsClientId=client)
    joints = [pybullet.getJointInfo(body, k, client) for k in range(21)]
    assert {joint[2] for joint in joints} == {pybullet.JOINT_SPHERICAL}
    link = {joint[12].decode(): joint[0] for joint in joints}
    rows = [pybullet.getDynamicsInfo(body, link.get(name, -1), client) for name in JOINTS]
    np.testing.assert_allclose([row[0] for row in rows], BODY.masses, rtol=1e-12)
    moments = np.sort([row[2] for row in rows], axis=1)
    np.testing.assert_allclose(moments, np.linalg.eigvalsh(BODY.inertias), rtol=1e-6)
    pybullet.disconnect(client)


def test_without_an_engine_one_line_says_what_to_install(engine, monkeypatch):
    monkeypatch.setitem(sys.modules, {"bullet": "pybullet"}.get(engine, engine), None)
    with pytest.raises(MissingExtraError, match=rf"pip install 'imusim-toolkit\[{engine}\]'$"):
        _open(engine, principal_body(BODY).body)


def test_bullets_worlds_are_used_again_and_as_good_as_new():
    """A process that makes thousands of clips holds one world, which forgets what was in it."""
    pybullet = pytest.importorskip("pybullet", reason="the engine bullet needs pybullet")
    body = principal_body(BODY).body
    clients = []
    for _ in range(3):
        spheres = to_principal(contact_spheres(BODY), principal_body(BODY))
        with closing(_open("bullet", body, spheres)) as w:
            clients.append(w._client)
            assert w.id == 0
            assert pybullet.getNumBodies(w._client) == 1 + len(contact_spheres(BODY))
        w.close()
    assert len(set(clients)) == 1
    assert pybullet.getNumBodies(clients[0]) == 0
    with closing(_open("bullet", body)) as one, closing(_open("bullet", body)) as other:
        assert one._client != other._client
