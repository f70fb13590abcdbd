"""Train on simulated, on real, on both; test on the same real windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from imusim.compare.result import Interval
from imusim.compare.transfer.models import get_model
from imusim.compare.transfer.recipe import Recipe
from imusim.compare.transfer.result import Regime, Split, TransferResult
from imusim.compare.transfer.scores import (
    Tested,
    accuracy,
    interval,
    macro_f1,
    resamples,
    scored,
)
from imusim.compare.transfer.spaces import Adapt, Way, make_space, predicted
from imusim.compare.transfer.splits import check_splits, folds
from imusim.compare.windows import Array, Windows, Words, joined, match
from imusim.errors import ConfigError

FEW = (1, 2, 5)
DRAWS = 3
"""How often the few real windows are drawn anew."""
RESAMPLES = 1000


def _ways(few: Sequence[int]) -> list[Way]:
    both = [Way(f"simulated + {k} real", "few", True, k) for k in few]
    return [
        Way("simulated", "simulated", True, 0),
        Way("real", "real", False, None),
        *both,
        *(Way(f"{k} real", "few", False, k) for k in few),
        Way("simulated + real", "both", True, None),
    ]


def transfer(
    simulated: Windows,
    real: Windows,
    splits: Sequence[Split] | None = None,
    model: str = "minirocket",
    recipe: Recipe | None = None,
    few: Sequence[int] = FEW,
    draws: int = DRAWS,
    seed: int = 0,
    n_resamples: int = RESAMPLES,
    adapt: Adapt | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> TransferResult:
    """How well a classifier does on real windows after training on simulated ones.

    No simulated window of a test subject is trained on either, as far as names tell. Where
    simulated windows are trained on, the test windows are prepared as they are; where only real
    ones are, neither is: the recipe is made for simulated windows. After training on both, the two
    classifiers vote: of simulated and real windows as prepared, and of real ones as recorded.

    Parameters
    ----------
    simulated, real : Windows
        Of the same channels, length and rate. Classes are those that both have.
    splits : sequence of Split, optional
        Of the real subjects; by default five folds, or as many as there are subjects.
    model : str
        A name in :data:`imusim.compare.transfer.models.MODELS`.
    recipe : Recipe, optional
    few : sequence of int
        How many real windows of each class to add.
    draws : int
        Draws of these few, each with another seed of the model.
    seed : int
    n_resamples : int
        Of the bootstrap, over subjects and their recordings.
    adapt : callable, optional
        ``adapt(real, simulated)``: real windows, of training or of test, fitted to the simulated
        ones that are trained on, such as
        :func:`imusim.compare.transfer.mounting.mounted_alike`. It may not look at labels, and
        changes the windows of all ways to train.
    progress : callable
        Told what is trained.

    Raises
    ------
    ConfigError
        If windows do not fit each other, fewer than two classes are shared, or a split names
        nobody on one side, somebody on both, or nobody who was recorded.
    MissingExtraError
        Where the model's package is not installed.
    """
    match(simulated, real)
    if draws < 1 or any(k < 1 for k in few):
        raise ConfigError("draws and numbers of few real windows are 1 or more")
    recipe, chosen = recipe or Recipe(), get_model(model)
    classes = np.intersect1d(simulated.classes, real.classes)
    if len(classes) < 2:
        raise ConfigError(
            f"fewer than two activities in both; simulated: {', '.join(simulated.classes)}; "
            f"real: {', '.join(real.classes)}"
        )
    notes = _left_out(simulated, real, classes)
    simulated, real = simulated.of(labels=list(classes)), real.of(labels=list(classes))
    splits = tuple(splits) if splits is not None else folds(real.subjects, 5)
    check_splits(splits, real.subjects)
    progress("features")
    spaces = [
        make_space(simulated, real, split, chosen, recipe, adapt, int(own.generate_state(1)[0]))
        for split, own in zip(splits, np.random.SeedSequence(seed).spawn(len(splits)), strict=True)
    ]
    truth = joined(*(space.test for space in spaces))
    weights = resamples(truth.subjects, truth.groups, n_resamples, np.random.default_rng(seed))
    found: dict[str, tuple[Way, Tested, float]] = {}
    for way in _ways(few):
        progress(way.name)
        rows, sizes = [], []
        for draw in range(draws if way.kind == "few" or chosen.random else 1):
            ends = [predicted(space, way, recipe, draw) for space in spaces]
            rows.append(np.concatenate([labels for labels, _ in ends]))
            sizes.append(np.mean([size for _, size in ends]))
        tested = Tested(
            np.searchsorted(classes, truth.labels),
            np.searchsorted(classes, np.stack(rows)),
            truth.subjects,
            truth.groups,
            len(classes),
        )
        found[way.name] = (way, tested, float(np.mean(sizes)))
    ends = np.cumsum([0, *(len(space.test) for space in spaces)])
    _, base = scored(found["real"][1], weights, macro_f1)
    return TransferResult(
        settings={
            "seed": seed,
            "draws": draws,
            "resamples": n_resamples,
            "recipe": asdict(recipe),
        },
        model=chosen.name,
        classes=tuple(str(label) for label in classes),
        splits=splits,
        regimes=tuple(
            _regime(*of, base_f1(found["real"][1]), base, weights, ends, classes)
            for of in found.values()
        ),
        counts={
            str(label): (int((simulated.labels == label).sum()), int((real.labels == label).sum()))
            for label in classes
        },
        notes=tuple(notes),
    )


def base_f1(tested: Tested) -> float:
    """Macro-F1 of all test windows, a mean over draws."""
    return float(macro_f1(tested.confusions()).mean())


def _left_out(simulated: Windows, real: Windows, classes: Words) -> list[str]:
    notes = []
    for name, windows in (("simulated", simulated), ("real", real)):
        others = [label for label in windows.classes if label not in classes]
        if others:
            notes.append(f"only {name}, left out: {', '.join(others)}")
    return notes


def _regime(
    way: Way,
    tested: Tested,
    size: float,
    base: float,
    base_drawn: list[float],
    weights: list[Array],
    ends: NDArray[np.intp],
    classes: Words,
) -> Regime:
    count, people = len(tested.truth), len(np.unique(tested.subjects))
    f1, f1_drawn = scored(tested, weights, macro_f1)
    right, right_drawn = scored(tested, weights, accuracy)
    ratios = [f / b if b > 0 else np.nan for f, b in zip(f1_drawn, base_drawn, strict=True)]
    confusion = tested.confusions().sum(axis=0)
    recall = np.diagonal(confusion) / np.maximum(confusion.sum(axis=1), 1)
    place = np.arange(count)
    by_split = [
        float(macro_f1(tested.confusions(((place >= a) & (place < b)).astype(float))).mean())
        for a, b in pairwise(ends)
    ]
    return Regime(
        way.name,
        way.kind,
        way.simulated,
        way.per_class,
        size,
        interval(f1, f1_drawn, people, count),
        interval(right, right_drawn, people, count),
        interval(f1 / base if base > 0 else float("nan"), ratios, people, count)
        if way.name != "real"
        else Interval(1.0, 1.0, 1.0, count),
        tuple(by_split),
        {str(label): float(value) for label, value in zip(classes, recall, strict=True)},
        confusion.astype(np.int64),
    )
