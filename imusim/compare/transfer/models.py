"""The classifiers: what is learnt from windows is held against other windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.compare.features import handcrafted, profile
from imusim.compare.windows import Array, Windows, Words
from imusim.errors import ConfigError, MissingExtraError
from imusim.names import did_you_mean

KERNELS = 4_000
PENALTIES = np.logspace(0, 5, 11)
"""Of ridge regression on standardised features; the best by leave-one-out is taken."""
INVERSE_PENALTY = 0.1
"""Of logistic regression on standardised features."""

Predict = Callable[[Windows], Words]
Fit = Callable[[Windows, Array, int], Predict]


@dataclass(frozen=True)
class Model:
    """A classifier of windows.

    Parameters
    ----------
    name, summary : str
    fit : callable
        ``fit(windows, weights, seed)``: learns, and gives what says the labels of windows.
        ``weights`` (W,) have the mean 1.
    """

    name: str
    summary: str
    fit: Fit


def with_norms(windows: Windows) -> Array:
    """Channels (W, 8 S, T): those of the windows and their vectors' lengths."""
    lengths = np.linalg.norm(windows.vectors, axis=3)
    count, _, samples = windows.signals.shape
    return np.concatenate([windows.signals, lengths.reshape(count, -1, samples)], axis=1)


def fit_minirocket(windows: Windows, weights: Array, seed: int) -> Predict:
    """MiniRocket's features (Dempster, Schmidt and Webb 2021) and ridge regression."""
    rocket = minirocket(seed)
    ridge, scaler = _sklearn()[:2]
    features = np.asarray(rocket.fit_transform(_single(windows)))
    scale = scaler().fit(features)
    classifier = ridge(PENALTIES).fit(scale.transform(features), windows.labels, weights)

    def predict(others: Windows) -> Words:
        found = np.asarray(rocket.transform(_single(others)))
        return np.asarray(classifier.predict(scale.transform(found)), str)

    return predict


def minirocket(seed: int):
    """The transformer of aeon. Raises MissingExtraError where aeon is not installed."""
    try:
        from aeon.transformations.collection.convolution_based import MiniRocket
    except ImportError:
        raise MissingExtraError(
            "MiniRocket needs aeon: pip install 'imusim-toolkit[compare]'"
        ) from None
    return MiniRocket(n_kernels=KERNELS, random_state=seed, n_jobs=1)


def _single(windows: Windows) -> NDArray[np.float32]:
    channels = with_norms(windows)
    if channels.shape[-1] < 10:  # a kernel is 9 long
        raise ConfigError(
            f"windows of {channels.shape[-1]} samples are too short for MiniRocket: 10 at least"
        )
    return channels.astype(np.float32)


def fit_handcrafted(windows: Windows, weights: Array, seed: int) -> Predict:
    """Features with names (:mod:`imusim.compare.features`) and logistic regression."""
    _, scaler, logistic = _sklearn()
    features = _features(windows)
    scale = scaler().fit(features)
    classifier = logistic(C=INVERSE_PENALTY, max_iter=2000, random_state=seed)
    classifier.fit(scale.transform(features), windows.labels, weights)

    def predict(others: Windows) -> Words:
        return np.asarray(classifier.predict(scale.transform(_features(others))), str)

    return predict


def logistic_regression(features: Array, first: NDArray[np.bool_], inverse_penalty: float) -> Array:
    """Weights (F,) that tell the first kind from the other, both kinds counting alike."""
    logistic = _sklearn()[2]
    classifier = logistic(C=inverse_penalty, max_iter=1000, class_weight="balanced")
    return np.asarray(classifier.fit(features, first).coef_[0], float)


def _features(windows: Windows) -> Array:
    return np.hstack([handcrafted(windows).values, profile(windows).values])


def _sklearn():
    try:
        from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
        from sklearn.preprocessing import StandardScaler
    except ImportError:
        raise MissingExtraError(
            "this needs scikit-learn: pip install 'imusim-toolkit[compare]'"
        ) from None
    return RidgeClassifierCV, StandardScaler, LogisticRegression


def _fit_cnn(windows: Windows, weights: Array, seed: int) -> Predict:
    from imusim.compare.transfer.cnn import fit_cnn

    return fit_cnn(windows, weights, seed)


MODELS = {
    model.name: model
    for model in (
        Model("minirocket", "MiniRocket's features, ridge regression", fit_minirocket),
        Model("handcrafted", "features with names, logistic regression", fit_handcrafted),
        Model("cnn", "three convolutions over time and a mean, PyTorch", _fit_cnn),
    )
}


def get_model(name: str) -> Model:
    """The model of a name. Raises ConfigError with the valid names for any other."""
    if name not in MODELS:
        hint = did_you_mean(name, MODELS)
        raise ConfigError(f"no model {name!r}.{hint} There are: {', '.join(MODELS)}")
    return MODELS[name]


def weights_of(shares: Sequence[tuple[int, float]]) -> Array:
    """Weights, mean 1, of sets behind each other: each (windows, share of the whole weight)."""
    total = sum(count for count, _ in shares)
    whole = sum(share for count, share in shares if count)
    return np.concatenate(
        [np.full(count, share / whole * total / count) for count, share in shares if count]
    )
