"""Jumps whose flights are free falls: on the spot, deep, over a rope, on one leg, star jumps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from imusim.conventions import STANDARD_GRAVITY
from motion_sources.procedural import stances
from motion_sources.procedural.controls import Controls
from motion_sources.procedural.families.exercises import arms_at
from motion_sources.procedural.jump import Hops, hops
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import COUNT_WORDS, Made, Recipe
from motion_sources.procedural.script import SIDES, Script, harmonics
from motion_sources.procedural.stances import OUT, polar
from motion_sources.procedural.timing import RATE_HZ, move

Array = NDArray[np.float64]
Rng = np.random.Generator


def _tracks(up: Controls, hop: Hops, free: int | None = None) -> dict[str, Array]:
    """Hops as additions to a standing posture; foot ``free`` hangs from the body."""
    frames = len(hop.lift)
    root, ankles, feet = np.zeros((frames, 3)), np.zeros((frames, 2, 3)), np.zeros((frames, 2, 3))
    root[:, 2] = hop.lift
    for k in (0, 1):
        if k == free:
            ankles[:, k, 2] = hop.lift
            continue
        yaw = up.feet[k, 2]
        ankles[:, k] = np.outer(hop.forward, [np.cos(yaw), np.sin(yaw), 0])
        ankles[:, k, 2] = hop.ankles
        feet[:, k, 1] = hop.pitch
    return {"root": root, "ankles": ankles, "feet": feet}


def _draw_hops(
    rng: Rng, person: Person, speed: tuple[float, float], count: int, rest: float = 0.0
) -> Hops:
    """A number of hops of about one height."""
    speeds = rng.uniform(*speed) * (1 + 0.04 * np.clip(rng.standard_normal(count), -2, 2))
    share = rng.uniform(0.8, 1.2)
    dips = share * (0.035 + 0.045 * speeds.mean() ** 2) * rng.uniform(0.9, 1.1, count + 1)
    heel = min(0.03 + 0.02 * float(speeds.max()), 0.06) * person.stature / 1.7
    return hops(person, speeds, dips, heel, rest)


def _jacks(rng: Rng, person: Person) -> Made:
    up = stances.stand(person, 0.09, 8, knee=0.955)
    wide = rng.uniform(0.26, 0.32) * person.leg
    count = int(rng.integers(4, 13))
    hop = _draw_hops(rng, person, (1.0, 1.45), 2 * count)
    script = Script(rng, person, up, sway=0.0, effort=2.4)
    time_s = np.arange(len(hop.lift)) / RATE_HZ
    apart = np.zeros(len(time_s))
    arms = np.zeros(len(time_s))
    for n, (off, land) in enumerate(hop.flights):
        way = 1.0 if n % 2 == 0 else -1.0
        apart += way * move(time_s, off - 0.07, land + 0.03)
        arms += way * move(time_s, off - 0.16, land + 0.14)
    tracks = _tracks(up, hop)
    tracks["ankles"][:, :, 1] += apart[:, None] * (wide - abs(up.ankles[0, 1])) * OUT
    high = rng.uniform(140, 165)
    raised = np.stack([polar(person, k, 10 + arms * (high - 10), 78, 0.93) for k in (0, 1)], axis=1)
    script.pose(up.but(hands=raised[0]), 0.6)
    start = round(script.at * RATE_HZ) / RATE_HZ
    script.add({**tracks, "hands": raised - raised[0]})
    script.pose(up, 0.6)
    words = {"count": COUNT_WORDS[min(count, 12)]}
    return script.made(words, count=count, flights=hop.flights + start)


def _jumps(kind: str) -> Callable[[Rng, Person], Made]:
    """Jumps on the spot, deep squat jumps, skipping a rope, or hops on one leg."""

    def make(rng: Rng, person: Person) -> Made:
        knee = {"squat": 0.985, "spot": 0.975, "rope": 0.972, "hop": 0.968}[kind]
        up = stances.stand(person, 0.10, 6, knee=knee)
        up = up.but(hands=np.stack([polar(person, k, 12.0, 45.0, 0.93) for k in (0, 1)]))
        free = int(rng.integers(2)) if kind == "hop" else None
        first = up
        if free is not None:
            ankles, plant, point = up.ankles.copy(), up.plant.copy(), up.point.copy()
            ankles[free] += [-0.18, 0, 0.26 * person.leg]
            plant[free], point[free] = 0, 0.35
            up = up.but(
                root=up.root + [0, -OUT[free] * 0.05, -0.002],
                ankles=ankles, plant=plant, point=point,
            )  # fmt: skip
        if kind == "rope":
            up = arms_at(person, up, (0.22, 0.40, -0.62), (10, 0, 0))
        speed, count, rest = {
            "squat": ((1.5, 2.2), int(rng.integers(2, 6)), rng.uniform(0.3, 1.5)),
            "spot": ((1.0, 1.6), int(rng.integers(3, 10)), 0.0),
            "rope": ((0.7, 1.15), int(rng.integers(8, 25)), 0.0),
            "hop": ((0.8, 1.25), int(rng.integers(3, 11)), 0.0),
        }[kind]
        hop = _draw_hops(rng, person, speed, count, rest)
        script = Script(rng, person, first, sway=0.2, effort=2.6)
        if up is not first:
            script.pose(up, 0.8)
        start = round(script.at * RATE_HZ) / RATE_HZ
        tracks = _tracks(up, hop, free)
        deep = 0.5 * (np.sqrt(hop.lift**2 + 0.03**2) - hop.lift) - 0.015
        lean = deep * (1.6 if kind == "squat" else 0.8)
        zero = np.zeros(len(deep))
        tracks["turn"] = np.stack([zero, lean, zero, zero], axis=1)
        tracks["spine"] = np.stack([zero, 0.7 * lean, zero], axis=1)
        tracks["head"] = np.stack([zero, -lean, zero], axis=1)
        tracks["root"][:, 0] -= 0.35 * deep
        if kind == "rope":
            turn = _turns(hop, len(deep))
            circle = harmonics(turn, [0.05, 0, 0], [0, 0, 0.05]) - [0, 0, 0.05]
            tracks["hands"] = np.stack([circle, circle], axis=1)
        else:
            swing = np.tanh(hop.lift / 0.2)
            arms = person.arm * np.stack([0.3 * swing, zero, 0.2 * swing**2], axis=1)
            tracks["hands"] = np.stack([arms, arms], axis=1)
        script.add(tracks)
        if up is not first:
            script.pose(first, 0.8)
        words = {"count": COUNT_WORDS[min(count, 12)], "side": SIDES[1 - (free or 0)]}
        height = float(np.max(np.diff(hop.flights, axis=1)) ** 2 * STANDARD_GRAVITY / 8)
        return script.made(words, count=count, flights=hop.flights + start, height=height)

    return make


def _turns(hop: Hops, frames: int) -> Array:
    """A rope's turn (T,), rad: a full one a hop, below the feet in mid-flight."""
    middle = hop.flights.mean(axis=1)
    gap = np.diff(middle).mean()
    ends = [middle[0] - 1.5 * gap, middle[0] - gap, middle[-1] + gap, middle[-1] + 1.5 * gap]
    at = np.array([*ends[:2], *middle, *ends[2:]])
    turn = 2 * np.pi * np.array([-1.0, -1.0, *range(len(middle)), len(middle), len(middle)])
    time_s = np.clip(np.arange(frames) / RATE_HZ, at[0], at[-1])
    return PchipInterpolator(at, turn + 2 * np.pi)(time_s)


