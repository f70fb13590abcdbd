"""Who is trained on and tested, and which few windows a model is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from imusim.compare.transfer.result import Split
from imusim.compare.transfer.splits import check_splits, folds
from imusim.errors import ConfigError

Numbers = NDArray[np.int64]


def splits_of(
    subjects: NDArray[np.str_], count: int, test: Sequence[str] = ()
) -> tuple[Split, ...]:
    """So many folds by people; or, where it is stated who is tested, the one split that it makes.

    Raises
    ------
    ConfigError
        If there is nobody to train on, or to test.
    """
    if not test:
        return folds(subjects, count)
    people = np.unique(subjects).tolist()
    split = Split(tuple(p for p in people if p not in test), tuple(p for p in people if p in test))
    check_splits([split], subjects)
    return (split,)


def sides(split: Split, subjects: NDArray[np.str_]) -> tuple[Numbers, Numbers]:
    """Numbers of the windows that are trained on, and of those that are tested."""
    return (
        np.flatnonzero(np.isin(subjects, split.train)),
        np.flatnonzero(np.isin(subjects, split.test)),
    )


def draw_shots(
    labels: NDArray[np.int64], among: Numbers, shots: Sequence[int], count: int, seed: int
) -> list[dict[int, Numbers]]:
    """Windows to show: of each class k, drawn anew so many times.

    The windows for a small k are among those for a larger one. A class with fewer windows gives
    all that it has.

    Parameters
    ----------
    labels : (W,) int array
    among : int array
        Numbers of the windows to draw from: those of the training subjects.
    shots : sequence of int
        The numbers k.
    count, seed : int

    Returns
    -------
    list of dict
        Of each draw, k to sorted numbers of windows.

    Raises
    ------
    ConfigError
        If a k or the count is below one.
    """
    if count < 1 or any(k < 1 for k in shots):
        raise ConfigError("shots and their draws are 1 or more")
    found = []
    for sequence in np.random.SeedSequence(seed).spawn(count):
        rng = np.random.default_rng(sequence)
        order = rng.permutation(among)
        by_class = [order[labels[order] == label] for label in np.unique(labels[among])]
        found.append({k: np.sort(np.concatenate([own[:k] for own in by_class])) for k in shots})
    return found
