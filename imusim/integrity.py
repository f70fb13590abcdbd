"""What the commands that look after a corpus do: verify and repair."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console

from imusim.corpus import Corpus, verify
from imusim.corpus.verify import ByteProgress


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


@contextmanager
def byte_bar(title: str) -> Iterator[ByteProgress | None]:
    """Bar on standard error with bytes a second and time left; ``None`` where no terminal is."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn(title),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda done, total: bar.update(task, completed=done, total=total)
