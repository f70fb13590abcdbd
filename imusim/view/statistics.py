"""Writes the page of a corpus's statistics: its numbers once, as JSON, and a script that plots."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import QUALITY
from imusim.corpus.statistics.activities import SMALL_WORDS
from imusim.corpus.statistics.gather import Statistics, quantiles, to_json
from imusim.view.document import asset, check_free, finish, plotly_script, to_script

WORDS = 50
"""How many words are plotted."""
_QUANTILES = (0.5, 0.95, 0.999)
_USUAL = 0.99
"""Share of the values that a histogram shows where the rest are so far that they would hide it."""


def check_page(file: Path, overwrite: bool) -> None:
    """Refuse to write a page that could not be made or would replace another.

    Raises
    ------
    ConfigError
        If the file is there, and ``overwrite`` is not stated.
    MissingExtraError
        If plotly is not installed.
    """
    plotly_script()
    check_free(file, overwrite, "--page")


def statistics_page(
    statistics: Statistics,
    title: str,
    facts: str = "",
    file: Path | None = None,
    overwrite: bool = False,
) -> str:
    """Make the page.

    Parameters
    ----------
    statistics : Statistics
    title, facts : str
        What stands on top.
    file : path, optional
        HTML file to write; it appears whole or not at all.
    overwrite : bool
        Replace a file that is there.

    Returns
    -------
    str
        The page.

    Raises
    ------
    ConfigError, MissingExtraError
        As :func:`check_page`.
    """
    check_free(file, overwrite, "--page")
    parts = {
        "title": html.escape(title),
        "facts": html.escape(facts),
        "style": asset("statistics.css"),
        "plotly": plotly_script(),
        "data": to_script(page_data(statistics)),
        "script": asset("statistics.js"),
    }
    return finish("statistics.html", parts, file)


def page_data(statistics: Statistics) -> dict[str, Any]:
    """What the page's script plots."""
    data = to_json(statistics)
    for name, norms in statistics.norms.items():
        data["norms"][name]["quantiles"] = [norms.quantile(q).tolist() for q in _QUANTILES]
    counted = statistics.words.counts.items()
    words = sorted(
        ((word, times) for word, times in counted if word not in SMALL_WORDS),
        key=lambda item: (-item[1], item[0]),
    )
    return data | {
        "people": [
            (group, statistics.hours(frames), clips) for group, clips, frames in statistics.people()
        ],
        "common_words": words[:WORDS],
        "length_plot": _histogram(statistics.lengths / statistics.rate_hz, 40),
        "quality_plots": [
            _quality(name, column)
            for name, column in zip(QUALITY, statistics.quality.T, strict=True)
        ],
    }


def _quality(name: str, values: NDArray[np.float64]) -> dict[str, Any]:
    known = values[np.isfinite(values)]
    if not len(known):
        return {"name": name, "known": 0}
    known = np.where(np.abs(known) < 1e-9, 0.0, known)  # less is rounding
    median, worst = quantiles(known, (0.5, 1.0)).tolist()
    plot = _histogram(known, 30) if worst > known.min() else {}
    return {"name": name, "known": len(known), "median": median, "worst": worst, **plot}


def _histogram(values: NDArray[np.floating], bins: int) -> dict[str, Any]:
    """Of bins from the least value to the largest, but for a few that are far out."""
    if not len(values):
        return {"edges": [0.0, 1.0], "counts": [0], "beyond": 0}
    least, most = float(values.min()), float(values.max())
    usual = float(np.quantile(values.astype(float), _USUAL))
    end = usual if most - least > 2 * (usual - least) > 0 else most
    counts, edges = np.histogram(values, bins, (least, end))
    return {
        "edges": edges.tolist(),
        "counts": counts.tolist(),
        "beyond": int((values > end).sum()),
    }
