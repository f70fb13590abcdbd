"""Smoothing splines against their theory and against an independent dense solution."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import BSpline

from imusim.math import splines


def _at(coefficients, frames, samples, derivative=0):
    return splines.evaluate(splines.smoothing_knots(frames), coefficients, samples, derivative)


@pytest.mark.parametrize("cutoff", [4.0, 10.0, 25.0])
@pytest.mark.parametrize("ratio", [0.3, 0.7, 1.0, 1.4, 2.0])
def test_gain_is_the_stated_one(cutoff, ratio):
    """Mid-record, where the ends are forgotten: 1 / (1 + (f/f_c)⁶), without a phase."""
    rate, frames = 240.0, 4801
    time = (np.arange(frames) - frames // 2) / rate
    wave = 2 * np.pi * ratio * cutoff * time
    values = np.stack([np.cos(wave), np.sin(wave)], axis=1)
    found = _at(splines.smoothing_spline(values, rate, cutoff), frames, np.arange(frames))
    middle = slice(1500, -1500)
    gain = np.sum(found[middle] * values[middle], axis=1).mean()
    leak = np.abs(found[middle] - gain * values[middle]).max()
    assert gain == pytest.approx(1 / (1 + ratio**6), abs=1e-3)
    assert leak < 1e-3


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), cutoff=st.floats(0.5, 50), frames=st.integers(6, 200))
def test_parabolas_pass_unchanged(seed, cutoff, frames):
    samples = np.arange(frames)
    x = samples / frames
    values = np.random.default_rng(seed).standard_normal((2, 3)) @ np.stack([x**0, x, x**2])
    found = _at(splines.smoothing_spline(values.T, 100.0, cutoff), frames, samples)
    np.testing.assert_allclose(found, values.T, atol=3e-6)  # of a matrix of condition 1e10


@pytest.mark.parametrize("cutoff", [3.0, 10.0, 40.0])
@pytest.mark.parametrize("gap", [False, True])
def test_equals_a_dense_solution(cutoff, gap):
    """The same minimiser from SciPy's design matrices and Gauss quadrature, by least squares."""
    rate, frames = 100.0, 60
    rng = np.random.default_rng(7)
    values = np.cumsum(rng.standard_normal((frames, 2)), axis=0)
    weights = np.ones(frames)
    if gap:
        weights[20:28] = 0
        weights[40] = 0.25
    knots = splines.smoothing_knots(frames)
    design = BSpline.design_matrix(np.arange(frames, dtype=float), knots, 5).toarray()
    nodes, node_weights = np.polynomial.legendre.leggauss(6)
    points = (np.arange(frames - 1)[:, None] + (nodes + 1) / 2).ravel()
    third = BSpline(knots, np.eye(frames + 4), 5)(points, nu=3)
    penalty = (rate / (2 * np.pi * cutoff)) ** 6
    rows = np.concatenate(
        [
            np.sqrt(weights)[:, None] * design,
            np.sqrt(penalty * np.tile(node_weights / 2, frames - 1))[:, None] * third,
        ]
    )
    right = np.concatenate([np.sqrt(weights)[:, None] * values, np.zeros((len(third), 2))])
    dense = np.linalg.lstsq(rows, right, rcond=None)[0]
    found = splines.smoothing_spline(values, rate, cutoff, weights)
    fine = np.linspace(0, frames - 1, 500)
    for derivative in range(3):
        expected = BSpline(knots, dense, 5)(fine, nu=derivative)
        np.testing.assert_allclose(_at(found, frames, fine, derivative), expected, atol=1e-8)


def test_samples_without_weight_have_no_say():
    rng = np.random.default_rng(2)
    values = rng.standard_normal((80, 3))
    weights = np.ones(80)
    weights[30:40] = 0
    other = values.copy()
    other[30:40] = 1e6
    other[33] = np.nan
    np.testing.assert_array_equal(
        splines.smoothing_spline(values, 100.0, 12.0, weights),
        splines.smoothing_spline(other, 100.0, 12.0, weights),
    )


def test_columns_do_not_mix():
    values = np.random.default_rng(3).standard_normal((50, 3))
    together = splines.smoothing_spline(values, 60.0, 8.0)
    alone = splines.smoothing_spline(values[:, 1:2], 60.0, 8.0)
    np.testing.assert_allclose(together[:, 1:2], alone, atol=1e-12)


@pytest.mark.parametrize("frames", [6, 7, 40])
def test_interpolation_passes_through_the_samples(frames):
    values = np.random.default_rng(5).standard_normal((frames, 2))
    knots, coefficients = splines.interpolating_spline(values)
    found = splines.evaluate(knots, coefficients, np.arange(frames, dtype=float))
    np.testing.assert_allclose(found, values, atol=1e-10)


def test_interpolation_keeps_quintics_and_their_derivatives():
    x = np.arange(20.0)
    quintic = np.polynomial.Polynomial([1, -2, 0.3, 0.04, -0.005, 0.0001])
    knots, coefficients = splines.interpolating_spline(quintic(x)[:, None])
    fine = np.linspace(0, 19, 77)
    for order in range(3):
        expected = quintic.deriv(order)(fine) if order else quintic(fine)
        found = splines.evaluate(knots, coefficients, fine, order)[:, 0]
        np.testing.assert_allclose(found, expected, atol=1e-8)


def test_gaps_are_bridged_by_straight_lines():
    line = np.outer(np.arange(300.0), [1.0, -2.0]) + np.array([5.0, 0.0])
    missing = np.zeros(300, bool)
    missing[[50, *range(100, 250)]] = True
    holed = np.where(missing[:, None], np.nan, line)
    filled, weights = splines.bridge_gaps(holed, missing)
    np.testing.assert_allclose(filled, line, atol=1e-12)
    assert np.isnan(holed[50]).all()  # the argument is left alone
    assert (weights[~missing] == 1).all()
    assert weights[50] == 0
    assert (weights[100:110] == 0).all()
    assert 0 < weights[175] <= 1e-2  # far inside, a slight pull to the line
    held, _ = splines.bridge_gaps(
        np.where(np.arange(300)[:, None] < 3, np.nan, line), line[:, 0] < 8
    )
    np.testing.assert_allclose(held[:3], line[3:4].repeat(3, axis=0))


def test_nothing_missing_changes_nothing():
    values = np.ones((9, 2))
    filled, weights = splines.bridge_gaps(values, np.zeros(9, bool))
    assert filled is values
    assert (weights == 1).all()


def test_a_gap_wider_than_its_data_stays_bounded():
    """Two seconds with nothing: the spline keeps to the neighbourhood of the line."""
    values = 0.2 * np.sin(np.arange(600) / 15)[:, None]
    missing = (np.arange(600) >= 200) & (np.arange(600) < 440)
    filled, weights = splines.bridge_gaps(values, missing)
    found = _at(splines.smoothing_spline(filled, 120.0, 15.0, weights), 600, np.arange(600))
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 2
