"""The Allan deviation against its definition, closed forms, and its own intervals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noises import noise

from imusim.math.allan import allan_deviation, averaging_factors, equivalent_freedom
from imusim.math.noise_terms import SLOPES, TERMS, markov_variance, term_variances


def naive(values, m):
    """The definition: half the mean square of the differences of neighbouring means."""
    means = np.array([values[k : k + m].mean() for k in range(len(values) - m + 1)])
    return np.sqrt(np.mean((means[m:] - means[:-m]) ** 2) / 2)


@given(st.integers(8, 80), st.floats(0.5, 500), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_definition(samples, rate, seed):
    values = 1e3 + np.random.default_rng(seed).standard_normal((samples, 2)).cumsum(axis=0)
    factor = np.arange(1, samples // 2 + 1)
    curve = allan_deviation([values], rate, factor)
    for channel in range(2):
        expected = [naive(values[:, channel], m) for m in factor]
        np.testing.assert_allclose(curve.deviation[:, channel], expected, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(curve.tau_s, factor / rate)


def test_published_set_of_a_thousand_points():
    """Overlapping Allan deviations of the generator in NIST SP 1065, section 12.4, table 32."""
    state, values = 1234567890, np.zeros(1000)
    for k in range(1000):
        values[k] = state / 2147483647
        state = 16807 * state % 2147483647
    curve = allan_deviation([values], 1.0, np.array([1, 10, 100]))
    expected = [2.922319e-1, 9.159953e-2, 3.241343e-2]
    np.testing.assert_allclose(curve.deviation[:, 0], expected, rtol=1e-6)


def test_stretches_are_pooled():
    values = np.random.default_rng(1).standard_normal((300, 3))
    parts = [values[:100], values[100:]]
    curve = allan_deviation(parts, 10.0, np.array([1, 20, 80]))
    squares = [allan_deviation([p], 10.0, np.array([1, 20])).deviation ** 2 for p in parts]
    pairs = np.array([[101 - 2, 201 - 2], [101 - 40, 201 - 40]])
    pooled = (squares[0] * pairs[:, :1] + squares[1] * pairs[:, 1:]) / pairs.sum(1, keepdims=True)
    np.testing.assert_allclose(curve.deviation[:2] ** 2, pooled)
    alone = allan_deviation([parts[1]], 10.0, np.array([80]))
    np.testing.assert_allclose(curve.deviation[2], alone.deviation[0])


def test_too_long_averaging_times_are_refused():
    with pytest.raises(ValueError, match="half of the longest"):
        allan_deviation([np.zeros((10, 1))], 1.0, np.array([6]))
    assert not len(allan_deviation([np.zeros((3, 1))], 1.0).factor)


@pytest.mark.parametrize("term", range(4))
def test_each_noise_has_its_closed_form(term):
    value = np.eye(4)[term] * 0.7
    factor = np.array([1, 2, 3, 5, 10, 30, 100])
    values = noise(value, 400_000, 50.0, np.random.default_rng(term))
    curve = allan_deviation([values], 50.0, factor)
    theory = term_variances(factor, 50.0)[:, term] * 0.49
    np.testing.assert_allclose(curve.deviation[:, 0] ** 2, theory, rtol=0.06)
    slope = np.diff(np.log(theory[[-2, -1]])) / np.diff(np.log(factor[[-2, -1]])) / 2
    assert abs(slope[0] - SLOPES[term]) < 1e-3, TERMS[term]


def test_a_gauss_markov_process_has_its_closed_form():
    time_s, rate = 2.0, 50.0
    factor = np.array([1, 10, 100, 189, 500, 2000])
    kept = np.exp(-1 / (rate * time_s))
    variance = 2 * np.log(2) / np.pi / 0.3811386
    steps = np.random.default_rng(4).standard_normal(1_000_000)
    from scipy.signal import lfilter

    values = lfilter([np.sqrt(variance * (1 - kept**2))], [1, -kept], steps)
    curve = allan_deviation([values[:, None]], rate, factor)
    theory = markov_variance(factor / rate, time_s)
    np.testing.assert_allclose(curve.deviation[2:, 0] ** 2, theory[2:], rtol=0.08)
    assert theory.max() == pytest.approx(2 * np.log(2) / np.pi, rel=1e-3)
    assert markov_variance(np.array([1e-3 * 2 * (1 - 1e-9), 1e-3 * 2]), time_s) == pytest.approx(
        markov_variance(np.array([2e-3, 2e-3]), time_s), rel=1e-4
    )


@pytest.mark.parametrize("term", range(4))
def test_intervals_cover(term):
    """95 % intervals over 400 records, at the freedom of the right type of noise."""
    rng = np.random.default_rng(10 + term)
    value = np.eye(4)[term]
    values = np.column_stack([noise(value, 1000, 1.0, rng) for _ in range(400)])
    factor = averaging_factors(1000)[::4]
    slope = np.full((len(factor), 400), 2 * SLOPES[term])
    curve = allan_deviation([values], 1.0, factor, slope)
    low, high = curve.interval()
    truth = np.sqrt(term_variances(factor, 1.0)[:, term])[:, None]
    covered = ((low <= truth) & (truth <= high)).mean(axis=1)
    assert covered.min() > 0.90
    assert covered.mean() > 0.93


def test_freedom_of_stretches_adds_up():
    factor = np.array([1, 10, 100])
    slope = np.full((3, 1), -1.0)
    one = equivalent_freedom(slope, 1000, factor)
    values = np.random.default_rng(0).standard_normal((1000, 1))
    curve = allan_deviation([values, values], 1.0, factor, slope)
    np.testing.assert_allclose(curve.freedom, 2 * one)
    assert equivalent_freedom(slope, 150, factor)[2, 0] == 0
