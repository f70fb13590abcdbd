"""What the command line shows: the closing summary, tables."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from imusim.pipeline import Skipped, Summary

WIDE = 200
"""Columns when the output is no terminal, so that no line is folded."""


def show(*parts: RenderableType) -> None:
    """Print on standard output; where that is no terminal, wide and without trailing blanks."""
    if sys.stdout.isatty():
        Console(highlight=False).print(*parts, sep="\n")
        return
    console = Console(width=WIDE, highlight=False)
    with console.capture() as captured:
        console.print(*parts, sep="\n")
    for line in captured.get().splitlines():
        typer.echo(line.rstrip())


def show_json(value: object) -> None:
    """Print for machines."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def fields(rows: Sequence[tuple[str, str]]) -> Table:
    """Two columns, names and values, without rules."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(Text(name), Text(value))
    return table


def listing(
    columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()
) -> Table:
    """Table with a header; the columns with the numbers in ``right`` are aligned right."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, name in enumerate(columns):
        table.add_column(name, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def duration(seconds: float) -> str:
    """Seconds in the unit that reads best."""
    if seconds < 90:
        return f"{seconds:.1f} s"
    if seconds < 5400:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.2f} h"


def size(count: float) -> str:
    """Bytes in the unit that reads best."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def show_summary(summary: Summary, elapsed_s: float) -> None:
    """Print what a run made."""
    made_s = summary.motion_s - summary.made_before_s
    speed = f" ({made_s / elapsed_s:,.0f} × real time)" if made_s > 0 else ""
    rows = [
        ("clips", f"{summary.clips}"),
        ("motion", duration(summary.motion_s)),
        ("frames", f"{summary.frames:,} at {summary.rate_hz:g} Hz"),
        ("sensors", name_list(summary.sensors)),
        ("size", size(summary.bytes)),
        ("took", f"{duration(elapsed_s)}{speed}"),
        ("folder", str(summary.folder)),
    ]
    if summary.made_before_s and made_s > 0:
        rows.insert(2, ("before", f"{duration(summary.made_before_s)} of it, by a stopped run"))
    if summary.log is not None:
        rows.append(("log", os.path.relpath(summary.log)))
    if summary.skipped:
        rows.append(("skipped", f"{len(summary.skipped)} (see below)"))
    show(fields(rows))
    sys.stdout.flush()
    for note in summary.notes:
        typer.echo(f"note: {note}", err=True)
    for line in skipped_lines(summary.skipped):
        typer.echo(line, err=True)


def name_list(names: Sequence[str], shown: int = 6) -> str:
    """Names with their number; the first few when there are many."""
    if len(names) <= shown:
        return f"{len(names)}: {', '.join(names)}"
    return f"{len(names)}: {', '.join(names[: shown - 1])} … {names[-1]}"


def skipped_lines(skipped: Sequence[Skipped], shown: int = 5) -> list[str]:
    """One line a reason, with the files that share it."""
    places: dict[str, list[str]] = {}
    for clip in skipped:
        places.setdefault(clip.reason, []).append(clip.place)
    lines = []
    for reason, files in places.items():
        files = list(dict.fromkeys(files))  # a skeleton that many motions lack is one file
        more = f" … and {len(files) - shown} more" if len(files) > shown else ""
        lines.append(f"skipped: {', '.join(files[:shown])}{more}: {reason}")
    return lines
