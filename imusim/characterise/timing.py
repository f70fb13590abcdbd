"""The rate of a recording from its timestamps, and where samples are missing."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d

from imusim.errors import MotionError

Array = NDArray[np.float64]

GAP = 2.5
"""Intervals by which the stamps fall behind for good where samples are missing."""
_LOOK = 25
"""Samples over which a late delivery must have been caught up with."""
_REACH = 100
"""Samples over which the period is taken first."""
_BACK = 20.0
"""Intervals by which a stamp may lie before the last one."""
_IRREGULAR = 0.02
"""Deviation of the intervals, as a share of them, from which they are called irregular."""
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_SLOWEST_S = 0.5
"""Longest interval that is taken for seconds where no unit is stated."""


class Timing(NamedTuple):
    """Rate in Hz, which samples follow upon a gap (n,), and what is to be said of both."""

    rate_hz: float
    after_gap: NDArray[np.bool_]
    notes: tuple[str, ...]


def read_timing(stamps: Array, unit: str, rate_hz: float | None, file: Path, line: int) -> Timing:
    """Tell the rate.

    Samples are taken as even between gaps: what the stamps of phones and watches show is mostly
    when a sample was delivered.

    Parameters
    ----------
    stamps : (n,) array
    unit : str
        ``s``, ``ms``, ``us``, ``ns``, or empty: by the size of the intervals.
    rate_hz : float or None
        The rate where it is known.
    file : Path
    line : int
        Line of the first sample, for errors; 0 for files without lines.

    Raises
    ------
    MotionError
        If stamps are missing, go back, or stand still.
    """

    def place(sample: int) -> int | None:
        return line + sample if line else None

    if not np.isfinite(stamps).all():
        broken = int(np.argmin(np.isfinite(stamps)))
        raise MotionError("the timestamp is not a number", file, place(broken))
    steps = np.diff(stamps)
    reach = min(_REACH, len(steps))
    period = float(np.median((stamps[reach:] - stamps[:-reach]) / reach)) if reach else 0.0
    if not period > 0:
        raise MotionError("the timestamps do not rise; name the rate with --rate", file)
    if (steps < -_BACK * period).any():
        back = int(np.argmax(steps < -_BACK * period)) + 1
        raise MotionError("the timestamps go back here; split the file", file, place(back))
    if unit and unit not in _SECONDS:
        raise MotionError(f"timestamps in {unit!r}; use s, ms, us or ns", file)
    notes = []
    if not unit:
        unit = next((u for u, size in _SECONDS.items() if period * size <= _SLOWEST_S), "ns")
        notes.append(f"timestamps read as {unit}")
    after_gap = _after_gaps(stamps, steps, period)
    within = steps[~after_gap[1:]]
    mean = float(within.mean()) * _SECONDS[unit] if len(within) else 0.0
    if not mean > 0:
        raise MotionError("the timestamps do not rise; name the rate with --rate", file)
    found = 1 / mean
    scatter = float(within.std()) * _SECONDS[unit]
    if rate_hz is None:
        notes.append(f"rate from the timestamps: {found:.6g} Hz")
    elif abs(rate_hz / found - 1) > _IRREGULAR:
        notes.append(f"the timestamps give {found:.6g} Hz, not the {rate_hz:.6g} Hz of --rate")
    if scatter > _IRREGULAR * mean:
        notes.append(f"timestamps irregular by {1e3 * scatter:.3g} ms; samples are taken as even")
    if after_gap.any():
        notes.append(f"{int(after_gap.sum())} gaps, which split the recording")
    return Timing(rate_hz or found, after_gap, tuple(notes))


def _after_gaps(stamps: Array, steps: Array, period: float) -> NDArray[np.bool_]:
    """Samples (n,) before which some are missing.

    A sample that is delivered late is followed by others soon after; the earliest of the samples
    around tell when they were due.
    """
    behind = stamps - np.arange(len(stamps)) * period
    origin = _LOOK // 2
    earliest_next = minimum_filter1d(behind, _LOOK, mode="nearest", origin=-origin)
    earliest_last = minimum_filter1d(behind, _LOOK, mode="nearest", origin=origin)
    late = earliest_next[1:] - earliest_last[:-1] > GAP * period
    after = np.zeros(len(stamps), bool)
    last = -_LOOK
    for sample in (np.flatnonzero(late & (steps > GAP * period)) + 1).tolist():
        if sample - last >= _LOOK:  # until then, what went before the gap still shows
            after[sample] = True
            last = sample
    return after
