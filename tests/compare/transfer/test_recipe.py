"""Augmented windows obey the physics of what they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from compare_windows import RATE_HZ, labelled, noise_windows, tones
from scipy.integrate import cumulative_trapezoid

from imusim.compare.transfer.recipe import Augmentation, Recipe, augmented, prepared


def copies(windows, **how):
    """The augmented copies alone."""
    found = augmented(windows, Augmentation(1, **how), np.random.default_rng(0))
    return found.signals[len(windows) :]


def test_rotation_keeps_lengths_and_turns_both_sensors_alike():
    windows = noise_windows(5, 0)
    turned = copies(windows, rotation_deg=20).reshape(5, 2, 3, -1)
    before = windows.signals.reshape(5, 2, 3, -1)
    assert np.linalg.norm(turned, axis=2) == pytest.approx(np.linalg.norm(before, axis=2))
    dots = [(part[:, 0] * part[:, 1]).sum(axis=1) for part in (turned, before)]
    assert dots[0] == pytest.approx(dots[1])
    assert not np.allclose(turned, before)


def test_a_twist_adds_the_rate_that_it_takes():
    """What the gyroscope reads about the axis integrates to the angle that gravity turns by."""
    still = np.zeros((3, 6, 200))
    still[:, 1] = 9.8  # gravity across the axis of the twist, x
    found = copies(labelled(still, ["still"] * 3, 3), twist_deg=30, twist_s=1)
    angle = np.unwrap(np.arctan2(-found[:, 2], found[:, 1]), axis=1)
    turned = cumulative_trapezoid(found[:, 3], dx=1 / RATE_HZ, axis=1, initial=0)
    assert angle - angle[:, :1] == pytest.approx(turned, abs=0.01)
    assert np.abs(found[:, [0, 4, 5]]).max() < 1e-9
    assert np.ptp(angle) > 0.3


def test_warping_keeps_the_ends_and_the_range():
    windows = tones(6, 1, {"a": 1.0})
    warped = copies(windows, warp=0.3)
    assert warped[..., [0, -1]] == pytest.approx(windows.signals[..., [0, -1]])
    assert warped.max() <= windows.signals.max() and warped.min() >= windows.signals.min()
    assert not np.allclose(warped, windows.signals)


def test_scale_and_noise():
    windows = noise_windows(300, 2)
    ratio = copies(windows, scale=0.1) / windows.signals
    assert np.ptp(ratio[:, :3], axis=(1, 2)).max() < 1e-9
    assert np.log(ratio[:, 0, 0]).std() == pytest.approx(0.1, rel=0.15)
    added = copies(windows, noise=(0.5, 0.2)) - windows.signals
    assert added[:, :3].std() == pytest.approx(0.5, rel=0.02)
    assert added[:, 3:].std() == pytest.approx(0.2, rel=0.02)


def test_low_pass_keeps_slow_motion_and_takes_fast():
    slow, fast = tones(3, 3, {"a": 0.5}, noise=0), tones(3, 3, {"a": 15.0}, noise=0)
    recipe = Recipe(low_pass_hz=3)
    inner = slice(15, -15)
    assert prepared(slow, recipe).signals[..., inner] == pytest.approx(
        slow.signals[..., inner], abs=0.05
    )
    assert np.abs(prepared(fast, recipe).signals[..., inner]).max() < 0.05
    assert prepared(slow, Recipe(low_pass_hz=40)) is slow  # beyond what the rate shows
    assert augmented(slow, Augmentation(), np.random.default_rng(0)) is slow
