"""Embeddings as a picture: windows that are alike lie close together."""

from __future__ import annotations

import html
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.errors import ConfigError, MissingExtraError
from imusim.learn.use.embeddings import BETWEEN, Embedded
from imusim.view.document import asset, finish, plotly_script, to_script

MOST_POINTS = 5000
MOST_NAMES = 20
OTHER, NOTHING = "other", "nothing said"
_LEAST_POINTS = 5


def flattened(embeddings: NDArray[np.float32], seed: int = 0) -> NDArray[np.float64]:
    """Points (W, 2) whose neighbours are those of unit vectors (W, E): t-SNE of cosines.

    Raises
    ------
    ConfigError
        For fewer than five.
    MissingExtraError
        If scikit-learn is not there.
    """
    if len(embeddings) < _LEAST_POINTS:
        raise ConfigError(f"{len(embeddings)} windows: a picture needs {_LEAST_POINTS} at least")
    try:
        from sklearn.manifold import TSNE
    except ImportError:
        raise MissingExtraError(
            "pictures of embeddings need scikit-learn: pip install 'imusim-toolkit[learn]'"
        ) from None
    perplexity = min(30.0, (len(embeddings) - 1) / 3)
    fit = TSNE(2, perplexity=perplexity, init="pca", metric="cosine", random_state=seed)
    return np.asarray(fit.fit_transform(embeddings), np.float64)


def embeddings_page(embedded: Embedded, title: str, file: Path, seed: int = 0) -> None:
    """Write a page on which each window is a point, coloured by its label.

    Of many windows some are drawn at random. Labels that are seldom share a colour.

    Raises
    ------
    ConfigError, MissingExtraError
        As :func:`flattened`; if plotly is not there.
    """
    script = plotly_script()
    numbers = np.arange(len(embedded))
    if len(numbers) > MOST_POINTS:
        drawn = np.random.default_rng(seed).choice(numbers, MOST_POINTS, replace=False)
        numbers = np.sort(drawn)
    points = flattened(embedded.embeddings[numbers], seed)
    facts = f"{len(numbers):,} of {len(embedded):,} windows, t-SNE of cosines"
    parts = {
        "title": html.escape(title),
        "facts": html.escape(facts),
        "style": asset("statistics.css"),
        "plotly": script,
        "data": to_script({"groups": _groups(embedded, numbers, points)}),
        "script": asset("embeddings.js", "imusim.learn.use"),
    }
    finish("embeddings.html", parts, file, "imusim.learn.use")


def _groups(
    embedded: Embedded, numbers: NDArray[np.int64], points: NDArray[np.float64]
) -> list[dict[str, Any]]:
    """Points of a label together, the most frequent first."""
    labels = [embedded.labels[n][0] if embedded.labels[n] else NOTHING for n in numbers]
    kept = [name for name, _ in Counter(labels).most_common(MOST_NAMES)]
    shown = [label if label in kept else OTHER for label in labels]
    groups = []
    for name in dict.fromkeys((*kept, *shown)):
        mine = [k for k, label in enumerate(shown) if label == name]
        groups.append(
            {
                "name": name,
                "rest": name in (OTHER, NOTHING),
                "x": points[mine, 0].round(3).tolist(),
                "y": points[mine, 1].round(3).tolist(),
                "text": [_told(embedded, int(numbers[k])) for k in mine],
            }
        )
    return groups


def _told(embedded: Embedded, number: int) -> str:
    said = BETWEEN.join(embedded.labels[number])[:200]
    return f"{embedded.keys[number]} at {embedded.start_s[number]:g} s: {said}"
