"""Forces of a motion against closed forms, MuJoCo's own inverse, and one step of each engine."""

from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from physics_motions import BODY, descendants, no_spheres, random_steps

from imusim.conventions import GRAVITY_WORLD, JOINTS, STANDARD_GRAVITY
from imusim.math import rotations as rot
from imusim.motion import forward_kinematics
from imusim.physics import PhysicsSettings
from imusim.physics.engines import open_world
from imusim.physics.inverse_dynamics import Forces, inverse_dynamics, link_motion, passed_to_root
from imusim.physics.rigid import principal_body
from imusim.physics.steps import Steps

MASS = BODY.masses.sum()
REST = np.tile(rot.IDENTITY, (1, 22, 1))
seeds = st.integers(0, 2**32 - 1)


def _world(steps: Steps, body=BODY):
    return forward_kinematics(body.parents, body.offsets, steps.root_position, steps.rotations)


def _forces(steps: Steps, root_acceleration, rate_changes, body=BODY) -> Forces:
    _, turns = _world(steps, body)
    motion = link_motion(body, steps, turns, root_acceleration, rate_changes)
    return inverse_dynamics(body, turns, motion)


def _still(rotations=REST) -> Steps:
    count = len(rotations)
    place, speed, rates = np.zeros((count, 3)), np.zeros((count, 3)), np.zeros((count, 22, 3))
    return Steps(1.0, place, rotations, speed, rates)


def _centres(steps: Steps):
    """Centres of mass of all links (N, 22, 3), m, and orientations of the links."""
    positions, turns = _world(steps)
    return positions + rot.rotate(turns, BODY.centres_of_mass), turns


def _composite(links, pivot):
    """Inertia (3, 3) of links in the rest pose about a point, by the parallel-axis theorem."""
    centres = BODY.rest_positions() + BODY.centres_of_mass - pivot
    total = np.zeros((3, 3))
    for link in links:
        c = centres[link]
        total += BODY.inertias[link] + BODY.masses[link] * (c @ c * np.eye(3) - np.outer(c, c))
    return total


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_holding_still_takes_the_weight_of_what_hangs_on_each_joint(seed):
    steps = _still(rot.random_rotations(np.random.default_rng(seed), (1, 22)))
    forces = _forces(steps, np.zeros((1, 3)), np.zeros((1, 22, 3)))
    centres, turns = _centres(steps)
    positions, _ = _world(steps)
    np.testing.assert_allclose(forces.root_force[0], [0, 0, MASS * STANDARD_GRAVITY], atol=1e-9)
    for link in range(22):
        below = descendants(link)
        arms = centres[0, below] - positions[0, link]
        expected = np.cross(arms, -BODY.masses[below, None] * GRAVITY_WORLD).sum(axis=0)
        if link == 0:
            np.testing.assert_allclose(forces.root_torque[0], expected, atol=1e-9)
            assert not forces.joint_torques[0, 0].any()
        else:
            found = rot.rotate(turns[0, link], forces.joint_torques[0, link])
            np.testing.assert_allclose(found, expected, atol=1e-9)


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_free_fall_takes_nothing(seed):
    rng = np.random.default_rng(seed)
    steps = _still(rot.random_rotations(rng, (1, 22)))
    steps.root_velocity[:] = rng.normal(0, 10, (1, 3))
    forces = _forces(steps, GRAVITY_WORLD[None], np.zeros((1, 22, 3)))
    for found in (forces.root_force, forces.root_torque, forces.joint_torques):
        np.testing.assert_allclose(found, 0, atol=1e-9)


