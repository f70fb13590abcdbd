"""Walks, runs and stairs: a real stride laid over footholds.

Cadence and length of step in walking: 1.4 to 2.3 steps a second, their ratio 0.0064 m to a step
a minute (Sekiya and Nagasaki 1998, Gait & Posture 7:225; Winter 1991). Running: 2.5 to 3.1
steps a second at 2 to 4.5 m/s, sprinting 3.6 to 4.5; a foot stands 35 to 40 % of the stride in jogging, 22 % in sprinting (Cavanagh and Kram 1989, Medicine & Science
in Sports & Exercise 21:467; Mero et al. 1992, Sports Medicine 13:376).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import STANDARD_GRAVITY
from motion_sources.procedural import footholds
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Made, Recipe
from motion_sources.procedural.stances import polar
from motion_sources.procedural.strides import stride
from motion_sources.procedural.timing import RATE_HZ, between
from motion_sources.procedural.walking import Climb, Style, lay

Array = NDArray[np.float64]
Rng = np.random.Generator
Maker = Callable[[Rng, Person], Made]

WALK_RATIO = 0.0064 * 60
"""Length of a step over steps a second, m s, of somebody 1.7 m tall."""
SECONDS = (10.0, 28.0)
"""Time that is walked."""

Range = tuple[float, float]


def walker(rng: Rng, person: Person, cadence: Range, ratio: Range = (0.9, 1.1)):
    """Cadence, Hz, length of a step, m, and a style of walking that goes with them."""
    hz = float(np.clip(rng.uniform(*cadence) * person.pace**0.5, *cadence))
    step = WALK_RATIO * hz * rng.uniform(*ratio) * person.stature / 1.7
    step = min(step, 0.95 * person.leg)
    # The pelvis rises and falls with the square of the step's length: legs are pendulums.
    up = float(np.clip((step / (stride("walk").step_share * person.leg)) ** 2, 0.15, 1.35))
    arms = rng.uniform(0.4, 1.1) * np.sqrt(up) * rng.uniform(0.85, 1.15, 2)
    style = Style(
        up=up * rng.uniform(0.9, 1.1),
        rotate=rng.uniform(0.8, 1.5) * min(up**0.25, 1.1),
        sway=rng.uniform(0.7, 1.3),
        arms=arms,
        lean=rng.normal(0.03, 0.03),
        heel=rng.uniform(0.7, 1.1),
        push=rng.uniform(0.85, 1.05),
        shock=rng.uniform(0.3, 1.5) * up,
        toe_out=rng.uniform(0.03, 0.2),
        duty=float(np.clip(0.685 - 0.042 * hz + rng.normal(0, 0.008), 0.57, 0.66)),
    )
    return hz, step, style


def runner(rng: Rng, person: Person, cadence: Range, speed: Range, duty: Range):
    """Cadence, Hz, length of a step, m, and a style of running that goes with them."""
    hz, pace = rng.uniform(*cadence), rng.uniform(*speed) * person.stature / 1.7
    base = stride("run")
    # In flight nothing but gravity acts: the strongest fall of the stride is that one.
    phase = np.linspace(0, 1, 200)
    bend = np.gradient(np.gradient(base.at("up", phase), phase), phase)[2:-2]
    fall = -np.quantile(bend, 0.15) * person.leg * (hz / 2) ** 2
    style = Style(
        gait="run",
        duty=rng.uniform(*duty),
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


def _across(rng: Rng, person: Person) -> float:
    """Half the width of the steps, m: 7 to 13 cm from foot to foot (Winter 1991)."""
    return rng.uniform(0.02, 0.038) * person.stature


def _count(rng: Rng, cadence_hz: float, seconds: Range = SECONDS) -> int:
    return max(int(rng.uniform(*seconds) * cadence_hz), 8)


def _walk(
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
        tilt = np.radians(rng.uniform(*slope)) * (1 - 0.0)
        turn, words = _bends(rng, bends, count, step)
        uneven = rng.uniform(*limp) * (1 if rng.random() < 0.5 else -1)
        holds = footholds.level(
            rng,
            footholds.step_times(rng, count, hz, uneven),
            step * (1 - 0.6 * abs(float(np.mean(abs(turn))))) * (1 - abs(tilt)),
            _across(rng, person) * wide,
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
    8:291)."""
    tracks = {name: np.asarray(getattr(made.controls, name))[::-1] for name in _tracks(made)}
    end = (len(made.controls.root) - 1) / RATE_HZ
    facts = dict(made.facts)
    facts["standing"] = np.asarray(facts["standing"])[::-1]
    facts["contact"] = end - np.asarray(facts["contact"])
    facts["begins"], facts["ends"] = end - facts["ends"], end - facts["begins"]
    return Made(made.controls.but(**tracks), made.words, facts)


