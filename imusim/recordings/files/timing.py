"""Times of samples from the stamps of a file."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.recordings.gaps import after_gaps, usual_period

Array = NDArray[np.float64]

_BACK = 20.0
"""Intervals by which a stamp may lie before the last one."""
_IRREGULAR = 0.02
"""Deviation of the intervals, as a share of them, from which they are called irregular."""
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_SLOWEST_S = 0.5
"""Longest interval that is taken for seconds where no unit is stated."""


class Timing(NamedTuple):
    """Times (n,) from the first sample, s, which rise, the rate in Hz, and what to say of both."""

    time_s: Array
    rate_hz: float
    notes: tuple[str, ...]


def read_timing(stamps: Array, unit: str, rate_hz: float | None, file: Path, line: int) -> Timing:
    """Make times of stamps.

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
    stamps = stamps - stamps[0] if len(stamps) else stamps
    with np.errstate(over="ignore", invalid="ignore"):
        steps, period = np.diff(stamps), usual_period(stamps)
    if not 0 < period < np.inf or not np.isfinite(steps).all():
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
    within = steps[~after_gaps(stamps, period)[1:]]
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
        notes.append(f"timestamps irregular by {1e3 * scatter:.3g} ms")
    rising = _rising(stamps, period) * _SECONDS[unit]
    if not (np.diff(rising) > 0).all():
        raise MotionError("the timestamps are too coarse; name the rate with --rate", file)
    return Timing(rising, rate_hz or found, tuple(notes))


def _rising(stamps: Array, period: float) -> Array:
    """Stamps (n,) that rise, from zero.

    Of samples that were delivered together the last has the stamp; those before it are spread
    over the time since the stamp before, a period apart at most.
    """
    highest = np.maximum.accumulate(stamps)
    index = np.arange(len(stamps))
    lasts = np.flatnonzero(np.append(highest[1:] > highest[:-1], True))
    last = lasts[np.searchsorted(lasts, index)]
    spread = np.interp(index, lasts, highest[lasts], left=-np.inf)
    rising = np.maximum(spread, highest[last] - (last - index) * period)
    return rising - rising[0]
