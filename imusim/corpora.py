"""What the commands do that sum up whole corpora, and make one of several or several of one.

What only one command needs is imported there.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from imusim import console
from imusim.corpus import Corpus
from imusim.corpus.layout import megabytes
from imusim.errors import ConfigError
from imusim.licences import NO_ADVICE, find, sum_up, terms_of

if TYPE_CHECKING:
    from imusim.corpus.statistics import Statistics
    from imusim.corpus.tallies import Norms

SHOWN_GROUPS = 15
"""Subjects, activities and so on that the terminal shows; the page and JSON have more."""

_SAID = {True: "yes", False: "no", None: "not known"}


def run_licences(folder: str, as_json: bool) -> None:
    """Show what a corpus may be used for: its licences, what they ask, whom to cite."""
    with Corpus(folder) as corpus:
        view = _licence_view(corpus)
    if as_json:
        console.show_json(view)
        return
    rows = [
        (
            row["licence"] or "not stated",
            f"{row['clips']:,}" if row["clips"] else "",
            f"{row['hours']:.2f}" if row["clips"] else "",
            ", ".join(row["sources"]),
            _SAID[row["commercial"]],
            _SAID[row["attribution"]],
            " ".join(row["texts"]),
        )
        for row in view["licences"]
    ]
    head = ("licence", "clips", "hours", "sources", "commercial", "attribution", "text")
    console.show(console.listing(head, rows, right=(1, 2)), "")
    lines = [("together", view["use"])]
    lines += [("", duty) for duty in view["duties"]]
    lines += [(f"cite {c['source']}", f"{c['citation']} {c['home']}") for c in view["cite"]]
    lines += [("note", f"this is {NO_ADVICE}")]
    console.show(console.fields(lines))


def _licence_view(corpus: Corpus) -> dict[str, Any]:
    import motion_sources

    licences, sources = corpus.column("licence"), corpus.column("source")
    clips, frames = Counter[str](), Counter[str]()
    used: dict[str, dict[str, None]] = {}
    for licence, source, length in zip(licences, sources, corpus.column("length"), strict=True):
        clips[licence] += 1
        frames[licence] += int(length)
        used.setdefault(licence, {})[source] = None
    bodies = _body_licences(corpus)
    for name, licence in bodies.items():
        used.setdefault(licence, {})[f"body {name}"] = None
    hours = {name: count / corpus.rate_hz / 3600 for name, count in frames.items()}
    rows = [
        _licence_row(name, clips[name], hours.get(name, 0.0), sorted(used[name]))
        for name in sorted(used)
    ]
    terms = sum_up(used)
    known = motion_sources.sources()
    cited = [known[name] for name in sorted(set(sources)) if name in known]
    return {
        "licences": rows,
        "use": terms.use,
        "commercial": terms.commercial,
        "duties": list(terms.duties),
        "cite": [
            {"source": s.name, "citation": s.citation, "home": s.home} for s in cited if s.citation
        ],
        "note": NO_ADVICE,
    }


def _licence_row(name: str, clips: int, hours: float, sources: list[str]) -> dict[str, Any]:
    terms = terms_of(name)
    return {
        "licence": name,
        "clips": clips,
        "hours": hours,
        "sources": sources,
        "commercial": terms.commercial,
        "attribution": terms.attribution,
        "share_alike": terms.share_alike,
        "adaptable": terms.adaptable,
        "texts": [find(known.name).home for known in terms.licences if known.home],
    }


def _body_licences(corpus: Corpus) -> dict[str, str]:
    """Licences of the model files, if some served, by the body's name."""
    import body_models

    known = body_models.body_models()
    names = {str(run.configuration.get("body", "")) for run in corpus.manifest.runs}
    return {n: known[n].licence for n in sorted(names) if n in known and known[n].from_files}


