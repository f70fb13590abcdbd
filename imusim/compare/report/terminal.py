"""The figures of a comparison as lines of a terminal."""

from __future__ import annotations

from imusim.compare.report.corpus import HEADLINE as CORPUS
from imusim.compare.report.lines import Result, result_lines
from imusim.compare.report.measures import HEADLINE as PAIRED
from imusim.compare.report.transfer import FIGURES as TRANSFER


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
        cells = (str(figures[name]) if name in figures else "–" for name in names)
        rows.append((first, *stated[1:], *cells))
    columns = (*head, *names)  # as --fail-under calls them
    return columns, rows, tuple(range(len(head), len(columns)))
