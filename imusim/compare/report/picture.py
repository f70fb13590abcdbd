"""One picture of a comparison: figures beside references, and of pairs an example."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from imusim.compare.report.lookup import Lookup, score
from imusim.compare.report.model import Bars, Kind
from imusim.compare.report.thinning import thin
from imusim.compare.result import Interval, Overlay
from imusim.plot.canvas import figure_class

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A7A7A")
MARKERS = {"simulated": "o", "baseline": "s", "reference": "D"}
DPI = 110
_ROWS, _COLUMNS = 4, 4
_EXAMPLE_IN = 3.3
_SAMPLES = 4000


def draw_overview(
    rows: Mapping[str, Bars], kinds: Mapping[str, Kind], lookup: Lookup | None = None
) -> bytes:
    """A PNG of bars, a row each, and below them an example of a paired comparison.

    Parameters
    ----------
    rows : mapping of str to Bars
        What is written before each; the first few are drawn.
    kinds : mapping of str to Kind
        Of the methods, in their order.
    lookup : Lookup, optional
        Has the example.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    shown = dict(list(rows.items())[:_ROWS])
    names = [name for name in kinds if any(name in bars.values for bars in shown.values())]
    tall = max(len(shown), 1) * (0.75 + 0.25 * len(names))
    example = _example(lookup) if lookup else None
    below = _EXAMPLE_IN if example else 0.0
    figure = figure_class()(
        figsize=(12, max(tall + below, 2.0)), dpi=DPI, facecolor="white", layout="constrained"
    )
    if example and lookup:
        grid = figure.add_gridspec(2, 1, height_ratios=[tall, below])
        _draw_bars(figure.add_subfigure(grid[0]), shown, kinds, names)
        _draw_example(figure.add_subfigure(grid[1]), lookup, *example)
    else:
        grid = figure.add_gridspec(1, 1)
        _draw_bars(figure.add_subfigure(grid[0]), shown, kinds, names)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI, bbox_inches="tight", pad_inches=0.12)
    return file.getvalue()


def plain(text: str) -> str:
    """Text in which matplotlib sees no formula, and that is one line of signs that print."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return shown.replace("\\", "\\\\").replace("$", r"\$")


def _draw_bars(
    figure: SubFigure, rows: Mapping[str, Bars], kinds: Mapping[str, Kind], names: list[str]
) -> None:
    columns = max((min(len(bars.panels), _COLUMNS) for bars in rows.values()), default=0)
    if not columns or not names:
        return
    panels = figure.subplots(len(rows), columns, sharex="col", sharey=True, squeeze=False)
    for row, (label, bars) in enumerate(rows.items()):
        for column, (title, _) in enumerate(bars.panels[:columns]):
            values = {name: bars.values[name][column] for name in names if name in bars.values}
            _points(panels[row, column], values, kinds, names)
            if row == 0:
                panels[row, column].set_title(plain(title), fontsize=10, weight="bold", loc="left")
        panels[row, 0].set_ylabel(plain(label[:40]), fontsize=10, weight="bold")


def _points(
    panel: Axes, values: Mapping[str, Interval | None], kinds: Mapping[str, Kind], names: list[str]
) -> None:
    """Values with intervals, a line a method; references reach up as dotted lines."""
    for place, name in enumerate(names):
        found = values.get(name)
        if found is None or not np.isfinite(found.value):
            continue
        colour = PALETTE[place % len(PALETTE)]
        reference = kinds[name] == "reference"
        spread = [[max(found.value - found.low, 0.0)], [max(found.high - found.value, 0.0)]]
        panel.errorbar(
            found.value, place, xerr=np.nan_to_num(spread), color=colour, ms=6, capsize=3, lw=1.5,
            fmt=MARKERS.get(kinds[name], "o"), mfc="white" if reference else colour,
        )  # fmt: skip
        panel.annotate(
            f"{found.value:.2f}", (found.value, place), xytext=(0, 5), ha="center",
            textcoords="offset points", fontsize=7,
        )  # fmt: skip
        if reference:
            panel.axvline(found.value, color=colour, lw=0.9, ls=":", zorder=0)
    panel.set_yticks(range(len(names)), [plain(name[:32]) for name in names], fontsize=9)
    panel.set_ylim(len(names) - 0.4, -0.7)
    panel.grid(True, axis="x", color="#E4E4E4", lw=0.6)
    panel.spines[["top", "right"]].set_visible(False)


def _example(lookup: Lookup) -> tuple[Overlay, str] | None:
    """The overlay whose score is in the middle, and in words which that is."""
    scored = {(s.recording, s.sensor): s for g in lookup.groups for s in lookup.leading(g)}
    known = [o for o in lookup.result.overlays if (o.recording, o.sensor) in scored]
    known.sort(key=lambda o: score(scored[o.recording, o.sensor]))
    if not known:
        return None
    overlay = known[len(known) // 2]
    own = scored[overlay.recording, overlay.sensor]
    words = [own.group, overlay.recording, own.activity]
    return overlay, ", ".join(word[:60] for word in words if word)


def _draw_example(figure: SubFigure, lookup: Lookup, overlay: Overlay, title: str) -> None:
    """Norms of real and simulated signals."""
    left, right = figure.subplots(1, 2)
    for panel, first, label in (
        (left, 0, "norm of the accelerometer, m/s²"),
        (right, 3, "norm of the gyroscope, rad/s"),
    ):
        _lines(panel, lookup, overlay, first)
        panel.set_ylabel(label, fontsize=9)
    left.legend(frameon=False, fontsize=9, loc="upper right")
    figure.suptitle(plain(title), fontsize=10, x=0.01, ha="left")


def _lines(panel: Axes, lookup: Lookup, overlay: Overlay, first: int) -> None:
    for name in ("real", *lookup.own):
        if name not in overlay.signals:
            continue
        norm = np.linalg.norm(overlay.signals[name][:, first : first + 3], axis=1)[:, None]
        time_s, norm = thin(overlay.time_s, norm, _SAMPLES)
        place = list(lookup.kinds).index(name) - 1
        colour = "black" if name == "real" else PALETTE[place % len(PALETTE)]
        panel.plot(time_s, norm[:, 0], color=colour, lw=1.3, label=plain(name[:32]))
    panel.set_xlabel("s")
    panel.grid(True, color="#E4E4E4", lw=0.6)
    panel.spines[["top", "right"]].set_visible(False)
