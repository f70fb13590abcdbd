"""Pairs of which everything is known: a smooth random motion, and a device that reads it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from imusim.compare.align import Alignment, Pair, Trace, predict, within
from imusim.compare.kinematics import Kinematics, link_kinematics
from imusim.math import rotations as rot
from imusim.trajectory import fit_trajectory

Array = NDArray[np.float64]

HZ = 60.0
FORCE_NOISE, RATE_NOISE = 0.03, 0.002
"""Standard deviations of white noise, m/s² and rad/s: near those of a good phone."""


def moving(seed: int, seconds: float = 30.0) -> Kinematics:
    """A point that is waved about at up to a few hertz."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * HZ)

    def wander(size: float, spread_s: float) -> Array:
        walk = gaussian_filter1d(rng.standard_normal((frames, 3)), spread_s * HZ, axis=0)
        return size * walk / walk.std()

    turn = rot.from_rotation_vector(wander(0.6, 0.12))
    place = wander(0.15, 0.12)
    trajectory = fit_trajectory(("hand",), place[:, None], turn[:, None], HZ, position_noise=0.0)
    return link_kinematics(trajectory, "hand", np.zeros(3), 2 * HZ)


def read(
    kinematics: Kinematics, truth: Alignment, rng: np.random.Generator, rate_hz: float = 100.0
) -> Trace:
    """What a sensor of these properties reads, with white noise, from its own 0 s on."""
    last = (kinematics.end_s - truth.offset_s) / truth.clock_ratio
    time_s = np.arange(max(-truth.offset_s, 0.0), last, 1 / rate_hz)
    force, rate = predict(truth, kinematics, time_s)
    force = force + FORCE_NOISE * rng.standard_normal(force.shape)
    rate = rate + RATE_NOISE * rng.standard_normal(rate.shape)
    return Trace(time_s, force, rate, within(truth, kinematics, time_s))


def pair(kinematics: Kinematics, truth: Alignment, seed: int, within_s: float = 1.0) -> Pair:
    """The motion beside such a sensor."""
    return Pair(kinematics, read(kinematics, truth, np.random.default_rng(seed)), within_s)


def drawn(rng: np.random.Generator) -> Alignment:
    """Properties that a worn sensor may have."""
    return Alignment(
        offset_s=rng.uniform(-0.5, 0.5),
        clock_ratio=1 + rng.uniform(-1e-3, 1e-3),
        link_from_sensor=rot.random_rotations(rng, ()),
        lever_arm=rng.uniform(-0.05, 0.05, 3),
        accelerometer_bias=rng.uniform(-0.5, 0.5, 3),
        gyroscope_bias=rng.uniform(-0.05, 0.05, 3),
        accelerometer_scale=1 + rng.uniform(-0.03, 0.03, 3),
        gyroscope_scale=1 + rng.uniform(-0.03, 0.03, 3),
    )
