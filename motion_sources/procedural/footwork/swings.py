"""Feet over footholds: where they stand, roll, and swing clear of the ground and of edges."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from motion_sources.procedural.footwork.footholds import HEEL, TOE, Footholds
from motion_sources.procedural.footwork.manners import Climb, Style
from motion_sources.procedural.footwork.strides import Stride, rolling, swing_at
from motion_sources.procedural.person import FOOT, Person
from motion_sources.procedural.timing import RATE_HZ, minimum_jerk

Array = NDArray[np.float64]

CLEARANCE_M = 0.012
"""Least height of a swinging foot over the ground, m: 1-2 cm on average (Winter 1992, Physical
Therapy 72:45)."""
EDGE_CLEARANCE_M = 0.02
"""And over the edges of stairs: 1.5-5 cm (Hamel et al. 2005, Gait & Posture 21:135)."""
_FLAT = np.radians(2.5)


@dataclass(frozen=True, eq=False)
class Feet:
    """The feet's tracks over the footholds."""

    person: Person
    holds: Footholds
    style: Style
    climb: Climb | None
    base: Stride
    time_s: Array
    phase: Array
    moving: Array
    on_stairs: Array

    def track(self, k: int) -> tuple[Array, Array, Array]:
        """Ankles (T, 3), turns (T, 3), and the number of the step that the foot stands on (T,).

        That number is −1 in the swing.
        """
        person, holds, style = self.person, self.holds, self.style
        pitch, vigour = self._pitch(k), self._vigour(k)
        mine = np.flatnonzero(holds.side == k)
        flat = np.tile(holds.place[mine[0]], (len(self.time_s), 1))
        yaw = np.full(len(self.time_s), holds.yaw[mine[0]])
        aloft = np.zeros(len(self.time_s))
        standing = np.full(len(self.time_s), float(mine[0]))
        own = self.phase - 0.5 * k
        for before, after in pairwise(mine.tolist()):
            down = np.round(np.interp(holds.contact[after], self.time_s, own))
            u = (own - down) / (1 - self.duty) + 1
            first, last = np.searchsorted(u, [0.0, 1.0])
            swing = slice(first, last)
            flat[last:], yaw[last:] = holds.place[after], holds.yaw[after]
            standing[swing], standing[last:] = -1, after
            aloft[swing] = minimum_jerk(4 * u[swing]) * minimum_jerk(4 - 4 * u[swing])
            flat[swing] = self._swing(u[swing], before, after, pitch[swing], vigour[swing])
            yaw[swing] = holds.yaw[before] + minimum_jerk(u[swing]) * (
                holds.yaw[after] - holds.yaw[before]
            )
        ball, heel = 0.5 * FOOT * person.stature, HEEL * person.stature
        back, up = rolling(pitch, ball, heel, person.sole, aloft)
        up = up + person.sole
        tilt = holds.slope
        along = back * np.cos(tilt) - up * np.sin(tilt)
        yaw_out = yaw + (1 - 2 * k) * style.toe_out
        ankle = flat + np.stack(
            [
                along * np.cos(yaw_out),
                along * np.sin(yaw_out),
                back * np.sin(tilt) + up * np.cos(tilt),
            ],
            axis=-1,
        )
        feet = np.stack([np.zeros_like(yaw), pitch - tilt, yaw_out], axis=-1)
        return ankle, feet, standing

    @property
    def duty(self) -> float:
        """Share of the stride that a foot stands."""
        return self.style.duty or self.base.duty

    def _pitch(self, k: int) -> Array:
        """Toes down against the ground (T,), flat in the middle of the stance."""
        style, climb = self.style, self.climb
        phase = self.phase - 0.5 * k
        # A stance of another share of the stride: the phase runs faster in it, or slower.
        shift = CubicSpline(
            [0, self.duty, 1], [0, self.base.duty - self.duty, 0], bc_type="periodic"
        )
        pitch = self.base.at("foot", phase + shift(phase % 1))
        pitch = pitch**3 / (pitch**2 + _FLAT**2)
        heel = style.heel + (climb.heel - style.heel if climb else 0.0) * self.on_stairs
        push = style.push + (climb.push - style.push if climb else 0.0) * self.on_stairs
        push = push * self._vigour(k)
        return self.moving * (np.where(pitch > 0, push, heel) * pitch + style.tiptoe)

    def _vigour(self, k: int) -> Array:
        """How much of the stride's push-off and swing a foot needs for its steps (T,)."""
        mine = np.flatnonzero(self.holds.side == k)
        way = np.linalg.norm(np.diff(self.holds.place[mine], axis=0), axis=1)
        share = way / (2 * self.base.step_share * self.person.leg)
        share = np.clip(share, 0.15, 1.15) ** _VIGOUR[self.style.gait]
        middle = self.holds.contact[mine[1:]] - 0.25 * np.diff(self.holds.contact[-3:-1]).sum()
        track = np.interp(self.time_s, middle, share)
        return gaussian_filter1d(track, 0.1 * RATE_HZ, mode="nearest")

    def _swing(self, u: Array, before: int, after: int, pitch: Array, vigour: Array) -> Array:
        """Way of the flat foot from one foothold to its next (U, 3)."""
        start, end = self.holds.place[before], self.holds.place[after]
        if len(self.holds.edges) and abs(end[2] - start[2]) > 0.05:
            return self._over_edges(u, start, end, pitch)
        way, rise = swing_at(self.base.swing, u)
        path = start + way[:, None] * (end - start)
        clear = rise * self.person.leg * vigour + self.style.lift * _window(u)
        path[:, 2] += clear + _lift(u, CLEARANCE_M * _window(u) ** 0.5 - clear)
        return path

    def _over_edges(self, u: Array, start: Array, end: Array, pitch: Array) -> Array:
        """The same on stairs: up first and then ahead, or ahead first and then down.

        Of several timings the one whose heel and toes need the least extra height.
        """
        tall, ball = self.person.stature, 0.5 * FOOT
        span, cosine, sine = HEEL + TOE, np.cos(pitch), np.sin(pitch)
        down = pitch > 0  # rolls over the ball, else over the heel
        toes = tall * np.where(down, ball + (TOE - ball) * cosine, span * cosine - HEEL)
        heels = tall * np.where(down, ball - (ball + HEEL) * cosine, -HEEL)
        window = _window(u)
        places = toes, tall * np.where(down, ball, (ball + HEEL) * cosine - HEEL), heels
        toe_down, toe_up = np.maximum(sine, 0), np.maximum(-sine, 0)
        raised = tall * np.array([span * toe_up, (ball + HEEL) * toe_up, (ball + HEEL) * toe_down])
        rises = start[2] + (end[2] - start[2]) * np.stack(
            [minimum_jerk((u - a) / (b - a)) for a, b in _TIMINGS]
        )
        haste = np.array([0.04 * (1 / (b - a) - 1) for a, b in _TIMINGS])
        best, least = start + 0 * u[:, None], np.inf
        for (early, late), cost in zip(_TIMINGS, haste, strict=True):
            path = start + minimum_jerk((u - early) / (late - early))[:, None] * (end - start)
            ground = np.max(
                [
                    self.holds.surface(path[:, 0] + ahead) - above
                    for ahead, above in zip(places, raised, strict=True)
                ],
                axis=0,
            )
            lifts = _lift(u, ground + EDGE_CLEARANCE_M * window - rises)
            sizes = lifts.max(axis=1, initial=0.0) + haste + cost
            choice = int(np.argmin(sizes))
            if sizes[choice] < least:
                best, least = path, sizes[choice]
                best[:, 2] = rises[choice] + np.maximum(lifts[choice], CLEARANCE_M / 2 * window)
        return best


_VIGOUR = {"walk": 0.4, "run": 1.0}
_TIMINGS = [(a, b) for a in (0.0, 0.15, 0.3) for b in (0.65, 0.8, 1.0)]


def _window(u: Array) -> Array:
    return minimum_jerk(u / 0.5) * minimum_jerk((1 - u) / 0.5)


def _lift(u: Array, need: Array) -> Array:
    """The least bump (..., U) at rest at both ends that is at least what is needed inside."""
    window = _window(u)
    inside = (u > 0.05) & (u < 0.95)
    share = np.where(inside, np.maximum(need, 0) / np.maximum(window, 0.05), 0.0)
    return share.max(axis=-1, initial=0.0, keepdims=True) * window
