"""What ``compare transfer`` found: plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imusim.compare.result import Interval


@dataclass(frozen=True)
class Split:
    """Who is trained on and who is tested; nobody is both."""

    train: tuple[str, ...]
    test: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Regime:
    """One way to train, tested on the same real windows as all the others.

    Parameters
    ----------
    name : str
        ``simulated`` (TSTR), ``real`` (TRTR), ``simulated + real``, ``simulated + 1 real``,
        ``1 real`` …: so many windows of each class.
    kind : {"simulated", "real", "both", "few"}
        ``few``: with ``real_per_class`` real windows of each class.
    simulated : bool
        Whether simulated windows were trained on.
    real_per_class : int, optional
        How many real windows of each class; ``None``: all, or none for ``simulated``.
    trained_on : int
        Windows, a mean over splits and draws.
    macro_f1, accuracy : Interval
        Of the real test windows, all splits together; ``count``: test windows.
    ratio : Interval
        Macro-F1 over that of ``real``, in the same resamples.
    by_split : tuple of float
        Macro-F1 of each split.
    recall : mapping of str to float
        By class.
    confusion : (K, K) int array
        Row: what it was; column: what it was taken for. Summed over splits and draws.
    """

    name: str
    kind: str
    simulated: bool
    real_per_class: int | None
    trained_on: float
    macro_f1: Interval
    accuracy: Interval
    ratio: Interval
    by_split: tuple[float, ...]
    recall: Mapping[str, float]
    confusion: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TransferResult:
    """How well a classifier does on real windows after each way to train.

    Parameters
    ----------
    settings : mapping
        What was asked for, for the record: model, recipe, seed …
    model : str
    classes : tuple of str
    splits : tuple of Split
    regimes : tuple of Regime
        ``simulated`` and ``real`` are always among them.
    counts : mapping of str to (int, int)
        Class to simulated and real windows.
    notes : tuple of str
        What was left out, and why.
    """

    settings: Mapping[str, object]
    model: str
    classes: tuple[str, ...]
    splits: tuple[Split, ...]
    regimes: tuple[Regime, ...]
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def regime(self, name: str) -> Regime:
        """The regime of a name. Raises KeyError for any other."""
        return {regime.name: regime for regime in self.regimes}[name]
