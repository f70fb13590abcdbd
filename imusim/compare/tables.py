"""Results of corpora and transfer as rows of text, and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from imusim.compare.corpora.result import FIGURES, ActivityResult, CorpusResult
from imusim.compare.result import Interval
from imusim.compare.transfer.result import TransferResult
from imusim.errors import ConfigError

Rows = tuple[tuple[str, ...], list[tuple[str, ...]]]


def transfer_rows(result: TransferResult) -> Rows:
    """A header and a row for each way to train."""
    head = ("trained on", "windows", "macro-F1", "accuracy", "of real")
    return head, [
        (
            regime.name,
            f"{regime.trained_on:,.0f}",
            interval(regime.macro_f1),
            interval(regime.accuracy),
            interval(regime.ratio),
        )
        for regime in result.regimes
    ]


def corpus_rows(result: CorpusResult) -> Rows:
    """A header and a row for each activity: figures, and those of real against real."""
    head = ("activity", "simulated", "real", *(title for title, _ in FIGURES.values()))
    return head, [
        (
            found.activity,
            f"{found.simulated:,}",
            f"{found.real:,}",
            *(
                f"{_short(found.figures[name])} ({_short(found.reference[name])})"
                for name in FIGURES
            ),
        )
        for found in result.activities
    ]


def feature_rows(found: ActivityResult, most: int = 8) -> Rows:
    """The features that give the simulation away most."""
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
        return _short(value)
    return f"{value.value:.2f} ({value.low:.2f} to {value.high:.2f})"


def _short(value: Interval) -> str:
    return f"{value.value:.3g}" if np.isfinite(value.value) else "–"


def save_json(result: TransferResult | CorpusResult, file: Path, overwrite: bool = False) -> None:
    """Write a result as JSON; what is not a number is null.

    Raises
    ------
    ConfigError
        If the file is there and not to be replaced, or cannot be written.
    """
    if file.exists() and not overwrite:
        raise ConfigError(f"{file}: exists already; choose another with --out, or --overwrite")
    text = json.dumps(plain(result), indent=1, ensure_ascii=False, allow_nan=False)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from None


def plain(value: object) -> Any:
    """Dataclasses, mappings and arrays as JSON knows them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, np.integer | np.bool_):
        return value.item()
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value if value is None or isinstance(value, str | int | bool) else str(value)
