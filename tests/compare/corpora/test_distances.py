"""Distances of samples against closed forms and constructed sets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from imusim.compare.corpora.distances import frechet, mmd, neighbourhoods, wasserstein


def test_frechet_of_gaussians_is_the_closed_form():
    rng = np.random.default_rng(0)
    scale, shift = np.array([1.0, 2.0, 0.5]), np.array([1.0, -2.0, 0.0])
    one = rng.standard_normal((200_000, 3))
    other = shift + scale * rng.standard_normal((200_000, 3))
    truth = (shift**2).sum() + ((1 - scale) ** 2).sum()
    assert frechet(one, other) == pytest.approx(truth, rel=0.01)
    turn = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    assert frechet(one @ turn, other @ turn) == pytest.approx(frechet(one, other), rel=1e-9)
    assert frechet(one, one) == pytest.approx(0, abs=1e-9)


@given(st.integers(0, 1000), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_frechet_is_symmetric_and_not_negative_for_singular_covariances_too(seed, count):
    rng = np.random.default_rng(seed)
    one, other = rng.standard_normal((2 + count, 8)), rng.standard_normal((3, 8))
    there, back = frechet(one, other), frechet(other, one)
    assert there == pytest.approx(back, rel=1e-6, abs=1e-6) and there >= 0


def test_wasserstein_of_a_shift_is_the_shift():
    values = np.random.default_rng(1).standard_normal((500, 2))
    assert wasserstein(values, values + [0.5, -2.0]) == pytest.approx([0.5, 2.0])


def test_p_of_the_mmd_is_uniform_for_samples_of_one_distribution():
    rng = np.random.default_rng(2)
    found = []
    for _ in range(150):
        one, other = rng.standard_normal((2, 20, 3))
        blocks = np.arange(20), np.arange(20)
        value, p = mmd(one, other, blocks, 99, rng)
        found.append((value, p))
    values, ps = np.array(found).T
    assert kstest(ps, "uniform").pvalue > 0.01
    assert abs(values.mean()) < 3 * values.std() / np.sqrt(len(values))  # unbiased


def test_p_of_the_mmd_stays_honest_where_windows_of_a_recording_are_alike():
    """Recordings are exchanged as a whole: windows alike in each are no evidence."""
    rng = np.random.default_rng(3)
    ps, naive = [], []
    for _ in range(60):
        one, other = (
            np.repeat(rng.standard_normal((6, 2)), 8, axis=0) + 0.05 * rng.standard_normal((48, 2))
            for _ in range(2)
        )
        blocks = np.repeat(np.arange(6), 8), np.repeat(np.arange(6), 8)
        ps.append(mmd(one, other, blocks, 99, rng)[1])
        naive.append(mmd(one, other, (np.arange(48), np.arange(48)), 99, rng)[1])
    assert np.mean(np.array(ps) < 0.05) < 0.15
    assert np.mean(np.array(naive) < 0.05) > 0.5


def test_mmd_finds_a_shift():
    rng = np.random.default_rng(4)
    one, other = rng.standard_normal((40, 3)), 1 + rng.standard_normal((40, 3))
    value, p = mmd(one, other, (np.arange(40), np.arange(40)), 199, rng)
    assert value > 0.1 and p == pytest.approx(1 / 200)


def test_without_blocks_to_exchange_there_is_no_p():
    rng = np.random.default_rng(5)
    one, other = rng.standard_normal((2, 10, 2))
    assert np.isnan(mmd(one, other, (np.zeros(10), np.arange(10)), 99, rng)[1])


def test_neighbourhoods_of_constructed_sets():
    rng = np.random.default_rng(6)
    left = rng.uniform(-1, 1, (200, 2))
    right = left + [100, 0]
    both = np.vstack([left, right])
    same = neighbourhoods(left, left)
    assert same["precision"] == same["recall"] == same["coverage"] == 1
    apart = neighbourhoods(left, right)
    assert set(apart.values()) == {0.0}
    # Half of what is real is simulated, and all that is simulated is real.
    half = neighbourhoods(rng.uniform(-1, 1, (200, 2)), both)
    assert half["precision"] > 0.9
    assert half["recall"] == pytest.approx(0.5, abs=0.05)
    assert half["coverage"] == pytest.approx(0.5, abs=0.05)
    # One window, again and again: good, and no more than one.
    collapsed = neighbourhoods(np.zeros((100, 2)) + left[0], both)
    assert collapsed["precision"] == 1 and collapsed["recall"] < 0.01
    assert collapsed["coverage"] < 0.05
    assert all(np.isnan(value) for value in neighbourhoods(left[:1], right).values())


def test_density_of_one_distribution_is_one():
    rng = np.random.default_rng(7)
    values = [neighbourhoods(*rng.standard_normal((2, 300, 2)))["density"] for _ in range(5)]
    assert np.mean(values) == pytest.approx(1, abs=0.05)
