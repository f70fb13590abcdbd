"""Parts of a signal that are used, and those in which the sensor lay still."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from imusim.characterise.recording import Recording
from imusim.characterise.rest import still_stretches
from imusim.compare.metrics.table import ALLAN_S
from imusim.math.allan import allan_deviation

Array = NDArray[np.float64]

ENOUGH_S = 10.0
"""Stillness from which the Allan deviation is said."""
_PERIODS = 4
"""Averaging times that a still part holds, at least."""


def runs(use: NDArray[np.bool_]) -> list[slice]:
    """Unbroken stretches of samples that are used, in order."""
    breaks = np.flatnonzero(np.diff(use.astype(np.int8))) + 1
    edges = [0, *breaks.tolist(), len(use)]
    return [slice(a, b) for a, b in pairwise(edges) if b > a and use[a]]


def allan_ratio(real: Array, simulated: Array, still: list[slice], rate_hz: float) -> float:
    """Allan deviation of the simulated over that of the real signal (N, 3), of its still parts.

    Variances are summed over axes, so that the axes do not matter. NaN with less than
    :data:`ENOUGH_S` of stillness, or a real signal without noise.
    """
    factor = np.array([max(round(ALLAN_S * rate_hz), 1)])
    parts = [s for s in still if s.stop - s.start >= _PERIODS * factor[0]]
    if sum(s.stop - s.start for s in parts) < ENOUGH_S * rate_hz:
        return np.nan
    power = [
        float((allan_deviation([v[s] for s in parts], rate_hz, factor).deviation ** 2).sum())
        for v in (real, simulated)
    ]
    return float(np.sqrt(power[1] / power[0])) if power[0] > 0 else np.nan


def still_parts(
    accelerometer: Array | None, gyroscope: Array | None, use: NDArray[np.bool_], rate_hz: float
) -> list[slice]:
    """Where the real sensor lay still, by all that it measured."""
    named = {"accelerometer": accelerometer, "gyroscope": gyroscope}
    signals = {
        name: np.where(use[:, None], values, np.nan)
        for name, values in named.items()
        if values is not None
    }
    gaps = np.zeros(len(use), bool)
    return still_stretches(Recording("", rate_hz, signals, gaps)) if use.any() else []
