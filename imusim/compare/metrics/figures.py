"""All metrics of one sensor against its simulation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.compare.metrics.agreement import agreement, correlate
from imusim.compare.metrics.spectral import band_figures
from imusim.compare.metrics.stretches import allan_ratio, still_parts
from imusim.compare.metrics.table import METRICS
from imusim.math.gaps import whole_frames

Array = NDArray[np.float64]

FEWEST = 8
"""Samples below which nothing is said."""


def figures(
    real_acc: Array | None,
    real_gyro: Array | None,
    sim_acc: Array | None,
    sim_gyro: Array | None,
    rate_hz: float,
    use: NDArray[np.bool_] | None = None,
    bone_axis: Array | None = None,
) -> dict[str, float]:
    """Score simulated signals against real ones.

    Parameters
    ----------
    real_acc, sim_acc : (N, 3) array, optional
        Accelerometers, m/s², at the same even times in the same sensor's axes. A sensor that
        either side lacks is not scored.
    real_gyro, sim_gyro : (N, 3) array, optional
        Gyroscopes, rad/s.
    rate_hz : float
    use : (N,) bool array, optional
        Samples that count; by default all. Those that are not finite never do.
    bone_axis : (3,) array, optional
        Direction of the bone in the sensor's axes, which parts twist from swing.

    Returns
    -------
    dict
        A value for each of :data:`METRICS`; NaN where it cannot be said.

    Raises
    ------
    ValueError
        If shapes disagree.
    """
    found = dict.fromkeys(METRICS, np.nan)
    pairs = {"acc": (real_acc, sim_acc), "gyro": (real_gyro, sim_gyro)}
    shapes = {a.shape for pair in pairs.values() for a in pair if a is not None}
    if len(shapes) > 1 or any(len(s) != 2 or s[1] != 3 for s in shapes):
        raise ValueError(f"signals of shapes {sorted(shapes)}; they must be alike, (N, 3)")
    still: list[slice] | None = None
    for kind, (real, simulated) in pairs.items():
        if real is None or simulated is None:
            continue
        told = whole_frames(real, simulated)
        if use is not None:
            told &= use
        if told.sum() < FEWEST:
            continue
        a, b = real[told], simulated[told]
        found |= {f"{kind}_{name}": value for name, value in agreement(a, b).items()}
        found |= band_figures(kind, real, simulated, told, rate_hz)
        if still is None:
            still = still_parts(real_acc, real_gyro, told, rate_hz)
        found[f"{kind}_allan"] = allan_ratio(real, simulated, still, rate_hz)
        if kind == "gyro" and bone_axis is not None:
            axis = bone_axis / np.linalg.norm(bone_axis)
            along = (a @ axis)[:, None], (b @ axis)[:, None]
            across = (values - part * axis for values, part in zip((a, b), along, strict=True))
            found["gyro_along_r"], found["gyro_across_r"] = correlate(*along), correlate(*across)
    return found
