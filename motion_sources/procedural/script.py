"""A clip in the making: who is in which posture, and what is done from there on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from motion_sources.procedural.controls import SIDES, Controls, blend, living, mix, trunk_of
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Made
from motion_sources.procedural.stances import OUT
from motion_sources.procedural.timing import CYCLE_VARIATION, RATE_HZ, between, phase, times

Array = NDArray[np.float64]
Wave = Callable[[Array], Mapping[str, Array]]
"""From a phase (T,), rad, to what is added to the controls; ``hands`` along the world's axes, m."""
Goal = tuple[float, Controls, Controls | None]

REACH_S, REACH_S_PER_M = 0.45, 1.25
"""Seconds of a reach at no distance and per metre. A glass is reached at a peak speed of about
0.6 m/s (Alt Murphy, Willén, Sunnerhagen 2011, Neurorehabil. Neural Repair 25:71), which a move
of minimum jerk over 0.3 m has with these; the rise with distance is that of Fitts 1954."""

CLOSEST = 0.46
"""Distance from the shoulder by which a hand passes it, in arm's lengths: an elbow bends so far."""


def head_point(person: Person, posture: Controls, offset: ArrayLike) -> Array:
    """World place (3,) of a point in the head's frame, in shares of stature, m."""
    return trunk_of(person, posture).place("head", np.asarray(offset) * person.stature)[0]


def mouth(person: Person, posture: Controls) -> Array:
    """World place (3,) of the mouth, m."""
    return trunk_of(person, posture).place("head", person.mouth)[0]


def put(
    person: Person,
    posture: Controls,
    k: int,
    place: ArrayLike,
    forearm: ArrayLike | None = None,
    swivel: float | None = None,
) -> Controls:
    """A posture with palm ``k`` at a place (3,) in the world, m; ``forearm`` (3,) in degrees."""
    trunk = trunk_of(person, posture)
    away = np.asarray(place) - trunk.place(f"{SIDES[k]}_shoulder")[0]
    hands = posture.hands.copy()
    hands[k] = rot.rotate_inverse(trunk.world[0, JOINTS.index("spine3")], away)
    arms, elbows = posture.forearm.copy(), posture.swivel.copy()
    if forearm is not None:
        arms[k] = np.radians(forearm)
    if swivel is not None:
        elbows[k] = swivel
    return posture.but(hands=hands, forearm=arms, swivel=elbows)


def put_both(person: Person, posture: Controls, places: ArrayLike, **how: Any) -> Controls:
    """Both palms, places (2, 3), as :func:`put`."""
    for k in (0, 1):
        posture = put(person, posture, k, np.asarray(places)[k], **how)
    return posture


