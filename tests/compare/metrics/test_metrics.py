"""Metrics: closed forms, and what must not change them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from imusim.compare.metrics import METRICS, figures, spectra
from imusim.math import rotations as rot

RATE_HZ = 100.0


def _noise(seed: int, samples: int = 1000) -> np.ndarray:
    """Coloured, so that it has something in every band."""
    white = np.random.default_rng(seed).standard_normal((samples, 3))
    return lfilter([1.0], [1.0, -0.9], white, axis=0)


def _scored(real, simulated, rate_hz=RATE_HZ, **more):
    return figures(real, real, simulated, simulated, rate_hz, **more)


def test_every_metric_is_there_and_the_same_signal_is_perfect():
    signal = _noise(0, 4000)
    found = _scored(signal, signal, bone_axis=np.array([1.0, 2.0, 0.0]))
    assert list(found) == list(METRICS)
    perfect = {"higher": 1.0, "lower": 0.0, "zero": 0.0, "one": 1.0}
    for name, value in found.items():
        if "allan" in name or "50_100" in name or "25_50" in name:
            continue
        assert value == pytest.approx(perfect[METRICS[name].best], abs=1e-9), name


@pytest.mark.parametrize("scale", [0.5, 2.0, -1.0])
def test_a_scaled_copy(scale):
    signal = _noise(1) - _noise(1).mean(axis=0)
    found = _scored(signal, scale * signal)
    assert found["acc_r"] == pytest.approx(np.sign(scale))
    assert found["acc_norm_r"] == pytest.approx(1.0)
    for form in ("acc", "acc_x", "acc_y", "acc_z"):
        assert found[f"{form}_r2"] == pytest.approx(1 - (scale - 1) ** 2)
        assert found[f"{form}_nrmse"] == pytest.approx(abs(scale - 1))
        assert found[f"{form}_peak"] == pytest.approx(abs(scale))
    for band in ("0.5_3", "3_10", "10_25"):
        assert found[f"gyro_power_{band}hz"] == pytest.approx(scale**2)
        assert found[f"gyro_coherence_{band}hz"] == pytest.approx(1.0)
    assert found["acc_jerk"] == pytest.approx(abs(scale))


def test_a_shifted_copy_differs_in_its_bias_alone():
    signal, shift = _noise(2), np.array([0.3, 0.0, -0.4])
    found = _scored(signal, signal + shift)
    assert found["acc_r"] == pytest.approx(1.0)
    assert found["acc_bias"] == pytest.approx(0.5)
    assert found["acc_x_bias"] == pytest.approx(0.3)
    assert found["acc_z_bias"] == pytest.approx(-0.4)
    assert found["acc_rmse"] == pytest.approx(0.5 / np.sqrt(3))
    assert found["acc_peak"] == pytest.approx(1.0)
    assert found["acc_power_3_10hz"] == pytest.approx(1.0)


def test_power_of_a_sine_falls_in_its_band():
    time_s = np.arange(800) / RATE_HZ
    sine = np.sin(2 * np.pi * 5 * time_s)[:, None] * [1.0, 1.0, 1.0]
    found = _scored(sine + _noise(3, 800) * 1e-3, 3 * sine)
    assert found["acc_power_3_10hz"] == pytest.approx(9.0, rel=0.01)
    assert found["acc_jerk"] == pytest.approx(3.0, rel=0.01)
    assert found["acc_power_10_25hz"] < 1e-2


def test_a_filtered_copy_stays_coherent_and_a_stranger_is_not():
    signal = _noise(4, 8000)
    filtered = lfilter([0.5, 0.3, 0.2], [1.0], signal, axis=0)
    found = _scored(signal, filtered)
    strange = _scored(signal, _noise(5, 8000))
    for band in ("0.5_3", "3_10", "10_25"):
        assert found[f"acc_coherence_{band}hz"] > 0.97
        assert strange[f"acc_coherence_{band}hz"] < 0.2


def test_the_derivative_of_a_sine():
    time_s = np.arange(2000) / RATE_HZ
    slow = np.sin(2 * np.pi * 2 * time_s)[:, None] * np.ones(3)
    quick = np.sin(2 * np.pi * 6 * time_s)[:, None] * np.ones(3)
    assert _scored(slow, quick)["acc_jerk"] == pytest.approx(3.0, rel=0.01)


def test_bands_reach_as_far_as_nyquist():
    signal = _noise(6)
    assert np.isfinite(_scored(signal, signal, 50.0)["acc_power_10_25hz"])
    assert np.isnan(_scored(signal, signal, 45.0)["acc_power_10_25hz"])
    assert np.isfinite(_scored(signal, signal, 204.8)["acc_power_50_100hz"])


def test_the_allan_deviation_of_stillness_is_the_noise_of_each():
    rng = np.random.default_rng(7)
    real = rng.standard_normal((6000, 3)) * 0.01 + [0, 0, 9.8]
    gyro = rng.standard_normal((6000, 3)) * 0.001
    found = figures(real, gyro, 2 * (real - [0, 0, 9.8]) + [0, 0, 9.8], gyro * 0.5, RATE_HZ)
    assert found["acc_allan"] == pytest.approx(2.0)
    assert found["gyro_allan"] == pytest.approx(0.5)
    moving = figures(_noise(8, 6000), gyro, _noise(8, 6000), gyro, RATE_HZ)
    assert np.isnan(moving["acc_allan"])


def test_what_cannot_be_said_is_nan():
    signal = _noise(9)
    still = np.broadcast_to([0.0, 0.0, 9.80665], signal.shape)
    constant = _scored(still, still)
    assert np.isnan(constant["acc_r"]) and np.isnan(constant["acc_r2"])
    assert constant["acc_rmse"] == 0
    assert np.isnan(list(_scored(signal[:5], signal[:5]).values())).all()
    alone = figures(signal, None, signal, None, RATE_HZ)
    assert alone["acc_r"] == pytest.approx(1.0) and np.isnan(alone["gyro_r"])
    one_dead = signal * [1.0, 1.0, 0.0]
    assert _scored(signal, one_dead)["acc_r"] == pytest.approx(1.0)
    assert np.isnan(_scored(signal, one_dead)["acc_z_r"])


def test_samples_that_are_not_used_do_not_count():
    signal, spoilt = _noise(10), _noise(10)
    use = np.ones(len(signal), bool)
    use[200:300] = False
    spoilt[200:300] = 50.0
    found = _scored(signal, spoilt, use=use)
    assert found["acc_rmse"] == 0
    assert found["acc_power_3_10hz"] == pytest.approx(1.0)
    spoilt[200:300] = np.nan
    assert _scored(signal, spoilt)["acc_rmse"] == 0
    assert np.isnan(_scored(signal, spoilt, use=np.zeros(len(signal), bool))["acc_r"])


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="alike"):
        figures(np.zeros((9, 3)), None, np.zeros((8, 3)), None, RATE_HZ)


turns = st.lists(st.floats(-3, 3), min_size=3, max_size=3).map(
    lambda v: rot.from_rotation_vector(np.array(v))
)


@settings(max_examples=25, deadline=None)
@given(turns, turns, st.integers(0, 1000))
def test_what_turning_does_not_change(one, other, seed):
    real = _noise(seed, 600)
    simulated = 0.7 * real + 0.3 * _noise(seed + 1, 600)
    axis = np.array([0.0, 0.6, 0.8])
    before = _scored(real, simulated, bone_axis=axis)
    both = _scored(
        rot.rotate(one, real), rot.rotate(one, simulated), bone_axis=rot.rotate(one, axis)
    )
    apart = _scored(rot.rotate(one, real), rot.rotate(other, simulated))
    invariant = ("rmse", "nrmse", "r2", "bias", "peak", "jerk", "power_3_10hz", "power_0.5_3hz")
    for name in (*(f"acc_{n}" for n in invariant), "gyro_along_r", "gyro_across_r"):
        assert both[name] == pytest.approx(before[name], rel=1e-6, abs=1e-9), name
    for name in before:
        if "_norm_" in name or "power" in name or "jerk" in name:
            assert apart[name] == pytest.approx(before[name], rel=1e-6, abs=1e-9, nan_ok=True), name


@settings(max_examples=30, deadline=None)
@given(st.integers(8, 400), st.floats(1.0, 500.0), st.integers(0, 100))
def test_any_length_and_rate_gives_numbers(samples, rate_hz, seed):
    rng = np.random.default_rng(seed)
    real, simulated = rng.standard_normal((2, samples, 3))
    real[rng.random(samples) < 0.1] = np.nan
    found = _scored(real, simulated, rate_hz)
    assert list(found) == list(METRICS)
    for name, value in found.items():
        if name.endswith("_r") or "coherence" in name:
            assert np.isnan(value) or -1 - 1e-9 <= value <= 1 + 1e-9


def test_spectra_of_white_noise_are_flat_at_its_density():
    rng = np.random.default_rng(11)
    scale = np.array([2, 2, 2, 1, 1, 1])
    pieces = [(rng.standard_normal((n, 6)) * scale, RATE_HZ) for n in (2000, 5000, 30)]
    pieces[0][0][100:110] = np.nan
    frequency, density = spectra(pieces)
    assert frequency[0] == pytest.approx(0.5) and frequency[-1] == pytest.approx(50.0)
    middle = density[:, 2:-2].mean(axis=1)
    np.testing.assert_allclose(middle, [3 * 4 / 50, 3 / 50], rtol=0.05)
    faster = (rng.standard_normal((9000, 6)) * scale * np.sqrt(2), 2 * RATE_HZ)
    frequency, density = spectra([*pieces, faster])  # twice the rate, the same density
    assert frequency[-1] == pytest.approx(50.0)
    np.testing.assert_allclose(density[:, 2:-2].mean(axis=1), [3 * 4 / 50, 3 / 50], rtol=0.05)


def test_spectra_of_nothing():
    frequency, density = spectra([(np.full((500, 6), np.nan), RATE_HZ)])
    assert np.isnan(density).all() and density.shape == (2, len(frequency))
    assert spectra([])[0].shape == (0,)
    assert spectra([(np.zeros((100, 6)), 4.0)])[0].shape == (0,)
