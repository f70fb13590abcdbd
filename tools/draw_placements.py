"""Draw the named placements on the default body, as docs/images/placements.png."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from body_models import get_body_model
from imusim.body import Body
from imusim.body.model import segment_mesh
from imusim.conventions import JOINTS
from imusim.sensor.placement import Placement, placements, seat

Array = NDArray[np.float64]

VIEWS = (("front", 1, 1.0, 0), ("back", 1, -1.0, 0), ("left side", 0, -1.0, 1))
"""Name, horizontal axis of the world, its sign on the page, and the axis that points away."""


def draw(body: Body, chosen: list[Placement], out: Path) -> None:
    """Draw outlines of the segments and the seats, from three sides."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    from scipy.spatial import ConvexHull

    joints = body.rest_positions()
    seats = [seat(placement, body) for placement in chosen]
    places = np.array([joints[JOINTS.index(s.joint)] + s.offset for s in seats])
    outward = np.array([_outward(s.link_from_sensor) for s in seats])
    figure, panels = plt.subplots(1, 3, figsize=(19, 12), width_ratios=(1.75, 1.75, 0.8))
    for panel, (title, across, sign, depth) in zip(panels, VIEWS, strict=True):
        for index, joint in enumerate(JOINTS):
            corners = np.asarray(segment_mesh(body, joint).vertices) + joints[index]
            if body.skin is not None:
                corners = body.skin.vertices[body.skin.segment == index] + joints[index]
            flat = np.column_stack([sign * corners[:, across], corners[:, 2]])
            hull = flat[ConvexHull(flat).vertices]
            panel.fill(*hull.T, facecolor="0.93", edgecolor="0.75", linewidth=0.8)
        towards = {"front": 1.0, "back": -1.0, "left side": 1.0}[title]
        seen = towards * outward[:, depth] > -0.2
        shown = np.flatnonzero(seen)
        spots = np.column_stack([sign * places[:, across], places[:, 2]])
        panel.scatter(*spots[shown].T, s=14, color="tab:red", zorder=3)
        _label(panel, [(chosen[k].name, spots[k]) for k in shown])
        panel.set_title(title)
        panel.set_aspect("equal")
        panel.axis("off")
    figure.tight_layout()
    figure.savefig(out, dpi=80)


def _outward(link_from_sensor: Array) -> Array:
    from imusim.math import rotations as rot

    return rot.rotate(link_from_sensor, [0.0, 0.0, 1.0])


def _label(panel, spots: list[tuple[str, Array]]) -> None:
    """Names in a column on either side, joined to their spots by a line."""
    middle = np.mean(panel.get_xlim())
    for side in (-1, 1):
        own = sorted((s for s in spots if (s[1][0] >= middle) == (side > 0)), key=lambda s: s[1][1])
        if not own:
            continue
        edge = panel.get_xlim()[side > 0] + side * 0.05
        heights = np.linspace(*panel.get_ylim(), len(own) + 2)[1:-1]
        for (name, spot), height in zip(own, heights, strict=True):
            panel.annotate(
                name, spot, (edge, height), fontsize=8, va="center",
                ha="left" if side > 0 else "right",
                arrowprops={"arrowstyle": "-", "color": "0.6", "linewidth": 0.5},
            )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/images/placements.png"))
    given = parser.parse_args()
    standing = get_body_model("anthropometric").build()
    draw(standing, list(placements().values()), given.out)
