"""A picture of the Allan curves of a device and of what was fitted to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imusim.characterise.report import ChannelReport, Report
from imusim.math.noise_terms import TERMS
from imusim.plot.canvas import AXIS_COLOURS, figure_class

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TERM_COLOUR = "#6E6E6E"
_UNIT = {"accelerometer": "m/s²", "gyroscope": "rad/s"}
_FAINTEST = 0.05
"""Share of the fitted deviation that a term must reach somewhere to be drawn."""
DPI = 100


def plot_report(report: Report, file: Path | str | None = None) -> Figure:
    """Draw the Allan deviations with their intervals, the fit, and each term.

    Parameters
    ----------
    report : Report
    file : path, optional
        PNG to write.

    Returns
    -------
    Figure

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    kinds = list(dict.fromkeys(channel.kind for channel in report.channels))
    axes = [axis for axis in "xyz" if any(c.axis == axis for c in report.channels)]
    figure = figure_class()(
        figsize=(1.2 + 4.4 * len(axes), 1.2 + 3.6 * len(kinds)), dpi=DPI, facecolor="white",
        layout="constrained",
    )  # fmt: skip
    panels = figure.subplots(len(kinds), len(axes), sharex=True, sharey="row", squeeze=False)
    for channel in report.channels:
        panel = panels[kinds.index(channel.kind), axes.index(channel.axis)]
        draw_channel(panel, channel)
    for row, kind in enumerate(kinds):
        panels[row, 0].set_ylabel(f"{kind}\nAllan deviation, {_UNIT[kind]}")
        _limit(panels[row, 0], [c for c in report.channels if c.kind == kind])
    for column, axis in enumerate(axes):
        panels[0, column].set_title(axis, fontsize=12, weight="bold", color=AXIS_COLOURS[axis])
        panels[-1, column].set_xlabel("averaging time, s")
    figure.suptitle(
        f"{report.name[:80]}: {report.duration_s:.4g} s at rest, {report.rate_hz:.5g} Hz",
        fontsize=13, x=0.01, ha="left",
    )  # fmt: skip
    if panels[0, -1].get_legend_handles_labels()[0]:
        panels[0, -1].legend(frameon=False, fontsize=8, loc="upper right")
    if file is not None:
        figure.savefig(file, format="png", dpi=DPI)
    return figure


def draw_channel(panel: Axes, channel: ChannelReport) -> None:
    """Draw one channel: measured curve and band, fit, and the terms by name."""
    curve, fit = channel.curve, channel.fit
    colour = AXIS_COLOURS[channel.axis]
    panel.set_xscale("log")
    panel.set_yscale("log")
    if not curve.deviation.any():
        panel.text(0.5, 0.5, "constant", transform=panel.transAxes, ha="center")
        return
    low, high = (end[:, 0] for end in curve.interval())
    panel.fill_between(curve.tau_s, low, high, color=colour, alpha=0.2, lw=0, label="95 % interval")
    panel.plot(curve.tau_s, curve.deviation[:, 0], color=colour, lw=1.8, label="measured")
    parts = np.sqrt(fit.variances(curve.factor))
    total = np.sqrt((parts**2).sum(axis=1))
    if not total.all():
        return
    panel.plot(curve.tau_s, total, color="black", lw=1.0, ls=(0, (4, 2)), label="fit")
    for number, term in enumerate(TERMS):
        share = parts[:, number] / total
        if share.max() < _FAINTEST:
            continue
        drawn = share > _FAINTEST / 2
        panel.plot(curve.tau_s[drawn], parts[drawn, number], color=TERM_COLOUR, lw=0.7, zorder=1)
        at = int(np.argmax(np.where(drawn, share, 0)))
        panel.annotate(
            term, (curve.tau_s[at], parts[at, number]), xytext=(0, -11),
            textcoords="offset points", ha="center", fontsize=10, color=TERM_COLOUR,
        )  # fmt: skip
    if not channel.described[0]:
        until = curve.tau_s[channel.described][0] if channel.described.any() else curve.tau_s[-1]
        panel.axvspan(curve.tau_s[0], until, color="#999999", alpha=0.12, lw=0)
    panel.grid(True, which="major", color="#E4E4E4", lw=0.6, zorder=0)
    panel.spines[["top", "right"]].set_visible(False)


def _limit(panel: Axes, channels: list[ChannelReport]) -> None:
    """Room for the curves; the faint ends of terms may leave it."""
    values = np.concatenate([c.curve.deviation[:, 0] for c in channels])
    values = values[values > 0]
    if len(values):
        panel.set_ylim(values.min() / 4, values.max() * 3)