def _tracks(made: Made) -> list[str]:
    return list(made.controls.__dataclass_fields__)


def _reversed(make: Maker) -> Maker:
    return lambda rng, person: backwards(make(rng, person))


def _tiptoe(rng: Rng, _: Person, style: Style) -> Style:
    return replace(
        style, tiptoe=rng.uniform(0.45, 0.7), heel=0.1, push=0.35, up=0.6 * style.up, lean=0.0
    )


def _old(rng: Rng, person: Person, style: Style) -> Style:
    return replace(
        style,
        lean=rng.uniform(0.15, 0.4),
        arms=style.arms * 0.4,
        heel=0.35,
        push=0.6,
        look=rng.uniform(0.1, 0.3),
        sway=style.sway * 1.4,
    )


def _limping(rng: Rng, person: Person, style: Style) -> Style:
    return replace(style, sway=style.sway * 1.7, rotate=1.4 * style.rotate, heel=0.5, push=0.7)


def _with(what: str) -> Callable[[Rng, Person, Style], Style]:
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


def _run(
    cadence: Range, speed: Range, duty: Range, bends: str = "", seconds: Range = (6.0, 20.0)
) -> Maker:
    def make(rng: Rng, person: Person) -> Made:
        hz, step, style = runner(rng, person, cadence, speed, duty)
        count = _count(rng, hz, seconds)
        turn, words = _bends(rng, bends, count, step)
        times = footholds.step_times(rng, count, hz, rng.uniform(-0.01, 0.01), 0.03)
        ramp = int(np.clip(round(step / 0.35), 1, 5))
        holds = footholds.level(rng, times, step, 0.5 * _across(rng, person), 0.4 * turn, ramp=ramp)

        controls, facts = lay(rng, person, holds, style)
        return Made(controls, words, {**facts, "step": step})

    return make


def _on_the_spot(gait: str, cadence: Range) -> Maker:
    def make(rng: Rng, person: Person) -> Made:
        if gait == "run":
            hz, _, style = runner(rng, person, cadence, (2.0, 3.0), (0.3, 0.38))
            style = replace(style, lean=0.03, heel=0.0)
        else:
            hz, _, style = walker(rng, person, cadence)
            style = replace(style, up=rng.uniform(0.3, 0.9), heel=-0.2, push=rng.uniform(0.2, 0.5))
        style = replace(style, lift=rng.uniform(0.03, 0.35) * person.leg)
        times = footholds.step_times(rng, _count(rng, hz, (8.0, 20.0)), hz)
        holds = footholds.level(rng, times, 0.0, _across(rng, person))
        controls, facts = lay(rng, person, holds, style)
        return Made(controls, {}, {**facts, "step": 0.0})

    return make


def on_belt(make: Maker) -> Maker:
    """The same walk on a treadmill: the ground moves back at the walk's mean speed.

    The belt starts and stops with the walker.
    """

    def made_on_belt(rng: Rng, person: Person) -> Made:
        made = make(rng, person)
        controls, facts = made.controls, made.facts
        time_s = np.arange(len(controls.root)) / RATE_HZ
        begins, ends = float(np.asarray(facts["begins"])), float(np.asarray(facts["ends"]))
        total = controls.root[-1] - controls.root[0]
        ramp = min(1.2, (ends - begins) / 4)
        belt = between(time_s, begins - 0.1, ends, ramp)
        way = np.concatenate([[0.0], np.cumsum((belt[1:] + belt[:-1]) / 2)])
        way = total * (way / way[-1])[:, None]
        moved = controls.but(root=controls.root - way, ankles=controls.ankles - way[:, None])
        return Made(moved, made.words, {**facts, "belt": way})

    return made_on_belt


