"""The smoother, its level, and the low-pass, against what theory says of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import BSpline
from scipy.spatial.transform import Rotation

from imusim.math import bandwidth, splines
from imusim.math import rotations as rot
from imusim.math.resampling import decimate


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_rotations_agree_with_scipy(seed):
    a, b = rot.random_rotations(np.random.default_rng(seed), (2, 5))
    v = np.random.default_rng(seed).standard_normal((5, 3))
    first, second = Rotation.from_quat(a), Rotation.from_quat(b)
    np.testing.assert_allclose(rot.rotate(a, v), first.apply(v), atol=1e-12)
    product = rot.multiply(a, b)
    assert rot.angle_between(product, (first * second).as_quat()).max() < 1e-7
    np.testing.assert_allclose(rot.to_rotation_vector(a), first.as_rotvec(), atol=1e-9)
    np.testing.assert_allclose(
        rot.rotate(rot.from_two_vectors(v, v[::-1]), v) / np.linalg.norm(v, axis=1)[:, None],
        v[::-1] / np.linalg.norm(v[::-1], axis=1)[:, None],
        atol=1e-9,
    )


def test_signs_are_made_to_agree_across_a_gap():
    time = np.linspace(0, 3, 60)
    truth = rot.from_rotation_vector(np.outer(time, [0.3, -0.2, 1.0]))
    flipped = truth * np.where(np.random.default_rng(0).random(60) < 0.5, -1, 1)[:, None]
    flipped[20:30] = np.nan
    fixed = rot.make_continuous(flipped[:, None])[:, 0]
    whole = np.isfinite(fixed[:, 0])
    np.testing.assert_allclose(fixed[whole] * np.sign(fixed[0] @ truth[0]), truth[whole])


@pytest.mark.parametrize("ratio", [0.25, 0.5, 1.0, 2.0])
def test_gain_is_the_one_stated(ratio):
    rate, cutoff = 200.0, 8.0
    time = np.arange(4000) / rate
    wave = np.sin(2 * np.pi * ratio * cutoff * time)[:, None]
    coefficients = splines.smoothing_spline(wave, rate, cutoff)
    knots = splines.smoothing_knots(len(wave))
    found = splines.evaluate(knots, coefficients, np.arange(4000.0))[1000:3000, 0]
    gain = found @ wave[1000:3000, 0] / (wave[1000:3000, 0] @ wave[1000:3000, 0])
    assert gain == pytest.approx(1 / (1 + ratio**6), abs=2e-3)


def test_the_banded_solution_is_the_minimiser():
    """Against a dense solution put together by SciPy."""
    rng = np.random.default_rng(1)
    count, rate, cutoff = 40, 50.0, 6.0
    values, weights = rng.standard_normal((count, 2)), rng.uniform(0.2, 1, count)
    weights[15:18] = 0
    knots = splines.smoothing_knots(count)
    design = BSpline.design_matrix(np.arange(count, dtype=float), knots, 5).toarray()
    size = design.shape[1]
    nodes, node_weights = np.polynomial.legendre.leggauss(6)
    points = (np.arange(count - 1)[:, None] + (nodes + 1) / 2).ravel()
    third = BSpline(knots, np.eye(size), 5).derivative(3)(points)
    gram = (third * np.tile(node_weights / 2, count - 1)[:, None]).T @ third
    penalty = (rate / (2 * np.pi * cutoff)) ** 6
    dense = np.linalg.solve(
        design.T * weights @ design + penalty * gram, design.T * weights @ values
    )
    found = splines.smoothing_spline(values, rate, cutoff, weights)
    np.testing.assert_allclose(found, dense, atol=1e-7)
    values[15:18] = np.nan  # what has no weight has no influence
    np.testing.assert_array_equal(splines.smoothing_spline(values, rate, cutoff, weights), found)


def test_parabolas_pass_unchanged():
    frames = np.arange(300.0)
    values = np.stack([2 + 0.1 * frames - 0.003 * frames**2], axis=1)
    coefficients = splines.smoothing_spline(values, 100.0, 2.0)
    knots = splines.smoothing_knots(300)
    np.testing.assert_allclose(splines.evaluate(knots, coefficients, frames), values, atol=1e-4)


def _track(rng, rate, seconds, knee_hz, fall):
    """Three axes of a spectrum f⁻ᵖ meeting white noise at a knee; noise density 1."""
    count = int(rate * seconds)
    frequency = np.fft.rfftfreq(count, 1 / rate)
    shape = np.zeros(len(frequency))
    shape[1:] = np.sqrt((np.maximum(frequency[1:], 0.5) / knee_hz) ** -fall + 1)
    noise = rng.standard_normal((3, len(frequency))) + 1j * rng.standard_normal((3, len(frequency)))
    return np.fft.irfft(noise * shape, count, axis=1).T[:, None] * 1e-3


@pytest.mark.parametrize("knee_hz", [8.0, 12.0, 18.0])
@pytest.mark.parametrize("kind", ["position", "orientation"])
def test_the_knee_is_found(knee_hz, kind):
    knee = bandwidth.POSITION if kind == "position" else bandwidth.ORIENTATION
    values = _track(np.random.default_rng(2), 120.0, 60, knee_hz, knee.fall)
    found = _cutoff(values, 120.0, knee)
    assert found == pytest.approx(knee_hz, rel=0.25)


def test_the_level_does_not_depend_on_axes_or_unit():
    values = _track(np.random.default_rng(3), 120.0, 20, 10.0, 8.0)
    turned = rot.rotate(rot.from_rotation_vector([0.5, 1.0, -0.3]), values)
    expected = _cutoff(values, 120.0, bandwidth.POSITION)
    assert _cutoff(turned, 120.0, bandwidth.POSITION) == expected
    assert _cutoff(100 * values, 120.0, bandwidth.POSITION) == expected


def test_a_record_resampled_to_a_higher_rate_is_smoothed_alike():
    values = _track(np.random.default_rng(4), 120.0, 60, 10.0, 8.0)
    fine = np.arange(0, len(values) - 1, 120 / 300)
    low = fine.astype(int)
    share = (fine - low)[:, None, None]
    resampled = (1 - share) * values[low] + share * values[low + 1]
    before = _cutoff(values, 120.0, bandwidth.POSITION)
    after = _cutoff(resampled, 300.0, bandwidth.POSITION)
    assert after == pytest.approx(before, rel=0.15)


def test_more_declared_noise_is_smoothed_more():
    values = _track(np.random.default_rng(5), 120.0, 30, 10.0, 8.0)
    none = np.zeros(len(values), bool)
    frequency, density = bandwidth.spectrum(values, none, 120.0, 2)
    cutoffs = []
    for noise in (1e-5, 1e-4, 1e-3):
        floor = bandwidth.declared_floor(frequency, 120.0, noise, 0.0, 3)
        cutoffs.append(
            bandwidth.choose_cutoffs(frequency, density, 120.0, bandwidth.POSITION, floor)[0]
        )
    assert cutoffs[0] > cutoffs[1] > cutoffs[2]


def test_what_has_no_noise_is_not_smoothed():
    time = np.arange(600) / 120
    values = np.stack([np.sin(time), time**2, 0 * time], axis=1)[:, None] * 1e-3
    assert np.isinf(_cutoff(values, 120.0, bandwidth.POSITION))


def _cutoff(values, rate, knee):
    none = np.zeros(len(values), bool)
    frequency, density = bandwidth.spectrum(values, none, rate, 2)
    return bandwidth.choose_cutoffs(frequency, density, rate, knee)[0]


@pytest.mark.parametrize("factor", [2, 3, 5])
def test_the_low_pass_keeps_its_band_and_stops_the_rest(factor):
    rate = 50.0 * factor
    time = np.arange(600 * factor) / rate
    for frequency, kept in ((5.0, 1.0), (19.0, 1.0), (26.0 if factor > 1 else 0, 0.0)):
        wave = np.sin(2 * np.pi * frequency * time)
        found = decimate(wave[:, None], factor)[100:-100, 0]
        expected = kept * wave[::factor][100:-100]
        assert np.abs(found - expected).max() < 2e-3


def test_the_low_pass_keeps_straight_lines_to_the_ends():
    line = np.linspace(-3, 8, 301)[:, None]
    np.testing.assert_allclose(decimate(line, 3), line[::3], atol=1e-12)
