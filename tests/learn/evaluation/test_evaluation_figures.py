"""Figures of scores: against scikit-learn, by hand, and of predictors that know nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")
from imusim.compare.transfer.scores import resamples
from imusim.learn.evaluation.figures import figures_of, joined, ranked, with_intervals
from imusim.learn.evaluation.result import make_line


def outcome_of(scores, truth, subjects=None):
    subjects = np.repeat("p", len(truth)) if subjects is None else subjects
    groups = np.array([f"g{n}" for n in range(len(truth))])
    return ranked(scores, truth, subjects, groups)


@given(st.integers(0, 10**6), st.integers(3, 7), st.integers(20, 60))
@settings(max_examples=25, deadline=None)
def test_figures_are_those_of_scikit_learn(seed, classes, count):
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(count, classes))
    truth = np.concatenate([np.arange(classes), rng.integers(classes, size=count - classes)])
    found = figures_of(scores, truth)
    guessed = scores.argmax(axis=1)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, guessed))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(truth, guessed, average="macro"))
    assert found["recall_at_2"] == pytest.approx(metrics.top_k_accuracy_score(truth, scores, k=2))
    # One relevant label a window: the mean precision over labels is one over its place.
    relevant = np.eye(classes)[truth]
    reciprocal = metrics.label_ranking_average_precision_score(relevant, scores)
    assert found["mrr"] == pytest.approx(reciprocal)
    line = make_line("probe", "x", None, outcome_of(scores, truth), tuple("abcdefg"[:classes]),
                     1, 2, 0)  # fmt: skip
    np.testing.assert_array_equal(line.confusion, metrics.confusion_matrix(truth, guessed))
    told = metrics.precision_recall_fscore_support(truth, guessed, zero_division=0)
    for k, name in enumerate(line.classes):
        own = line.classes[name]
        want = [part[k] for part in told]
        assert [own.precision, own.recall, own.f1, own.windows] == pytest.approx(want)


def test_by_hand():
    scores = np.array([[3.0, 2, 1], [3, 2, 1], [1, 2, 3], [2, 3, 1]])
    found = figures_of(scores, np.array([0, 1, 2, 2]))
    assert found["accuracy"] == 0.5
    assert found["recall_at_2"] == 0.75
    assert found["mrr"] == pytest.approx((1 + 1 / 2 + 1 + 1 / 3) / 4)
    assert found["macro_f1"] == pytest.approx((2 / 3 + 0 + 2 / 3) / 3)


def test_who_tells_nothing_gains_nothing_by_ties():
    found = figures_of(np.zeros((6, 3)), np.array([0, 1, 2, 0, 1, 2]))
    assert found["recall_at_2"] == 0
    assert found["mrr"] == pytest.approx(1 / 3)


@given(st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_a_constant_predictor_has_the_figures_of_the_majority(seed):
    rng = np.random.default_rng(seed)
    truth = np.concatenate([np.zeros(12, int), rng.integers(4, size=8), [1, 2, 3]])
    found = figures_of(np.tile([4.0, 3, 2, 1], (len(truth), 1)), truth)
    share = (truth == 0).mean()
    assert found["accuracy"] == pytest.approx(share)
    assert found["recall_at_2"] == pytest.approx((truth <= 1).mean())
    assert found["macro_f1"] == pytest.approx(2 * share / (1 + share) / 4)


def test_permuted_labels_give_chance():
    rng = np.random.default_rng(0)
    truth = rng.integers(4, size=4000)
    scores = np.eye(4)[truth] + 0.1 * rng.normal(size=(4000, 4))
    found = figures_of(scores, rng.permutation(truth))
    assert found["accuracy"] == pytest.approx(1 / 4, abs=0.03)
    assert found["recall_at_2"] == pytest.approx(1 / 2, abs=0.03)
    assert found["mrr"] == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 4) / 4, abs=0.03)


def test_intervals_are_of_people():
    """Of 12 people half are told rightly throughout: the mean of people swings, windows do not."""
    truth = np.zeros(1200, int)
    subjects = np.repeat([f"p{n:02}" for n in range(12)], 100)
    right = np.repeat([1.0, 0.0] * 6, 100)
    outcome = outcome_of(np.stack([right, 1 - right], axis=1), truth, subjects)
    weights = resamples(outcome.subjects, outcome.groups, 500, np.random.default_rng(0))
    found = with_intervals(outcome, weights)["accuracy"]
    assert found.value == 0.5
    # The mean of 12 coins: 1.96 sqrt(1/4 / 12) = 0.28, and more for few people.
    assert 0.25 < found.high - 0.5 < 0.45
    assert 0.25 < 0.5 - found.low < 0.45


def test_rows_are_models_and_draws():
    truth = np.array([0, 1])
    good, bad = np.eye(2), 1 - np.eye(2)
    outcome = outcome_of([good, good, bad, bad], truth)
    line = make_line("k-shot", "x", 1, outcome, ("a", "b"), 2, 4, 0)
    assert [own["accuracy"] for own in line.by_model] == [1.0, 0.0]
    assert line.figures["accuracy"].value == 0.5
    assert line.confusion.sum() == 8
    assert line.classes["a"].windows == 1
    both = joined([outcome, outcome])
    assert both.predicted.shape == (4, 4)
