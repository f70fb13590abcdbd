"""Stick figures at moments of a clip: the source's and the body's side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS, PARENTS
from imusim.corpus import Clip
from imusim.plot.places import Place, between

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

LEFT, RIGHT, TRUNK, FAINT = "#E69F00", "#2A7FB8", "#3C3C3C", "#C8C8C8"
MARKERS = ("o", "s", "^")
FIGURES_IN = 2.2
"""Height of the tallest figure."""
MOMENTS = (4, 8)
"""Least and largest number of moments."""
VIEW_DEG = 40.0
"""Camera's turn from side-on to the body towards its front."""
HEAD_M = 0.1
"""Radius of the circle that stands for the head."""
BETWEEN_M = 0.1
"""Room between the two figures of a moment."""
NAMES_IN = 0.3
"""Height of the line under the ground that names them."""


class Scene(NamedTuple):
    """Figures as they will be drawn: points (N, S, 22, 3) across, up, towards the eye, m.

    S is 2, the source's figure and the body's, or 1 where nothing is known of the source's.
    """

    time_s: Array
    points: Array
    ground: float
    per_metre_in: float
    height_in: float
    seconds_per_metre: float


def stage(clip: Clip, end_s: float, width_in: float) -> Scene:
    """Choose the moments, and the one scale at which their figures stand side by side."""
    points = _project(clip.poses.astype(np.float64), clip.source_poses.astype(np.float64))
    if not len(points):
        return Scene(np.zeros(0), points, 0.0, 1.0, 0.5, 1.0)
    ground = _ground(points[..., 1])
    times = np.arange(len(points)) / clip.pose_rate_hz
    tall = max(float(np.nanmax(points[..., 1])) + 2 * HEAD_M - ground, 0.5)
    reach = [np.nanmin(points[..., 0]), np.nanmax(points[..., 0])]
    wide = float(reach[1] - reach[0]) + HEAD_M
    figures = points.shape[1]
    points[..., 0] -= np.mean(reach)
    points[..., 0] += (np.arange(figures) - (figures - 1) / 2)[:, None] * (wide + BETWEEN_M)
    total = figures * (wide + BETWEEN_M) + 2 * HEAD_M
    per_metre = FIGURES_IN / tall
    count = int(np.clip(width_in / (total * per_metre), *MOMENTS))
    step = max(1, (len(times) - 1) // count)
    start = (len(times) - step * (min(count, len(times)) - 1)) // 2
    moments = np.arange(start, len(times), step)[:count]
    edge_s = min(times[moments[0]], end_s - times[moments[-1]])
    room_s = min(step / clip.pose_rate_hz, 2.4 * edge_s) if edge_s > 0 else end_s
    per_metre = min(per_metre, width_in * room_s / end_s / total)
    return Scene(
        times[moments],
        points[moments],
        ground,
        per_metre,
        max(per_metre * tall, 1.0) + NAMES_IN,
        per_metre * end_s / width_in,
    )


def draw_figures(panel: Axes, scene: Scene, marked: Sequence[Place]) -> None:
    """Draw them along the time axis, all to one scale, on the ground."""
    panel.set_yticks([])
    panel.spines[["top", "right", "left"]].set_visible(False)
    base = scene.ground - NAMES_IN / scene.per_metre_in
    panel.set_ylim(base, base + scene.height_in / scene.per_metre_in)
    panel.axhline(scene.ground, color=TRUNK, lw=1.0, zorder=1)
    names = ("source", "body")[-scene.points.shape[1] :] if len(scene.points) else ()
    for moment, figures in zip(scene.time_s, scene.points, strict=True):
        for name, points in zip(names, figures, strict=True):
            placed = points * [scene.seconds_per_metre, 1.0, 1.0]
            placed[:, 0] += moment
            _stick_figure(panel, placed, marked, scene.per_metre_in, scene.seconds_per_metre)
            panel.text(
                np.nanmean(placed[[0], 0]) if np.isfinite(placed[0, 0]) else moment,
                base + 0.06 / scene.per_metre_in,
                name if np.isfinite(points).any() else f"no {name}",
                ha="center",
                fontsize=10,
                color=TRUNK,
            )


def _stick_figure(
    panel: Axes, points: Array, marked: Sequence[Place], per_metre: float, seconds: float
) -> None:
    """One skeleton in the panel's coordinates; joints that are NaN are passed over."""
    known = np.isfinite(points[:, 0])
    for joint, parent in drawn_bones(known):
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
    neck, head = JOINTS.index("neck"), JOINTS.index("head")
    if known[neck] and known[head]:
        along = (points[head, :2] - points[neck, :2]) / np.array([seconds, 1.0])
        along = along / max(float(np.linalg.norm(along)), 1e-9)
        centre = points[head, :2] + HEAD_M * 0.8 * along * np.array([seconds, 1.0])
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
    for number, place in enumerate(marked):
        across, up, _ = between(points, place)
        if np.isfinite(across):
            panel.plot(
                across,
                up,
                marker=MARKERS[number],
                ms=6.5,
                mfc="black",
                mec="white",
                mew=0.8,
                zorder=5,
                clip_on=False,
            )


def drawn_bones(known: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Known joints (22,), each with the known one that it hangs on.

    That is the nearest above it. Arms whose collar and chest are not known, as a Kinect's, hang
    on the neck rather than on the waist.
    """
    chest, neck = JOINTS.index("spine3"), JOINTS.index("neck")
    bones = []
    for joint in np.flatnonzero(known).tolist():
        above = PARENTS[joint]
        while above >= 0 and not known[above]:
            above = neck if above == chest and joint != neck and known[neck] else PARENTS[above]
        if above >= 0:
            bones.append((joint, above))
    return bones


def _project(poses: Array, source: Array) -> Array:
    """Orthographic three-quarter view, (P, 22, 3) each, to across, up and towards the eye.

    The body's middle is at zero across, its pelvis at zero towards the eye. The camera keeps
    one direction through the clip, turned from the body's first facing.
    """
    if not len(poses):
        return poses[:, None]
    both = np.stack([source, poses] if np.isfinite(source).any() else [poses], axis=1)
    across = poses[0, JOINTS.index("left_hip")] - poses[0, JOINTS.index("right_hip")]
    heading = np.arctan2(across[1], across[0]) - np.deg2rad(90 - VIEW_DEG)
    right = np.array([np.cos(heading), np.sin(heading)])
    towards = np.array([right[1], -right[0]])
    horizontal, depth = both[..., :2] @ right, both[..., :2] @ towards
    body = horizontal[:, -1]
    middle = (body.max(axis=1) + body.min(axis=1)) / 2
    horizontal = horizontal - middle[:, None, None]
    depth = depth - depth[:, -1:, :1]
    return np.stack([horizontal, both[..., 2], depth], axis=-1)


def _ground(heights: Array) -> float:
    """Height of the ground line: zero, unless the capture clearly stands elsewhere."""
    lowest = float(np.nanmin(heights))
    return 0.0 if -0.3 < lowest < 0.5 else lowest
