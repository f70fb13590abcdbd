"""``imusim pretrain``: trains a model on corpora and recordings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from imusim import console
from imusim.bars import training_bar
from imusim.commands.named import datasets_among
from imusim.corpus import Corpus
from imusim.errors import ConfigError


def run_pretrain(
    folders: Sequence[str],
    out: str,
    preset: str | None,
    file: str | None,
    flags: dict[str, Any],
    *,
    objectives: Sequence[str] = (),
    resume: bool,
    overwrite: bool,
) -> None:
    """Train and show what was made."""
    from imusim.learn.evaluation import load_real
    from imusim.learn.objectives import TEXT
    from imusim.learn.text import load_text_encoder
    from imusim.learn.training import find_device, load_pretrain_config, pretrain
    from imusim.learn.training.checkpoint import read_settings

    if resume and overwrite:
        raise ConfigError("--resume goes on with what --overwrite replaces: give one of them")
    if objectives:
        flags = {**flags, "objectives": _weights(objectives)}
    base = read_settings(Path(out)) if resume and preset is None else None
    config = load_pretrain_config(preset or "default", file, flags, base)
    device = find_device(config)
    named, datasets = datasets_among(folders)
    corpora = [Corpus(folder) for folder in named]
    recorded = [
        load_real(name, folder, rate_hz=config.rate_hz, window_s=config.read_s)
        for name, folder in datasets
    ]
    encoder = None
    if TEXT in config.needs:
        encoder = load_text_encoder(config.text_model, device=device.type)
    notes: list[str] = []
    with training_bar() as progress:
        made = pretrain(
            config, corpora, out, encoder, resume=resume, overwrite=overwrite, progress=progress,
            tell=notes.append if progress else _tell, recorded=recorded,
        )  # fmt: skip
    for note in notes:
        _tell(note)
    rows = [
        ("windows", f"{made.windows:,} of {made.clips:,} clips"),
        ("steps", f"{made.steps:,}"),
        ("weights", f"{made.weights:,}"),
        ("best step", f"{made.best['step']:,}"),
        *_found(made.best),
        ("licences", ", ".join(each or "not stated" for each in made.licences)),
        ("together", made.use),
        ("took", console.duration(made.elapsed_s)),
        ("model", str(made.folder / "model.pt")),
    ]
    console.show(console.fields(rows))
    sys.stdout.flush()


def _weights(objectives: Sequence[str]) -> dict[str, float]:
    """``NAME=WEIGHT``, or ``NAME`` for a weight of 1."""
    found: dict[str, float] = {}
    for given in objectives:
        name, _, weight = given.partition("=")
        try:
            found[name.strip()] = float(weight or 1)
        except ValueError:
            raise ConfigError(
                f"--objective {given}: {weight!r} is no number; give NAME or NAME=WEIGHT"
            ) from None
    if len(found) < len(objectives):
        raise ConfigError("--objective: give each objective once")
    return found


def _found(best: dict[str, Any]) -> list[tuple[str, str]]:
    if "loss" in best:
        return [("loss", f"{best['loss']:.4f} of {best['windows']:,} held-out windows")]
    if "recall_1" not in best:
        return []
    text = (
        f"R@1 {best['recall_1']:.1%}, R@5 {best['recall_5']:.1%}, MRR {best['reciprocal_rank']:.3f}"
        f" of {best['windows']:,} held-out windows among {best['texts']:,} captions"
    )
    return [("retrieval", text)]


def _tell(note: str) -> None:
    typer.echo(f"note: {note}", err=True)