class Script:
    """Moves and rhythms one after another.

    Parameters
    ----------
    rng : Generator
    person : Person
    first : Controls
        The posture at the start, kept for a while.
    sway, effort : float
        As of :func:`~motion_sources.procedural.controls.living`.

    Attributes
    ----------
    at : float
        Time up to which it is written, s.
    now : Controls
        The posture then.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        person: Person,
        first: Controls,
        *,
        sway: float = 0.0,
        effort: float = 1.0,
    ):
        self.rng, self.person, self.first, self.now = rng, person, first, first
        self.sway, self.effort = sway, effort
        self.at = float(rng.uniform(0.7, 2.0))
        self.begins = self.at
        self._keys: list[tuple[float, float, Controls]] = []
        self._waves: list[tuple[int, Mapping[str, Array]]] = []

    def pose(
        self,
        posture: Controls,
        seconds: float | None = None,
        *,
        early: float = 0.0,
        via: Controls | None = None,
    ) -> tuple[float, float]:
        """Go to a posture.

        Parameters
        ----------
        posture : Controls
        seconds : float, optional
            Else from how far the farthest hand goes, varied.
        early : float
            Seconds by which the move starts before the last one has ended.
        via : Controls
            A posture on the way, whose neighbourhood the path goes through.

        Returns
        -------
        tuple of float
            Start and end, s.
        """
        if seconds is None:
            way = np.linalg.norm(posture.hands - self.now.hands, axis=-1).max()
            way = max(way, float(np.linalg.norm(posture.root - self.now.root)))
            vary = self.rng.uniform(0.85, 1.2) / self.person.pace
            seconds = (REACH_S + REACH_S_PER_M * float(way)) * float(vary)
        start = max(self.at - early, 0.0)
        end = start + seconds
        via = via or self._detour(posture)
        if via is not None:
            self._keys.append((start, start + 0.65 * seconds, via))
            self._keys.append((start + 0.35 * seconds, end, posture))
        else:
            self._keys.append((start, end, posture))
        self.at, self.now = end, posture
        return start, end

    def _detour(self, goal: Controls) -> Controls | None:
        """A posture on the way where the straight path of a hand comes too near its shoulder."""
        half = mix(self.now, goal, np.array([0.5]))
        hands = half.hands[0].copy()
        for k in (0, 1):
            start, way = self.now.hands[k], goal.hands[k] - self.now.hands[k]
            share = -(start @ way) / max(float(way @ way), 1e-9)
            nearest = start + share * way
            room = CLOSEST * self.person.arm
            if 0.1 < share < 0.9 and np.linalg.norm(nearest) < room:
                ahead = nearest + self.person.arm * np.array([0.3, 0.1 * OUT[k], 0.0])
                hands[k] = ahead * room / np.linalg.norm(ahead)
        if np.array_equal(hands, half.hands[0]):
            return None
        return Controls(**{f.name: getattr(half, f.name)[0] for f in fields(half)}).but(hands=hands)

    def put(
        self, k: int, place: ArrayLike, *, via: ArrayLike | None = None, **how: Any
    ) -> tuple[float, float]:
        """Palm ``k`` to a place (3,) in the world, by a place on the way; rest as pose and put."""
        seconds = how.pop("seconds", None)
        goal = put(self.person, self.now, k, place, **how)
        by = None if via is None else put(self.person, self.now, k, via, **how)
        return self.pose(goal, seconds, via=by)

    def wait(self, low: float, high: float | None = None) -> float:
        """Stay as it is for some seconds, drawn between two bounds."""
        seconds = low if high is None else float(self.rng.uniform(low, high))
        self.at += seconds
        return seconds

    def repeat(self, count: int, period: float, goals: Sequence[Goal], rest: float = 0.0) -> None:
        """Go through postures over and over.

        Parameters
        ----------
        count : int
        period : float
            Of one repetition, varied from one to the next, s.
        goals : sequence of (share of the period, posture, posture on the way or None)
        rest : float
            Seconds between two.
        """
        total = sum(share for share, _, _ in goals)
        for _ in range(count):
            vary = 1 + CYCLE_VARIATION * float(np.clip(self.rng.standard_normal(), -2, 2))
            for share, posture, via in goals:
                self.pose(posture, period * vary * share / total, via=via)
            self.wait(rest * self.rng.uniform(0.6, 1.4))

    def rhythm(self, seconds: float, hz: float, wave: Wave, *, ramp: float = 0.5) -> float:
        """Add a rhythm to the posture, fading in and out; gives the number of cycles."""
        time_s = times(seconds)
        turn = phase(self.rng, time_s, hz)
        fade = between(time_s, 0.0, float(time_s[-1]), ramp)
        self.add({k: v * _beside(fade, v) for k, v in wave(turn).items()})
        return float(turn[-1]) / (2 * np.pi)

    def add(self, tracks: Mapping[str, Array]) -> None:
        """Add tracks (T, ...) to the controls from now on: at rest at both ends, zero at first."""
        out = dict(tracks)
        if "hands" in out:
            chest = trunk_of(self.person, self.now).world[0, JOINTS.index("spine3")]
            out["hands"] = rot.rotate_inverse(chest, out["hands"])
        first = round(self.at * RATE_HZ)
        self._waves.append((first, out))
        after = {name: getattr(self.now, name) + track[-1] for name, track in out.items()}
        self.at = (first + len(next(iter(out.values()))) - 0.5) / RATE_HZ
        self.now = self.now.but(**after)
        self._keys.append((self.at, self.at, self.now))

    def made(self, words: Mapping[str, str] | None = None, **facts: float | Array) -> Made:
        """The clip, with a pause at its end."""
        ends = self.at
        time_s = times(max(ends + self.rng.uniform(0.7, 2.0), 4.0))
        controls = blend(time_s, self.first, self._keys)
        for start, tracks in self._waves:
            for name, track in tracks.items():
                field = getattr(controls, name)
                field[start : start + len(track)] += track
        controls = living(
            controls, self.rng, self.person, time_s, sway=self.sway, effort=self.effort
        )
        return Made(controls, words or {}, {"begins": self.begins, "ends": ends, **facts})


def _beside(fade: Array, values: Array) -> Array:
    return fade.reshape(-1, *[1] * (values.ndim - 1))


def one_hand(k: int, track: Array) -> Array:
    """Tracks of both hands (T, 2, 3) of which only ``k`` moves, by (T, 3)."""
    out = np.zeros((len(track), 2, 3))
    out[:, k] = track
    return out


def harmonics(turn: Array, sine: ArrayLike, cosine: ArrayLike = (0.0, 0.0, 0.0)) -> Array:
    """Track (T, 3): amplitudes of the sine and of the cosine of a phase, m."""
    return np.sin(turn)[:, None] * np.asarray(sine) + np.cos(turn)[:, None] * np.asarray(cosine)