RISER_M, TREAD_M = (0.15, 0.20), (0.25, 0.32)
"""Of stairs in buildings; cadence on them 1.4 to 2.1 steps a second, faster down than up (Riener
et al. 2002, Gait & Posture 15:32; Nadeau et al. 2003, Clinical Biomechanics 18:950)."""


def _stairs(
    direction: int, cadence: Range, at_once: int = 1, what: str = "", gait: str = "walk"
) -> Maker:
    """Flights of stairs with landings, up (1) or down (−1)."""

    def make(rng: Rng, person: Person) -> Made:
        hz, step, style = walker(rng, person, cadence, (0.7, 0.85))
        if gait == "run":
            hz, step, style = runner(rng, person, cadence, (1.2, 1.8), (0.33, 0.4))
        riser = rng.uniform(*RISER_M) * direction
        tread = rng.uniform(*TREAD_M)
        flights = [
            footholds.Flight(at_once * int(rng.integers(5, 9)), riser, tread, at_once)
            for _ in range(int(rng.integers(1, 4)))
        ]
        levels = [int(rng.integers(1, 5)) for _ in range(len(flights) + 1)]
        holds, rises = footholds.stairs(
            rng, person, flights, levels, step, _across(rng, person) * 1.1
        )
        times = footholds.step_times(rng, len(rises), hz, rng.uniform(-0.02, 0.02))
        holds = replace(holds, contact=times)
        if direction > 0:
            climb = Climb(
                heel=rng.uniform(-0.2, 0.3),
                push=rng.uniform(0.4, 0.7),
                lean=rng.uniform(0.10, 0.28) + 0.1 * (at_once - 1),
                surge=rng.uniform(1.1, 1.7),
                sharp=rng.uniform(0.03, 0.16),
                shock=rng.uniform(0.5, 2.5),
                late=rng.uniform(0.0, 0.15),
            )
        else:
            climb = Climb(
                heel=rng.uniform(-1.0, -0.4),
                push=rng.uniform(0.45, 0.7),
                lean=rng.uniform(-0.05, 0.06),
                surge=rng.uniform(1.3, 2.0),
                sharp=rng.uniform(0.03, 0.16),
                shock=rng.uniform(1.0, 4.0),
                late=rng.uniform(-0.1, 0.1),
            )
        words = {"many": str(sum(flight.count for flight in flights))}
        if what == "rail":
            k = int(rng.integers(2))
            low = rng.uniform(38, 50) if direction > 0 else rng.uniform(22, 34)
            place = polar(person, k, low, rng.uniform(25, 45), rng.uniform(0.72, 0.85))
            style = replace(style, carry={k: place}, pronate=0.6)
            words["side"] = ("left", "right")[k]
        elif what:
            style = _with(what)(rng, person, style)
        controls, facts = lay(rng, person, holds, style, climb, rises)
        facts = {**facts, "riser": riser, "stairs": float(sum(f.count for f in flights))}
        return Made(controls, words, facts)

    return make


