"""Groups dealt out to parts: every group once, near the shares, the same for the same seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.corpus.combine.shares import deal
from imusim.errors import ConfigError

SIZES = st.lists(st.integers(1, 10_000), min_size=3, max_size=60)
SHARES = st.lists(st.floats(0.05, 1.0), min_size=2, max_size=3)


@settings(max_examples=150, deadline=None)
@given(SIZES, SHARES, st.integers(0, 2**32))
def test_every_group_has_a_part_and_no_part_is_empty(sizes, shares, seed):
    part = deal(sizes, shares, seed)
    assert set(part) == set(range(len(shares)))
    np.testing.assert_array_equal(part, deal(sizes, shares, seed))
    # No part is further from its share than the largest group, or than it must be to have one.
    target = np.array(shares) / sum(shares) * sum(sizes)
    got = np.bincount(part, weights=sizes, minlength=len(shares))
    assert (abs(got - target) <= max(sizes) * len(shares)).all()


def best(sizes, share):
    """How near two parts can come, by trying all."""
    sums = np.zeros(1)
    for size in sizes:
        sums = np.concatenate([sums, sums + size])
    sums = sums[(sums > 0) & (sums < sum(sizes))]
    return np.abs(sums - share * sum(sizes)).min()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=2, max_size=14), st.floats(0.1, 0.9))
def test_two_parts_are_nearly_as_near_as_they_can_be(sizes, share):
    part = deal(sizes, [share, 1 - share], 0)
    off = abs(np.bincount(part, weights=sizes, minlength=2)[0] - share * sum(sizes))
    assert off <= best(sizes, share) + 0.5 * max(sizes)


def test_many_like_groups_hit_the_shares():
    sizes = np.random.default_rng(0).integers(200, 3000, 5000)
    part = deal(sizes.tolist(), [0.8, 0.1, 0.1], 3)
    got = np.bincount(part, weights=sizes) / sizes.sum()
    np.testing.assert_allclose(got, [0.8, 0.1, 0.1], atol=1e-5)


def test_another_seed_is_another_split():
    sizes = [100] * 30
    parts = {tuple(deal(sizes, [0.5, 0.5], seed)) for seed in range(5)}
    assert len(parts) == 5


def test_kept_groups_stay():
    sizes = [50, 10, 10, 10, 10, 10]
    part = deal(sizes, [0.5, 0.5], 0, {0: 1, 3: 0})
    assert part[0] == 1
    assert part[3] == 0
    np.testing.assert_array_equal(np.bincount(part, weights=sizes), [50, 50])
    only = deal(sizes, [1, 0], 0, {0: 1})
    np.testing.assert_array_equal(only, [1, 0, 0, 0, 0, 0])


def test_too_few_groups():
    with pytest.raises(ConfigError, match="would be empty: 1 for 2 parts"):
        deal([5], [0.5, 0.5], 0)
    with pytest.raises(ConfigError, match="a part would be empty"):
        deal([5, 6], [0.5, 0.5], 0, {0: 0, 1: 0})
