"""The device of one unit: what alignment found of it, and the noise of its still parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from imusim.characterise import Recording, still_stretches
from imusim.compare.align import Alignment, Pair
from imusim.sensor.device import Clock, Device, Triad
from imusim.sensor.device.tables import Axes

Array = NDArray[np.float64]

LEAST_STILL_S = 2.0
"""Shorter rests say less of the noise than the motion does."""
WINDOW_S, QUIET = 0.5, 0.1
"""Windows among which the quietest are looked for, and what share of them is taken for quiet."""


def known_device(
    name: str, rate_hz: float, pairs: Sequence[Pair], alignments: Sequence[Alignment]
) -> Device:
    """Biases, scale factors and clock as they were found, and white noise.

    The density of the noise is that of differences of neighbouring samples where the sensor
    rested. Where it never did, it is that of the quietest moments: at most that.
    """
    first = alignments[0]
    tables, rested_s = {}, 0.0
    for kind in ("accelerometer", "gyroscope"):
        if all(getattr(pair.real, kind) is None for pair in pairs):
            tables[kind] = Triad()
            continue
        density, rested_s = _at_rest(kind, rate_hz, pairs)
        if rested_s < LEAST_STILL_S:
            density = _quietest(kind, rate_hz, pairs)
        tables[kind] = Triad(
            noise_density=_axes(density),
            known_bias=_axes(getattr(first, f"{kind}_bias")),
            known_scale=_axes(getattr(first, f"{kind}_scale") - 1),
        )
    known = "at rest" if rested_s >= LEAST_STILL_S else "of the quietest moments: at most"
    skew = [a.clock_ratio - 1 for a in alignments if "clock_ratio" in a.deviation]
    weight = [
        1 / float(a.deviation["clock_ratio"][0]) ** 2
        for a in alignments
        if "clock_ratio" in a.deviation
    ]
    clock = Clock(known_skew=float(np.average(skew, weights=weight))) if skew else Clock()
    device = Device(name=name, summary=f"one unit, calibrated beside motion; noise {known}")
    return replace(device, clock=clock, **tables)


def _at_rest(kind: str, rate_hz: float, pairs: Sequence[Pair]) -> tuple[Array, float]:
    """Density (3,), unit/√Hz, and how long the sensor rested, s."""
    power, count = np.zeros(3), 0
    for pair in pairs:
        both = zip(
            ("accelerometer", "gyroscope"),
            (pair.real.accelerometer, pair.real.gyroscope),
            strict=True,
        )
        signals = {name: values for name, values in both if values is not None}
        steps = np.diff(pair.real.time_s, prepend=pair.real.time_s[0])
        recording = Recording("", rate_hz, signals, steps > 1.5 / rate_hz)
        for stretch in still_stretches(recording):
            steps = np.diff(signals[kind][stretch], axis=0) if kind in signals else np.zeros((0, 3))
            power += (steps**2).sum(axis=0) / 2
            count += len(steps)
    return np.sqrt(power / max(count, 1) / rate_hz), count / rate_hz


def _quietest(kind: str, rate_hz: float, pairs: Sequence[Pair]) -> Array:
    """Density (3,), unit/√Hz: of second differences in the quietest tenth of all windows.

    White noise of variance σ² has second differences of variance 6σ²; as they are correlated,
    their mean square in a window of n varies as that of n/1.94 independent ones.
    """
    length = max(round(WINDOW_S * rate_hz), 8)
    found = []
    for pair in pairs:
        values = getattr(pair.real, kind)
        if values is not None:
            values = values[pair.real.use & np.isfinite(values).all(axis=1)]
            power = np.diff(values, 2, axis=0) ** 2 / 6
            whole = len(power) // length * length
            found.append(power[:whole].reshape(-1, length, 3).mean(axis=1))
    windows = np.concatenate(found)
    if not len(windows):
        return np.zeros(3)
    freedom = length / 1.94
    expected = chi2.ppf(QUIET, freedom) / freedom
    return np.sqrt(np.quantile(windows, QUIET, axis=0) / expected / rate_hz)


def _axes(values: Array) -> Axes:
    x, y, z = (float(f"{value:.5g}") for value in values)
    return x, y, z
