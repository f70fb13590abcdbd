"""Where pictures are drawn: the one place that imports matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imusim.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AXIS_COLOURS = {"x": "#D55E00", "y": "#009E73", "z": "#0072B2"}
"""Okabe and Ito's palette, which the colour-blind can tell apart."""


def figure_class() -> type[Figure]:
    """Matplotlib's figure, which no window shows.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError(
            "plots need matplotlib: pip install 'imusim-toolkit[plot]'"
        ) from None
    return Figure
