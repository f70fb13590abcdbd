"""Figures and features as text."""

from __future__ import annotations

import numpy as np

from imusim.compare.corpora.result import ActivityResult
from imusim.compare.result import Interval

Rows = tuple[tuple[str, ...], list[tuple[str, ...]]]


def feature_rows(found: ActivityResult, most: int = 8) -> Rows:
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
        for feature in found.features[:most]
    ]


def interval(value: Interval) -> str:
    """``0.81 (0.76 to 0.85)``; without bounds where there are none."""
    if not np.isfinite(value.low):
        return f"{value.value:.2f}"
    return f"{value.value:.2f} ({value.low:.2f} to {value.high:.2f})"
