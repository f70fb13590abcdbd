"""Figures drawn in the air or on a table with one hand: circles, polygons, loops, letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from motion_sources.procedural.controls import Controls, trunk_of
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Made, Recipe, choose
from motion_sources.procedural.script import SIDES, Script, one_hand
from motion_sources.procedural.stances import OUT
from motion_sources.procedural.stations import station
from motion_sources.procedural.timing import between, moves, times

Array = NDArray[np.float64]
Rng = np.random.Generator

STRAIGHT = 0.6
"""Curvature, in shares of 1 / size, below which a curve counts as straight for its speed."""


def by_power_law(path: Array, seconds: float, ramp: float) -> Array:
    """Positions over time (T, 2) along a curve (N, 2), from rest to rest.

    Between the ramps, speed is proportional to curvature to the power −1/3 (Lacquaniti,
    Terzuolo and Viviani 1983, Acta Psychologica 54:115): on a circle it is constant.
    """
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    even = np.linspace(0, way[-1], len(path))
    curve = CubicSpline(way, path)
    first, second = curve(even, 1), curve(even, 2)
    bend = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
    size = np.ptp(path, axis=0).max()
    pace = (bend + STRAIGHT / size) ** (-1 / 3)
    moment = np.concatenate([[0.0], np.cumsum(2 / (pace[1:] + pace[:-1]))])
    time_s = times(seconds)
    rate = between(time_s, 0, float(time_s[-1]), ramp)
    done = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2)])
    return CubicSpline(moment / moment[-1], curve(even))(done / done[-1])


def by_sides(corners: Array, seconds: float) -> Array:
    """Positions over time (T, 2) from corner to corner (N, 2), a move of minimum jerk a side."""
    lengths = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    share = 0.4 * lengths.mean() + lengths
    ends = np.concatenate([[0.0], np.cumsum(share)]) * seconds / share.sum()
    round_off = 0.12 * np.diff(ends)
    keys = [
        (max(ends[i] - round_off[i], 0.0), ends[i + 1], corner)
        for i, corner in enumerate(corners[1:])
    ]
    return moves(times(seconds), corners[0], keys)


def _turning(path: Array) -> float:
    """How far the direction of a curve (N, 2) turns in all, rad."""
    heading = np.unwrap(np.arctan2(*np.diff(path, axis=0).T[::-1]))
    return float(np.abs(np.diff(heading)).sum())


def _round(turns: int) -> Array:
    angle = np.linspace(0, 2 * np.pi * turns, 240 * turns + 1)
    return np.stack([np.sin(angle), np.cos(angle)], axis=1)


def _eight(turns: int, upright: bool) -> Array:
    angle = np.linspace(0, 2 * np.pi * turns, 320 * turns + 1)
    along, across = np.sin(angle), 0.5 * np.sin(2 * angle)
    return np.stack([across, along] if upright else [along, across], axis=1)


def _spiral(turns: int) -> Array:
    angle = np.linspace(0, 2 * np.pi * (turns + 1), 300 * (turns + 1))
    return (0.15 + 0.85 * angle / angle[-1])[:, None] * np.stack(
        [np.sin(angle), np.cos(angle)], axis=1
    )


def _arc(first: float, last: float, middle: ArrayLike = (0, 0), radius: float = 1.0) -> Array:
    angle = np.radians(np.linspace(first, last, 160))
    return np.asarray(middle) + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _rounded(path: Array) -> Array:
    """A path (N, 2) without kinks in its curvature."""
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    even = np.linspace(0, way[-1], len(path))
    even_path = np.stack([np.interp(even, way, column) for column in path.T], axis=1)
    return gaussian_filter1d(even_path, 0.03 * len(path), axis=0, mode="nearest")


def _wave(turns: int) -> Array:
    x = np.linspace(-1, 1, 200 * turns)
    return np.stack([x, 0.45 * np.sin(np.pi * turns * (x + 1))], axis=1)


_SQUARE = [(-1, 1), (1, 1), (1, -1), (-1, -1), (-1, 1)]
_TRIANGLE = [(0, 1), (0.95, -0.75), (-0.95, -0.75), (0, 1)]
_DIAMOND = [(0, 1), (0.8, 0), (0, -1), (-0.8, 0), (0, 1)]
_TICK = [(-0.8, 0.1), (-0.25, -0.8), (1.0, 0.9)]
_ARROW = [(-1, 0), (1, 0), (0.45, 0.5), (1, 0), (0.45, -0.5)]
_STAR = [(np.sin(0.8 * np.pi * i), np.cos(0.8 * np.pi * i)) for i in range(6)]
_LETTERS: dict[str, Sequence[tuple[float, float]]] = {
    "L": [(-0.5, 1), (-0.5, -1), (0.6, -1)],
    "V": [(-0.7, 1), (0, -1), (0.7, 1)],
    "Z": [(-0.7, 1), (0.7, 1), (-0.7, -1), (0.7, -1)],
    "N": [(-0.7, -1), (-0.7, 1), (0.7, -1), (0.7, 1)],
    "M": [(-0.9, -1), (-0.7, 1), (0, -0.2), (0.7, 1), (0.9, -1)],
    "W": [(-0.9, 1), (-0.5, -1), (0, 0.3), (0.5, -1), (0.9, 1)],
}
_ROUND_LETTERS: dict[str, Callable[[], Array]] = {
    "C": lambda: _arc(50, 310),
    "U": lambda: np.concatenate(
        [
            np.linspace([-0.7, 1], [-0.7, -0.31], 60),
            _arc(180, 360, (0, -0.3), 0.7),
            np.linspace([0.7, -0.29], [0.7, 1], 60),
        ]
    ),
    "S": lambda: np.concatenate([_arc(40, 268, (0, 0.5), 0.5), _arc(88, -140, (0, -0.5), 0.5)]),
}


def drawing(
    figure: Callable[[Rng], tuple[Array, dict[str, str], dict[str, float]]], curved: bool
) -> Callable[[Rng, Person], Made]:
    """A recipe's ``make`` that draws a figure of unit half-size (N, 2): to the right, up."""

    def make(rng: Rng, person: Person) -> Made:
        flat = bool(rng.random() < 0.3)
        place = station(rng, person, "any" if flat else "loose")
        size = person.stature / 1.7
        k = int(rng.integers(2))
        half = size * (rng.uniform(0.06, 0.12) if flat else rng.uniform(0.09, 0.24))
        path, words, facts = figure(rng)
        path = half * path
        middle = place.spot(k, 0.36, 0.10) if flat else _before(person, place.posture, k, rng)
        right = np.array([0.0, -1.0, 0.0])
        up = np.array([1.0, 0, 0]) if flat else np.array([0.0, 0, 1.0])
        axes = np.stack([right, up])
        length = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
        corners = 0.6 * _turning(path) / (np.pi / 2) if curved else len(path) - 1
        seconds = (0.35 * corners + 1.3 * length) * rng.uniform(0.75, 1.5) / person.pace
        count = int(rng.integers(1, 4))
        script = Script(rng, person, place.posture, sway=float("standing" in place.how))
        draws = []
        for _ in range(count):
            script.put(k, middle + path[0] @ axes, forearm=(70 if flat else 55, 0, 0))
            script.wait(0.1, 0.5)
            if curved:
                track = by_power_law(path, seconds, 0.25 * min(seconds, 2.0))
            else:
                track = by_sides(path, seconds)
            begins = script.at
            script.add({"hands": one_hand(k, (track - track[0]) @ axes)})
            draws.append((begins, script.at))
            script.wait(0.2, 1.0)
        script.pose(place.posture)
        plane = "on the table" if flat else "in the air"
        if flat and "counter" in place.how:
            plane = "on the counter"
        span = "large" if half > 0.16 else "small" if half < 0.10 else ""
        words = {"side": SIDES[k], "plane": plane, "span": span, "how": place.how, **words}
        return script.made(
            words, hand=k, count=count, half=half, draws=np.array(draws), flat=flat, **facts
        )

    return make


