"""How soon a change of what is done is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.learn.online.frames import NO_LABEL

Labels = NDArray[np.int64]

STAYS_S = 0.5
"""For so long a new label must be told to count."""
SEAM_S = 0.2
"""Frames without a label between two labels are a change if they are no longer."""


@dataclass(frozen=True, eq=False)
class Boundaries:
    """N changes of what is done.

    Parameters
    ----------
    first : (N,) int array
        The frame at which the new label begins.
    last : (N,) int array
        The frame behind its last one.
    label : (N,) int array
        The new one.
    """

    first: Labels
    last: Labels
    label: Labels

    def __len__(self) -> int:
        return len(self.first)


def boundaries_of(labels: Labels, rate_hz: float) -> Boundaries:
    """Changes from one label to another in a recording (T,), in the order of time.

    Stretches without a label that are longer than :data:`SEAM_S` are no change: when within them it
    came, nobody knows.
    """
    edges = np.flatnonzero(np.diff(labels)) + 1
    starts, ends = np.append(0, edges), np.append(edges, len(labels))
    found: list[tuple[int, int, int]] = []
    before, before_ends = NO_LABEL, 0
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        label = int(labels[start]) if start < len(labels) else NO_LABEL
        if label == NO_LABEL:
            continue
        near = start - before_ends <= SEAM_S * rate_hz + 1e-9
        if before not in (NO_LABEL, label) and near:
            found.append((start, end, label))
        elif found and before == label and found[-1][1] == before_ends and near:
            found[-1] = (found[-1][0], end, label)  # one stretch, with a seam in it
        before, before_ends = label, end
    rows = np.array(found, np.int64).reshape(-1, 3)
    return Boundaries(rows[:, 0], rows[:, 1], rows[:, 2])


def delays(said: Labels, boundaries: Boundaries, rate_hz: float) -> NDArray[np.float64]:
    """Seconds (N,) from each change to the frame from which the new label is told and stays.

    It stays if it is told for :data:`STAYS_S` without a break, and begins before the new label
    ends. NaN: missed. Who tells it beforehand and goes on is not late at all.

    Parameters
    ----------
    said : (T,) int array
        The classes that were told.
    boundaries : Boundaries
    rate_hz : float
    """
    stays = max(1, int(np.ceil(STAYS_S * rate_hz - 1e-9)))
    runs = _runs(said)
    found = np.full(len(boundaries), np.nan)
    for n, (first, last, label) in enumerate(
        zip(boundaries.first, boundaries.last, boundaries.label, strict=True)
    ):
        good = np.flatnonzero((said[first:last] == label) & (runs[first:last] >= stays))
        if len(good):
            found[n] = good[0] / rate_hz
    return found


def _runs(said: Labels) -> Labels:
    """For how many frames (T,) on, each included, the same is told."""
    ends = np.append(np.flatnonzero(np.diff(said)) + 1, len(said))
    places = np.arange(len(said))
    return ends[np.searchsorted(ends, places, side="right")] - places