RECIPES = (
    Recipe(
        "walking", "Walking",
        ("a person walks", "someone walks straight ahead", "walking on level ground",
         "the person takes a walk at a usual pace"),
        _walk((1.5, 2.1)),
    ),
    Recipe(
        "walking-slowly", "Walking",
        ("a person walks slowly", "someone strolls", "walking at a slow pace",
         "the person ambles along without hurry"),
        _walk((1.2, 1.6), (0.75, 1.0)),
    ),
    Recipe(
        "walking-briskly", "Walking",
        ("a person walks fast", "someone walks briskly", "walking at a quick pace",
         "the person strides along in a hurry"),
        _walk((2.0, 2.35), (0.95, 1.1)),
    ),
    Recipe(
        "walking-about", "Walking",
        ("a person walks around", "someone wanders in bends", "walking to and fro in curves",
         "the person walks left and right through a room"),
        _walk((1.4, 2.0), bends="wander"),
    ),
    Recipe(
        "walking-in-a-circle", "Walking",
        ("a person walks in a circle", "someone walks round to the {side}",
         "walking in circles to the {side}", "the person goes round and round"),
        _walk((1.4, 2.0), (0.7, 1.0), bends="circle"),
    ),
    Recipe(
        "walking-up-and-down", "Walking",
        ("a person walks, turns round and walks back", "someone paces up and down a room",
         "walking to and fro with turns", "the person turns about while walking"),
        _walk((1.4, 2.0), (0.8, 1.0), bends="about", seconds=(15, 32)),
    ),
    Recipe(
        "walking-backwards", "Walking",
        ("a person walks backwards", "someone steps back again and again",
         "walking in reverse", "the person goes backward without turning round"),
        _reversed(_walk((1.2, 1.8), (0.6, 0.9))),
    ),
    Recipe(
        "walking-on-tiptoe", "Walking",
        ("a person walks on tiptoe", "someone walks on the toes", "tiptoeing with heels raised",
         "the person sneaks along on the balls of the feet"),
        _walk((1.3, 1.9), (0.6, 0.85), _tiptoe),
    ),
    Recipe(
        "walking-like-the-old", "Walking",
        ("an old person walks slowly", "someone shuffles along with a bent back",
         "walking slowly in small steps, bent forward", "a frail person takes short steps"),
        _walk((1.1, 1.6), (0.5, 0.75), _old, wide=1.35, limp=(0.0, 0.05)),
    ),
    Recipe(
        "limping", "Walking",
        ("a person limps", "someone walks with a limp", "limping along on a sore leg",
         "the person hobbles, one step shorter than the other"),
        _walk((1.2, 1.7), (0.65, 0.9), _limping, limp=(0.1, 0.2)),
    ),
    Recipe(
        "walking-with-a-box", "Walking",
        ("a person carries a box while walking", "someone walks with a load in both arms",
         "walking and carrying something with both hands", "the person takes a box somewhere"),
        _walk((1.4, 1.9), (0.8, 1.0), _with("box")),
    ),
    Recipe(
        "walking-with-a-bag", "Walking",
        ("a person walks with a bag in one hand", "someone carries a shopping bag along",
         "walking with a heavy bag", "the person walks home with the shopping"),
        _walk((1.4, 2.0), (0.85, 1.05), _with("bag")),
    ),
    Recipe(
        "walking-with-a-phone", "Walking",
        ("a person looks at a phone while walking", "someone walks and reads on a phone",
         "walking with a phone in the hand", "the person texts while walking"),
        _walk((1.3, 1.9), (0.8, 1.0), _with("phone")),
    ),
    Recipe(
        "walking-hands-in-pockets", "Walking",
        ("a person walks with the hands in the pockets", "someone strolls, hands in pockets",
         "walking without swinging the arms", "the person walks along with both hands pocketed"),
        _walk((1.4, 2.0), (0.85, 1.05), _with("pockets")),
    ),
    Recipe(
        "walking-on-the-spot", "Conditioning exercise",
        ("a person marches in place", "someone walks on the spot", "marching without moving ahead",
         "the person lifts the feet in turn while staying in place"),
        _on_the_spot("walk", (1.4, 2.1)),
    ),
    Recipe(
        "walking-on-a-treadmill", "Walking",
        ("a person walks on a treadmill", "someone walks on a moving belt", "treadmill walking",
         "the person walks in place on a treadmill"),
        on_belt(_walk((1.5, 2.2))),
    ),
    Recipe(
        "treadmill-uphill", "Walking",
        ("a person walks on an inclined treadmill", "someone walks uphill on a treadmill",
         "treadmill walking with a slope", "the person climbs on a tilted belt"),
        on_belt(_walk((1.5, 2.0), (0.8, 1.0), slope=(3, 9))),
    ),
    Recipe(
        "walking-uphill", "Walking",
        ("a person walks uphill", "someone climbs a slope", "walking up a ramp",
         "the person goes up a hill"),
        _walk((1.4, 2.0), (0.75, 1.0), slope=(3, 12)),
    ),
    Recipe(
        "walking-downhill", "Walking",
        ("a person walks downhill", "someone comes down a slope", "walking down a ramp",
         "the person goes down a hill"),
        _walk((1.5, 2.1), (0.7, 0.95), slope=(-12, -3)),
    ),
    Recipe(
        "stairs-up", "Walking",
        ("a person walks upstairs", "someone climbs stairs", "walking up {many} stairs",
         "the person goes up the steps", "climbing a staircase"),
        _stairs(1, (1.4, 2.0)),
    ),
    Recipe(
        "stairs-down", "Walking",
        ("a person walks downstairs", "someone descends stairs", "walking down {many} stairs",
         "the person goes down the steps", "coming down a staircase"),
        _stairs(-1, (1.5, 2.1)),
    ),
    Recipe(
        "stairs-up-two-at-a-time", "Walking",
        ("a person climbs stairs two at a time", "someone skips every second step on the way up",
         "walking upstairs, two steps at once", "the person hurries up the stairs in long steps"),
        _stairs(1, (1.3, 1.8), at_once=2),
    ),
    Recipe(
        "stairs-up-holding-rail", "Walking",
        ("a person walks upstairs holding the rail", "someone climbs stairs with a hand on the "
         "{side} rail", "going up the stairs along the handrail",
         "the person holds on while walking up the steps"),
        _stairs(1, (1.2, 1.8), what="rail"),
    ),
    Recipe(
        "stairs-down-holding-rail", "Walking",
        ("a person walks downstairs holding the rail", "someone descends stairs with a hand on "
         "the {side} rail", "going down the stairs along the handrail",
         "the person holds on while walking down the steps"),
        _stairs(-1, (1.3, 1.9), what="rail"),
    ),
    Recipe(
        "stairs-up-with-a-box", "Walking",
        ("a person carries a box upstairs", "someone walks up the stairs with a load",
         "climbing stairs with something in both arms", "the person takes a box up the steps"),
        _stairs(1, (1.2, 1.8), what="box"),
    ),
    Recipe(
        "stairs-down-with-a-box", "Walking",
        ("a person carries a box downstairs", "someone walks down the stairs with a load",
         "descending stairs with something in both arms", "the person takes a box down the steps"),
        _stairs(-1, (1.3, 1.9), what="box"),
    ),
    Recipe(
        "running-upstairs", "Running",
        ("a person runs upstairs", "someone runs up the stairs", "running up {many} stairs",
         "the person rushes up a staircase"),
        _stairs(1, (2.4, 3.2), gait="run"),
    ),
    Recipe(
        "jogging", "Running",
        ("a person jogs", "someone runs slowly", "jogging at an easy pace",
         "the person goes for a jog"),
        _run((2.4, 2.8), (1.9, 3.0), (0.34, 0.4)),
    ),
    Recipe(
        "running", "Running",
        ("a person runs", "someone runs straight ahead", "running at a steady pace",
         "the person goes for a run"),
        _run((2.6, 3.1), (3.0, 4.5), (0.27, 0.33)),
    ),
    Recipe(
        "running-in-bends", "Running",
        ("a person runs around", "someone runs in curves", "running left and right",
         "the person jogs about in bends"),
        _run((2.5, 3.0), (2.2, 3.5), (0.3, 0.37), bends="wander"),
    ),
    Recipe(
        "sprinting", "Running",
        ("a person sprints", "someone runs as fast as possible", "a fast sprint",
         "the person dashes ahead"),
        _run((3.7, 4.5), (5.0, 7.2), (0.2, 0.24), seconds=(4, 9)),
    ),
    Recipe(
        "running-on-a-treadmill", "Running",
        ("a person runs on a treadmill", "someone jogs on a moving belt", "treadmill running",
         "the person runs in place on a treadmill"),
        on_belt(_run((2.5, 3.0), (2.2, 4.0), (0.29, 0.36))),
    ),
    Recipe(
        "running-on-the-spot", "Conditioning exercise",
        ("a person jogs in place", "someone runs on the spot", "running without moving ahead",
         "the person runs in place with the knees raised"),
        _on_the_spot("run", (2.4, 3.1)),
    ),
)  # fmt: skip