def run_merge(folders: Sequence[str], out: str, overwrite: bool, shard_size_mb: str | None) -> None:
    """Make one corpus of several."""
    from imusim.corpus.merge import merge

    total = sum(Corpus(folder).manifest.counts.clips for folder in folders)
    with _bar("merging", total) as progress:
        made = merge(
            folders, out, overwrite=overwrite, progress=progress, **_shard_size(shard_size_mb)
        )
    with Corpus(out) as corpus:
        _show_made([(corpus.folder, corpus)])
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
    from imusim.corpus.split import UNKNOWN, split

    shares = _shares(parts)
    with _bar("splitting", Corpus(folder).manifest.counts.clips) as progress:
        made = split(
            folder,
            out,
            shares=shares,
            by=by,
            seed=seed,
            keep=_kept(keep),
            overwrite=overwrite,
            progress=progress,
            **_shard_size(shard_size_mb),
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


def _shard_size(text: str | None) -> dict[str, int]:
    if text is None:
        return {}
    try:
        size_mb = megabytes(text)
    except ValueError as error:
        raise ConfigError(f"--shard-size: {error}, not {text!r}") from None
    if not 0 < size_mb < 1e9:
        raise ConfigError(f"--shard-size: {size_mb:g} MB is no size of a file")
    return {"shard_size_bytes": max(1, round(size_mb * 1e6))}


def _show_made(made: Sequence[tuple[Path, Corpus]]) -> None:
    for folder, corpus in made:
        manifest = corpus.manifest
        rows = [
            ("clips", f"{manifest.counts.clips:,} with {manifest.counts.captions:,} captions"),
            ("motion", console.duration(manifest.duration_s)),
            ("size", console.size(sum(shard.bytes for shard in manifest.shards))),
            ("folder", str(folder)),
        ]
        console.show(console.fields(rows))
    sys.stdout.flush()


@contextmanager
def _bar(doing: str, total: int) -> Iterator[Callable[[int], None] | None]:
    """Bar on standard error; ``None`` where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TextColumn("clips ·"), Left())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)


def run_stats(folder: str, page: str | None, as_json: bool, overwrite: bool) -> None:
    """Show what is in a corpus in numbers; write the page with plots."""
    from imusim.corpus.statistics import gather, to_json

    if page is not None:
        from imusim.view.statistics import check_page

        check_page(Path(page), overwrite)
    with Corpus(folder) as corpus, _bar("reading", len(corpus)) as progress:
        statistics = gather(corpus, progress)
    if as_json:
        console.show_json(to_json(statistics))
    else:
        _show_statistics(folder, statistics)
    if page is not None:
        from imusim.view.statistics import statistics_page

        facts = f"{statistics.clips:,} clips at {statistics.rate_hz:g} Hz, {folder}"
        title = f"Corpus {Path(folder).resolve().name}"
        statistics_page(statistics, title, facts, Path(page), overwrite)
        sys.stdout.flush()
        typer.echo(page, err=as_json)


def _show_statistics(folder: str, found: Statistics) -> None:
    from imusim.corpus.statistics import quantiles

    words, frames = found.words, max(found.frames, 1)
    least, median, most = quantiles(found.lengths / found.rate_hz, (0.0, 0.5, 1.0))
    captions = max(words.captions, 1)
    rows = [
        ("folder", folder),
        ("motion", f"{console.duration(found.frames / found.rate_hz)} in {found.clips:,} clips"),
        ("lengths", f"{least:.1f} to {most:.1f} s, median {median:.1f} s"),
        ("captions", f"{words.captions:,}, {len(words.digests):,} of them distinct; "
         f"{words.clips_without:,} clips have none"),
        ("words", f"{words.counts.total():,}, {words.counts.total() / captions:.1f} a caption; "
         f"vocabulary {len(words.counts):,}"),
        ("gaps", f"{found.gap_frames / frames:.2%} of frames"),
    ]  # fmt: skip
    if found.lost is not None:
        rows.append(("lost", f"{found.lost.mean() / frames:.2%} of samples"))
    console.show(console.fields(rows), "")
    for name, tally in (
        ("source", found.sources), ("engine", found.engines), ("subject", found.subjects),
        ("activity, by words of captions", found.activities),
    ):  # fmt: skip
        if name == "engine" and len(tally.clips) < 2:
            continue
        rows = found.people() if name == "subject" else tally.largest()
        _show_groups(name, rows, found)
    force, rate = found.norms.values()
    cells = np.stack([*_readings(force), *_readings(rate)], axis=1)
    head = ("sensor", "RMS m/s²", "median", "99.9 %", "largest",
            "RMS rad/s", "median", "99.9 %", "largest")  # fmt: skip
    rows = [
        (sensor, *(f"{value:.2f}" for value in row))
        for sensor, row in zip(found.sensors, cells, strict=True)
    ]
    console.show(console.listing(head, rows, right=range(1, 9)))


def _readings(norms: Norms) -> Iterator[NDArray[np.float64]]:
    yield norms.root_mean_square()
    yield from (norms.quantile(share) for share in (0.5, 0.999))
    yield norms.largest


def _show_groups(name: str, groups: list[tuple[str, int, int]], found: Statistics) -> None:
    rows = [
        (group, f"{clips:,}", console.duration(frames / found.rate_hz),
         f"{frames / max(found.frames, 1):.1%}")
        for group, clips, frames in groups[:SHOWN_GROUPS]
    ]  # fmt: skip
    console.show(console.listing((name, "clips", "motion", "share"), rows, right=(1, 2, 3)))
    if len(groups) > len(rows):
        console.show(f"… and {len(groups) - len(rows):,} more")
    console.show("")
