"""What bears a body that sits, squats, kneels or stands."""

import numpy as np
import pytest

from imusim.api import prepare
from imusim.body import retarget
from imusim.conventions import JOINTS
from imusim.physics import PhysicsSettings, simulate
from imusim.pipeline import GenerateConfig
from imusim.trajectory.body import body_trajectory, smooth_links

pytest.importorskip("mujoco", reason="the engine mujoco needs mujoco")
PELVIS = JOINTS.index("pelvis")
LEGS = [JOINTS.index(f"{side}_{part}") for side in ("left", "right") for part in ("knee", "ankle")]


def borne(source: str, key: str):
    """Mean vertical forces (22,) in body weights, and the size of the root's force."""
    job = prepare(GenerateConfig(source=source))
    (reference,) = (clip for clip in job.clips if clip.key == key)
    motion = job.inputs.read(reference)
    moved = retarget(motion, job.inputs.body_for(motion.shape))
    trajectory = body_trajectory(smooth_links(motion, moved), moved)
    done = simulate(moved, trajectory, PhysicsSettings(engine="mujoco"))
    up = done.ground_reaction[..., 2].mean(axis=0) / done.body_weight
    return up, done.quality()["root_force_fraction"]


@pytest.mark.parametrize("key", ["postures/sitting/00000", "postures/sitting-low/00000"])
def test_a_chair_that_nobody_saw_bears_who_sits_on_it(key):
    up, root = borne("procedural", key)
    assert 0.4 < up[PELVIS] < 0.9
    assert up[LEGS].sum() > 0.1
    assert root < 0.2


def test_who_squats_stands_on_the_feet():
    up, _ = borne("procedural", "postures/squatting/00000")
    assert up[PELVIS] == 0
    assert up[LEGS].sum() > 0.6


def test_who_kneels_stands_on_the_knees():
    up, root = borne("procedural", "postures/kneeling/00000")
    assert up[PELVIS] == 0
    assert up[LEGS].sum() > 0.8
    assert root < 0.2


@pytest.mark.parametrize("key", ["dance_b", "punch", "spin"])
def test_nobody_sits_as_high_as_he_stands(key):
    pytest.importorskip("pybullet", reason="the clips come with pybullet")
    up, _ = borne("bullet-clips", key)
    assert up[PELVIS] == 0
    np.testing.assert_allclose(up[LEGS].sum(), up.sum())
