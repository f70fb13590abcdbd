"""Where and when feet come down: on level ground, slopes, curves and stairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from motion_sources.procedural.person import FOOT, Person

Array = NDArray[np.float64]
Rng = np.random.Generator

HEEL, TOE = 0.25 * FOOT, 0.75 * FOOT
"""Heel behind and toes before the ankle, shares of stature; the ball is half a foot before it."""

STEP_VARIATION = (0.015, 0.04)
"""Coefficient of variation of the steps' times and lengths: of stride time 1-3 % in healthy
adults, up to 4 % in the old (Hausdorff et al. 1996, J. Applied Physiology 80:1448; Hausdorff
2007, Human Movement Science 26:555)."""


@dataclass(frozen=True, eq=False)
class Footholds:
    """The steps of a walk that begins and ends with both feet side by side.

    Parameters
    ----------
    side : (N,) int array
        0 left, 1 right; the first two are the feet as they stand at first.
    contact : (N,) array
        When each foot comes down, s; of the first two it is before the clip.
    place : (N, 3) array
        On the ground below the ankle of the flat foot, m.
    yaw : (N,) array
        Heading of the path there, rad.
    edges, heights : (E,), (E + 1,) array
        Risers along x, m, and the heights of the surface between them, m; none: no stairs.
    slope : float
        Rise of the ground along x, rad.
    """

    side: NDArray[np.intp]
    contact: Array
    place: Array
    yaw: Array
    edges: Array = field(default_factory=lambda: np.zeros(0))
    heights: Array = field(default_factory=lambda: np.zeros(1))
    slope: float = 0.0

    def surface(self, x: Array) -> Array:
        """Height of stairs at places along x, m."""
        return self.heights[np.searchsorted(self.edges, x)]

    @property
    def middle(self) -> Array:
        """Midpoints (N - 1, 3) between each foot and the one that came down before."""
        return (self.place[1:] + self.place[:-1]) / 2


def step_times(
    rng: Rng, count: int, cadence_hz: float, limp: float = 0.0, drift: float = 0.04
) -> Array:
    """Contact times (count,) of the steps, s, the first two long past.

    Parameters
    ----------
    cadence_hz : float
        Steps a second.
    limp : float
        Share by which every second step takes longer and the others less.
    drift : float
        Slow change of the cadence, relative.
    """
    steps = np.arange(count - 2)
    swing = np.sin(2 * np.pi * (steps / max(len(steps), 20) * rng.uniform(0.5, 2) + rng.random()))
    noise = rng.uniform(*STEP_VARIATION) * np.clip(rng.standard_normal(len(steps)), -2.5, 2.5)
    long = (1 + drift * swing + noise + limp * (-1.0) ** steps) / cadence_hz
    first = rng.uniform(0.8, 2.0) + 0.9 / cadence_hz
    return np.concatenate([[-9.0, -9.0], first + np.cumsum(long) - long[0]])


def _sides(rng: Rng, count: int) -> NDArray[np.intp]:
    """Feet in turn, either one first."""
    return (np.arange(count) + int(rng.integers(2))) % 2


def level(
    rng: Rng,
    times: Array,
    step_m: float,
    across_m: float,
    bends: Array | float = 0.0,
    slope: float = 0.0,
    short: float = 0.0,
    ramp: int = 1,
) -> Footholds:
    """Steps along a path on level or sloping ground.

    Parameters
    ----------
    times : (N,) array
        From :func:`step_times`.
    step_m : float
        Mean length of a step along the ground, m; negative for a walk backwards.
    across_m : float
        Each foot from the middle of the path, m.
    bends : (N,) array or float
        Turn of the path in each step, rad.
    slope : float
        Rad.
    short : float
        Share by which every second step is shorter and the others longer.
    ramp : int
        Steps until they have their full length, and from when on they lose it.
    """
    count = len(times)
    side = _sides(rng, count)
    steps = np.arange(count)
    vary = rng.uniform(*STEP_VARIATION) * np.clip(rng.standard_normal(count), -2.5, 2.5)
    long = step_m * (1 + vary + short * (-1.0) ** steps)
    long[:2] = 0
    for number in range(ramp):
        long[[2 + number, -2 - number]] *= (number + 0.6) / (ramp + 0.2)
    long[-1] = 0  # the last foot comes beside the other
    turn = np.broadcast_to(np.asarray(bends, float), (count,)).copy()
    turn[:3] = turn[-1] = 0
    yaw = np.cumsum(turn)
    along = np.stack([np.cos(yaw), np.sin(yaw)], axis=-1) * long[:, None] * np.cos(slope)
    left = np.stack([-np.sin(yaw), np.cos(yaw)], axis=-1)
    width = across_m * (1 + 0.1 * np.clip(rng.standard_normal(count), -2, 2))
    width[:2] = width[-2:] = across_m
    flat = np.cumsum(along, axis=0) + left * (width * (1 - 2 * side))[:, None]
    height = flat[:, 0] * np.tan(slope)
    place = np.column_stack([flat, height - height.min()])  # nothing lies below zero
    return Footholds(side, times, place, yaw, slope=slope)


@dataclass(frozen=True)
class Flight:
    """Stairs of one direction: their number, riser and tread, m, and how many a step takes."""

    count: int
    riser: float
    tread: float
    at_once: int = 1


def stairs(
    rng: Rng,
    person: Person,
    flights: Sequence[Flight],
    levels: Sequence[int],
    step_m: float,
    across_m: float,
) -> tuple[Footholds, Array]:
    """Steps over flights of stairs with level walks before, between and after.

    On the way up the toes stay short of the next riser, on the way down the heel clears the one
    behind and the toes may reach over the edge.

    Parameters
    ----------
    flights : sequence of Flight
        Negative risers go down.
    levels : sequence of int
        Steps on the level before each flight and after the last, one more than flights.

    Returns
    -------
    footholds : Footholds
        Without times.
    riser : (N,) array
        By how much each step climbs over the one before, m; 0 on the level.
    """
    heel, toe = HEEL * person.stature, TOE * person.stature
    fall = sum(-flight.count * flight.riser for flight in flights if flight.riser < 0)
    x, z = [0.0, 0.0], [fall, fall]  # nothing lies below zero
    edges: list[float] = []
    heights = [fall]
    for number, walk in enumerate(levels):
        for _ in range(walk):
            x.append(x[-1] + step_m * (1 + 0.03 * rng.uniform(-1, 1)))
            z.append(z[-1])
        if number == len(flights):
            break
        flight = flights[number]
        up = flight.riser > 0
        first = x[-1] + toe + (rng.uniform(0.03, 0.10) if up else rng.uniform(-0.04, 0.0))
        ledge = first + flight.tread * np.arange(flight.count)
        edges += list(ledge)
        heights += list(heights[-1] + flight.riser * np.arange(1, flight.count + 1))
        done = 0
        while done < flight.count:
            done = min(done + flight.at_once, flight.count)
            inside = flight.tread - toe - 0.015 if up else heel + 0.05
            x.append(float(ledge[done - 1]) + inside + rng.uniform(-0.012, 0.012))
            z.append(heights[-1] - flight.riser * (flight.count - done))
    x.append(x[-1])
    z.append(z[-1])
    side = _sides(rng, len(x))
    y = across_m * (1 - 2 * side) * (1 + 0.08 * rng.uniform(-1, 1, len(x)))
    place = np.column_stack([x, y, z])
    return (
        Footholds(
            side, np.zeros(len(x)), place, np.zeros(len(x)), np.array(edges), np.array(heights)
        ),
        np.diff(z, prepend=z[0]),
    )
