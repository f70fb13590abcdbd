"""Fitted noises against those that were simulated, and the coverage of their intervals."""

import numpy as np
import pytest
from noises import markov, noise
from scipy.signal import butter, sosfilt

from imusim.math.allan import allan_deviation
from imusim.math.allan_fit import fit_noise
from imusim.math.noise_spectrum import banded_spectrum, cosine_coefficients
from imusim.math.noise_terms import TERMS
from imusim.math.rounding import rounding_effect

HOURS_2 = 360_000  # at 50 Hz


@pytest.mark.parametrize("term", range(4))
def test_each_noise_alone(term):
    value = np.eye(4)[term] * 3e-3
    fit = fit_noise([noise(value, HOURS_2, 50.0, np.random.default_rng(term))], 50.0)
    assert list(fit.seen) == list(value > 0), TERMS[term]
    assert fit.value[term] == pytest.approx(3e-3, rel=0.02)
    assert np.isinf(fit.correlation_time_s)


def test_all_together():
    value = np.array([4e-4, 1e-2, 1e-2, 1e-2])
    fit = fit_noise([noise(value, HOURS_2, 50.0, np.random.default_rng(1))], 50.0)
    np.testing.assert_allclose(fit.value[[0, 1, 3]], value[[0, 1, 3]], rtol=0.05)
    assert (fit.lower <= value).all()
    assert (value <= fit.upper).all()


@pytest.mark.parametrize(
    "value", [(0, 1e-2, 1e-2, 1e-3), (1e-3, 1e-2, 3e-3, 3e-4), (0, 1e-2, 0, 0), (0, 0, 0, 1e-2)]
)
def test_intervals_cover(value):
    rng = np.random.default_rng(3)
    fits = [fit_noise([noise(value, 6000, 50.0, rng)], 50.0) for _ in range(40)]
    truth = np.array(value) * (1 + 1e-9)
    inside = np.mean([(f.lower <= truth) & (truth <= f.upper) for f in fits], axis=0)
    assert inside.min() >= 0.85  # of 40 at 95 %, fewer come with a chance of 1 in 100
    assert inside.mean() >= 0.93
    absent = np.mean([f.seen for f in fits], axis=0)[truth == 0]
    assert (absent <= 0.08).all()


def test_a_gauss_markov_bias():
    rng = np.random.default_rng(5)
    values = markov(1e-2, 5.0, HOURS_2, 50.0, rng) + noise((0, 3e-3, 0, 0), HOURS_2, 50.0, rng)
    fit = fit_noise([values], 50.0)
    assert fit.value[2] == pytest.approx(1e-2, rel=0.05)
    assert fit.value[1] == pytest.approx(3e-3, rel=0.05)
    assert fit.correlation_interval_s[0] <= 5.0 <= fit.correlation_interval_s[1]
    assert fit.correlation_time_s == pytest.approx(5.0, rel=0.15)
    assert np.isinf(fit_noise([values], 50.0, markov=False).correlation_time_s)


def test_rounding_is_not_noise():
    values = noise((0, 1e-2, 0, 0), HOURS_2, 50.0, np.random.default_rng(6))
    step = 0.1  # 1.4 standard deviations
    rounded = np.round(values / step) * step
    assert fit_noise([rounded], 50.0).value[1] > 1.06e-2
    assert fit_noise([rounded], 50.0, step).value[1] == pytest.approx(1e-2, rel=0.01)


@pytest.mark.parametrize("level", [0.0, 0.25, 0.5])
def test_noise_below_a_step_is_found(level):
    """Rounding hides or enlarges it, as its level lies upon a step or between two."""
    values = noise((0, 1e-2, 0, 0), HOURS_2, 50.0, np.random.default_rng(6))
    step = np.std(values) / 0.3
    rounded = (np.round(values / step + level)) * step
    assert fit_noise([rounded], 50.0, step).value[1] == pytest.approx(1e-2, rel=0.03)


