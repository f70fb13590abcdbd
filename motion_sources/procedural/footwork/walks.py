"""Makers of walks and runs: what is drawn, and from which ranges.

Cadence and length of step in walking: 1.4 to 2.3 steps a second, their ratio 0.0064 m to a step
a minute (Sekiya and Nagasaki 1998, Gait & Posture 7:225; Winter 1991, The Biomechanics and Motor
Control of Human Gait). Running: 2.5 to 3.1 steps a second at 2 to 4.5 m/s (Cavanagh and Kram
1989, Medicine & Science in Sports & Exercise 21:467), sprinting 3.6 to 4.5 (Mero et al. 1992,
Sports Medicine 13:376). A foot stands for some 60 % of the stride in walking, less at higher
speed, and in running for 40 % down to 22 % (Novacheck 1998, Gait & Posture 7:77).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from imusim.conventions import STANDARD_GRAVITY
from motion_sources.procedural.footwork import footholds
from motion_sources.procedural.footwork.manners import Style
from motion_sources.procedural.footwork.strides import stride
from motion_sources.procedural.footwork.walking import lay
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Made
from motion_sources.procedural.stances import polar
from motion_sources.procedural.timing import RATE_HZ

Array = NDArray[np.float64]
Rng = np.random.Generator
Maker = Callable[[Rng, Person], Made]

WALK_RATIO = 0.0064 * 60
"""Length of a step over steps a second, m s, of somebody 1.7 m tall."""
SECONDS = (10.0, 28.0)
"""Time that is walked."""
BELT_S = 0.7
"""How slowly a treadmill's belt follows its walker, s."""

Range = tuple[float, float]


def walker(
    rng: Rng, person: Person, cadence: Range, ratio: Range = (0.9, 1.1)
) -> tuple[float, float, Style]:
    """Cadence, Hz, length of a step, m, and a style of walking that goes with them."""
    hz = float(np.clip(rng.uniform(*cadence) * person.pace**0.5, *cadence))
    step = WALK_RATIO * hz * rng.uniform(*ratio) * person.stature / 1.7
    step = min(step, 0.9 * person.leg)
    # The pelvis rises and falls with the square of the step's length: legs are pendulums.
    up = float(np.clip((step / (stride("walk").step_share * person.leg)) ** 2, 0.15, 1.35))
    arms = rng.uniform(0.5, 1.3) * np.sqrt(up) * rng.uniform(0.85, 1.15, 2)
    style = Style(
        up=up * rng.uniform(0.9, 1.1),
        rotate=rng.uniform(0.8, 1.5) * min(up**0.25, 1.1),
        sway=rng.uniform(0.7, 1.3),
        arms=arms,
        lean=rng.normal(0.03, 0.03),
        heel=rng.uniform(0.7, 1.1),
        push=rng.uniform(0.95, 1.15),
        shock=rng.uniform(0.3, 1.5) * up,
        toe_out=rng.uniform(0.03, 0.2),
        duty=float(np.clip(0.64 - 0.042 * hz + rng.normal(0, 0.008), 0.53, 0.62)),
    )
    return hz, step, style


def runner(
    rng: Rng, person: Person, cadence: Range, speed: Range, duty: Range
) -> tuple[float, float, Style]:
    """Cadence, Hz, length of a step, m, and a style of running that goes with them."""
    hz, pace = rng.uniform(*cadence), rng.uniform(*speed) * person.stature / 1.7
    base = stride("run")
    # In flight nothing but gravity acts: the strongest fall of the stride is that one.
    phase = np.linspace(0, 1, 200)
    bend = np.gradient(np.gradient(base.at("up", phase), phase), phase)[2:-2]
    fall = -np.quantile(bend, 0.15) * person.leg * (hz / 2) ** 2
    style = Style(
        gait="run",
        duty=rng.uniform(*duty) - 0.03,  # the ball leaves before the toes
        up=STANDARD_GRAVITY / fall * rng.uniform(0.85, 1.0),
        rotate=rng.uniform(0.5, 0.9),
        arms=rng.uniform(0.6, 1.0) * rng.uniform(0.9, 1.1, 2),
        lean=rng.uniform(0.08, 0.18),
        heel=rng.uniform(0.1, 0.7),
        push=min(rng.uniform(0.75, 0.95) * (pace / 3.5) ** 0.3, 1.0),
        shock=rng.uniform(3.0, 8.0),
        toe_out=rng.uniform(0.0, 0.14),
    )
    return hz, pace / hz, style


