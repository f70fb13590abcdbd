"""Jumps of velocity in a smoothed track.

With S a smoother, a path that is smooth but for a jump of velocity c at one moment is best rebuilt
from its samples y as ``S y + c (r - S r)``, r being the ramp that begins there. The bracket is a
cusp, a few periods of the cut-off wide. Its size is found from the residual ``y - S y``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.special import ndtr

from imusim.math import splines

Array = NDArray[np.float64]

WIDTH_S = 0.002
"""Standard deviation of the blow, a Gaussian, that makes a jump: on real feet it lasts 5 ms."""
BANDWIDTH_HZ = 150.0
"""Frequency at which a blow has lost five sixths."""
STEP_S = 0.0025
"""Jumps lie on a grid of the capture's frames and, in between, of about this step."""

_PERIODS = 3.0
"""Half width of a cusp, in periods of the cut-off: beyond, 1e-4 of it are left."""


@dataclass(frozen=True)
class Cusp:
    """What a smoother takes from ramps of slope one, in frames.

    Parameters
    ----------
    rate_hz, cutoff_hz : float
        Of the smoother (:mod:`imusim.math.splines`).
    """

    rate_hz: float
    cutoff_hz: float

    @property
    def reach(self) -> int:
        """Frames on either side after which nothing is left of it."""
        return math.ceil(_PERIODS * self.rate_hz / self.cutoff_hz)

    @property
    def phases(self) -> int:
        """Moments in a frame that a ramp may begin at."""
        return max(round(1 / (self.rate_hz * STEP_S)), 1)

    def at(self, moment: float, frames: Array, order: int = 0) -> Array:
        """Derivative of a cusp about ``moment``, at ``frames`` (N,) within its reach."""
        whole = math.floor(moment + 1e-9)
        phase = round((moment - whole) * self.phases) / self.phases
        width = WIDTH_S * self.rate_hz
        middle = 2 * self.reach
        smooth = _smoothed_ramp(self.rate_hz / self.cutoff_hz, width, middle, phase)
        knots = splines.smoothing_knots(2 * middle + 1)
        taken = splines.evaluate(knots, smooth, frames - whole + middle, order)[:, 0]
        return _ramp(frames - whole - phase, width, order) - taken

    def size(self, residual: Array, moment: float) -> Array:
        """The jump (D,), units a frame, that explains a smoother's residual (T, D) best."""
        middle = math.floor(moment + 1e-9)
        first, last = max(middle - self.reach, 0), min(middle + self.reach + 1, len(residual))
        whole = _window(self, round((moment - middle) * self.phases))
        cusp = whole[first - middle + self.reach : last - middle + self.reach]
        return cusp @ residual[first:last] / (cusp @ cusp)

    def sizes(self, residual: Array, moments: Array) -> Array:
        """The same (N, D) for moments (N,) from whose reach all of a residual (T, D) is there."""
        whole = np.floor(moments + 1e-9).astype(int)
        phase = np.rint((moments - whole) * self.phases).astype(int)
        around = sliding_window_view(residual, 2 * self.reach + 1, axis=0)
        found = np.empty((len(moments), residual.shape[1]))
        for each in np.unique(phase):
            cusp = _window(self, int(each))
            own = phase == each
            found[own] = around[whole[own] - self.reach] @ cusp / (cusp @ cusp)
        return found


@dataclass(frozen=True, eq=False)
class Jump:
    """A jump of one link's track.

    Parameters
    ----------
    link : int
    moment : float
        In frames.
    size : (D,) array
        Units of the track a frame.
    cusp : Cusp
    stretch : float
        Frames of the track in a frame of the above.
    """

    link: int
    moment: float
    size: Array
    cusp: Cusp
    stretch: float = 1.0

    def faster(self, factor: float) -> Jump:
        """The same jump of a track that has so many times the frames."""
        return replace(self, stretch=self.stretch * factor)


def chosen(jumps: tuple[Jump, ...], links: list[int]) -> tuple[Jump, ...]:
    """Those of some of the links, by their new numbers."""
    return tuple(
        replace(jump, link=number)
        for number, link in enumerate(links)
        for jump in jumps
        if jump.link == link
    )


def add(jumps: tuple[Jump, ...], value: Array, frames: Array, order: int, rate_hz: float) -> None:
    """Add the cusps' derivatives, units a second to the order, to a track's (N, L, D) in place."""
    sequence = np.argsort(frames, kind="stable")
    ordered = frames[sequence]
    for jump in jumps:
        middle, reach = jump.moment * jump.stretch, jump.cusp.reach * jump.stretch
        first, last = np.searchsorted(ordered, [middle - reach, middle + reach])
        near = sequence[first:last]
        cusp = jump.cusp.at(jump.moment, frames[near] / jump.stretch, order)
        value[near, jump.link] += cusp[:, None] * jump.size * (rate_hz / jump.stretch) ** order


def _ramp(since: Array, width: float, order: int) -> Array:
    """A ramp that a Gaussian blow begins, and its derivatives."""
    if order == 0:
        return since * ndtr(since / width) + width**2 * _blow(since, width)
    return ndtr(since / width) if order == 1 else _blow(since, width)


def _blow(since: Array, width: float) -> Array:
    return np.exp(-0.5 * (since / width) ** 2) / (width * math.sqrt(2 * math.pi))


@lru_cache(maxsize=256)
def _window(cusp: Cusp, phase: int) -> Array:
    """A cusp that begins so many phases after a frame, at all frames within its reach."""
    frames = np.arange(-cusp.reach, cusp.reach + 1, dtype=float)
    return cusp.at(phase / cusp.phases, frames)


@lru_cache(maxsize=256)
def _smoothed_ramp(ratio: float, width: float, middle: int, phase: float) -> Array:
    """Spline coefficients (K, 1) of a smoothed ramp that begins at ``middle + phase``."""
    ramp = _ramp(np.arange(2 * middle + 1, dtype=np.float64) - middle - phase, width, 0)
    return splines.smoothing_spline(ramp[:, None], ratio, 1.0)
