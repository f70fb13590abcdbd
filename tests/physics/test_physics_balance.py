"""What the links did, against the forces that are said to have acted on them.

Momenta and energy come from differences of the recorded poses, forces from the engine's contacts
and from what drove the body; neither knows the other. Both integrators are of the first order, so
the balance holds to that: twice the steps, half the error.
"""

from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from physics_motions import Clip, bundled, procedural, read

from imusim.conventions import GRAVITY_WORLD, JOINTS, PARENTS, STANDARD_GRAVITY
from imusim.math import rotations as rot
from imusim.physics import PhysicsSettings, Simulated, simulation
from imusim.physics.engines import open_world
from imusim.physics.reference import step_times
from imusim.physics.rigid import principal_body
from imusim.physics.tracking import track

FOOT_MASS = PhysicsSettings.foot_mass_ratio
PARENT = np.maximum(PARENTS, 0)


@dataclass(frozen=True)
class Recorded:
    """A simulation with the moments of its contacts, which only the tracker knows."""

    simulated: Simulated
    moment: np.ndarray
    """Of the contacts on each link, about the world's origin, (N, 22, 3), N m."""


def _recorded(clip: Clip, engine: str, rate_hz: float) -> Recorded:
    settings = PhysicsSettings(engine=engine, rate_hz=rate_hz)
    time_s = step_times(clip.trajectory, rate_hz)
    margin = round(simulation.MARGIN_S / time_s[1])
    plan = simulation._plan(clip.moved.body, clip.trajectory, time_s, margin, settings)
    with closing(
        open_world(plan.body.body, plan.spheres, settings, plan.reference.step_s)
    ) as world:
        run = track(world, plan.reference, plan.drive, plan.ground, settings)
    moment = np.zeros((len(time_s), 22, 3))
    kept = slice(margin, margin + len(time_s))
    for sphere, link in enumerate(plan.spheres.link):
        moment[:, link] += run.contact_moment[kept, sphere]
    whole = np.ones(len(time_s), bool)
    return Recorded(simulation._outcome(plan, run, margin, whole), moment)


def _unbalanced(clip: Clip, engine: str, rate_hz: float) -> dict[str, tuple[float, float]]:
    """Root mean square of what is left of each balance, and of what is balanced."""
    recorded = _recorded(clip, engine, rate_hz)
    simulated = recorded.simulated
    step_s = 1 / simulated.rate_hz
    body = principal_body(clip.moved.body, FOOT_MASS)
    masses = body.body.masses[:, None]
    axes = rot.rotate(body.link_from_principal[:, None], np.eye(3)).swapaxes(1, 2)
    inertias = axes @ body.body.inertias @ axes.swapaxes(1, 2)
    states = simulated.trajectory.sample(np.arange(len(simulated.contact)) * step_s)
    places, turns = states.position, states.world_from_link
    centres = places + rot.rotate(turns, clip.moved.body.centres_of_mass)

    # Between the steps.
    speed, origin_speed = (np.diff(x, axis=0) / step_s for x in (centres, places))
    spun = rot.to_rotation_vector(rot.multiply(turns[1:], rot.conjugate(turns[:-1])))
    rate = spun / step_s
    middle = rot.multiply(rot.from_rotation_vector(spun / 2), turns[:-1])
    local = rot.rotate_inverse(middle, rate)
    spin = rot.rotate(middle, np.einsum("lij,nlj->nli", inertias, local))
    at = (centres[1:] + centres[:-1]) / 2
    linear = (masses * speed).sum(axis=1)
    angular = (np.cross(at, masses * speed) + spin).sum(axis=1)
    kinetic = 0.5 * ((masses * speed**2).sum(axis=(1, 2)) + (spin * rate).sum(axis=(1, 2)))
    energy = kinetic + STANDARD_GRAVITY * (masses[:, 0] * at[..., 2]).sum(axis=1)

    # At the steps.
    inner = slice(1, -1)
    pull = simulated.root_wrench[inner, :3]
    twist = simulated.root_wrench[inner, 3:]
    ground, moment = simulated.ground_reaction[inner], recorded.moment[inner]
    weights = masses * GRAVITY_WORLD
    force = ground.sum(axis=1) + pull + weights.sum(axis=0)
    torque = (moment + np.cross(centres[inner], weights)).sum(axis=1)
    torque += np.cross(places[inner, 0], pull) + twist
    rate, origin_speed = ((x[1:] + x[:-1]) / 2 for x in (rate, origin_speed))
    joint = rot.rotate(turns[inner], simulated.joint_torque[inner])
    power = (joint * (rate - rate[:, PARENT])).sum(axis=(1, 2))
    power += (pull * origin_speed[:, 0]).sum(axis=1) + (twist * rate[:, 0]).sum(axis=1)
    about = moment - np.cross(places[inner], ground)
    power += (ground * origin_speed + about * rate).sum(axis=(1, 2))
    return {
        name: (_size(np.diff(change, axis=0) / step_s - cause), _size(cause))
        for name, change, cause in (
            ("force", linear, force),
            ("torque", angular, torque),
            ("power", energy[:, None], power[:, None]),
        )
    }


