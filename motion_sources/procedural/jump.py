"""Off the floor: heels that rise, and flights in which nothing but gravity acts on the body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import BPoly

from imusim.conventions import STANDARD_GRAVITY
from motion_sources.procedural.person import Person
from motion_sources.procedural.reach import above
from motion_sources.procedural.timing import times

Array = NDArray[np.float64]

POINT_M = 0.02
"""How much further than at take-off the feet point in flight, as a rise of the heel, m."""


def tiptoe(person: Person, rise: ArrayLike) -> tuple[Array, Array]:
    """Pitch of a foot, toes down, and way of its ankle forward, for an ankle that has risen.

    The ball of the foot stays where it is.

    Parameters
    ----------
    rise : (...) array
        m; what a foot cannot reach is cut off.

    Returns
    -------
    pitch : (...) array
        rad.
    forward : (...) array
        m.
    """
    ahead, _, down = person.bone("left_foot")
    length, slope = float(np.hypot(ahead, down)), float(np.arctan2(-down, ahead))
    height = np.clip(np.asarray(rise, float), 0.0, None) / length + np.sin(slope)
    pitch = np.arcsin(np.minimum(height, 0.97)) - slope
    return pitch, length * (np.cos(slope) - np.cos(pitch + slope))


@dataclass(frozen=True, eq=False)
class Hops:
    """Hops on the spot, over time.

    Parameters
    ----------
    lift : (T,) array
        Of the pelvis against standing, m.
    ankles : (T,) array
        Of the ankles above flat feet, m.
    pitch, forward : (T,) array
        As of :func:`tiptoe`.
    flights : (N, 2) array
        When each leaves the floor and lands, s.
    """

    lift: Array
    ankles: Array
    pitch: Array
    forward: Array
    flights: Array


def hops(person: Person, speeds: Array, dips: Array, heel: float, rest: float = 0.0) -> Hops:
    """Hops one after another.

    Pelvis and ankles are quintic between rest, the deepest point, take-off and landing, where
    position, speed and acceleration are those of free fall; in flight they fall freely.

    Parameters
    ----------
    person : Person
    speeds : (N,) array
        Upwards at take-off, m/s.
    dips : (N + 1,) array
        How deep the pelvis goes before each and after the last, m.
    heel : float
        How far the heels have risen at take-off, m.
    rest : float
        Standing still between two, s; 0 goes from one into the next.
    """
    g = STANDARD_GRAVITY
    knots: list[tuple[float, float, float, float]] = [(0.0, 0.0, 0.0, 0.0)]
    feet = list(knots)
    flights = []
    for n, v in enumerate(speeds):
        push, soften = (1.9 * (dips[m] + heel) / v for m in (n, n + 1))
        at = knots[-1][0]
        if n == 0 or rest > 0:
            at += 2.2 * np.sqrt(dips[n]) if n else 0.15 + 2.0 * np.sqrt(dips[n])
            knots.append((at, -dips[n], 0.0, 0.8 * v**2 / (dips[n] + heel)))
        off = at + push
        land = off + 2 * v / g
        after = land + soften
        knots += [(off, heel, v, -g), (land, heel, -v, -g)]
        knots.append((after, -dips[n + 1], 0.0, 0.8 * v**2 / (dips[n + 1] + heel)))
        raise_s = 2.1 * heel / v
        feet += [(off - min(raise_s, 0.9 * push), 0.0, 0.0, 0.0), (off, heel, v, -g)]
        feet += [(land, heel, -v, -g), (land + min(raise_s, 0.9 * soften), 0.0, 0.0, 0.0)]
        flights.append((off, land))
        if rest > 0 or n == len(speeds) - 1:
            at = after + 0.15 + 2.0 * np.sqrt(dips[n + 1])
            knots.append((at, 0.0, 0.0, 0.0))
            if rest > 0 and n < len(speeds) - 1:
                knots.append((at + rest, 0.0, 0.0, 0.0))
    end = knots[-1][0]
    feet.append((end, 0.0, 0.0, 0.0))
    time_s = np.minimum(times(end), end)
    lift, ankles = _quintic(time_s, knots), _quintic(time_s, feet)
    pitch, forward = tiptoe(person, -above(-ankles, -(heel + POINT_M), POINT_M))
    return Hops(lift, ankles, pitch, forward, np.array(flights))


def _quintic(time_s: Array, knots: list[tuple[float, float, float, float]]) -> Array:
    """Through knots of time, value, first and second derivative."""
    table = np.array(knots)
    return BPoly.from_derivatives(table[:, 0], table[:, 1:])(time_s)
