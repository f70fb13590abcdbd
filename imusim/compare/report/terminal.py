"""The figures of a comparison as lines of a terminal."""

from __future__ import annotations

import math

from imusim.compare.report.corpus import HEADLINE as CORPUS
from imusim.compare.report.lines import Result, result_lines
from imusim.compare.report.measures import HEADLINE as PAIRED
from imusim.compare.report.transfer import FIGURES as TRANSFER
from imusim.compare.result import Interval


def summary_table(
    result: Result,
) -> tuple[tuple[str, ...], list[tuple[str, ...]], tuple[int, ...]]:
    """Columns, rows, and which columns are aligned right, for a listing.

    Ours come first, then baselines, then references; what is the same in the row above is left out.
    """
    head, lines = result_lines(result)
    names = [
        name
        for name in (*PAIRED, *CORPUS, *TRANSFER)
        if any(name in figures for _, figures in lines)
    ]
    rows, above = [], ""
    for stated, figures in lines:
        first = "" if stated[0] == above else stated[0]
        above = stated[0]
        rows.append((first, *stated[1:], *(_cell(figures.get(name)) for name in names)))
    columns = (*head, *names)  # as --fail-under calls them
    return columns, rows, tuple(range(len(head), len(columns)))


def _cell(found: Interval | None) -> str:
    if found is None or not math.isfinite(found.value):
        return "–"
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        return f"{found.value:.2f}"
    return f"{found.value:.2f} ({found.low:.2f} … {found.high:.2f})"
