"""What the commands that look after a corpus do: verify and repair."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from imusim.bars import byte_bar
from imusim.corpus import Corpus, verify


def run_verify(folder: str) -> bool:
    """Print what is wrong with a corpus, one line each; whether it is sound."""
    with byte_bar("verifying") as progress:
        problems = verify(folder, progress)
    for problem in problems:
        typer.echo(problem, err=True)
    if not problems:
        typer.echo(f"{folder}: OK ({_extent(folder)})")
    return not problems


def run_repair(folder: str, paths: Sequence[str], workers: int | None) -> None:
    """Mend a corpus and tell what was done, one line each."""
    from imusim import api

    with byte_bar("verifying") as progress:
        done = api.repair(folder, paths, workers=workers, progress=progress, tell=typer.echo)
    state = "whole again" if done else "OK, nothing to repair"
    typer.echo(f"{folder}: {state} ({_extent(folder)})")


def _extent(folder: str) -> str:
    manifest = Corpus(folder).manifest
    counts = ((manifest.counts.clips, "clip"), (len(manifest.shards), "shard"))
    return ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in counts)
