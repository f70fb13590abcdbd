"""Motions of the body for the physics tests, and what a simulation of them is held against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

import body_models
import motion_sources
from imusim.body import Body, RetargetedMotion, Spheres, retarget
from imusim.conventions import JOINTS, PARENTS
from imusim.math import rotations as rot
from imusim.motion import Motion, Skeleton
from imusim.physics import PhysicsSettings, Simulated, simulate
from imusim.physics.ground import contact_spheres
from imusim.physics.steps import Steps
from imusim.sensor import Mounting, read_imu
from imusim.trajectory import LinkTrajectory, fit_trajectory
from imusim.trajectory.body import body_trajectory, smooth_links
from motion_sources.procedural.catalogue import RECIPES
from motion_sources.procedural.recipe import make_clip

BODY: Body = body_models.get_body_model("anthropometric").build()
MOCAP_HZ = 120.0


@dataclass(frozen=True)
class Clip:
    """A motion ready for both the kinematic and the physics engines."""

    moved: RetargetedMotion
    trajectory: LinkTrajectory

    def simulated(self, engine: str, **settings) -> Simulated:
        return simulate(self.moved, self.trajectory, PhysicsSettings(engine=engine, **settings))


def prepare(motion: Motion, touchdowns: bool = False) -> Clip:
    """The kinematic engine's body, as the pipeline makes it."""
    moved = retarget(motion, BODY)
    return Clip(moved, body_trajectory(smooth_links(motion, moved), moved, touchdowns))


@cache
def bundled(key: str, touchdowns: bool = False) -> Clip:
    (clip,) = [clip for clip in motion_sources.default_clips() if clip.key == key]
    return prepare(motion_sources.read_clip(clip), touchdowns)


def read(path: Path, touchdowns: bool = False) -> Clip:
    (clip,) = motion_sources.find_clips([path])
    return prepare(motion_sources.read_clip(clip), touchdowns)


def own_motion(root_position, rotations, rate_hz: float = MOCAP_HZ) -> Motion:
    """A motion of the body's own skeleton, without noise."""
    skeleton = Skeleton(JOINTS, BODY.parents, BODY.offsets)
    return Motion(
        skeleton,
        np.asarray(root_position, float),
        np.asarray(rotations, float),
        rate_hz,
        key="own",
        joint_map={name: name for name in JOINTS},
        position_noise=0.0,
    )


def exact(root_position, rotations, rate_hz: float = MOCAP_HZ) -> Clip:
    """The same as a clip whose poses are taken as they are, wherever the ground is."""
    clip = prepare(own_motion(root_position, rotations, rate_hz))
    moved = replace(clip.moved, body=BODY).posed(
        np.asarray(root_position, float), np.asarray(rotations, float)
    )
    trajectory = fit_trajectory(JOINTS, *moved.world_poses(), rate_hz, position_noise=0.0)
    return Clip(moved, trajectory)


def at_rest(frames: int = 121) -> tuple[np.ndarray, np.ndarray]:
    """The T-pose, its pelvis 1 m over the origin."""
    return np.tile([0.0, 0.0, 1.0], (frames, 1)), np.tile(rot.IDENTITY, (frames, len(JOINTS), 1))


def descendants(link: int) -> list[int]:
    """A link and all that hang on it."""
    found = [link]
    for child in range(link + 1, len(JOINTS)):
        if PARENTS[child] in found:
            found.append(child)
    return found


def no_spheres(body: Body) -> Spheres:
    """A body that touches nothing."""
    spheres = contact_spheres(body)
    return spheres.chosen(np.zeros(len(spheres.link), bool))


def random_steps(body: Body, seed: int, count: int = 1, step_s: float = 1 / 240) -> Steps:
    """Poses uniform over all rotations, at the speeds of sport."""
    rng = np.random.default_rng(seed)
    return Steps(
        step_s,
        rng.normal(size=(count, 3)),
        rot.random_rotations(rng, (count, len(JOINTS))),
        rng.normal(0, 2, (count, 3)),
        rng.normal(0, 6, (count, len(JOINTS), 3)),
    )


def signals(trajectory: LinkTrajectory, rate_hz: float = 100.0) -> tuple[np.ndarray, np.ndarray]:
    """Accelerometers and gyroscopes (F, 22, 3) at all joints."""
    turns = np.tile(rot.IDENTITY, (len(JOINTS), 1))
    read_out = read_imu(trajectory, Mounting(JOINTS, turns, np.zeros((len(JOINTS), 3))), rate_hz)
    return read_out.accelerometer, read_out.gyroscope


def correlation(found: np.ndarray, true: np.ndarray) -> float:
    """Pearson's, pooled over joints and axes, each about its own mean."""
    found, true = found - found.mean(axis=0), true - true.mean(axis=0)
    return float((found * true).sum() / np.sqrt((found**2).sum() * (true**2).sum()))


@cache
def procedural(name: str, duration_s: float | None = None, touchdowns: bool = False) -> Clip:
    motion = make_clip(RECIPES[name], 0, f"{name}/00000")[0]
    if duration_s is not None:
        frames = round(duration_s * motion.rate_hz)
        motion = replace(
            motion,
            root_position=motion.root_position[:frames],
            rotations=motion.rotations[:frames],
        )
    return prepare(motion, touchdowns)