CUTOFF_HZ = 15.0
"""Legs straighten and bend within some hundredths of a second, about which the rules say little."""

_jump = partial(Recipe, cutoff_hz=CUTOFF_HZ)

RECIPES = (
    _jump(
        "jumping-jacks", "Conditioning exercise",
        ("a person does jumping jacks", "someone does {count} star jumps", "jumping jacks",
         "the person hops, feet apart and arms overhead, and back"),
        _jacks,
    ),
    _jump(
        "jumping-on-the-spot", "Conditioning exercise",
        ("a person jumps on the spot", "someone jumps up and down", "jumping in place",
         "the person leaps up {count} times"),
        _jumps("spot"),
    ),
    _jump(
        "squat-jumps", "Conditioning exercise",
        ("a person does squat jumps", "someone crouches and leaps up", "vertical jumps",
         "the person jumps up as high as possible {count} times"),
        _jumps("squat"),
    ),
    _jump(
        "skipping-rope", "Sports",
        ("a person skips rope", "someone jumps over a skipping rope", "rope jumping",
         "the person turns a rope and hops over it"),
        _jumps("rope"),
    ),
    _jump(
        "hopping", "Sports",
        ("a person hops on the {side} leg", "someone hops on one foot", "hopping on the spot",
         "the person hops {count} times on the {side} foot"),
        _jumps("hop"),
    ),
)  # fmt: skip
