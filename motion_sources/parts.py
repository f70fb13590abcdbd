"""Stretches of a motion that have captions of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from imusim.errors import MotionError
from imusim.motion import ClipRef, Motion


@dataclass(frozen=True)
class PartRef(ClipRef):
    """A clip that is a stretch of what its file holds, or that cannot be read at all.

    Parameters
    ----------
    start_s, end_s : float
        From the first frame at or after the one to the last before the other, s.
    captions : tuple of str
        What is shown in this stretch.
    fault : MotionError, optional
        Why it cannot be read; found while listing, raised on reading, so that one bad file
        does not keep the others from being listed.
    """

    start_s: float = 0.0
    end_s: float = np.inf
    captions: tuple[str, ...] = ()
    fault: MotionError | None = None


def label(start_s: float, end_s: float) -> str:
    """Name of a stretch, as it stands behind a clip's key."""
    return f"@{start_s:.2f}-{end_s:.2f}"


def cut(motion: Motion, start_s: float, end_s: float, file: Path) -> Motion:
    """The frames of a motion in [start, end) seconds.

    Raises
    ------
    MotionError
        If there are none.
    """
    first, stop = (int(min(np.ceil(s * motion.rate_hz - 1e-6), motion.frames))
                   for s in (start_s, end_s))  # fmt: skip
    if first == 0 and stop == motion.frames:
        return motion
    if first >= stop:
        raise MotionError(
            f"{start_s:.2f}-{end_s:.2f} s is no part of its {motion.frames / motion.rate_hz:.2f} s",
            file,
        )
    kept = slice(first, stop)
    moved, captured = motion.translations, motion.captured_positions
    return replace(
        motion,
        root_position=motion.root_position[kept],
        rotations=motion.rotations[kept],
        translations=None if moved is None else moved[kept],
        captured_positions=None if captured is None else captured[kept],
    )
