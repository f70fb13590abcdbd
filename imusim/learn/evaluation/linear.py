"""Linear classifiers on features that stay as they are."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MissingExtraError

Array = NDArray[np.float64]

PENALTIES = (0.001, 0.01, 0.1, 1.0)
"""Inverse penalties among which a probe chooses, on standardised features."""
RIDGES = np.logspace(0, 5, 11)
"""Penalties of ridge regression."""
FEW_PENALTY = 0.1
"""That of a few shots, of which none can be spared to choose it."""
_ITERATIONS = 200
_INNER_FOLDS = 3


def fit_linear(
    features: Array, labels: NDArray[np.int64], classes: int, inverse_penalty: float = FEW_PENALTY
):
    """Logistic regression on standardised features.

    Returns
    -------
    callable
        Of features (N, F) log-probabilities (N, K); of classes that it was not shown they are the
        least of all.

    Raises
    ------
    MissingExtraError
        Where scikit-learn is not installed.
    """
    logistic, scaler = _sklearn()
    shown = np.unique(labels)
    scale = scaler().fit(features)
    classifier = logistic(C=inverse_penalty, max_iter=_ITERATIONS, tol=1e-3)
    if len(shown) > 1:
        with warnings.catch_warnings():  # so many steps are enough; one window a class is asked for
            warnings.simplefilter("ignore")
            classifier.fit(scale.transform(features), labels)

    def scores(others: Array) -> Array:
        found = np.full((len(others), classes), -1e3)
        known = classifier.predict_log_proba(scale.transform(others)) if len(shown) > 1 else 0.0
        found[:, shown] = np.maximum(known, -1e2)
        return found

    return scores


def fit_ridge(features: Array, labels: NDArray[np.int64], classes: int):
    """Ridge regression on standardised features, of many that each tell little.

    The penalty is chosen by leaving out each window in turn, which needs no further fit.

    Returns
    -------
    callable
        Of features (N, F) scores (N, K); of classes that it was not shown they are the least.

    Raises
    ------
    MissingExtraError
        Where scikit-learn is not installed.
    """
    _, scaler = _sklearn()
    from sklearn.linear_model import RidgeClassifierCV

    shown = np.unique(labels)
    scale = scaler().fit(features)
    classifier = RidgeClassifierCV(RIDGES)
    if len(shown) > 1:
        classifier.fit(scale.transform(features), labels)

    def scores(others: Array) -> Array:
        found = np.full((len(others), classes), -1e3)
        known: Array | float = 0.0
        if len(shown) > 1:
            known = np.asarray(classifier.decision_function(scale.transform(others)), float)
            if known.ndim == 1:  # two classes: that of the second
                known = np.stack([-known, known], axis=1)
        found[:, shown] = np.clip(known, -1e2, None)
        return found

    return scores


def choose_penalty(
    features: Array, labels: NDArray[np.int64], subjects: NDArray[np.str_],
    penalties: Sequence[float] = PENALTIES,
) -> float:  # fmt: skip
    """The inverse penalty with the best macro-F1 on people left out of the training subjects.

    With a single training subject, :data:`FEW_PENALTY`.
    """
    _sklearn()
    from sklearn.metrics import f1_score
    from sklearn.model_selection import GroupKFold

    people = len(np.unique(subjects))
    if people < 2:
        return FEW_PENALTY
    found = dict.fromkeys(penalties, 0.0)
    classes = int(labels.max()) + 1
    for train, test in GroupKFold(min(_INNER_FOLDS, people)).split(features, labels, subjects):
        for penalty in penalties:
            scores = fit_linear(features[train], labels[train], classes, penalty)
            guessed = scores(features[test]).argmax(axis=1)
            found[penalty] += float(f1_score(labels[test], guessed, average="macro"))
    return max(penalties, key=lambda penalty: found[penalty])


def _sklearn():
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import StandardScaler
    except ImportError:
        raise MissingExtraError(
            "linear probes need scikit-learn: pip install 'imusim-toolkit[learn]'"
        ) from None
    return LogisticRegression, StandardScaler
