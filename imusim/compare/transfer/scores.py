"""How good predictions are, with intervals over people and their recordings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.compare.bootstrap import CONFIDENCE, tail_of
from imusim.compare.result import Interval
from imusim.compare.windows import Array, Words

Score = Callable[[Array], Array]
"""Of features (W, …) a score (W, K) for each class, in alphabetical order."""


@dataclass(frozen=True, eq=False)
class Tested:
    """What the test windows are and what they were taken for; classes by number.

    ``truth`` (N,) int; ``predicted`` (D, N) int: one row a draw; ``subjects``, ``groups`` (N,).
    """

    truth: NDArray[np.intp]
    predicted: NDArray[np.intp]
    subjects: Words
    groups: Words
    classes: int

    def confusions(self, weights: Array | None = None) -> Array:
        """Counts (D, K, K), truth by rows, of windows that count so often each."""
        k = self.classes
        places = self.truth * k + self.predicted
        counts = [np.bincount(row, weights, minlength=k * k) for row in places]
        return np.reshape(counts, (-1, k, k)).astype(float)


def macro_f1(confusions: Array) -> Array:
    """Macro-F1 (…) of confusion matrices (…, K, K), over the classes that occur."""
    right = np.diagonal(confusions, axis1=-2, axis2=-1)
    real, said = confusions.sum(axis=-1), confusions.sum(axis=-2)
    f1 = 2 * right / np.maximum(real + said, 1e-12)
    occurs = real > 0
    return (f1 * occurs).sum(axis=-1) / np.maximum(occurs.sum(axis=-1), 1)


def accuracy(confusions: Array) -> Array:
    """Share (…) of windows that were recognised."""
    right = np.trace(confusions, axis1=-2, axis2=-1)
    return right / np.maximum(confusions.sum(axis=(-2, -1)), 1e-12)


def resamples(subjects: Words, groups: Words, count: int, rng: np.random.Generator) -> list[Array]:
    """How often each window counts: subjects drawn with replacement, then their recordings."""
    _, subject = np.unique(subjects, return_inverse=True)
    _, group = np.unique(np.stack([subjects, groups], axis=1), axis=0, return_inverse=True)
    group = group.ravel()
    own = [np.unique(group[subject == s]) for s in range(subject.max() + 1)]
    found = []
    for _ in range(count):
        times = np.zeros(group.max() + 1)
        for s in rng.integers(len(own), size=len(own)):
            np.add.at(times, rng.choice(own[s], len(own[s])), 1)
        found.append(times[group])
    return found


def interval(value: float, drawn: list[float], people: int, count: int) -> Interval:
    """A figure with percentiles of its resamples, further out where people are few.

    As :mod:`imusim.compare.bootstrap` has it. Of one person they are of that person's recordings.
    """
    kept = np.asarray(drawn)[np.isfinite(drawn)]
    if not len(kept):
        return Interval(value, np.nan, np.nan, count)
    tail = tail_of(people) if people > 1 else (1 - CONFIDENCE) / 2
    low, high = np.quantile(kept, [tail, 1 - tail])
    return Interval(value, float(low), float(high), count)


def scored(
    tested: Tested, weights: list[Array], score: Callable[[Array], Array]
) -> tuple[float, list[float]]:
    """A score of all windows and of each resample, a mean over draws."""
    drawn = [float(score(tested.confusions(weight)).mean()) for weight in weights]
    return float(score(tested.confusions()).mean()), drawn
