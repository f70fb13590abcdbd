"""``imusim merge`` and ``imusim split``: one corpus of several, and several of one."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import typer

from imusim import console
from imusim.bars import clip_bar
from imusim.commands.choice import shard_bytes
from imusim.corpus import Corpus
from imusim.errors import ConfigError


def run_merge(folders: Sequence[str], out: str, overwrite: bool, shard_size_mb: str | None) -> None:
    """Make one corpus of several."""
    from imusim.corpus.combine.merge import merge

    total = sum(Corpus(folder).manifest.counts.clips for folder in folders)
    with clip_bar("merging", total) as progress:
        size = shard_bytes(shard_size_mb)
        made = merge(folders, out, overwrite=overwrite, progress=progress, shard_size_bytes=size)
    _show_made(out)
    for label, count in zip(made.labels, made.renamed, strict=True):
        if count:
            typer.echo(
                f"note: {count:,} keys are in another corpus too: {label}/ stands before them",
                err=True,
            )


def run_split(
    folder: str,
    out: str,
    parts: str,
    by: str,
    seed: int,
    keep: Sequence[str],
    overwrite: bool,
    shard_size_mb: str | None,
) -> None:
    """Divide a corpus into parts."""
    from imusim.corpus.combine.split import UNKNOWN, split

    shares = _shares(parts)
    with clip_bar("splitting", Corpus(folder).manifest.counts.clips) as progress:
        made = split(
            folder,
            out,
            shares=shares,
            by=by,
            seed=seed,
            keep=_kept(keep),
            overwrite=overwrite,
            progress=progress,
            shard_size_bytes=shard_bytes(shard_size_mb),
        )
    frames = sum(part.frames for part in made)
    rate_hz = Corpus(made[0].folder).rate_hz
    rows = [
        (
            part.name,
            f"{part.clips:,}",
            console.duration(part.frames / rate_hz),
            f"{part.frames / frames:.1%}",
            f"{part.share:.1%}",
            f"{len(part.groups):,}",
            str(part.folder),
        )
        for part in made
    ]
    head = ("part", "clips", "motion", "share", "asked", f"{by}s", "folder")
    console.show(console.listing(head, rows, right=(1, 2, 3, 4, 5)))
    sys.stdout.flush()
    for part in made:
        for group in part.groups:
            if group.endswith(UNKNOWN):
                typer.echo(f"note: {group}: its clips stay together, in {part.name}", err=True)


def _shares(text: str) -> dict[str, float]:
    shares: dict[str, float] = {}
    for name, value in _pairs([text], "--parts", "train=0.8,test=0.2"):
        if name in shares:
            raise ConfigError(f"--parts: {name!r} is there twice")
        try:
            shares[name] = float(value.removesuffix("%"))
        except ValueError:
            raise ConfigError(f"--parts: {value[:30]!r} is no share; as train=0.8") from None
    return shares


def _kept(texts: Sequence[str]) -> dict[str, str]:
    """Part of each group, from texts such as ``test=CMU/86,CMU/13``."""
    kept: dict[str, str] = {}
    for part, names in _pairs(texts, "--keep", "test=CMU/86,CMU/13", between=None):
        for name in (name.strip() for name in names.split(",")):
            if kept.setdefault(name, part) != part:
                raise ConfigError(f"--keep: {name!r} cannot go to {kept[name]!r} and {part!r}")
    return kept


def _pairs(
    texts: Sequence[str], option: str, example: str, between: str | None = ","
) -> Iterator[tuple[str, str]]:
    for text in texts:
        for pair in text.split(between) if between else [text]:
            name, sign, value = (word.strip() for word in pair.partition("="))
            if not (name and sign and value):
                raise ConfigError(f"{option}: {pair[:40]!r} is not of the form {example}")
            yield name, value


def _show_made(folder: str) -> None:
    manifest = Corpus(folder).manifest
    rows = [
        ("clips", f"{manifest.counts.clips:,} with {manifest.counts.captions:,} captions"),
        ("motion", console.duration(manifest.duration_s)),
        ("size", console.size(sum(shard.bytes for shard in manifest.shards))),
        ("folder", folder),
    ]
    console.show(console.fields(rows))
    sys.stdout.flush()