def across(rng: Rng, person: Person) -> float:
    """Half the width of the steps, m: 7 to 13 cm from foot to foot (Winter 1991)."""
    return rng.uniform(0.02, 0.038) * person.stature


def _count(rng: Rng, cadence_hz: float, seconds: Range = SECONDS) -> int:
    return max(int(rng.uniform(*seconds) * cadence_hz), 8)


def walk(
    cadence: Range = (1.4, 2.2),
    ratio: Range = (0.9, 1.1),
    change: Callable[[Rng, Person, Style], Style] = lambda _r, _p, style: style,
    bends: str = "",
    slope: Range = (0.0, 0.0),
    wide: float = 1.0,
    limp: Range = (0.0, 0.02),
    seconds: Range = SECONDS,
) -> Maker:
    """A walk on level ground or a slope."""

    def make(rng: Rng, person: Person) -> Made:
        hz, step, style = walker(rng, person, cadence, ratio)
        count = _count(rng, hz, seconds)
        tilt = np.radians(rng.uniform(*slope))
        turn, words = _bends(rng, bends, count, step)
        uneven = rng.uniform(*limp) * (1 if rng.random() < 0.5 else -1)
        holds = footholds.level(
            rng,
            footholds.step_times(rng, count, hz, uneven),
            step * (1 - 0.6 * abs(float(np.mean(abs(turn))))) * (1 - abs(tilt)),
            across(rng, person) * wide,
            turn,
            tilt,
            uneven,
        )
        if tilt:
            style = replace(style, lean=style.lean + 0.5 * tilt, lift=0.3 * abs(tilt) * step)
        controls, facts = lay(rng, person, holds, change(rng, person, style))
        return Made(controls, words, {**facts, "step": step})

    return make


def _bends(rng: Rng, kind: str, count: int, step_m: float) -> tuple[Array, dict[str, str]]:
    """Turn of the path in each step, rad, and the words for it."""
    turn = np.zeros(count)
    side = 1.0 if rng.random() < 0.5 else -1.0
    words = {"side": "left" if side > 0 else "right"}
    if kind == "circle":
        turn[:] = side * step_m / rng.uniform(1.2, 3.0)
    elif kind == "wander":
        steps = np.arange(count)
        turn = 0.12 * np.sin(2 * np.pi * (steps / rng.uniform(12, 25) + rng.random()))
    elif kind == "about":
        turned = int(rng.integers(4, 6))
        for start in range(int(rng.integers(6, 10)), count - turned - 2, int(rng.integers(12, 18))):
            turn[start : start + turned] = side * np.pi / turned
    return turn, words


def backwards(made: Made) -> Made:
    """A walk in reversed time: legs do much the same when walking backwards (Thorstensson
    1986, Acta Physiologica Scandinavica 127:217; Winter et al. 1989, Human Movement Science
    8:291).
    """
    tracks = {f.name: getattr(made.controls, f.name)[::-1] for f in fields(made.controls)}
    end = (len(made.controls.root) - 1) / RATE_HZ
    facts = dict(made.facts)
    facts["standing"] = np.asarray(facts["standing"])[::-1]
    facts["contact"] = end - np.asarray(facts["contact"])
    facts["begins"], facts["ends"] = end - facts["ends"], end - facts["begins"]
    return Made(made.controls.but(**tracks), made.words, facts)


def turned_back(make: Maker) -> Maker:
    """The same walk in reversed time."""
    return lambda rng, person: backwards(make(rng, person))


def tiptoe(rng: Rng, _: Person, style: Style) -> Style:
    """With the heels raised."""
    return replace(
        style, tiptoe=rng.uniform(0.45, 0.7), heel=0.1, push=0.35, up=0.6 * style.up, lean=0.0
    )


