"""Without contact the engines move as mechanics says: closed forms, conservation, the reference."""

from contextlib import closing

import numpy as np
import pytest
from physics_motions import (
    BODY,
    MOCAP_HZ,
    Clip,
    at_rest,
    bundled,
    correlation,
    exact,
    no_spheres,
    procedural,
    read,
    signals,
)
from scipy.integrate import solve_ivp

from imusim.conventions import GRAVITY_WORLD, JOINTS
from imusim.conventions import STANDARD_GRAVITY as G
from imusim.math import rotations as rot
from imusim.motion import forward_kinematics
from imusim.physics import PhysicsSettings
from imusim.physics.engines import open_world
from imusim.physics.inverse_dynamics import link_motion
from imusim.physics.rigid import principal_body
from imusim.physics.steps import Steps

MASS = BODY.masses.sum()
TIME = np.arange(121) / MOCAP_HZ


def test_free_fall_reads_nothing_and_needs_no_help(engine):
    root, rotations = at_rest()
    root[:, 2] += 60 - G * TIME**2 / 2
    fallen = exact(root, rotations).simulated(engine)
    accelerometer, gyroscope = signals(fallen.trajectory)
    assert np.abs(accelerometer).max() < 2e-3
    assert np.abs(gyroscope).max() < 1e-6
    assert not fallen.contact.any()
    assert np.abs(fallen.root_wrench).max() < 2e-4 * fallen.body_weight
    assert np.abs(fallen.joint_torque).max() < 1e-2


def _thrown(rate) -> tuple[Clip, np.ndarray]:
    """The stiff T-pose thrown and tumbling by Euler's equations; its centre of mass (T, 3)."""
    centres = BODY.rest_positions() + BODY.centres_of_mass
    centre = (BODY.masses[:, None] * centres).sum(axis=0) / MASS
    arms = centres - centre
    inertia = BODY.inertias.sum(axis=0) + sum(
        m * (c @ c * np.eye(3) - np.outer(c, c)) for m, c in zip(BODY.masses, arms, strict=True)
    )

    def change(_, state):
        turn, spin = state[:4], state[4:]
        turning = 0.5 * rot.multiply(turn, np.append(spin, 0.0))
        return np.concatenate([turning, np.linalg.solve(inertia, np.cross(inertia @ spin, spin))])

    start = np.concatenate([rot.IDENTITY, rate])
    found = solve_ivp(change, (0, TIME[-1]), start, t_eval=TIME, rtol=1e-11, atol=1e-12)
    path = np.array([0, 0, 50.0]) + np.outer(TIME, [2.0, -1.0, 4.0])
    path += np.outer(TIME**2 / 2, GRAVITY_WORLD)
    turn = rot.normalise(found.y[:4].T)
    rotations = at_rest()[1]
    rotations[:, 0] = turn
    return exact(path - rot.rotate(turn, centre), rotations), path


@pytest.mark.parametrize("rate", [(0.3, 6.0, 0.2), (4.0, 1.0, -2.0)])
def test_a_thrown_stiff_body_flies_by_itself(rate, engine):
    """About the middle axis it turns over, again and again; physics needs no wrench for it."""
    clip, path = _thrown(rate)
    flown = clip.simulated(engine, foot_mass_ratio=1.0)
    time = np.arange(len(flown.contact)) / flown.rate_hz
    states = flown.trajectory.sample(time)
    centres = states.position + rot.rotate(states.world_from_link, BODY.centres_of_mass)
    centre = (BODY.masses[:, None] * centres).sum(axis=1) / MASS
    parabola = path[0] + np.outer(time, [2.0, -1.0, 4.0]) + np.outer(time**2 / 2, GRAVITY_WORLD)
    assert np.abs(centre - parabola).max() < 1e-4
    assert np.abs(flown.root_wrench).max() < 0.01 * flown.body_weight  # of the first order
    assert not flown.contact.any()
    for found, true in zip(signals(flown.trajectory), signals(clip.trajectory), strict=True):
        assert np.abs(found - true).max() < 3e-3 * np.abs(true).max()


def _swinging_leg(time):
    """Angle, rate and change of a hip that swings by 0.6 sin(2π 0.9 t) about y."""
    size, omega = 0.6, 2 * np.pi * 0.9
    angle = size * np.sin(omega * time)
    return angle, size * omega * np.cos(omega * time), -(omega**2) * angle


def test_a_pendulum_leg_is_felt_at_its_ankle(engine):
    hip, ankle = JOINTS.index("left_hip"), JOINTS.index("left_ankle")
    root, rotations = at_rest()
    angle, _, _ = _swinging_leg(TIME)
    rotations[:, hip] = rot.from_rotation_vector(np.outer(angle, [0.0, 1.0, 0.0]))
    leg = BODY.rest_positions()[ankle] - BODY.rest_positions()[hip]
    swung = exact(root, rotations).simulated(engine, contact=False)
    accelerometer, gyroscope = (values[:, ankle] for values in signals(swung.trajectory))
    angle, rate, change = _swinging_leg(np.arange(len(accelerometer)) / 100.0)
    zero = np.zeros_like(angle)
    x, z = leg[0], leg[2]
    force = np.stack(
        [
            change * z - rate**2 * x - G * np.sin(angle),
            zero,
            -change * x - rate**2 * z + G * np.cos(angle),
        ],
        axis=1,
    )
    assert np.abs(accelerometer - force).max() < 1e-2
    assert np.abs(gyroscope - np.stack([zero, rate, zero], axis=1)).max() < 1e-3
    assert swung.tracking_error.max() < 1e-6