@pytest.mark.parametrize("bandwidth_hz", [3.0, 8.0, 12.0])
def test_a_low_pass_spoils_nothing(bandwidth_hz):
    values = noise((0, 1e-2, 5e-3, 0), HOURS_2, 50.0, np.random.default_rng(7))
    passed = sosfilt(butter(2, bandwidth_hz, fs=50.0, output="sos"), values)
    fit = fit_noise([passed], 50.0)
    assert fit.bandwidth_hz == pytest.approx(
        bandwidth_hz, rel=0.15
    )  # the digital filter's is not quite that
    assert fit.value[1] == pytest.approx(1e-2, rel=0.04)
    assert fit.value[2] == pytest.approx(5e-3, rel=0.1)
    assert not fit.seen[0]


def test_hum_spoils_nothing():
    values = noise((0, 1e-2, 5e-3, 0), HOURS_2, 50.0, np.random.default_rng(8))
    time_s = np.arange(HOURS_2) / 50.0
    fit = fit_noise([values + 0.03 * np.sin(2 * np.pi * 8.3 * time_s)], 50.0)
    assert fit.value[1] == pytest.approx(1e-2, rel=0.02)
    assert fit.value[2] == pytest.approx(5e-3, rel=0.1)


def test_stretches_of_many_lengths_are_as_one_record():
    rng = np.random.default_rng(9)
    parts = [noise((0, 1e-2, 0, 5e-3), n, 50.0, rng) for n in rng.integers(100, 3000, 100)]
    fit = fit_noise([p + 10 * rng.standard_normal() for p in parts], 50.0)
    assert fit.value[1] == pytest.approx(1e-2, rel=0.02)
    assert fit.value[3] == pytest.approx(5e-3, rel=0.1)


def test_units_do_not_matter():
    values = noise((0, 1e-2, 5e-3, 0), 20_000, 50.0, np.random.default_rng(11))
    one, other = fit_noise([values], 50.0), fit_noise([values * 1e6 + 7e9], 50.0)
    np.testing.assert_allclose(other.value, one.value * 1e6, rtol=1e-4)


@pytest.mark.parametrize("samples", [200, 12_345])
def test_a_constant_has_no_noise(samples):
    fit = fit_noise([np.full(samples, 9.80665), np.full(150, 9.80665)], 50.0)
    assert not fit.seen.any()
    assert not fit.upper.any()


def test_the_fitted_curve_is_the_measured_one():
    values = noise((2e-4, 1e-2, 1e-2, 2e-3), HOURS_2, 50.0, np.random.default_rng(12))
    curve = allan_deviation([values], 50.0)
    fitted = fit_noise([values], 50.0).variances(curve.factor).sum(axis=1)
    near = curve.tau_s < 100
    np.testing.assert_allclose(curve.deviation[near, 0], np.sqrt(fitted[near]), rtol=0.05)


def test_walk_and_white_noise_have_independent_cosine_coefficients():
    rng = np.random.default_rng(13)
    values = [noise((0, 1.0, 0, 1.0), 200, 4.0, rng) for _ in range(3000)]
    transforms = np.array([cosine_coefficients(v) for v in values])
    spectrum = banded_spectrum(list(transforms), 4.0)
    expected = spectrum.terms() @ np.array([0.0, 1.0, 0.0, 1.0])
    np.testing.assert_allclose(spectrum.power, expected, rtol=0.1)
    correlation = np.corrcoef(transforms.T)
    assert np.abs(correlation - np.eye(199)).max() < 0.1


@pytest.mark.parametrize("sigma", [0.3, 0.5, 2.0])
@pytest.mark.parametrize("level", [0.0, 0.3, 0.5])
def test_rounding_by_its_definition(sigma, level):
    values = level + sigma * np.random.default_rng(14).standard_normal(400_000)
    found = rounding_effect([np.round(values) * 7.0], 7.0)
    noise_only = values - values.mean()
    gain = (np.round(values) * noise_only).mean() / noise_only.var()
    rest = np.round(values) - gain * noise_only
    assert found.gain == pytest.approx(gain, abs=0.01)
    assert found.variance / 49 == pytest.approx(rest.var(), abs=0.004)
