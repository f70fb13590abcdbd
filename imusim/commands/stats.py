"""``imusim stats``: what is in a corpus in numbers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import typer
from numpy.typing import NDArray

from imusim import console
from imusim.bars import clip_bar
from imusim.corpus import Corpus

if TYPE_CHECKING:
    from imusim.corpus.statistics.gather import Statistics
    from imusim.corpus.statistics.tallies import Norms

SHOWN_GROUPS = 15
"""Subjects, activities and so on that the terminal shows; the page and JSON have more."""


def run_stats(folder: str, page: str | None, as_json: bool, overwrite: bool) -> None:
    """Show what is in a corpus in numbers; write the page with plots."""
    from imusim.corpus.statistics.gather import gather, to_json

    if page is not None:
        from imusim.view.statistics import check_page

        check_page(Path(page), overwrite)
    with Corpus(folder) as corpus, clip_bar("reading", len(corpus)) as progress:
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
    from imusim.corpus.statistics.gather import quantiles

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
