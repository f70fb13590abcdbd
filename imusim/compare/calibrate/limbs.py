"""Lengths of the limbs between the pelvis and a sensor, from what the sensor felt.

Skeletons made from positions alone carry bones as long as noisy joints are apart. The acceleration
of a sensor is linear in them: a metre more of the bone that hangs in a link adds ``α×u + ω×(ω×u)``
of that link, u being the bone's direction. So lengths are found with the rest, by least squares in
which the mounting, the biases and the clocks move along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline
from scipy.spatial.transform import Rotation

from imusim.compare.align import Alignment, Steps
from imusim.compare.align.signals import enough, stack
from imusim.compare.align.solve import HUBER, weights_of
from imusim.compare.align.state import BLOCKS, OWN, SHARED, State, derivatives, state_of
from imusim.compare.calibrate.model import Worn
from imusim.compare.kinematics import arm_effect
from imusim.conventions import JOINTS, PARENTS
from imusim.math import rotations as rot
from imusim.trajectory import LinkTrajectory

Array = NDArray[np.float64]

PRIOR_M = 0.05
"""How far a bone's length is expected from what the motion shows: one standard deviation."""
LEAST_BONE_M = 0.05


@dataclass(frozen=True, eq=False)
class Limbs:
    """Bones whose lengths a sensor can tell.

    Parameters
    ----------
    joints : tuple of str
        At the far end of each of L bones.
    lengths : (L,) array
        As the motion shows them, m.
    """

    joints: tuple[str, ...]
    lengths: Array

    @property
    def rows(self) -> list[int]:
        """Their rows among a body's bones."""
        return [JOINTS.index(joint) for joint in self.joints]


def limbs_above(links: Sequence[str], offsets: Array) -> Limbs:
    """Bones between the pelvis and some links, of a body with bones (22, 3)."""
    found = set()
    for link in links:
        joint = JOINTS.index(link)
        while PARENTS[joint] >= 0:
            found.add(joint)
            joint = PARENTS[joint]
    lengths = np.linalg.norm(offsets, axis=1)
    kept = [joint for joint in sorted(found) if lengths[joint] >= LEAST_BONE_M]
    return Limbs(tuple(JOINTS[joint] for joint in kept), np.array(lengths[kept], float))


def limb_effects(
    trajectory: LinkTrajectory, link: str, offsets: Array, limbs: Limbs, rate_hz: float
) -> Array:
    """What a metre more of each limb adds to the specific force in a link, in its axes (F, 3, L).

    Sampled at a rate. Bones (22, 3) in their parents' frames; those that the link does not hang
    on add nothing. A bone that turns as the link itself does cannot be told from a lever arm, and
    is taken to add nothing either.
    """
    time_s = trajectory.times(rate_hz)
    links = [trajectory.names.index(joint) for joint in JOINTS]
    states = trajectory.part(links).sample(time_s)
    found = np.zeros((len(time_s), 3, len(limbs.joints)))
    joint, own = JOINTS.index(link), JOINTS.index(link)
    while PARENTS[joint] >= 0:
        parent = PARENTS[joint]
        if JOINTS[joint] in limbs.joints and not _rides(states.world_from_link, parent, own):
            unit = rot.normalise(offsets[joint])
            rate, change = states.angular_velocity, states.angular_acceleration
            added = arm_effect(rate[:, parent], change[:, parent], unit)
            world = rot.rotate(states.world_from_link[:, parent], added)
            column = limbs.joints.index(JOINTS[joint])
            found[:, :, column] = rot.rotate_inverse(states.world_from_link[:, own], world)
        joint = parent
    return found


def _rides(world_from_link: Array, first: int, second: int) -> bool:
    """Whether two links turn as one."""
    between = rot.multiply(rot.conjugate(world_from_link[:, first]), world_from_link[:, second])
    return float(rot.angle_between(between[:1], between).max()) < np.radians(5)


def find_limbs(
    worn: Sequence[Worn], alignments: Sequence[Sequence[Alignment]], change: Array, steps: Steps
) -> tuple[Array, Array, Array]:
    """One step of least squares for the lengths, all sensors together.

    Parameters
    ----------
    worn : sequence of Worn
        Their kinematics with ``change`` already in them.
    alignments : sequence of sequence of Alignment
        Of every pair of each.
    change : (L,) array
        So far, m, against which the prior holds.
    steps : Steps
        What of the rest may move along.

    Returns
    -------
    change : (L,) array
        After the step.
    covariance : (L, L) array
    strength : (L,) array
        What a metre more adds, RMS, over the simulation's lasting errors, 1/m; see
        :mod:`imusim.compare.align.keep`. Of the sensor that feels it most.
    """
    count = len(change)
    normal, slope = np.eye(count) / PRIOR_M**2, -change / PRIOR_M**2
    strength = np.zeros(count)
    for sensor, found in zip(worn, alignments, strict=True):
        told = [k for k, pair in enumerate(sensor.pairs) if enough(pair)]
        if told and sensor.effects:
            part, pull, felt = _information(sensor, found, told, steps)
            normal, slope, strength = normal + part, slope + pull, np.maximum(strength, felt)
    covariance = np.linalg.inv(normal)
    return np.asarray(change + covariance @ slope, float), covariance.astype(float), strength