def _before(person: Person, posture: Controls, k: int, rng: Rng) -> Array:
    """Middle of a figure before the chest (3,), m."""
    shoulder = trunk_of(person, posture).place(f"{SIDES[k]}_shoulder")[0]
    away = [rng.uniform(0.62, 0.70), OUT[k] * rng.uniform(-0.15, 0.12), rng.uniform(-0.22, 0.06)]
    return shoulder + person.arm * np.array(away)


def _either_way(corners: ArrayLike, rng: Rng) -> tuple[Array, dict[str, str], dict[str, float]]:
    """A closed figure given clockwise as the drawer sees it, drawn this way or the other."""
    back = bool(rng.random() < 0.5)
    path = np.asarray(corners, float)
    words = {"way": "counter-clockwise" if back else "clockwise"}
    return path[::-1] if back else path, words, {"clockwise": float(not back)}


def _circle(rng: Rng) -> tuple[Array, dict[str, str], dict[str, float]]:
    turns = int(rng.integers(1, 6))
    path, words, facts = _either_way(_round(turns), rng)
    words["turns"] = ("one", "two", "three", "four", "five")[turns - 1]
    return path, words | {"s": "" if turns == 1 else "s"}, {**facts, "turns": turns}


def _letter(rng: Rng) -> tuple[Array, dict[str, str], dict[str, float]]:
    name = choose(rng, *_LETTERS)
    return np.array(_LETTERS[name], float), {"letter": name}, {}


def _round_letter(rng: Rng) -> tuple[Array, dict[str, str], dict[str, float]]:
    name = choose(rng, *_ROUND_LETTERS)
    return _rounded(_ROUND_LETTERS[name]()), {"letter": name}, {}


def _zigzag(rng: Rng) -> tuple[Array, dict[str, str], dict[str, float]]:
    count = int(rng.integers(4, 8))
    x = np.linspace(-1, 1, count)
    path: Array = np.stack([x, np.where(np.arange(count) % 2, -0.5, 0.5)], axis=1)
    back = bool(rng.random() < 0.5)
    return path[::-1] if back else path, {"to": "left" if back else "right"}, {}


