"""The classifiers: features of windows, and what learns to tell classes by them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.compare.features import handcrafted, profile
from imusim.compare.transfer.scores import Score
from imusim.compare.windows import Array, Windows, Words
from imusim.errors import ConfigError, MissingExtraError
from imusim.names import did_you_mean

KERNELS = 4_000
PENALTIES = np.logspace(0, 5, 11)
"""Of ridge regression on standardised features; the best by leave-one-out is taken."""
INVERSE_PENALTY = 0.1
"""Of logistic regression on standardised features."""

Encode = Callable[[Windows], Array]


@dataclass(frozen=True)
class Model:
    """A classifier of windows, in two steps.

    Parameters
    ----------
    name, summary : str
    encode : callable
        ``encode(windows, seed)``: sees windows without their labels, and gives what makes
        features of windows.
    learn : callable
        ``learn(features, labels, weights, seed)``: what scores the classes. ``weights`` (W,) have
        the mean 1.
    random : bool
        Whether what is learnt depends on the seed much.
    """

    name: str
    summary: str
    encode: Callable[[Windows, int], Encode]
    learn: Callable[[Array, Words, Array, int], Score]
    random: bool = False


def with_norms(windows: Windows) -> Array:
    """Channels (W, 8 S, T): those of the windows and their vectors' lengths."""
    lengths = np.linalg.norm(windows.vectors, axis=3)
    count, _, samples = windows.signals.shape
    return np.concatenate([windows.signals, lengths.reshape(count, -1, samples)], axis=1)


def encode_minirocket(windows: Windows, seed: int) -> Encode:
    """MiniRocket's features (Dempster, Schmidt and Webb 2021), by aeon.

    Raises
    ------
    ConfigError
        If windows are shorter than its kernels.
    MissingExtraError
        Where aeon is not installed.
    """
    try:
        from aeon.transformations.collection.convolution_based import MiniRocket
    except ImportError:
        raise MissingExtraError(
            "MiniRocket needs aeon: pip install 'imusim-toolkit[compare]'"
        ) from None
    if windows.signals.shape[-1] < 10:  # a kernel is 9 long
        raise ConfigError(
            f"windows of {windows.signals.shape[-1]} samples are too short for MiniRocket: "
            "10 at least"
        )
    rocket = MiniRocket(n_kernels=KERNELS, random_state=seed, n_jobs=1)
    rocket.fit(with_norms(windows).astype(np.float32))

    def encode(others: Windows) -> Array:
        return np.asarray(rocket.transform(with_norms(others).astype(np.float32)), float)

    return encode


def _encode_handcrafted(windows: Windows, seed: int) -> Encode:  # noqa: ARG001 (nothing is learnt)
    return lambda others: np.hstack([handcrafted(others).values, profile(others).values])


def _learn_ridge(features: Array, labels: Words, weights: Array, seed: int) -> Score:  # noqa: ARG001
    ridge, scaler, _ = _sklearn()
    scale = scaler().fit(features)
    classifier = ridge(PENALTIES).fit(scale.transform(features), labels, weights)
    return _with_two(lambda others: classifier.decision_function(scale.transform(others)))


def _learn_logistic(features: Array, labels: Words, weights: Array, seed: int) -> Score:
    _, scaler, logistic = _sklearn()
    scale = scaler().fit(features)
    classifier = logistic(C=INVERSE_PENALTY, max_iter=500, random_state=seed)
    with warnings.catch_warnings():  # of one window of each class, which is what is asked for
        warnings.simplefilter("ignore", UserWarning)
        classifier.fit(scale.transform(features), labels, weights)
    return lambda others: classifier.predict_proba(scale.transform(others))


def _with_two(decide: Callable[[Array], NDArray[np.floating]]) -> Score:
    """A score for both of two classes, where there is one for the second."""

    def score(others: Array) -> Array:
        found = np.asarray(decide(others), float)
        return found if found.ndim == 2 else np.stack([-found, found], axis=1)

    return score


def logistic_regression(features: Array, first: NDArray[np.bool_], inverse_penalty: float) -> Array:
    """Weights (F,) that tell the first kind from the other, both kinds counting alike."""
    logistic = _sklearn()[2]
    classifier = logistic(C=inverse_penalty, max_iter=1000, class_weight="balanced")
    return np.asarray(classifier.fit(features, first).coef_[0], float)


def _sklearn():
    try:
        from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
        from sklearn.preprocessing import StandardScaler
    except ImportError:
        raise MissingExtraError(
            "this needs scikit-learn: pip install 'imusim-toolkit[compare]'"
        ) from None
    return RidgeClassifierCV, StandardScaler, LogisticRegression


def _encode_channels(windows: Windows, seed: int) -> Encode:  # noqa: ARG001 (nothing is learnt)
    return lambda others: others.signals


def _learn_cnn(features: Array, labels: Words, weights: Array, seed: int) -> Score:
    from imusim.compare.transfer.cnn import learn_cnn

    return learn_cnn(features, labels, weights, seed)


MODELS = {
    model.name: model
    for model in (
        Model(
            "minirocket", "MiniRocket's features, ridge regression", encode_minirocket, _learn_ridge
        ),
        Model(
            "handcrafted",
            "features with names, logistic regression",
            _encode_handcrafted,
            _learn_logistic,
        ),
        Model("cnn", "three convolutions over time, PyTorch", _encode_channels, _learn_cnn, True),
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
