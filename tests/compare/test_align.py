"""Alignment: what is known is found, and nothing is invented."""

from __future__ import annotations

import numpy as np
from aligned_pairs import drawn, moving, pair

from imusim.compare.align import Alignment, align
from imusim.math import rotations as rot

ACCELEROMETER_RANGE, GYROSCOPE_RANGE = 8 * 9.80665, np.radians(1000)


def errors(found: Alignment, truth: Alignment) -> dict[str, float]:
    """Worst error of each kind, in the units of the bars."""
    span = np.linspace(*found.span_s, 5)
    apart = found.motion_times(span) - truth.motion_times(span)
    return {
        "offset": float(np.abs(apart.mean())) * 1e3,
        "clock": abs(found.clock_ratio - truth.clock_ratio) * 1e6,
        "rotation": float(
            np.degrees(rot.angle_between(found.link_from_sensor, truth.link_from_sensor))
        ),
        "lever arm": float(np.abs(found.lever_arm - truth.lever_arm).max()) * 1e3,
        "accelerometer bias": float(
            np.abs(found.accelerometer_bias - truth.accelerometer_bias).max()
        )
        / ACCELEROMETER_RANGE
        * 100,
        "gyroscope bias": float(np.abs(found.gyroscope_bias - truth.gyroscope_bias).max())
        / GYROSCOPE_RANGE
        * 100,
        "scale": 100
        * max(
            float(np.abs(found.accelerometer_scale - truth.accelerometer_scale).max()),
            float(np.abs(found.gyroscope_scale - truth.gyroscope_scale).max()),
        ),
    }


BARS = {
    "offset": 2.0,
    "clock": 50.0,
    "rotation": 0.5,
    "lever arm": 3.0,
    "accelerometer bias": 1.0,
    "gyroscope bias": 1.0,
    "scale": 1.0,
}
"""ms, ppm, degrees, mm, % of range, % of range, %."""


def test_what_is_known_is_found():
    for seed in range(8):
        truth = drawn(np.random.default_rng(seed))
        (found,) = align([pair(moving(seed), truth, seed)])
        wrong = errors(found, truth)
        assert all(wrong[name] < bar for name, bar in BARS.items()), (seed, wrong)


def test_nothing_is_invented():
    truth = Alignment()
    invented = 0
    for seed in range(8):
        (found,) = align([pair(moving(seed), truth, seed)])
        wrong = errors(found, truth)
        assert all(wrong[name] < bar / 5 for name, bar in BARS.items()), (seed, wrong)
        invented += len(set(found.deviation) - {"rotation", "offset_s"})
    assert invented <= 1
