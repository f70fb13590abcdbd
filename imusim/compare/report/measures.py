"""How a figure is called and what is good, for any that a result may have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from imusim.compare.metrics import METRICS
from imusim.compare.report.model import Best

HEADLINE = ("acc_norm_r", "acc_r", "gyro_norm_r", "gyro_r")
"""What a comparison is judged by, the first before all: correlations of norms and of axes."""
_ALSO = ("acc_rmse", "gyro_rmse", "acc_peak", "gyro_peak")
_WORDS = {
    "acc": "acceleration", "gyro": "angular rate", "r": "correlation", "r2": "R²",
    "rmse": "RMSE", "nrmse": "normalised RMSE", "peak": "peaks",
}  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """A figure: its name in data and in a heading, its unit, what is best, what it says."""

    name: str
    title: str
    unit: str = ""
    best: Best = ""
    note: str = ""

    @property
    def headline(self) -> bool:
        """Whether it is shown before all figures are asked for."""
        return self.name in HEADLINE + _ALSO


TARGETS: dict[Best, float] = {"zero": 0.0, "half": 0.5, "one": 1.0}
_OTHERS = {
    "auc": Measure("auc", "AUC", "", "half", "Of a classifier that tells the two apart"),
    "wasserstein": Measure("wasserstein", "Wasserstein distance", "σ", "lower",
                           "Mean over features, in standard deviations of the real windows"),
    "mmd": Measure("mmd", "MMD²", "", "lower", "Maximum mean discrepancy, squared"),
    "mmd_p": Measure("mmd_p", "MMD p", "", "", "Chance of such a discrepancy if alike"),
    "frechet": Measure("frechet", "Fréchet distance", "", "lower", "In the encoder's space"),
    "precision": Measure("precision", "precision", "", "higher",
                         "Part of the simulated windows among real ones"),
    "recall": Measure("recall", "recall", "", "higher",
                      "Part of the real windows among simulated ones"),
    "density": Measure("density", "density", "", "one",
                       "How thickly real windows lie about simulated ones"),
    "coverage": Measure("coverage", "coverage", "", "higher",
                        "Part of the real windows that have a simulated neighbour"),
    "macro_f1": Measure("macro_f1", "macro-F1", "", "higher", "Mean of the classes' F1"),
    "accuracy": Measure("accuracy", "accuracy", "", "higher", "Part told rightly"),
    "recall_at_2": Measure("recall_at_2", "R@2", "", "higher", "Part of which the class is among "
                           "the two that score best"),
    "mrr": Measure("mrr", "MRR", "", "higher", "Mean of one over the place of the class among all"),
    "ratio": Measure("ratio", "ratio", "", "higher", "Macro-F1 over that of real data"),
}  # fmt: skip
"""Of comparisons of corpora, of transfer and of evaluations."""


def measure(name: str) -> Measure:
    """Of a name; an unknown one is called what it is."""
    known = METRICS.get(name)
    if name in _OTHERS:
        return _OTHERS[name]
    if known is None:
        return Measure(name, name.replace("_", " "), note=name)
    signal, *rest = name.split("_")
    title = " ".join([_WORDS.get(signal, signal), *(_WORDS.get(word, word) for word in rest)])
    return Measure(name, title, known.unit, known.best, f"{name}: {known.summary}")


def measures(figures: Iterable[Iterable[str]]) -> tuple[Measure, ...]:
    """All that some results have, the headline first."""
    names = dict.fromkeys(name for one in figures for name in one)
    first = [name for name in HEADLINE + _ALSO if name in names]
    return tuple(measure(name) for name in dict.fromkeys([*first, *names]))


def gain(value: float, best: Best) -> float:
    """A figure as one of which more is better; as it is where nothing is said of the best."""
    if best == "lower":
        return -value
    if best in TARGETS:
        return -abs(value - TARGETS[best])
    return value
