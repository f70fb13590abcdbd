"""A picture of a clip: its signals over time and, under them, its skeletons at moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from imusim.corpus import Clip
from imusim.errors import ConfigError
from imusim.plot.canvas import AXIS_COLOURS, figure_class
from imusim.plot.figures import FAINT, LEFT, MARKERS, RIGHT, TRUNK, draw_figures, stage
from imusim.plot.ground import ground_forces
from imusim.plot.places import lost_samples, sensor_places

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

MAX_SENSORS = 3
PREFERRED = ("left_wrist", "right_ankle", "pelvis")
WIDTH_IN, DPI = 14.0, 100
UNSEEN = 0.1
"""Share of a gyroscope's channel about the axis that was not seen, from which it is dashed."""
SIGNAL_IN = 1.1
"""Height of a panel of signals."""
LEFT_EDGE, RIGHT_EDGE = 0.165, 0.985


def plot_clip(
    clip: Clip, sensors: Sequence[str] | None = None, file: Path | str | None = None
) -> Figure:
    """Draw a clip of a corpus.

    Parameters
    ----------
    clip : Clip
    sensors : sequence of str, optional
        One to three of the clip's sensors. ``None``: a wrist, an ankle and the pelvis if
        there are, then the first ones.
    file : path, optional
        PNG to write.

    Returns
    -------
    Figure

    Raises
    ------
    ConfigError
        If a sensor is not in the corpus, or there are more than three.
    MissingExtraError
        If matplotlib is not installed.
    """
    figure_type = figure_class()
    chosen = choose_sensors(clip.sensors, sensors)
    accelerometer, gyroscope = clip.signals(sensors=chosen)
    time_s = clip.time_s
    end_s = max(float(time_s[-1]), 1e-3)
    scene = stage(clip, end_s, WIDTH_IN * (RIGHT_EDGE - LEFT_EDGE))
    pushes = ground_forces(clip)
    rows = 2 * len(chosen) + bool(pushes)
    heights = [*[SIGNAL_IN] * rows, scene.height_in]
    total = sum(heights) + 0.14 * rows + 1.5
    figure = figure_type(figsize=(WIDTH_IN, total), dpi=DPI, facecolor="white")
    grid = figure.add_gridspec(
        rows + 1,
        1,
        height_ratios=heights,
        hspace=0.14 * (rows + 1) / sum(heights),
        left=LEFT_EDGE,
        right=RIGHT_EDGE,
        top=1 - 0.95 / total,
        bottom=0.55 / total,
    )
    axes = [figure.add_subplot(grid[row]) for row in range(rows + 1)]
    for number, sensor in enumerate(chosen):
        upper, lower = axes[2 * number : 2 * number + 2]
        unseen = np.abs(clip.unobserved_axis[clip.sensors.index(sensor)]) > UNSEEN
        _signals(upper, time_s, accelerometer[:, number], clip.valid, "specific force\nm/s²")
        _signals(lower, time_s, gyroscope[:, number], clip.valid, "angular rate\nrad/s", unseen)
        middle = (upper.get_position().y0 + lower.get_position().y1) / 2
        _sensor_label(figure, middle, sensor.replace("_", " "), MARKERS[number])
        if unseen.any():
            note = "dashed: about\nan axis that\nwas not seen"
            figure.text(0.03, middle - 0.3 / total, note, va="top", fontsize=8, color=TRUNK)
        lost = lost_samples(clip, sensor)
        if lost.any():
            for panel in (upper, lower):
                _shade(panel, time_s, lost, LEFT)
            note = "orange: lost,\nthe last is held"
            figure.text(0.03, middle + 0.3 / total, note, va="bottom", fontsize=8, color=TRUNK)
    if pushes:
        _ground(axes[rows - 1], time_s, pushes, clip.valid)
        middle = axes[rows - 1].get_position()
        figure.text(
            0.03, (middle.y0 + middle.y1) / 2, "ground", fontsize=12, weight="bold", va="center"
        )
    figure.align_ylabels(axes[:-1])
    draw_figures(axes[-1], scene, sensor_places(clip, chosen))
    for panel in axes:
        panel.set_xlim(0, end_s)
        if panel is not axes[-1]:
            panel.tick_params(labelbottom=False)
            for moment in scene.time_s:
                panel.axvline(moment, color=FAINT, lw=0.8, ls=(0, (4, 4)), zorder=0)
    axes[-1].set_xlabel("time, s")
    middle = axes[-1].get_position().y0 + axes[-1].get_position().height / 2
    for lift, colour, text in ((0.1, LEFT, "left side"), (-0.1, RIGHT, "right side")):
        figure.text(0.03, middle + lift / total, text, color=colour, fontsize=11, va="center")
    _heading(figure, clip, total)
    figure.legend(
        handles=axes[0].get_lines()[:3],
        loc="center right",
        ncols=3,
        frameon=False,
        bbox_to_anchor=(RIGHT_EDGE + 0.005, 1 - 0.65 / total),
        handlelength=1.4,
        columnspacing=1.4,
        fontsize=11,
    )
    if file is not None:
        figure.savefig(file, format="png", dpi=DPI)
    return figure


