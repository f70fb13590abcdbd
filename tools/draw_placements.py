"""Draw the named placements on the default body, as docs/images/placements.png.

Those of the right side are the mirror image and are left out.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from body_models import get_body_model
from imusim.body import Body
from imusim.body.model import segment_mesh
from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from imusim.sensor.placement import placements, seat

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]


ARM_M = (0.12, 0.4)
"""What lies further out and higher is on an arm, and has its name above it."""
HEAD_M = 0.6
"""What lies lower has its name beneath the arms."""
MIDDLE_M = 0.03
"""What lies further out has its name on the right."""


@dataclass(frozen=True)
class View:
    """A view from a side: what is across the page, what comes out of it, and where it is drawn."""

    title: str
    across: tuple[float, float, float]
    towards: tuple[float, float, float]
    shift_m: float


VIEWS = (
    View("front", (0, 1, 0), (1, 0, 0), 0.0),
    View("left side", (-1, 0, 0), (0, 1, 0), 1.65),
    View("back", (0, -1, 0), (-1, 0, 0), 3.3),
)
"""From the front, a person's left is on the right of the page."""


def draw(body: Body, out: Path) -> None:
    """Draw the outlines of the segments, and each placement in the view that it faces."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    joints = body.rest_positions()
    figure, panel = plt.subplots(figsize=(17, 7.6))
    spots: dict[str, list[tuple[str, Array]]] = {view.title: [] for view in VIEWS}
    for name, placement in placements().items():
        if name.startswith("right_"):
            continue
        found = seat(placement, body)
        away = rot.rotate(found.link_from_sensor, [0.0, 0.0, 1.0])
        view = max(VIEWS, key=lambda view: away @ np.array(view.towards) + (view is VIEWS[0]) / 9)
        place = joints[JOINTS.index(found.joint)] + found.offset
        spots[view.title].append((name, place @ _page(view)))
    for view in VIEWS:
        for index, joint in enumerate(JOINTS):
            flat = (np.asarray(segment_mesh(body, joint).vertices) + joints[index]) @ _page(view)
            outline = flat[ConvexHull(flat).vertices] + [view.shift_m, 0.0]
            panel.fill(*outline.T, facecolor="0.93", edgecolor="0.75")
        panel.text(view.shift_m, 0.95, view.title, ha="center", fontsize=12)
        _label(panel, spots[view.title], view.shift_m)
    panel.set_aspect("equal")
    panel.axis("off")
    figure.tight_layout()
    figure.savefig(out, dpi=80)


def _page(view: View) -> Array:
    """Matrix (3, 2) from the world to the page."""
    return np.array([view.across, (0.0, 0.0, 1.0)], float).T


def _label(panel: Axes, spots: list[tuple[str, Array]], shift_m: float) -> None:
    """Names above the arms, and in a column on either side, joined to their spots by a line."""
    style: dict[str, Any] = {
        "fontsize": 9,
        "arrowprops": {"arrowstyle": "-", "color": "0.6", "linewidth": 0.7},
        "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.5},
    }
    above = [spot for spot in spots if spot[1][0] > ARM_M[0] and spot[1][1] > ARM_M[1]]
    reach = 0.0
    for name, (across, up) in sorted(above, key=lambda spot: spot[1][0]):
        reach = max(reach + 0.07, float(across))
        panel.annotate(
            name, (across + shift_m, up), (reach + shift_m, 0.6), rotation=55,
            rotation_mode="anchor", **style,
        )  # fmt: skip
    heights = {-1: np.inf, 1: np.inf}
    beside = [spot for spot in spots if not any(spot is other for other in above)]
    for name, (across, up) in sorted(beside, key=lambda spot: -spot[1][1]):
        side = 1 if across > MIDDLE_M else -1
        beneath_arms = ARM_M[1] if up < HEAD_M else np.inf
        heights[side] = min(heights[side] - 0.06, float(up), beneath_arms)
        panel.annotate(
            name, (across + shift_m, up), (side * 0.33 + shift_m, heights[side]),
            va="center", ha="left" if side > 0 else "right", **style,
        )  # fmt: skip
    places = np.array([spot for _, spot in spots]) + [shift_m, 0.0]
    panel.plot(*places.T, ".", color="tab:red", markersize=8, zorder=5)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/images/placements.png"))
    draw(get_body_model("anthropometric").build(), parser.parse_args().out)