@pytest.mark.parametrize("axis", np.eye(3).tolist() + [[0.6, 0.0, 0.8]])
def test_rotor(axis):
    """A stiff body that turns at a constant rate about an axis through its pelvis."""
    rate = 7.0 * np.array(axis)
    steps = _still()
    steps.rates[0, 0] = rate
    forces = _forces(steps, np.zeros((1, 3)), np.zeros((1, 22, 3)))
    centre = (BODY.masses[:, None] * _centres(steps)[0][0]).sum(axis=0) / MASS
    lift = -MASS * GRAVITY_WORLD
    force = MASS * np.cross(rate, np.cross(rate, centre)) + lift
    spin = np.cross(rate, _composite(range(22), np.zeros(3)) @ rate) + np.cross(centre, lift)
    np.testing.assert_allclose(forces.root_force[0], force, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(forces.root_torque[0], spin, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("joint", ["left_hip", "right_shoulder", "neck", "left_knee"])
@pytest.mark.parametrize("angle", [0.0, 0.5, -1.2, 2.5])
def test_rigid_pendulum(joint, angle):
    """A stiff limb that swings about y: I θ'' against gravity's moment, whatever its rate."""
    link, rate, change = JOINTS.index(joint), 3.0, -11.0
    below = descendants(link)
    pivot = BODY.rest_positions()[link]
    arm = BODY.rest_positions()[below] + BODY.centres_of_mass[below] - pivot
    moment = (BODY.masses[below, None] * arm).sum(axis=0)
    rotations = REST.copy()
    rotations[0, link] = rot.from_rotation_vector([0.0, angle, 0.0])
    steps = _still(rotations)
    steps.rates[0, link, 1] = rate
    changes = np.zeros((1, 22, 3))
    changes[0, link, 1] = change
    forces = _forces(steps, np.zeros((1, 3)), changes)
    # About y, gravity turns a mass at (x, z) with g m x; the limb's x is x cos θ + z sin θ.
    reach = moment[0] * np.cos(angle) + moment[2] * np.sin(angle)
    expected = _composite(below, pivot)[1, 1] * change - STANDARD_GRAVITY * reach
    assert forces.joint_torques[0, link, 1] == pytest.approx(expected, abs=1e-9)


def _energy(steps: Steps):
    """Kinetic and potential energy of all links (N,), J."""
    _, turns = _world(steps)
    zero = np.zeros_like(steps.rates)
    motion = link_motion(BODY, steps, turns, zero[:, 0], zero)
    arm = rot.rotate(turns, BODY.centres_of_mass)
    speed = motion.velocity + np.cross(motion.rate, arm)
    rate = rot.rotate_inverse(turns, motion.rate)
    kinetic = BODY.masses * np.square(speed).sum(axis=2)
    kinetic = kinetic + np.einsum("nli,lij,nlj->nl", rate, BODY.inertias, rate)
    height = (motion.position + arm)[..., 2]
    return 0.5 * kinetic.sum(axis=1) + STANDARD_GRAVITY * (BODY.masses * height).sum(axis=1)


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_energy_grows_by_the_power_of_the_torques_and_the_wrench(seed):
    rng = np.random.default_rng(seed)
    steps = random_steps(BODY, seed)
    acceleration, changes = rng.normal(0, 20, (1, 3)), rng.normal(0, 100, (1, 22, 3))
    forces = _forces(steps, acceleration, changes)
    time = 1e-5 * np.array([-1.0, 1.0])[:, None, None]
    turned = rot.from_rotation_vector(steps.rates * time + changes * time**2 / 2)
    around = Steps(
        1e-5,
        steps.root_position + steps.root_velocity * time[:, 0] + acceleration * time[:, 0] ** 2 / 2,
        rot.multiply(steps.rotations, turned),
        steps.root_velocity + acceleration * time[:, 0],
        steps.rates + changes * time,
    )
    gained = np.diff(_energy(around))[0] / 2e-5
    root_rate = rot.rotate(steps.rotations[0, 0], steps.rates[0, 0])
    power = (
        forces.root_force[0] @ steps.root_velocity[0]
        + forces.root_torque[0] @ root_rate
        + (forces.joint_torques[0] * steps.rates[0]).sum()
    )
    assert gained == pytest.approx(power, rel=1e-5, abs=0.05)


@given(seed=seeds, link=st.integers(0, 21))
@settings(max_examples=20, deadline=None)
def test_what_the_ground_gives_the_root_need_not(seed, link):
    rng = np.random.default_rng(seed)
    steps = random_steps(BODY, seed)
    zero = np.zeros((1, 22, 3))
    force, torque = zero.copy(), zero.copy()
    force[0, link], torque[0, link] = rng.normal(0, 300, 3), rng.normal(0, 30, 3)
    free = _forces(steps, zero[:, 0], zero)
    positions, turns = _world(steps)
    carried = free - passed_to_root(turns, positions, force.copy(), torque.copy())
    arm = np.diff(positions[0, [0, link]], axis=0)[0]
    given_torque = torque[0, link] + np.cross(arm, force[0, link])
    np.testing.assert_allclose(free.root_force[0] - carried.root_force[0], force[0, link])
    np.testing.assert_allclose(free.root_torque[0] - carried.root_torque[0], given_torque)


def _random_drive(seed: int):
    body = principal_body(BODY, 2.0).body
    steps = random_steps(body, seed)
    rng = np.random.default_rng([seed, 1])
    accelerations = rng.normal(0, 20, (1, 3)), rng.normal(0, 100, (1, 22, 3))
    return body, steps, accelerations, _forces(steps, *accelerations, body=body)


@pytest.mark.parametrize("seed", range(20))
def test_one_step_makes_exactly_the_accelerations_that_were_asked_for(seed, engine):
    body, steps, (acceleration, changes), forces = _random_drive(seed)
    velocities = np.concatenate([steps.root_velocity, steps.rates[0]])
    wanted = np.concatenate([acceleration, changes[0]])
    settings = PhysicsSettings(engine=engine)
    with closing(open_world(body, no_spheres(body), settings, steps.step_s)) as world:
        world.reset(steps.root_position[0], steps.rotations[0], velocities)
        world.read()
        world.step(
            np.zeros((23, 3)), forces.root_force[0], forces.root_torque[0], forces.joint_torques[0]
        )
        position, rotations, after = world.read()
    np.testing.assert_allclose((after - velocities) / steps.step_s, wanted, atol=1e-8)
    moved = steps.root_position[0] + after[0] * steps.step_s
    np.testing.assert_allclose(position, moved, atol=1e-13)
    turned = rot.multiply(steps.rotations[0], rot.from_rotation_vector(after[1:] * steps.step_s))
    # The root's rate is kept in the frame after the turn or in that before it: the same vector.
    assert rot.angle_between(rotations, turned).max() < 1e-7


@pytest.mark.parametrize("seed", range(20))
def test_mujoco_computes_the_same_forces(seed):
    mujoco = pytest.importorskip("mujoco")
    from imusim.physics.mujoco import _mjcf

    body, steps, (acceleration, changes), forces = _random_drive(seed)
    text = _mjcf(body, no_spheres(body), PhysicsSettings(engine="mujoco"), steps.step_s)
    model = mujoco.MjModel.from_xml_string(text)
    data = mujoco.MjData(model)
    wxyz = steps.rotations[0][:, [3, 0, 1, 2]]
    data.qpos[:7] = np.concatenate([steps.root_position[0], wxyz[0]])
    data.qvel[:6] = np.concatenate([steps.root_velocity[0], steps.rates[0, 0]])
    data.qacc[:6] = np.concatenate([acceleration[0], changes[0, 0]])
    places = {name: model.joint(name) for name in JOINTS[1:]}
    for link, joint in enumerate(places.values(), start=1):
        data.qpos[joint.qposadr[0] :][:4] = wxyz[link]
        data.qvel[joint.dofadr[0] :][:3] = steps.rates[0, link]
        data.qacc[joint.dofadr[0] :][:3] = changes[0, link]
    mujoco.mj_inverse(model, data)
    local = rot.rotate_inverse(steps.rotations[0, 0], forces.root_torque[0])
    np.testing.assert_allclose(data.qfrc_inverse[:3], forces.root_force[0], atol=1e-9)
    np.testing.assert_allclose(data.qfrc_inverse[3:6], local, atol=1e-9)
    for link, joint in enumerate(places.values(), start=1):
        found = data.qfrc_inverse[joint.dofadr[0] :][:3]
        np.testing.assert_allclose(found, forces.joint_torques[0, link], atol=1e-9)
