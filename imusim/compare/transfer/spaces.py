"""What is trained and tested in a split, as features, and one way to train on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.compare.transfer.models import Model, weights_of
from imusim.compare.transfer.recipe import Recipe, augmented, prepared
from imusim.compare.transfer.result import Split
from imusim.compare.windows import Array, Windows, Words
from imusim.errors import ConfigError

Adapt = Callable[[Windows, Windows], Windows]
"""Fits real windows to the simulated ones that are trained on, without their labels."""


@dataclass(frozen=True)
class Way:
    """A way to train: its name, and how many real windows of each class."""

    name: str
    kind: str
    simulated: bool
    per_class: int | None


@dataclass(frozen=True, eq=False)
class Side:
    """Features of the windows of a split, all by one encoder."""

    simulated: Array
    real: Array
    test: Array


@dataclass(frozen=True, eq=False)
class Space:
    """All that is trained and tested in a split: as recorded, and as the recipe prepares it."""

    model: Model
    classes: Words
    simulated_labels: Words
    real_labels: Words
    recorded: Side
    prepared: Side
    test: Windows
    seed: int


def make_space(
    simulated: Windows,
    real: Windows,
    split: Split,
    model: Model,
    recipe: Recipe,
    adapt: Adapt | None,
    seed: int,
) -> Space:
    """Features of all windows of a split.

    Raises
    ------
    ConfigError
        If nothing simulated is left, or a class is missing in training.
    """
    own = np.isin(simulated.subjects, split.test)
    if own.all():
        raise ConfigError(f"all simulated windows are of test subjects: {', '.join(split.test)}")
    train, test = real.of(subjects=split.train), real.of(subjects=split.test)
    simulated = simulated.take(~own)
    for name, there in (("real", train), ("simulated", simulated)):
        missing = set(real.classes) - set(there.classes)
        if missing:
            raise ConfigError(
                f"no {name} training window of {', '.join(sorted(missing))} in a split"
            )
    rng = np.random.default_rng(seed)
    if adapt is not None:
        train, test = adapt(train, simulated), adapt(test, simulated)
    shown = prepared(augmented(simulated, recipe.augmentation, rng), recipe)
    sides = []
    # Each encoder sees but the windows that all that is learnt with it may see.
    for first, prepare in (
        (train, lambda windows: windows),
        (shown, lambda w: prepared(w, recipe)),
    ):
        encode = model.encode(first, seed)
        ours = encode(shown) if first is shown else np.zeros(())
        sides.append(Side(ours, encode(prepare(train)), encode(prepare(test))))
    return Space(
        model, np.unique(real.labels), shown.labels, train.labels, sides[0], sides[1], test, seed
    )  # fmt: skip


def predicted(space: Space, way: Way, recipe: Recipe, draw: int) -> tuple[Words, int]:
    """Labels of the test windows, and how many windows were trained on."""
    few_seed, model_seed = np.random.SeedSequence((space.seed, draw)).spawn(2)
    seed = int(model_seed.generate_state(1)[0] % 2**31)
    chosen = np.arange(len(space.real_labels))
    if way.per_class is not None:
        chosen = few_of_each(space.real_labels, way.per_class, few_seed)
    labels, recorded = space.real_labels[chosen], space.recorded
    learn = space.model.learn
    scores, size = np.zeros(()), len(chosen)
    if way.simulated:
        features, ours = space.prepared.simulated, space.simulated_labels
        size += len(ours)
        share = recipe.real_share
        weights = weights_of([(len(ours), 1 - share), (len(chosen), share)])
        features = np.concatenate([features, space.prepared.real[chosen]])
        score = learn(features, np.concatenate([ours, labels]), weights, seed)
        scores = score(space.prepared.test)
    if way.per_class is None:
        alone = learn(recorded.real[chosen], labels, np.ones(len(chosen)), seed)
        scores = scores + alone(recorded.test)
    elif not way.simulated:
        scores = learn(recorded.real[chosen], labels, np.ones(len(chosen)), seed)(recorded.test)
    return space.classes[scores.argmax(axis=1)], size


def few_of_each(labels: Words, count: int, seed: np.random.SeedSequence) -> NDArray[np.intp]:
    """Numbers of so many windows of each class, or all where there are fewer."""
    rng = np.random.default_rng(seed)
    own = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    return np.concatenate([rng.permutation(numbers)[:count] for numbers in own] or [[]]).astype(
        np.intp
    )
