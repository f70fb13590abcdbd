"""Calibration: a known sensor on a known body is found, and `generate` then makes what it read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import body_models
import motion_sources
from imusim.body import BodyOptions
from imusim.compare.align import Pair, Trace
from imusim.compare.calibrate import Worn, calibrate, limb_effects
from imusim.compare.calibrate.limbs import limbs_above
from imusim.compare.kinematics import link_kinematics
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import ReadOptions
from imusim.pipeline import load_config
from imusim.pipeline.clip import Moved, move, simulate_clip
from imusim.sensor import Mounting, read_imu
from imusim.sensor.device import Device, Triad, draw_errors, measure

HZ = 50.0
LINK, ARM = "right_wrist", np.array([0.01, 0.04, -0.02])
TURN = rot.from_rotation_vector(np.array([0.4, -1.1, 0.7]))
LONGER = {"right_elbow": 1.12, "right_wrist": 0.9}
BODY = body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)
UNIT = Device(
    name="unit",
    accelerometer=Triad(
        noise_density=(2e-3, 2e-3, 2e-3), known_bias=(0.2, -0.1, 0.3), known_scale=(0.02, 0, 0)
    ),
    gyroscope=Triad(noise_density=(2e-4, 2e-4, 2e-4), known_bias=(0.02, 0.01, -0.03)),
)


def moved(limb_lengths: dict[str, float] | None = None) -> Moved:
    """Somebody hammers, on a body whose limbs may have other lengths."""
    clip = motion_sources.default_clips("procedural", 58)[57]
    motion = motion_sources.read_clip(clip, ReadOptions())
    config = load_config(None, {"touchdowns": False, "limb_lengths": limb_lengths or {}})
    return move(motion, BODY, config)


@pytest.fixture(scope="module")
def usual() -> Moved:
    """On the body as it is."""
    return moved()


def recorded(body: Moved) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the unit reads on a body: times, accelerometer, gyroscope."""
    ideal = read_imu(body.trajectory, Mounting((LINK,), TURN[None], ARM[None]), HZ)
    rng = np.random.default_rng(5)
    read = measure(ideal, draw_errors([UNIT], [rng]), HZ, [rng])
    return ideal.time_s, read.accelerometer[:, 0], read.gyroscope[:, 0]


def worn(body: Moved, reading: tuple[np.ndarray, np.ndarray, np.ndarray], limbs: bool) -> Worn:
    """The reading beside a motion that may show other limbs."""
    time_s, force, rate = reading
    kinematics = link_kinematics(body.trajectory, LINK, np.zeros(3), 4 * HZ)
    pair = Pair(kinematics, Trace(time_s, force, rate, np.ones(len(time_s), bool)), 0.1)
    offsets = body.body.body.offsets
    above = limbs_above([LINK], offsets)
    effects = limb_effects(body.trajectory, LINK, offsets, above, 4 * HZ)
    return Worn("band", LINK, np.zeros(3), HZ, (pair,), (effects,) if limbs else ())


def test_what_generate_makes_of_a_calibration_is_what_was_recorded(usual: Moved, tmp_path: Path):
    reading = recorded(usual)
    found = calibrate([worn(usual, reading, limbs=False)])
    (sensor,) = found.sensors
    assert np.allclose(sensor.offset, ARM, atol=0.003)
    assert np.allclose(sensor.device.accelerometer.known_bias, (0.2, -0.1, 0.3), atol=0.03)
    assert np.allclose(sensor.device.gyroscope.known_bias, (0.02, 0.01, -0.03), atol=0.002)
    assert found.limb_lengths == {}
    settings = found.write(tmp_path / "found")
    config = load_config(settings, {"rate_hz": HZ, "touchdowns": False, "errors": "bias,scale"})
    record = simulate_clip(usual.motion, BODY, config)
    force, rate = record.accelerometer[:, 0], record.gyroscope[:, 0]
    assert np.sqrt(np.mean((force - reading[1]) ** 2)) < 0.06
    assert np.sqrt(np.mean((rate - reading[2]) ** 2)) < 0.006


def test_limbs_that_the_motion_shows_wrongly(usual: Moved, tmp_path: Path):
    own = usual.body.body.offsets
    above = limbs_above([LINK], own)
    shown = dict(zip(above.joints, above.lengths, strict=True))
    truth = {joint: shown[joint] * factor for joint, factor in LONGER.items()}
    real = moved(truth)
    found = calibrate([worn(usual, recorded(real), limbs=True)], limbs=above)
    for joint, length in truth.items():
        told, error = found.limb_lengths[joint]
        assert abs(told - length) < max(4 * error, 0.005), (joint, told, length, error)
    config = load_config(found.write(tmp_path / "found"), {"rate_hz": HZ, "touchdowns": False})
    assert set(config.limb_lengths) == set(found.limb_lengths)


def test_limbs_that_are_right_are_left(usual: Moved):
    above = limbs_above([LINK], usual.body.body.offsets)
    found = calibrate([worn(usual, recorded(usual), limbs=True)], limbs=above)
    assert len(found.limb_lengths) <= 1


def test_nothing_to_calibrate():
    with pytest.raises(MotionError, match="nothing to calibrate"):
        calibrate([])
