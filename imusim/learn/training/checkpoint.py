"""What a stopped training goes on from: tensors and plain values, and nothing that runs code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel

from imusim.errors import ConfigError
from imusim.learn.training.config import FREE, PretrainConfig

FORMAT = 2
LAST, MODEL, CONFIG, LOGS = "last.ckpt", "model.pt", "config.json", "logs"


@dataclass
class Checkpoint:
    """A training between two steps.

    Random numbers follow from the seed and the step, so none of their state is here.

    Parameters
    ----------
    config : mapping
        The training's settings.
    corpora : sequence of str
        SHA-256 of their manifests, of recordings and videos, and last that of all texts.
    step : int
        Steps done.
    model, objectives, optimizer : mapping
        Their states.
    best : mapping
        ``step`` and ``score`` of the best so far; none at the start.
    """

    config: Mapping[str, Any]
    corpora: Sequence[str]
    step: int = 0
    model: Mapping[str, Any] = field(default_factory=dict)
    objectives: Mapping[str, Any] = field(default_factory=dict)
    optimizer: Mapping[str, Any] = field(default_factory=dict)
    best: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Put it into a folder, whole or not at all."""
        part = folder / f"{LAST}.part"
        held = {**vars(self), "format": FORMAT, "corpora": list(self.corpora)}
        torch.save(held, part)
        part.replace(folder / LAST)


def read_checkpoint(folder: Path) -> Checkpoint:
    """What a training left in a folder.

    Raises
    ------
    ConfigError
        If there is none, or it is damaged or of another format.
    """
    path = folder / LAST
    if not path.is_file():
        raise ConfigError(f"{path}: there is no training to go on with; leave --resume away")
    try:
        held = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a damaged file makes of the reader
        raise ConfigError(f"{path}: this is no checkpoint of imusim, or it is damaged") from error
    if not isinstance(held, dict) or "format" not in held:
        raise ConfigError(f"{path}: this is no checkpoint of imusim")
    if held.pop("format") != FORMAT:
        raise ConfigError(f"{path}: of another format; this version reads {FORMAT}")
    try:
        return Checkpoint(**held)
    except TypeError:
        raise ConfigError(f"{path}: this is no checkpoint of imusim") from None


def check_same(
    checkpoint: Checkpoint, config: PretrainConfig, corpora: Sequence[str], folder: Path
) -> None:
    """Refuse to go on otherwise than begun.

    Raises
    ------
    ConfigError
        It names the first setting that differs, or says that the corpora do.
    """
    check_settings(checkpoint, config.model_dump(mode="json"), FREE, folder)
    if list(checkpoint.corpora[:-1]) != list(corpora):
        raise ConfigError(
            f"{folder / LAST}: was trained on other corpora or videos, or in another order; give "
            "the same, or another --out"
        )


def check_settings(
    checkpoint: Checkpoint, now: Mapping[str, Any], free: Sequence[str], folder: Path
) -> None:
    """Refuse to go on with other settings, but for those that are free.

    Raises
    ------
    ConfigError
        It names the first that differs.
    """
    for name, value in now.items():
        before = checkpoint.config.get(name)
        if name not in free and before != value:
            raise ConfigError(
                f"{folder / LAST}: was trained with {name} = {_short(before)}, not "
                f"{_short(value)}; leave that setting as it was, or give another --out"
            )


def check_texts(checkpoint: Checkpoint, digest: str, folder: Path) -> None:
    """Refuse to go on with other wordings. Raises ConfigError."""
    if checkpoint.corpora[-1] != digest:
        raise ConfigError(
            f"{folder / LAST}: captions were worded otherwise when it was trained: paraphrases "
            "were added, or imusim has other rules; give another --out"
        )


def read_settings(folder: Path) -> dict[str, Any]:
    """Settings of the training in a folder. Raises ConfigError if they cannot be read."""
    path = folder / CONFIG
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        settings = None
    if not isinstance(settings, dict):
        raise ConfigError(f"{path}: there is no training to go on with; leave --resume away")
    return settings


def write_settings(folder: Path, config: BaseModel) -> None:
    """Put settings into a folder, whole or not at all."""
    part = folder / f"{CONFIG}.part"
    text = json.dumps(config.model_dump(mode="json"), indent=2, ensure_ascii=False)
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(folder / CONFIG)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"
