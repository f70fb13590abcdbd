"""The figures of a comparison as lines of a terminal."""

from __future__ import annotations

import math

from imusim.compare.report.measures import HEADLINE, measure
from imusim.compare.result import Interval, PairedResult


def summary_table(
    result: PairedResult,
) -> tuple[tuple[str, ...], list[tuple[str, ...]], tuple[int, ...]]:
    """Columns, rows, and which columns are aligned right, for a listing.

    The group is named in its first row; ours come first, then baselines, then references.
    """
    names = [n for n in HEADLINE if any(n in s.figures for s in result.summaries)]
    ranks = {"simulated": 0, "baseline": 1, "reference": 2}
    rows: list[tuple[str, ...]] = []
    for group in dict.fromkeys(s.group for s in result.summaries):
        own = [s for s in result.summaries if s.group == group]
        own.sort(key=lambda s: ranks.get(s.kind, 3))
        for number, s in enumerate(own):
            shown = group if number == 0 else ""
            rows.append((shown, s.method, s.kind, *(_cell(s.figures.get(n)) for n in names)))
    columns = ("group", "method", "kind", *(measure(n).title for n in names))
    return columns, rows, tuple(range(3, len(columns)))


def _cell(found: Interval | None) -> str:
    if found is None or not math.isfinite(found.value):
        return "–"
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        return f"{found.value:.2f}"
    return f"{found.value:.2f} ({found.low:.2f} … {found.high:.2f})"
