"""Splits and draws: nobody on both sides, so many of each class, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")
from imusim.errors import ConfigError
from imusim.learn.evaluation.draws import draw_shots, sides, splits_of

PEOPLE = st.lists(st.sampled_from("abcdefg"), min_size=4, max_size=40).filter(
    lambda people: len(set(people)) > 1
)


@given(PEOPLE, st.integers(2, 9), st.integers(0, 99))
@settings(deadline=None)
def test_nobody_is_on_both_sides(people, count, seed):
    subjects = np.array(people)
    labels = np.random.default_rng(seed).integers(3, size=len(people))
    tested = []
    for split in splits_of(subjects, count):
        train, test = sides(split, subjects)
        assert not set(subjects[train]) & set(subjects[test])
        assert len(train) + len(test) == len(people)
        tested += test.tolist()
        for draw in draw_shots(labels, train, (1, 2, 5), 3, seed):
            for k, shown in draw.items():
                assert set(shown) <= set(train)
                for label in np.unique(labels[train]):
                    of_class = np.sum(labels[train] == label)
                    assert np.sum(labels[shown] == label) == min(k, of_class)
            assert set(draw[1]) <= set(draw[2]) <= set(draw[5])
    assert sorted(tested) == list(range(len(people)))  # everyone is tested once


def test_a_stated_split():
    subjects = np.array(list("aabbccd"))
    (split,) = splits_of(subjects, 5, ["b", "d", "nobody"])
    assert (split.train, split.test) == (("a", "c"), ("b", "d"))
    for wrong in (["nobody"], list("abcd")):
        with pytest.raises(ConfigError, match="a split without"):
            splits_of(subjects, 5, wrong)
    with pytest.raises(ConfigError, match="need two subjects"):
        splits_of(np.array(["a", "a"]), 5)


def test_draws_are_the_seeds():
    labels = np.repeat([0, 1], 50)
    among = np.arange(100)
    first, again, other = (draw_shots(labels, among, (3,), 4, seed) for seed in (1, 1, 2))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a[3], b[3])
    assert any((a[3] != b[3]).any() for a, b in zip(first, other, strict=True))
    assert len({tuple(draw[3]) for draw in first}) == 4
    for shots, count in (((0,), 1), ((1,), 0)):
        with pytest.raises(ConfigError, match="1 or more"):
            draw_shots(labels, among, shots, count, 0)
