"""A classifier that is to tell simulated windows from real ones, and by what it does so.

The two-sample test of Lopez-Paz and Oquab (2017): if the classifier does no better on windows of
people it has not seen than by chance (AUC 0.5), the two samples are alike as far as it can see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from imusim.compare.transfer.models import logistic_regression
from imusim.compare.windows import Array, Windows

FOLDS = 5
INVERSE_PENALTY = 0.05
"""Of logistic regression on standardised features: there are more of these than of people."""


@dataclass(frozen=True, eq=False)
class Detected:
    """``auc``, a mean over folds; ``importance`` (F,): what shuffling a feature takes from it."""

    auc: float
    importance: Array


def auc(score: Array, positive: NDArray[np.bool_]) -> float | Array:
    """Probability (…) that a positive has the higher score (…, N); NaN where there is one kind."""
    many, few = positive.sum(), (~positive).sum()
    if not (many and few):
        return np.full(score.shape[:-1], np.nan)
    ranks = rankdata(score, axis=-1)[..., positive].sum(axis=-1)
    return (ranks - many * (many + 1) / 2) / (many * few)


def detect(
    one: tuple[Windows, Array], other: tuple[Windows, Array], rng: np.random.Generator
) -> Detected:
    """How well the first is told from the second, by their features (N, F) and (M, F).

    Folds keep people together, those of one name in both samples too; recordings where a sample
    is of one person. NaN where no fold has both samples in training and test.
    """
    features = np.vstack([one[1], other[1]])
    first = np.repeat([True, False], [len(one[1]), len(other[1])])
    fold = _folds(one[0], other[0], rng)
    areas, drops = [], []
    for number in range(fold.max() + 1):
        test = fold == number
        if len(set(first[test])) < 2 or len(set(first[~test])) < 2:
            continue
        mean, spread = features[~test].mean(axis=0), features[~test].std(axis=0)
        scaled = (features - mean) / np.where(spread > 1e-9, spread, 1.0)
        scaled = np.clip(scaled, -10, 10)  # one wild value is not to decide
        weight = logistic_regression(scaled[~test], first[~test], INVERSE_PENALTY)
        score = scaled[test] @ weight
        area = auc(score, first[test])
        shuffled = scaled[test][rng.permutation(test.sum())]
        without = score + ((shuffled - scaled[test]) * weight).T  # (F, N)
        areas.append(float(area))
        drops.append(area - np.asarray(auc(without, first[test])))
    if not areas:
        return Detected(float("nan"), np.full(features.shape[1], np.nan))
    return Detected(float(np.mean(areas)), np.mean(drops, axis=0))


def _folds(one: Windows, other: Windows, rng: np.random.Generator) -> NDArray[np.intp]:
    """Number of the fold of each window, dealt out evenly to the people of either sample."""
    names = [windows.subjects for windows in (one, other)]
    if any(len(np.unique(side)) < 2 for side in names):
        names = [
            np.char.add(np.char.add(windows.subjects, "\n"), windows.groups)
            for windows in (one, other)
        ]
    count = min(FOLDS, *(len(np.unique(side)) for side in names))
    known: dict[str, int] = {}
    for side in names:
        new = [name for name in rng.permutation(np.unique(side)).tolist() if name not in known]
        known |= {name: n % count for n, name in enumerate(new)}
    return np.array([known[name] for side in names for name in side.tolist()], np.intp)