def old(rng: Rng, _: Person, style: Style) -> Style:
    """Bent, with flat feet and still arms."""
    return replace(
        style,
        lean=rng.uniform(0.15, 0.4),
        arms=style.arms * 0.4,
        heel=0.35,
        push=0.6,
        look=rng.uniform(0.1, 0.3),
        sway=style.sway * 1.4,
    )


def limping(_: Rng, _person: Person, style: Style) -> Style:
    """With the trunk thrown from side to side."""
    return replace(style, sway=style.sway * 1.7, rotate=1.4 * style.rotate, heel=0.5, push=0.7)


def loaded(what: str) -> Callable[[Rng, Person, Style], Style]:
    """With a ``box`` or a ``bag``, a ``phone`` in the hand, or the hands in ``pockets``."""

    def change(rng: Rng, person: Person, style: Style) -> Style:
        k = int(rng.integers(2))
        if what == "box":
            low, share = rng.uniform(40, 60), rng.uniform(0.55, 0.7)
            place = polar(person, 0, low, rng.uniform(-20, -5), share)
            return replace(style, carry={0: place, 1: place * [1, -1, 1]}, lean=-0.04)
        if what == "phone":
            place = polar(person, k, rng.uniform(55, 72), rng.uniform(-35, -15), 0.62)
            return replace(style, carry={k: place}, look=rng.uniform(0.3, 0.6), pronate=0.9)
        if what == "pockets":
            place = polar(person, 0, rng.uniform(12, 20), rng.uniform(55, 75), 0.86)
            return replace(style, carry={0: place, 1: place * [1, -1, 1]}, pronate=1.0)
        place = polar(person, k, rng.uniform(6, 10), 80.0, 0.985)  # a bag
        return replace(style, carry={k: place}, lean=0.0)

    return change


def run(
    cadence: Range, speed: Range, duty: Range, bends: str = "", seconds: Range = (6.0, 20.0)
) -> Maker:
    """A run on level ground."""

    def make(rng: Rng, person: Person) -> Made:
        hz, step, style = runner(rng, person, cadence, speed, duty)
        count = _count(rng, hz, seconds)
        turn, words = _bends(rng, bends, count, step)
        times = footholds.step_times(rng, count, hz, rng.uniform(-0.01, 0.01), 0.03)
        ramp = int(np.clip(round(step / 0.35), 1, 5))
        holds = footholds.level(rng, times, step, 0.5 * across(rng, person), 0.4 * turn, ramp=ramp)

        controls, facts = lay(rng, person, holds, style)
        return Made(controls, words, {**facts, "step": step})

    return make


def on_the_spot(gait: str, cadence: Range) -> Maker:
    """Steps that lead nowhere, the feet more or less lifted."""

    def make(rng: Rng, person: Person) -> Made:
        if gait == "run":
            hz, _, style = runner(rng, person, cadence, (2.0, 3.0), (0.3, 0.38))
            style = replace(style, lean=0.03, heel=0.0)
        else:
            hz, _, style = walker(rng, person, cadence)
            style = replace(style, up=rng.uniform(0.3, 0.9), heel=-0.2, push=rng.uniform(0.2, 0.5))
        style = replace(style, lift=rng.uniform(0.03, 0.35) * person.leg)
        times = footholds.step_times(rng, _count(rng, hz, (8.0, 20.0)), hz)
        holds = footholds.level(rng, times, 0.0, across(rng, person))
        controls, facts = lay(rng, person, holds, style)
        return Made(controls, {}, {**facts, "step": 0.0})

    return make


def on_belt(make: Maker) -> Maker:
    """The same walk on a treadmill, whose belt starts, stops and slowly follows the walker."""

    def made_on_belt(rng: Rng, person: Person) -> Made:
        made = make(rng, person)
        controls = made.controls
        way = gaussian_filter1d(controls.root, BELT_S * RATE_HZ, axis=0, mode="nearest")
        way = way - way[0]
        moved = controls.but(root=controls.root - way, ankles=controls.ankles - way[:, None])
        return Made(moved, made.words, {**made.facts, "belt": way})

    return made_on_belt
