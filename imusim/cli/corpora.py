"""Commands that look after corpora, make others of them, and hand them on."""

from __future__ import annotations

from typing import Annotated

import typer

from imusim.cli import export_options, options
from imusim.cli.app import app


@app.command()
def export(
    to: export_options.To,
    corpus: options.CorpusFolder = "corpus",
    out: export_options.Out = None,
    sensors: options.SomeSensors = None,
    channels: export_options.Channels = None,
    window_s: export_options.WindowS = None,
    shard_size_mb: options.ShardSizeMb = None,
    overwrite: export_options.Overwrite = False,
) -> None:
    """Write a corpus in a layout that other tools read."""
    from imusim.commands.export import run_export

    run_export(
        corpus, to, out, sensors=sensors, channels=channels, window_s=window_s,
        shard_size=shard_size_mb, overwrite=overwrite,
    )  # fmt: skip


@app.command()
def verify(corpus: options.CorpusFolder = "corpus") -> None:
    """Check a corpus: digests, schema, finite values, counts."""
    from imusim.commands.integrity import run_verify

    if not run_verify(corpus):
        raise typer.Exit(2)


@app.command()
def repair(
    corpus: options.CorpusFolder = "corpus",
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH]...", help="The motion it was made from, if that lies elsewhere now."
        ),
    ] = None,
    workers: options.Workers = None,
) -> None:
    """Make again what is damaged in a corpus; what is sound is not touched."""
    from imusim.commands.integrity import run_repair

    run_repair(corpus, paths or [], workers)


@app.command()
def merge(
    corpora: Annotated[list[str], typer.Argument(metavar="CORPUS…", help="Two or more corpora.")],
    out: options.CorpusOut,
    overwrite: options.Replace = False,
    shard_size_mb: options.ShardSizeMb = None,
) -> None:
    """Make one corpus of several that have the same sensors, rate and channels."""
    from imusim.commands.corpora import run_merge

    run_merge(corpora, out, overwrite, shard_size_mb)


@app.command()
def split(
    corpus: options.CorpusFolder,
    out: options.CorpusOut,
    parts: options.Parts = "train=0.8,test=0.2",
    by: options.By = "subject",
    seed: Annotated[int, typer.Option(metavar="N", help="Which of the ways to divide it.")] = 0,
    keep: options.Keep = None,
    overwrite: options.Replace = False,
    shard_size_mb: options.ShardSizeMb = None,
) -> None:
    """Divide a corpus into parts, such as train and test, by whose motion it is."""
    from imusim.commands.corpora import run_split

    run_split(corpus, out, parts, by, seed, keep or [], overwrite, shard_size_mb)


@app.command()
def stats(
    corpus: options.CorpusFolder = "corpus",
    page: options.Page = None,
    json: Annotated[bool, typer.Option("--json", help="Everything, for machines.")] = False,
    overwrite: options.Replace = False,
) -> None:
    """Count what is in a corpus: hours, people, activities, words, what the sensors read."""
    from imusim.commands.stats import run_stats

    run_stats(corpus, page, json, overwrite)
