"""Whatever a capture holds: a simulation of finite numbers or one line that refuses it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from physics_motions import MOCAP_HZ, Clip, at_rest, bundled, own_motion, prepare

from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.physics import Simulated
from imusim.trajectory import fit_trajectory


def _is_sound(simulated: Simulated, steps: int) -> None:
    states = simulated.trajectory.sample(simulated.trajectory.times(240.0))
    arrays = {
        "force": (simulated.ground_reaction, (steps, 22, 3)),
        "contact": (simulated.contact, (steps, 22)),
        "torque": (simulated.joint_torque, (steps, 22, 3)),
        "wrench": (simulated.root_wrench, (steps, 6)),
        "error": (simulated.tracking_error, (steps, 22)),
        "acceleration": (states.acceleration, states.acceleration.shape),
        "rate": (states.angular_velocity, states.angular_velocity.shape),
    }
    for name, (array, shape) in arrays.items():
        assert array.shape == shape, name
        assert np.isfinite(array).all(), name
    assert not simulated.joint_torque[:, 0].any()
    assert all(np.isfinite(value) for value in simulated.quality().values())


def _steps(clip: Clip, rate_hz: float = 240.0) -> int:
    return max(int(np.ceil(clip.trajectory.end_s * rate_hz * (1 - 1e-12))), 3) + 1


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    frames=st.integers(6, 60),
    rate_hz=st.sampled_from([1.0, 15.0, 30.0, 120.0, 1000.0]),
    wildness=st.floats(0.0, 3.0),
    height=st.floats(-2.0, 3.0),
)
def test_wandering_joints(seed, frames, rate_hz, wildness, height, engine):
    rng = np.random.default_rng(seed)
    root, rotations = at_rest(frames)
    time = np.arange(frames)[:, None, None] / rate_hz
    waves = np.sin(2 * np.pi * rng.uniform(0.1, 4, (22, 3)) * time + rng.uniform(0, 6, (22, 3)))
    rotations = rot.from_rotation_vector(wildness * waves)
    root = root + 0.3 * wildness * waves[:, 0] + [0.0, 0.0, height]
    try:
        clip = prepare(own_motion(root, rotations, rate_hz))
        simulated = clip.simulated(engine)
    except MotionError as error:
        assert "\n" not in str(error)
    else:
        _is_sound(simulated, _steps(clip))


@pytest.mark.parametrize("rate_hz", [240.0, 250.0, 1000.0])
@pytest.mark.parametrize(("frames", "capture_hz"), [(6, 120.0), (7, 29.97), (6, 9000.0), (7, 1.0)])
def test_short_clips_and_odd_rates(frames, capture_hz, rate_hz, engine):
    clip = prepare(own_motion(*at_rest(frames), capture_hz))
    simulated = clip.simulated(engine, rate_hz=rate_hz)
    _is_sound(simulated, _steps(clip, rate_hz))
    assert simulated.rate_hz >= rate_hz * (1 - 1e-9)
    assert simulated.trajectory.end_s == pytest.approx(clip.trajectory.end_s, rel=1e-9)


def test_gaps_are_bridged_and_stay_marked(engine):
    motion = own_motion(*at_rest(), MOCAP_HZ)
    motion.root_position[40:50] = np.nan
    motion.rotations[40:50] = np.nan
    clip = prepare(motion)
    simulated = clip.simulated(engine)
    _is_sound(simulated, _steps(clip))
    time_s = np.arange(len(simulated.contact)) / simulated.rate_hz
    gap = (time_s > 39.01 / MOCAP_HZ) & (time_s < 49.99 / MOCAP_HZ)
    np.testing.assert_array_equal(simulated.trajectory.valid, ~gap)


@pytest.mark.parametrize("scale", [0.5, 1.4])
def test_children_and_giants(scale, engine):
    walk = bundled("walk")
    moved = replace(walk.moved, body=walk.moved.body.scaled(scale, scale**3))
    moved = moved.posed(walk.moved.root_position * scale, walk.moved.rotations)
    trajectory = fit_trajectory(JOINTS, *moved.world_poses(), moved.rate_hz, cutoff_hz=8.0)
    simulated = Clip(moved, trajectory).simulated(engine)
    _is_sound(simulated, len(simulated.contact))
    assert simulated.tracking_error.max() < 0.03
    assert simulated.contact.any()