CLIPS = ["walk", "exercises/squats", "gait/walking", "jump"]


@pytest.mark.parametrize("touchdowns", [False, True])
@pytest.mark.parametrize("key", CLIPS)
def test_without_contact_the_kinematic_engine_is_met(key, touchdowns, engine):
    find = bundled if "/" not in key else lambda key, touch: procedural(key, 6.0, touch)
    _meets_the_kinematic_engine(find(key, touchdowns), engine)


@pytest.mark.parametrize("touchdowns", [False, True])
def test_without_contact_a_real_walk_is_met(shared, touchdowns, engine):
    file = shared / "data" / "cmu" / "bvh" / "02" / "02_01.bvh"
    _meets_the_kinematic_engine(read(file, touchdowns), engine)


def _meets_the_kinematic_engine(clip: Clip, engine: str) -> None:
    simulated = clip.simulated(engine, contact=False)
    assert not simulated.contact.any()
    assert not simulated.ground_reaction.any()
    assert simulated.tracking_error.max() < 1e-7
    time_s = np.arange(len(simulated.contact)) / simulated.rate_hz
    found, true = (t.sample(time_s).position for t in (simulated.trajectory, clip.trajectory))
    assert np.abs(found - true).max() < 1e-4
    for mine, theirs in zip(signals(simulated.trajectory), signals(clip.trajectory), strict=True):
        assert correlation(mine, theirs) > 0.9999


def _flight(engine: str, rate_hz: float, seconds: float = 0.4):
    """Momenta of a body thrown with limp joints: centre's velocity, angular momentum, energy."""
    body = principal_body(BODY).body
    rng = np.random.default_rng(1)
    rotations = np.tile(rot.IDENTITY, (22, 1))
    rotations[1:] = rot.from_rotation_vector(rng.normal(0, 0.3, (21, 3)))
    velocities = rng.normal(0, 1.0, (23, 3))
    velocities[1] = [3.0, 1.0, 4.0]
    states = []
    with closing(
        open_world(body, no_spheres(body), PhysicsSettings(engine=engine), 1 / rate_hz)
    ) as world:
        world.reset(np.array([0.0, 0.0, 50.0]), rotations, velocities)
        for _ in range(round(seconds * rate_hz)):
            states.append(world.read())
            world.step(np.zeros((23, 3)), np.zeros(3), np.zeros(3), np.zeros((22, 3)))
    place, turns, speed = (np.array(values) for values in zip(*states, strict=True))
    steps = Steps(1 / rate_hz, place, turns, speed[:, 0], speed[:, 1:])
    return steps, *_momenta(body, steps)


def _momenta(body, steps):
    _, turns = forward_kinematics(body.parents, body.offsets, steps.root_position, steps.rotations)
    zero = np.zeros_like(steps.rates)
    motion = link_motion(body, steps, turns, zero[:, 0], zero)
    arm = rot.rotate(turns, body.centres_of_mass)
    places, speeds = motion.position + arm, motion.velocity + np.cross(motion.rate, arm)
    share = (body.masses / body.masses.sum())[:, None]
    velocity = (share * speeds).sum(axis=1)
    apart = places - (share * places).sum(axis=1)[:, None]
    drift = body.masses[:, None] * (speeds - velocity[:, None])
    rate = rot.rotate_inverse(turns, motion.rate)
    spin = np.einsum("lij,nlj->nli", body.inertias, rate)
    angular = (np.cross(apart, drift) + rot.rotate(turns, spin)).sum(axis=1)
    energy = 0.5 * ((speeds - velocity[:, None]) * drift).sum(axis=(1, 2))
    return velocity, angular, energy + 0.5 * (spin * rate).sum(axis=(1, 2))


def test_limp_flight_keeps_its_momenta_and_energy(engine):
    """To the first order of the integrators' step, and so to the second in two of them."""
    kept = []
    for rate_hz in (960.0, 1920.0):
        steps, velocity, angular, energy = _flight(engine, rate_hz)
        time = np.arange(len(velocity)) * steps.step_s
        lost = velocity - velocity[0] - np.outer(time, GRAVITY_WORLD)
        every = round(rate_hz / 960)
        kept.append([x[::every] for x in (lost, angular - angular[0], energy - energy[0])])
    sizes = 1.0, np.linalg.norm(angular[0]), energy[0]
    for coarse, fine, size in zip(*kept, sizes, strict=True):
        assert np.abs(coarse).max() < 0.1 * size
        assert np.abs(coarse).max() / np.abs(fine).max() == pytest.approx(2.0, abs=0.3)
        assert np.abs(2 * fine - coarse).max() < 2e-3 * size


def test_both_engines_fly_the_same(both_engines):
    one, other = (_flight(engine, 240.0)[0] for engine in both_engines)
    np.testing.assert_allclose(one.root_position, other.root_position, atol=1e-9)
    np.testing.assert_allclose(one.rates, other.rates, atol=1e-6)
    assert rot.angle_between(one.rotations, other.rotations).max() < 1e-7
