"""A real sensor beside what the motion says, before anything is aligned.

Norms do not depend on how a sensor sits, nor on the order, the signs or the handedness of its
axes: they tell the offset of the clocks first. What turns one sensor's axes into the other's is
then found under each supposition, and the one that explains clearly more than an ordinary
mounting does names the fault.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.compare.kinematics import Kinematics
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

RATE_HZ = 50.0
"""About the rate at which signals are held against each other here."""
MOST_LAGS = 1001
"""Lags that are tried at first; those about the best are tried one by one."""
FEWEST = 32
"""Samples that must overlap, at that rate."""
LEAST_OVERLAP = 0.5
_WEIGHTS = np.array([1.0, 1.0, 0.5])
"""Of the accelerometer about its mean, the gyroscope about its mean, and the mean of the former."""


@dataclass(frozen=True, eq=False)
class Beside:
    """A sensor and a motion at common times.

    Parameters
    ----------
    real : (N, 6) array
        Accelerometer and gyroscope, NaN where one has nothing.
    simulated : (N + 2 L, 6) array
        The same of the nominal place in the link's axes, from L samples before to L after, NaN
        where the motion does not reach.
    rate_hz : float
    lags : (K,) int array
        Lags that are tried, from 0 to 2 L.
    """

    real: Array
    simulated: Array
    rate_hz: float
    lags: NDArray[np.int64]

    def reversed(self) -> Beside:
        """The same with the recording's time running backwards."""
        return Beside(self.real[::-1], self.simulated, self.rate_hz, self.lags)


@dataclass(frozen=True, eq=False)
class Fit:
    """How a sensor and a motion go together at the lag at which their norms agree best.

    Parameters
    ----------
    norms : float
        Mean correlation of the norms there.
    offset_s : float
        What that lag adds to the sensor's times.
    moments : (3, 3, 3) array
        Normalised moments of simulated (rows) and real (columns): of the accelerometer about its
        mean, of the gyroscope about its own, and of the mean specific force; zero where there is
        none.
    rate_ratio : float
        Root mean square of the real gyroscope over that of the simulated; NaN without one.
    """

    norms: float
    offset_s: float
    moments: Array
    rate_ratio: float

    def mended(self, force_sign: float = 1.0, rate_axes: Array | None = None) -> Array:
        """The weighted sum of the moments (3, 3), once the sensor's axes are mended."""
        rates = self.moments[1] if rate_axes is None else self.moments[1] @ rate_axes.T
        forces = force_sign * (_WEIGHTS[0] * self.moments[0] + _WEIGHTS[2] * self.moments[2])
        present = np.abs(self.moments).sum(axis=(1, 2)) > 0
        return (forces + _WEIGHTS[1] * rates) / max(float(_WEIGHTS @ present), 1e-12)


def explained(moments: Array, link_from_sensor: Array | None = None) -> float:
    """Share of the signals, at most 1, that a mounting (4,) explains; by default the best."""
    if link_from_sensor is not None:
        turn = np.stack([rot.rotate(link_from_sensor, axis) for axis in np.eye(3)], axis=1)
        return float((moments * turn).sum())
    sizes = np.linalg.svd(moments, compute_uv=False)
    return float(sizes[0] + sizes[1] + np.sign(np.linalg.det(moments)) * sizes[2])


def lay_beside(
    kinematics: Kinematics,
    time_s: Array,
    accelerometer: Array | None,
    gyroscope: Array | None,
    use: Mask,
    within_s: float,
) -> Beside | None:
    """Put a sensor (N, 3), at times of the motion that are off by ``within_s``, beside a motion.

    None where too little is left of it.
    """
    rate_hz = (len(time_s) - 1) / max(time_s[-1] - time_s[0], 1e-9)
    step = max(1, round(rate_hz / RATE_HZ))
    count = len(time_s) // step
    if count < FEWEST:
        return None
    lost = np.full((len(time_s), 3), np.nan)
    both = np.concatenate([lost if a is None else a for a in (accelerometer, gyroscope)], axis=1)
    both = np.where(use[:, None], both, np.nan)[: count * step]
    real = both.reshape(count, step, 6).mean(axis=1)
    rate_hz /= step
    start_s = time_s[:step].mean()
    reach = int(np.ceil(within_s * rate_hz))
    at = start_s + np.arange(-reach, count + reach) / rate_hz
    force, rate, _ = kinematics.at(at)
    simulated = np.concatenate([force, rate], axis=1)
    frame = at * kinematics.rate_hz
    last = len(kinematics.valid) - 1
    nearest = np.clip(np.rint(frame).astype(int), 0, last)
    inside = (frame > -0.5) & (frame < last + 0.5) & kinematics.valid[nearest]
    simulated[~inside] = np.nan
    lags = np.unique(np.linspace(0, 2 * reach, min(2 * reach + 1, MOST_LAGS)).astype(int))
    return Beside(real, simulated, rate_hz, lags)


def fit(beside: Beside) -> Fit | None:
    """Find the lag by the norms, and the moments there; None where nothing overlaps."""
    real, simulated = beside.real, beside.simulated
    count = len(real)
    present = [bool(np.isfinite(real[:, 3 * k]).any()) for k in range(2)]
    columns = [k for k in range(6) if present[k // 3]]
    if not columns:
        return None
    told_real, told_sim = whole_frames(real[:, columns]), whole_frames(simulated[:, columns])
    sizes = [rot.norm(v.reshape(len(v), 2, 3)) for v in (real, simulated)]
    enough = max(FEWEST, LEAST_OVERLAP * min(told_real.sum(), told_sim.sum()))
    best, found = -np.inf, None
    tried = beside.lags
    for _ in range(2):
        for lag in tried.tolist():
            both = told_real & told_sim[lag : lag + count]
            if both.sum() < enough:
                continue
            pairs = (
                (sizes[0][both, k], sizes[1][lag : lag + count][both, k])
                for k in range(2)
                if present[k]
            )
            value = float(np.mean([_correlation(a, b) for a, b in pairs]))
            if value > best:
                best, found = value, lag
        if found is None or len(tried) < 2:
            break
        step = int(np.diff(tried).max())
        near = np.arange(found - step + 1, found + step)
        tried = near[(near >= 0) & (near <= beside.lags[-1]) & (near != found)]
        if step == 1:
            break
    if found is None:
        return None
    both = told_real & told_sim[found : found + count]
    a, b = real[both], simulated[found : found + count][both]
    moments, ratio = np.zeros((3, 3, 3)), np.nan
    if present[0]:
        x, y = a[:, :3], b[:, :3]
        moments[0] = _moment(x - x.mean(axis=0), y - y.mean(axis=0))
        moments[2] = _moment(x.mean(axis=0)[None], y.mean(axis=0)[None])
    if present[1]:
        x, y = a[:, 3:], b[:, 3:]
        moments[1] = _moment(x - x.mean(axis=0), y - y.mean(axis=0))
        power = float((y**2).sum())
        ratio = float(np.sqrt((x**2).sum() / power)) if power > 0 else np.nan
    reach = (len(simulated) - count) // 2
    return Fit(best, (found - reach) / beside.rate_hz, moments, ratio)


def _moment(real: Array, simulated: Array) -> Array:
    """Σ simulated realᵀ, normalised so that equal signals have a trace of 1."""
    power = np.sqrt((real**2).sum() * (simulated**2).sum())
    return simulated.T @ real / power if power > 0 else np.zeros((3, 3))


def _correlation(a: Array, b: Array) -> float:
    a, b = a - a.mean(), b - b.mean()
    power = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / power) if power > 0 else 0.0
