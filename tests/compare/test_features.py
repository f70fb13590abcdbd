"""Features are what their names say."""

from __future__ import annotations

import numpy as np
import pytest
from compare_windows import RATE_HZ, labelled, noise_windows

from imusim.compare.features import BANDS_HZ, handcrafted, profile, spectrum
from imusim.compare.windows import Windows


def values(windows: Windows) -> dict[str, np.ndarray]:
    found = handcrafted(windows)
    return dict(zip(found.names, found.values.T, strict=True))


def test_of_a_tone():
    time_s = np.arange(200) / RATE_HZ
    signals = np.zeros((1, 6, 200))
    signals[0, 2] = 9.8
    signals[0, 4] = 2 * np.sin(2 * np.pi * 2 * time_s)
    found = values(labelled(signals, ["a"], 1))
    assert found["acc_z_mean"][0] == pytest.approx(9.8) == found["acc_norm_q50"][0]
    assert found["gyr_y_std"] == pytest.approx(np.sqrt(2))
    assert 10 ** found["gyr_y_1_3hz"] == pytest.approx(2, rel=0.01)
    assert found["gyr_y_5_10hz"] == found["gyr_x_1_3hz"] == -8
    assert found["gyr_y_share"] == pytest.approx(1) and found["gyr_x_share"] == 0
    change = 2 * 2 * np.pi * 2 / np.sqrt(2)
    assert 10 ** found["gyr_y_jerk"] == pytest.approx(change, rel=0.02)
    assert found["gyr_along_up"] == -8  # the mean force points along z
    assert 10 ** found["gyr_across_up"] == pytest.approx(2)


def test_quietest_moment():
    signals = np.random.default_rng(0).standard_normal((1, 6, 200))
    signals[0, :3, 80:100] *= 1e-2
    found = values(labelled(signals, ["a"], 1))
    assert 10 ** found["acc_quietest"] == pytest.approx(np.sqrt(3) * 1e-2, rel=0.3)
    assert 10 ** found["gyr_quietest"] > 0.8


def test_power_sums_up_to_the_variance():
    noise = np.random.default_rng(1).standard_normal((200, 128))
    power = spectrum(noise - noise.mean(axis=1, keepdims=True), RATE_HZ)[1]
    assert power.sum(axis=1).mean() == pytest.approx(1, rel=0.05)


def test_all_are_finite_named_once_and_in_place():
    windows = noise_windows(7, 2)
    flat = windows.with_signals(np.zeros_like(windows.signals))
    two = Windows(
        np.concatenate([windows.signals, flat.signals], axis=1),
        windows.labels, windows.subjects, windows.groups, windows.rate_hz,
    )  # fmt: skip
    for of in (handcrafted, profile):
        one, both = of(windows), of(two)
        assert len(set(both.names)) == len(both.names) == 2 * len(one.names)
        assert len(both.meanings) == both.values.shape[1]
        assert np.isfinite(both.values).all()
        assert both.names[0] == f"0.{one.names[0]}"
        assert (both.values[:, : len(one.names)] == one.values).all()


def test_short_and_slow_windows_have_fewer_bands():
    windows = noise_windows(3, 3)
    slow = Windows(windows.signals, windows.labels, windows.subjects, windows.groups, 15.0)
    names = handcrafted(slow).names
    assert "acc_x_5_10hz" in names and "acc_x_10_25hz" not in names
    one = windows.with_signals(windows.signals[..., :1])
    assert np.isfinite(handcrafted(one).values).all() and np.isfinite(profile(one).values).all()
    assert len(BANDS_HZ) == 5