def _loops(rng: Rng) -> tuple[Array, dict[str, str], dict[str, float]]:
    upright = bool(rng.random() < 0.5)
    turns = int(rng.integers(1, 4))
    words = {"name": "figure eight" if upright else "infinity sign"}
    return _eight(turns, upright), words, {"turns": turns}


def _line(rng: Rng) -> tuple[Array, dict[str, str], dict[str, float]]:
    name, x, y = [
        ("from left to right", 1, 0), ("from right to left", -1, 0), ("upwards", 0, 1),
        ("downwards", 0, -1),
    ][int(rng.integers(4))]  # fmt: skip
    return np.array([[-x, -y], [x, y]], float), {"to": name}, {}


def _recipe(name: str, captions: tuple[str, ...], figure, *, curved: bool) -> Recipe:
    return Recipe(name, "Miscellaneous", captions, drawing(figure, curved))


RECIPES = (
    _recipe(
        "circle",
        ("a person draws a {span} circle {plane} with the {side} hand",
         "someone draws {turns} circle{s} {way}", "drawing a circle {way}",
         "the person moves the {side} hand round {way}"),
        _circle, curved=True,
    ),
    _recipe(
        "square",
        ("a person draws a {span} square {plane} with the {side} hand",
         "someone draws a square {way}", "drawing a square", "the {side} hand traces a square"),
        lambda rng: _either_way(_SQUARE, rng), curved=False,
    ),
    _recipe(
        "triangle",
        ("a person draws a {span} triangle {plane} with the {side} hand",
         "someone draws a triangle {way}", "drawing a triangle", "the {side} hand goes three ways"),
        lambda rng: _either_way(_TRIANGLE, rng), curved=False,
    ),
    _recipe(
        "diamond",
        ("a person draws a {span} diamond {plane}", "someone traces a rhombus {way}",
         "drawing a diamond with the {side} hand", "the person draws a diamond shape"),
        lambda rng: _either_way(_DIAMOND, rng), curved=False,
    ),
    _recipe(
        "star",
        ("a person draws a star {plane} with the {side} hand", "someone draws a five-pointed star",
         "drawing a star", "the {side} hand traces a star"),
        lambda rng: _either_way(_STAR, rng), curved=False,
    ),
    _recipe(
        "tick",
        ("a person draws a tick {plane} with the {side} hand", "someone makes a check mark",
         "drawing a check mark", "the {side} hand draws a tick"),
        lambda _: (np.array(_TICK), {}, {}), curved=False,
    ),
    _recipe(
        "cross",
        ("a person draws a cross {plane} with the {side} hand", "someone draws an X",
         "drawing an X", "the {side} hand crosses something out"),
        lambda _: (np.array([(-1, 1), (1, -1), (1, 1), (-1, -1)], float), {}, {}), curved=False,
    ),
    _recipe(
        "arrow",
        ("a person draws an arrow {plane} with the {side} hand", "someone draws an arrow",
         "drawing an arrow to the right", "the {side} hand traces an arrow"),
        lambda _: (np.array(_ARROW, float), {}, {}), curved=False,
    ),
    _recipe(
        "zigzag",
        ("a person draws a zigzag {plane} with the {side} hand", "someone draws a zigzag line",
         "drawing a zigzag to the {to}", "the {side} hand goes up and down to the {to}"),
        _zigzag, curved=False,
    ),
    _recipe(
        "line",
        ("a person draws a line {to} with the {side} hand", "someone swipes {to}",
         "swiping the {side} hand {to}", "the person moves the {side} hand straight {to}"),
        _line, curved=False,
    ),
    _recipe(
        "figure-eight",
        ("a person draws a {span} {name} {plane} with the {side} hand", "someone draws a {name}",
         "drawing loops, a {name}", "the {side} hand traces a {name}"),
        _loops, curved=True,
    ),
    _recipe(
        "spiral",
        ("a person draws a spiral {plane} with the {side} hand", "someone draws a spiral {way}",
         "drawing a spiral", "the {side} hand winds round {way}"),
        lambda rng: _either_way(_spiral(int(rng.integers(1, 4))), rng), curved=True,
    ),
    _recipe(
        "wavy-line",
        ("a person draws a wavy line {plane} with the {side} hand", "someone draws waves",
         "drawing a wave", "the {side} hand snakes to the side"),
        lambda rng: (_wave(int(rng.integers(2, 5))), {}, {}), curved=True,
    ),
    _recipe(
        "letter",
        ("a person writes the letter {letter} {plane}", "someone draws a capital {letter}",
         "writing {letter} with the {side} hand", "the {side} hand draws the letter {letter}"),
        _letter, curved=False,
    ),
    _recipe(
        "round-letter",
        ("a person writes the letter {letter} {plane}", "someone draws a capital {letter}",
         "writing {letter} with the {side} hand", "the {side} hand draws the letter {letter}"),
        _round_letter, curved=True,
    ),
)  # fmt: skip
