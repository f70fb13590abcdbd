"""A picture of a clip: its signals over time and, under them, its skeleton at moments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS, PARENTS
from imusim.corpus import Clip
from imusim.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

MAX_JOINTS = 3
PREFERRED = ("left_wrist", "right_ankle", "pelvis")
AXIS_COLOURS = {"x": "#D55E00", "y": "#009E73", "z": "#0072B2"}
"""Okabe and Ito's palette, which the colour-blind can tell apart."""
LEFT, RIGHT, TRUNK, FAINT = "#E69F00", "#2A7FB8", "#3C3C3C", "#C8C8C8"
MARKERS = ("o", "s", "^")
WIDTH_IN, DPI = 14.0, 100
SIGNAL_IN, FIGURES_IN = 1.1, 2.5
"""Heights of a panel of signals and of the tallest stick figure."""
LEFT_EDGE, RIGHT_EDGE = 0.165, 0.985
MOMENTS = 8
VIEW_DEG = 40.0
"""Camera's turn from side-on to the body towards its front."""
HEAD_M = 0.1
"""Radius of the circle that stands for the head."""


def plot_clip(
    clip: Clip, joints: Sequence[str] | None = None, file: Path | str | None = None
) -> Figure:
    """Draw a clip of a corpus.

    Parameters
    ----------
    clip : Clip
    joints : sequence of str, optional
        One to three of the clip's joints. ``None``: a wrist, an ankle and the pelvis, or the
        first ones that there are.
    file : path, optional
        PNG to write.

    Returns
    -------
    Figure

    Raises
    ------
    ConfigError
        If a joint is not in the corpus, or there are more than three.
    MissingExtraError
        If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError(
            "plots need matplotlib: pip install 'imusim-toolkit[plot]'"
        ) from None
    chosen = choose_joints(clip.joints, joints)
    accelerometer, gyroscope = clip.signals(joints=chosen)
    time_s = clip.time_s
    end_s = max(float(time_s[-1]), 1e-3)
    scene = _stage(clip, end_s)
    rows = 2 * len(chosen)
    heights = [*[SIGNAL_IN] * rows, scene.height_in]
    total = sum(heights) + 0.14 * rows + 1.5
    figure = Figure(figsize=(WIDTH_IN, total), dpi=DPI, facecolor="white")
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
    for number, joint in enumerate(chosen):
        upper, lower = axes[2 * number : 2 * number + 2]
        _signals(upper, time_s, accelerometer[:, number], clip.valid, "specific force\nm/s²")
        _signals(lower, time_s, gyroscope[:, number], clip.valid, "angular rate\nrad/s")
        middle = (upper.get_position().y0 + lower.get_position().y1) / 2
        _joint_label(figure, middle, joint.replace("_", " "), MARKERS[number])
    figure.align_ylabels(axes[:-1])
    _skeletons(axes[-1], scene, chosen)
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


def choose_joints(available: Sequence[str], wanted: Sequence[str] | None) -> tuple[str, ...]:
    """Joints to draw: those wanted, or up to three that tell most.

    Raises
    ------
    ConfigError
    """
    if not wanted:
        return preferred_joints(available)
    for joint in wanted:
        if joint not in available:
            raise ConfigError(f"this corpus has no joint {joint!r}; it has: {', '.join(available)}")
    if len(wanted) > MAX_JOINTS:
        raise ConfigError(f"a picture holds at most {MAX_JOINTS} joints, not {len(wanted)}")
    return tuple(wanted)


def preferred_joints(available: Sequence[str]) -> tuple[str, ...]:
    """Up to three joints that tell most of what a body does."""
    preferred = [joint for joint in PREFERRED if joint in available]
    return tuple(preferred or available[:MAX_JOINTS])


def _signals(
    panel: Axes, time_s: Array, values: NDArray[Any], valid: NDArray[np.bool_], label: str
) -> None:
    """Three lines over time; stretches that rest on gaps are shaded."""
    for axis, (name, colour) in enumerate(AXIS_COLOURS.items()):
        panel.plot(time_s, values[:, axis], color=colour, lw=1.2, label=name)
    if not valid.all():
        panel.fill_between(
            time_s,
            0,
            1,
            where=~valid,
            transform=panel.get_xaxis_transform(),
            color="#999999",
            alpha=0.25,
            lw=0,
            step="mid",
        )
    panel.axhline(0, color=FAINT, lw=0.8, zorder=0)
    panel.set_ylabel(label, fontsize=9)
    panel.margins(y=0.08)
    panel.locator_params(axis="y", nbins=4)
    panel.spines[["top", "right"]].set_visible(False)


def _joint_label(figure: Figure, height: float, text: str, marker: str) -> None:
    """Name of the joint at the left, with the mark that it has on the skeleton."""
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


class _Scene(NamedTuple):
    """Stick figures as they will be drawn: points (N, 22, 3) across, up, towards the eye, m."""

    time_s: Array
    points: Array
    ground: float
    per_metre_in: float
    height_in: float
    seconds_per_metre: float


def _stage(clip: Clip, end_s: float) -> _Scene:
    """Choose the moments, and the one scale at which their figures stand side by side."""
    width_in = WIDTH_IN * (RIGHT_EDGE - LEFT_EDGE)
    points = _project(clip.poses.astype(np.float64))
    if not len(points):
        return _Scene(np.zeros(0), points, 0.0, 1.0, 0.5, 1.0)
    ground = _ground(points[..., 1])
    times = np.arange(len(points)) / clip.pose_rate_hz
    tall = max(float(points[..., 1].max()) + 2 * HEAD_M - ground, 0.5)
    wide = float(np.ptp(points[..., 0], axis=1).max()) + 2 * HEAD_M
    per_metre = FIGURES_IN / tall
    count = int(np.clip(width_in / (wide * per_metre), 6, MOMENTS))
    step = max(1, round(len(times) / count))
    moments = np.arange((len(times) - 1) % step // 2, len(times), step)
    spacing = np.diff(times[moments]).min() if len(moments) > 1 else end_s
    per_metre = min(per_metre, width_in * spacing / end_s / (0.9 * wide))
    return _Scene(
        times[moments],
        points[moments],
        ground,
        per_metre,
        max(per_metre * tall, 1.0) + 0.25,
        per_metre * end_s / width_in,
    )


def _skeletons(panel: Axes, scene: _Scene, marked: Sequence[str]) -> None:
    """Stick figures along the time axis, all to one scale, on the ground."""
    panel.set_yticks([])
    panel.spines[["top", "right", "left"]].set_visible(False)
    base = scene.ground - 0.15 / scene.per_metre_in
    panel.set_ylim(base, base + scene.height_in / scene.per_metre_in)
    panel.axhline(scene.ground, color=TRUNK, lw=1.0, zorder=1)
    for moment, points in zip(scene.time_s, scene.points, strict=True):
        placed = points * [scene.seconds_per_metre, 1.0, 1.0]
        placed[:, 0] += moment
        _stick_figure(panel, placed, marked, scene.per_metre_in, scene.seconds_per_metre)


def _stick_figure(
    panel: Axes, points: Array, marked: Sequence[str], per_metre: float, seconds: float
) -> None:
    """One skeleton in the panel's coordinates."""
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            continue
        name = JOINTS[joint]
        colour = LEFT if name.startswith("left") else RIGHT if name.startswith("right") else TRUNK
        across, up, depth = points[[parent, joint]].T
        panel.plot(
            across,
            up,
            color=colour,
            lw=2.6,
            zorder=2.5 + np.tanh(depth.mean()),
            solid_capstyle="round",
            clip_on=False,
        )
    neck, head = points[JOINTS.index("neck"), :2], points[JOINTS.index("head"), :2]
    along = (head - neck) / np.array([seconds, 1.0])
    along = along / max(float(np.linalg.norm(along)), 1e-9)
    centre = head + HEAD_M * 0.8 * along * np.array([seconds, 1.0])
    panel.plot(
        centre[0],
        centre[1],
        marker="o",
        ms=2 * HEAD_M * per_metre * 72,
        mfc="white",
        mec=TRUNK,
        mew=2.0,
        zorder=4,
        clip_on=False,
    )
    for number, name in enumerate(marked):
        panel.plot(
            points[JOINTS.index(name), 0],
            points[JOINTS.index(name), 1],
            marker=MARKERS[number],
            ms=6.5,
            mfc="black",
            mec="white",
            mew=0.8,
            zorder=5,
            clip_on=False,
        )


def _project(poses: Array) -> Array:
    """Orthographic three-quarter view, (P, 22, 3) to across, up and towards the eye.

    Each figure's middle is at zero across, its pelvis at zero towards the eye.

    The camera keeps one direction through the clip, turned from the body's first facing.
    """
    if not len(poses):
        return poses
    across = poses[0, JOINTS.index("left_hip")] - poses[0, JOINTS.index("right_hip")]
    heading = np.arctan2(across[1], across[0]) - np.deg2rad(90 - VIEW_DEG)
    right = np.array([np.cos(heading), np.sin(heading)])
    towards = np.array([right[1], -right[0]])
    horizontal, depth = poses[..., :2] @ right, poses[..., :2] @ towards
    middle = (horizontal.max(axis=1) + horizontal.min(axis=1)) / 2
    return np.stack([horizontal - middle[:, None], poses[..., 2], depth - depth[:, :1]], axis=-1)


def _ground(heights: Array) -> float:
    """Height of the ground line: zero, unless the capture clearly stands elsewhere."""
    lowest = float(heights.min())
    return 0.0 if -0.3 < lowest < 0.5 else lowest