def _information(
    sensor: Worn, found: Sequence[Alignment], told: Sequence[int], steps: Steps
) -> tuple[Array, Array, Array]:
    """Normal matrix (L, L) and slope (L,), what else moves eliminated, and strength (L,)."""
    pairs = stack([sensor.pairs[k] for k in told])
    clocks = [
        [
            found[k].offset_s + (found[k].clock_ratio - 1) * pairs.middle_s[n],
            (found[k].clock_ratio - 1) * pairs.half_s[n],
        ]
        for n, k in enumerate(told)
    ]
    mounting = state_of(found[told[0]])
    state = State(mounting.turn, mounting.shared, np.array(clocks))
    weights = weights_of(pairs, state)
    wrong, columns = derivatives(state, pairs)
    time_s = pairs.motion_times(state.clocks)
    effects = []
    for n, k in enumerate(told):
        motion = sensor.pairs[k].kinematics
        grid = np.arange(len(motion.force)) / motion.rate_hz
        at = np.clip(time_s[pairs.span(n)], 0, motion.end_s)
        effects.append(make_interp_spline(grid, sensor.effects[k], k=3)(at))
    back = Rotation.from_quat(state.turn).as_matrix().T
    limbs = np.zeros((sensor.effects[0].shape[2], 6, len(time_s)))
    limbs[:, :3] = (back @ np.concatenate(effects)).transpose(2, 1, 0) * state.scale[:3, None]
    weight = np.zeros_like(wrong)
    for half, (error, apart) in enumerate(zip(weights.error, weights.apart, strict=True)):
        rows, use = slice(3 * half, 3 * half + 3), weights.counted & pairs.seen[:, half]
        size = np.sqrt((wrong[rows] ** 2).sum(axis=0)) / (np.sqrt(3) * error)
        weight[rows] = np.where(use, HUBER / np.maximum(size, HUBER), 0.0) / (error**2 * apart)
    moving = [k for name in _moving(steps) for k in range(BLOCKS[name].start, BLOCKS[name].stop)]
    rest = columns[moving].reshape(len(moving), -1)
    own = np.zeros((len(told), *columns.shape[1:]))
    for n in range(len(told)):
        own[n][:, pairs.span(n)] = columns[SHARED][:, pairs.span(n)]
    rest = np.concatenate([rest, own.reshape(len(told), -1)])
    flat, mine = weight.reshape(-1), limbs.reshape(len(limbs), -1)
    among = (rest * flat) @ rest.T
    among += 1e-9 * np.diag(np.diag(among)) + 1e-12 * np.eye(len(among))
    among[: len(moving), : len(moving)] += np.diag(_precisions(steps, moving))
    gain = np.linalg.solve(among, (rest * flat) @ np.stack([*mine, wrong.reshape(-1)], axis=1))
    across = (mine * flat) @ rest.T
    both = (mine * flat) @ np.stack([*mine, wrong.reshape(-1)], axis=1) - across @ gain
    use = weights.counted
    lasting = np.sqrt((wrong[:3, use] ** 2).mean() * (1 - 1 / weights.apart[0]))
    strength = np.sqrt((limbs[:, :3, use] ** 2).mean(axis=(1, 2))) / max(lasting, 1e-9)
    return both[:, :-1], both[:, -1], strength


def _moving(steps: Steps) -> list[str]:
    flags = {
        "rotation": steps.rotation,
        "lever_arm": steps.lever_arm,
        "accelerometer_bias": steps.bias,
        "accelerometer_scale": steps.scale,
    }
    return [name for name, on in flags.items() if on]


def _precisions(steps: Steps, moving: Sequence[int]) -> Array:
    priors = {
        "lever_arm": steps.lever_arm_prior_m,
        "accelerometer_bias": steps.accelerometer_bias_prior,
        "accelerometer_scale": steps.scale_prior,
    }
    found = np.zeros(SHARED + OWN)
    for name, prior in priors.items():
        found[BLOCKS[name]] = 1 / prior**2
    return found[list(moving)]
