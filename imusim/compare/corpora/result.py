"""What ``compare corpus`` found: plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from imusim.compare.result import Interval

FIGURES = {
    "auc": ("classifier AUC", 0.5),
    "wasserstein": ("mean Wasserstein distance", 0.0),
    "mmd": ("MMD²", 0.0),
    "mmd_p": ("MMD p", None),
    "frechet": ("Fréchet distance", 0.0),
    "precision": ("precision", 1.0),
    "recall": ("recall", 1.0),
    "density": ("density", 1.0),
    "coverage": ("coverage", 1.0),
}
"""Figure to its title and the value of two sets that are alike; ``None``: uniform in 0 … 1."""


@dataclass(frozen=True)
class FeatureDistance:
    """How one feature differs between simulated and real windows.

    Parameters
    ----------
    name, meaning : str
        Short name, and what it is in words with its unit.
    wasserstein : float
        Distance of the two distributions, in standard deviations of the real one.
    reference : float
        The same between halves of the real windows, split by subjects.
    real, simulated : (float, float, float)
        Quartiles: 25 %, median, 75 %.
    auc : float
        Of the feature alone, 0.5 … 1: how well it tells the two apart.
    importance : float
        Drop of the classifier's AUC where only this feature is shuffled.
    """

    name: str
    meaning: str
    wasserstein: float
    reference: float
    real: tuple[float, float, float]
    simulated: tuple[float, float, float]
    auc: float
    importance: float


@dataclass(frozen=True, eq=False)
class ActivityResult:
    """One activity, or all of them together.

    Parameters
    ----------
    activity : str
        ``all`` for all together.
    simulated, real : int
        Windows.
    simulated_subjects, real_subjects : int
    figures : mapping of str to Interval
        Keys of :data:`FIGURES`; simulated against real. NaN where it cannot be said.
    reference : mapping of str to Interval
        The same figures of real against real, split by subjects (by recordings where there is
        but one); a mean over splits.
    features : tuple of FeatureDistance
        The one that gives the simulation away most first.
    notes : tuple of str
    """

    activity: str
    simulated: int
    real: int
    simulated_subjects: int
    real_subjects: int
    figures: Mapping[str, Interval]
    reference: Mapping[str, Interval]
    features: tuple[FeatureDistance, ...]
    notes: tuple[str, ...] = ()

    def feature_rows(self, most: int = 8) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """A header and a row for each of the features that give the simulation away most."""
        head = ("feature", "AUC alone", "Wasserstein", "real to real", "real median", "simulated")
        return head, [
            (
                feature.name,
                f"{feature.auc:.2f}",
                f"{feature.wasserstein:.2f}",
                f"{feature.reference:.2f}",
                f"{feature.real[1]:.3g}",
                f"{feature.simulated[1]:.3g}",
            )
            for feature in self.features[:most]
        ]


@dataclass(frozen=True, eq=False)
class CorpusResult:
    """What tells a simulated corpus from real recordings.

    Parameters
    ----------
    settings : mapping
        What was asked for, for the record.
    encoder : str
        The space of Fréchet distance, precision, recall, density, coverage and MMD.
    activities : tuple of ActivityResult
        ``all`` first, then by name.
    skipped : tuple of (str, str)
        Activities that could not be compared, and why.
    """

    settings: Mapping[str, object]
    encoder: str
    activities: tuple[ActivityResult, ...]
    skipped: tuple[tuple[str, str], ...] = field(default_factory=tuple)