def choose_sensors(available: Sequence[str], wanted: Sequence[str] | None) -> tuple[str, ...]:
    """Sensors to draw: those wanted, or up to three that tell most.

    Raises
    ------
    ConfigError
        If one is not in the corpus, or there are more than three.
    """
    if not wanted:
        return preferred_sensors(available)
    chosen = known_sensors(available, wanted)
    if len(chosen) > MAX_SENSORS:
        raise ConfigError(f"a picture holds at most {MAX_SENSORS} sensors, not {len(chosen)}")
    return chosen


def known_sensors(available: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """The wanted sensors, all of which a corpus must have.

    Raises
    ------
    ConfigError
        For the first that it lacks.
    """
    for sensor in wanted:
        if sensor not in available:
            raise ConfigError(
                f"this corpus has no sensor {sensor!r}; it has: {', '.join(available)}"
            )
    return tuple(wanted)


def preferred_sensors(available: Sequence[str]) -> tuple[str, ...]:
    """Up to three sensors that tell most of what a body does."""
    preferred = [sensor for sensor in PREFERRED if sensor in available]
    return tuple(dict.fromkeys([*preferred, *available]))[:MAX_SENSORS]


def _shade(panel: Axes, time_s: Array, where: NDArray[np.bool_], colour: str) -> None:
    panel.fill_between(
        time_s,
        0,
        where.astype(float),  # so that single samples show
        transform=panel.get_xaxis_transform(),
        color=colour,
        alpha=0.35,
        lw=0,
        step="mid",
    )


def _signals(
    panel: Axes,
    time_s: Array,
    values: NDArray[Any],
    valid: NDArray[np.bool_],
    label: str,
    unseen: Sequence[bool] | NDArray[np.bool_] = (False, False, False),
) -> None:
    """Three lines over time; stretches that rest on gaps are shaded, unseen axes dashed."""
    for axis, (name, colour) in enumerate(AXIS_COLOURS.items()):
        dashes = (0, (3, 1.5)) if unseen[axis] else "solid"
        panel.plot(time_s, values[:, axis], color=colour, lw=1.2, ls=dashes, label=name)
    _dress(panel, time_s, valid, label)


def _ground(
    panel: Axes, time_s: Array, pushes: Mapping[str, Array], valid: NDArray[np.bool_]
) -> None:
    """Force upwards on each part of the body over time."""
    for name, force in pushes.items():
        panel.plot(time_s, force, color={"left": LEFT, "right": RIGHT}.get(name, TRUNK), lw=1.2)
    _dress(panel, time_s, valid, "force upwards\nbody weights")


def _dress(panel: Axes, time_s: Array, valid: NDArray[np.bool_], label: str) -> None:
    """Shade gaps, draw zero, name the axis."""
    if not valid.all():
        _shade(panel, time_s, ~valid, "#999999")
    panel.axhline(0, color=FAINT, lw=0.8, zorder=0)
    panel.set_ylabel(label, fontsize=9)
    panel.margins(y=0.08)
    panel.locator_params(axis="y", nbins=4)
    panel.spines[["top", "right"]].set_visible(False)


def _sensor_label(figure: Figure, height: float, text: str, marker: str) -> None:
    """Name of the sensor at the left, with the mark that it has on the skeleton."""
    from matplotlib.lines import Line2D

    mark = Line2D(
        [0.02], [height], marker=marker, ms=7, color="black", transform=figure.transFigure
    )
    figure.add_artist(mark)
    figure.text(0.03, height, text, va="center", ha="left", fontsize=12, weight="bold")


def _heading(figure: Figure, clip: Clip, total_in: float) -> None:
    key = clip.key if len(clip.key) <= 100 else f"…{clip.key[-99:]}"
    caption = clip.captions[0] if clip.captions else ""
    if len(caption) > 120:
        caption = f"{caption[:119].rstrip()}…"
    figure.text(0.015, 1 - 0.32 / total_in, key, fontsize=15, weight="bold", va="center")
    figure.text(0.015, 1 - 0.65 / total_in, caption, fontsize=12, va="center", color=TRUNK)
