"""How good scores of classes are, with intervals over people and their recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from imusim.compare.result import Interval
from imusim.compare.transfer.scores import Tested, accuracy, interval, macro_f1, scored

Array = NDArray[np.float64]
Words = NDArray[np.str_]

FIGURES = ("accuracy", "macro_f1", "recall_at_2", "mrr")


@dataclass(frozen=True, eq=False)
class Outcome:
    """What N windows were taken for, D times: by models of several seeds, in several draws.

    Parameters
    ----------
    truth : (N,) int array
        Classes by number.
    predicted : (D, N) int array
    rank : (D, N) int array
        Place of the true class among the scores, 1 for the best.
    subjects, groups : (N,) array of str
    classes : int
    """

    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]
    rank: NDArray[np.int64]
    subjects: Words
    groups: Words
    classes: int

    def rows(self, chosen: NDArray[np.int64]) -> Outcome:
        """Some of the D."""
        return replace(self, predicted=self.predicted[chosen], rank=self.rank[chosen])

    @property
    def tested(self) -> Tested:
        """As :mod:`imusim.compare.transfer.scores` has it."""
        return Tested(
            self.truth.astype(np.intp), self.predicted.astype(np.intp),
            self.subjects, self.groups, self.classes,
        )  # fmt: skip


def ranked(
    scores: Array | Sequence[Array], truth: NDArray[np.int64], subjects: Words, groups: Words
) -> Outcome:
    """Of scores (N, K), or of several such.

    Among equal scores the true class comes last, so that who tells nothing gains nothing by it.
    """
    several = np.stack([scores] if isinstance(scores, np.ndarray) else list(scores))
    own = np.take_along_axis(several, truth[None, :, None], axis=2)
    rank = (several >= own).sum(axis=2)
    return Outcome(truth, several.argmax(axis=2), rank, subjects, groups, several.shape[2])


def joined(parts: Sequence[Outcome]) -> Outcome:
    """Of the test windows of several splits, behind each other; all were tested as often."""
    return Outcome(
        np.concatenate([part.truth for part in parts]),
        np.concatenate([part.predicted for part in parts], axis=1),
        np.concatenate([part.rank for part in parts], axis=1),
        np.concatenate([part.subjects for part in parts]),
        np.concatenate([part.groups for part in parts]),
        parts[0].classes,
    )


def figures_of(scores: Array, truth: NDArray[np.int64]) -> dict[str, float]:
    """:data:`FIGURES` of scores (N, K)."""
    nobody = np.zeros(len(truth), "<U1")
    return {
        name: f.value
        for name, f in with_intervals(ranked(scores, truth, nobody, nobody), []).items()
    }


def with_intervals(outcome: Outcome, weights: Sequence[Array]) -> dict[str, Interval]:
    """:data:`FIGURES`, means over the D; intervals of resamples of people and recordings.

    Parameters
    ----------
    outcome : Outcome
    weights : sequence of (N,) array
        How often each window counts in each resample, as
        :func:`imusim.compare.transfer.scores.resamples` draws them.
    """
    tested, people, count = outcome.tested, len(np.unique(outcome.subjects)), len(outcome.truth)
    found = {
        "accuracy": scored(tested, list(weights), accuracy),
        "macro_f1": scored(tested, list(weights), macro_f1),
    }
    for name, each in (
        ("recall_at_2", (outcome.rank <= 2).mean(axis=0)),
        ("mrr", (1 / outcome.rank).mean(axis=0)),
    ):
        drawn = [float(each @ weight / weight.sum()) for weight in weights]
        found[name] = (float(each.mean()), drawn)
    return {name: interval(value, drawn, people, count) for name, (value, drawn) in found.items()}