def _size(vectors) -> float:
    return float(np.sqrt(np.mean(np.square(vectors).sum(axis=1))))


@pytest.mark.parametrize("key", ["walk", "jump", "crawl"])
def test_momentum_and_energy_change_as_the_forces_say(key, engine):
    left = [_unbalanced(bundled(key), engine, rate_hz) for rate_hz in (240.0, 480.0)]
    for name in ("force", "torque", "power"):
        (coarse, size), (fine, _) = (balance[name] for balance in left)
        assert coarse < 0.04 * size, name
        assert 1.4 < coarse / fine < 5, name


def _strikes(contact, rate_hz: float) -> list[int]:
    """Steps at which a foot lands (N,) after at least 0.3 s in the air."""
    down = np.flatnonzero(contact)
    return [int(k) for k, gap in zip(down[1:], np.diff(down), strict=True) if gap > 0.3 * rate_hz]


def _holds_up_the_body(clip: Clip, engine: str) -> None:
    """Over whole gait cycles ground and wrench carry the weight, and nothing more."""
    simulated = clip.simulated(engine)
    weight = principal_body(clip.moved.body, FOOT_MASS).body.masses.sum() * STANDARD_GRAVITY
    assert simulated.body_weight == pytest.approx(weight)
    ground = simulated.ground_reaction[..., 2].sum(axis=1)
    upward = ground + simulated.root_wrench[:, 2]
    cycles = []
    for foot in ("left_ankle", "right_ankle"):
        strikes = _strikes(simulated.contact[:, JOINTS.index(foot)], simulated.rate_hz)
        cycles += [upward[a:b].mean() / weight for a, b in pairwise(strikes)]
    assert cycles
    assert np.mean(cycles) == pytest.approx(1.0, abs=0.02)
    assert ground.mean() / weight == pytest.approx(PhysicsSettings.load_share, abs=0.15)


def test_a_walk_carries_its_weight(engine):
    _holds_up_the_body(procedural("gait/walking", 8.0), engine)


def test_a_real_walk_carries_its_weight(shared, engine):
    _holds_up_the_body(read(shared / "data" / "cmu" / "bvh" / "02" / "02_01.bvh"), engine)


def test_what_the_ground_carries_the_wrench_need_not(engine):
    """The share that is asked of the ground is what it gives, all of it or nothing."""
    carried, helped = [], []
    for share in (0.0, 0.5, 1.0):
        simulated = procedural("gait/walking", 4.0).simulated(engine, load_share=share)
        force = simulated.ground_reaction.sum(axis=1)
        carried.append(force[:, 2].mean() / simulated.body_weight)
        helped.append(simulated.quality()["root_force_fraction"])
    assert carried == pytest.approx([0.0, 0.5, 1.0], abs=0.15)
    assert helped[0] > helped[1] > helped[2]
    assert helped[2] < 0.4


@pytest.mark.parametrize(("key", "longest_s"), [("run", 0.08), ("jump", 0.4)])
def test_nothing_touches_a_body_in_flight(key, longest_s, engine):
    """Its centre of mass falls freely, in the reference; the simulated body meets no ground."""
    clip = bundled(key)
    simulated = clip.simulated(engine)
    time_s = np.arange(len(simulated.contact)) / simulated.rate_hz
    states = clip.trajectory.sample(time_s)
    centres = states.position + rot.rotate(states.world_from_link, clip.moved.body.centres_of_mass)
    masses = principal_body(clip.moved.body, FOOT_MASS).body.masses
    height = np.average(centres[..., 2], axis=1, weights=masses)
    falls = np.gradient(np.gradient(height)) * simulated.rate_hz**2 < -0.85 * STANDARD_GRAVITY
    edges = np.flatnonzero(np.diff(np.concatenate([[0], falls, [0]])))
    flights = np.diff(edges.reshape(-1, 2))[:, 0] / simulated.rate_hz
    assert flights.max() > longest_s
    assert not simulated.contact[falls].any()
    assert not simulated.ground_reaction[falls].any()
    assert simulated.contact[~falls].any(axis=1).mean() > 0.3
