"""How two signals agree sample by sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.compare.metrics.table import PEAK
from imusim.math import rotations as rot

Array = NDArray[np.float64]

_CONSTANT = 1e-9
"""Standard deviation over root mean square below which a channel says nothing."""


def agreement(real: Array, simulated: Array) -> dict[str, float]:
    """Correlation, errors, bias and peaks of two signals (N, 3), N at least 3.

    Returns
    -------
    dict
        ``r, rmse, nrmse, r2, bias, peak`` over all axes, and the same after ``norm_``, ``x_``,
        ``y_`` and ``z_``. All but ``r`` of those over all axes are the same in any axes.
    """
    found: dict[str, float] = {}
    single: list[float] = []
    columns = {"norm": (rot.norm(real), rot.norm(simulated))}
    columns |= {axis: (real[:, k], simulated[:, k]) for k, axis in enumerate("xyz")}
    for form, (a, b) in columns.items():
        correlation = correlate(a[:, None], b[:, None])
        level = (0.0, 0.0) if form == "norm" else (a.mean(), b.mean())
        found[f"{form}_r"] = correlation
        found |= _errors(form, a[:, None], b[:, None])
        found[f"{form}_bias"] = float(b.mean() - a.mean())
        found[f"{form}_peak"] = _peak_ratio(np.abs(a - level[0]), np.abs(b - level[1]))
        if form != "norm":
            single.append(correlation)
    told = [r for r in single if np.isfinite(r)]
    found["r"] = float(np.mean(told)) if told else np.nan
    found |= {name.lstrip("_"): value for name, value in _errors("", real, simulated).items()}
    difference = simulated.mean(axis=0) - real.mean(axis=0)
    found["bias"] = float(np.linalg.norm(difference))
    moving = (rot.norm(values - values.mean(axis=0)) for values in (real, simulated))
    found["peak"] = _peak_ratio(*moving)
    return found


def correlate(a: Array, b: Array) -> float:
    """Pearson's correlation of two signals (N, C), all C channels taken together.

    Of vectors it is ``Σ a·b / √(Σ|a|² Σ|b|²)`` about the means, which no rotation of both
    changes. NaN where either is constant.
    """
    a_power, b_power = _power(a), _power(b)
    if np.isnan(a_power) or np.isnan(b_power):
        return np.nan
    shared = np.sum((a - a.mean(axis=0)) * (b - b.mean(axis=0)))
    return float(np.clip(shared / np.sqrt(a_power * b_power), -1.0, 1.0))


def _power(values: Array) -> float:
    """Sum of squares about the mean; NaN where that is nothing but rounding."""
    power = float(np.sum((values - values.mean(axis=0)) ** 2))
    return power if power > _CONSTANT**2 * float(np.sum(values**2)) else np.nan


def _errors(form: str, real: Array, simulated: Array) -> dict[str, float]:
    """RMSE, the same by the real standard deviation, and R², of (N, C) together."""
    square = float(np.mean((simulated - real) ** 2))
    share = square * real.size / _power(real)
    return {
        f"{form}_rmse": float(np.sqrt(square)),
        f"{form}_nrmse": float(np.sqrt(share)),
        f"{form}_r2": 1.0 - share,
    }


def _peak_ratio(real: Array, simulated: Array) -> float:
    a, b = np.quantile(real, PEAK), np.quantile(simulated, PEAK)
    return float(b / a) if a > 0 else np.nan
