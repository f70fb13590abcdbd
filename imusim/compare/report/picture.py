"""One picture of a paired comparison: figures beside references, and an example."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from imusim.compare.report.lookup import Lookup, score
from imusim.compare.report.measures import measures
from imusim.compare.report.thinning import thin
from imusim.compare.result import Overlay, PairedResult
from imusim.plot.canvas import figure_class

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A7A7A")
MARKERS = {"simulated": "o", "baseline": "s", "reference": "D"}
DPI = 110
_GROUPS = 4
_SAMPLES = 4000


def draw_overview(result: PairedResult) -> bytes:
    """A PNG: the headline of the first groups with intervals, and one recording.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    lookup = Lookup(result)
    groups = lookup.groups[:_GROUPS]
    rows = max(len(groups), 1)
    names = [name for name in lookup.kinds if name != "real"]
    tall = 0.75 + 0.25 * len(names)
    figure = figure_class()(
        figsize=(12, rows * tall + 3.3), dpi=DPI, facecolor="white", layout="constrained"
    )
    figure.get_layout_engine().set(h_pad=0.08)  # pyright: ignore
    grid = figure.add_gridspec(2, 1, height_ratios=[rows * tall, 3.3])
    upper = figure.add_subfigure(grid[0])
    lower = figure.add_subfigure(grid[1])
    used = [m for m in measures(s.figures for s in result.summaries) if m.headline][:4]
    if used and groups:
        panels = upper.subplots(len(groups), len(used), sharex=True, sharey=True, squeeze=False)
        for row, group in enumerate(groups):
            for column, m in enumerate(used):
                panel = panels[row, column]
                _points(panel, lookup, group, m.name, names)
                if row == 0:
                    panel.set_title(m.title, fontsize=10, weight="bold", loc="left")
            panels[row, 0].set_ylabel(group[:40], fontsize=10, weight="bold")
    example = _example(lookup)
    if example is not None:
        overlay, title = example
        panels = lower.subplots(1, 2)
        for panel, first, unit in zip(panels, (0, 3), ("m/s²", "rad/s"), strict=True):
            _lines(panel, lookup, overlay, first, unit)
        panels[0].legend(frameon=False, fontsize=9, loc="upper right")
        lower.suptitle(_plain(title), fontsize=10, x=0.01, ha="left")
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI)
    return file.getvalue()


def _plain(text: str) -> str:
    """Text in which matplotlib sees no formula, and that is one line of signs that print."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return shown.replace("\\", "\\\\").replace("$", r"\$")


def _points(panel: Axes, lookup: Lookup, group: str, metric: str, names: list[str]) -> None:
    """Values with intervals, a line a method; references reach up as dotted lines."""
    for place, name in enumerate(names):
        found = next(
            (s.figures[metric] for s in lookup.result.summaries
             if s.group == group and s.method == name and metric in s.figures), None,
        )  # fmt: skip
        if found is None or not np.isfinite(found.value):
            continue
        kind, colour = lookup.kinds[name], PALETTE[place % len(PALETTE)]
        spread = [[max(found.value - found.low, 0.0)], [max(found.high - found.value, 0.0)]]
        panel.errorbar(
            found.value, place, xerr=np.nan_to_num(spread), color=colour, ms=6,
            fmt=MARKERS.get(kind, "o"), capsize=3, lw=1.5,
            mfc="white" if kind == "reference" else colour,
        )  # fmt: skip
        panel.annotate(
            f"{found.value:.2f}", (found.value, place), xytext=(0, 5), ha="center",
            textcoords="offset points", fontsize=7,
        )  # fmt: skip
        if kind == "reference":
            panel.axvline(found.value, color=colour, lw=0.9, ls=":", zorder=0)
    panel.set_yticks(range(len(names)), [_plain(name[:32]) for name in names], fontsize=9)
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


def _lines(panel: Axes, lookup: Lookup, overlay: Overlay, first: int, unit: str) -> None:
    """Norms of real and simulated signals."""
    for name in ("real", *lookup.own):
        if name not in overlay.signals:
            continue
        norm = np.linalg.norm(overlay.signals[name][:, first : first + 3], axis=1)[:, None]
        time_s, norm = thin(overlay.time_s, norm, _SAMPLES)
        place = list(lookup.kinds).index(name) - 1
        colour = "black" if name == "real" else PALETTE[place % len(PALETTE)]
        panel.plot(time_s, norm[:, 0], color=colour, lw=1.3, label=_plain(name[:32]))
    panel.set_xlabel("s")
    panel.set_ylabel(f"norm of the {'gyroscope' if first else 'accelerometer'}, {unit}", fontsize=9)
    panel.grid(True, color="#E4E4E4", lw=0.6)
    panel.spines[["top", "right"]].set_visible(False)
