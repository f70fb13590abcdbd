"""Exercises in repetitions: squats, lunges, raises, presses, bends, kicks and swings, standing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from motion_sources.procedural import stances
from motion_sources.procedural.controls import Controls
from motion_sources.procedural.jump import tiptoe
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import COUNT_WORDS, Made, Recipe
from motion_sources.procedural.script import Goal, Script, harmonics, put_both
from motion_sources.procedural.stances import OUT, both

Array = NDArray[np.float64]
Rng = np.random.Generator
Plan = tuple[Controls, Sequence[Goal], dict[str, str], dict[str, float]]


def repeated(
    plan: Callable[[Rng, Person], Plan],
    period: tuple[float, float],
    count: tuple[int, int] = (3, 9),
    *,
    rest: float = 0.15,
    effort: float = 1.8,
    sway: float = 0.5,
) -> Callable[[Rng, Person], Made]:
    """A recipe's ``make``: the goals of a plan over and over.

    Parameters
    ----------
    plan : callable
        First posture, goals, words and facts.
    period : (low, high)
        Of one repetition, s.
    count : (low, high)
        Of repetitions, the upper bound left out.
    rest : float
        Between two, s.
    """

    def make(rng: Rng, person: Person) -> Made:
        first, goals, words, facts = plan(rng, person)
        script = Script(rng, person, first, sway=sway, effort=effort)
        number = int(rng.integers(*count))
        long = rng.uniform(*period) / person.pace
        script.repeat(number, long, goals, rest * rng.uniform(0.5, 2.5))
        words = {
            "count": COUNT_WORDS[number],
            "pace": "slow" if long > np.mean(period) else "",
            **words,
        }
        return script.made(words, count=number, **facts)

    return make


def arms_at(
    person: Person,
    posture: Controls,
    at: ArrayLike,
    forearm: ArrayLike = (20, 0, 0),
    ks: Sequence[int] = (0, 1),
) -> Controls:
    """A posture with palms ahead of, out from and over their shoulders, in arm's lengths.

    ``forearm`` (3,) is in degrees.
    """
    hands, arms = posture.hands.copy(), posture.forearm.copy()
    for k in ks:
        hands[k] = person.arm * np.asarray(at) * [1, OUT[k], 1]
        arms[k] = np.radians(forearm)
    return posture.but(hands=hands, forearm=arms)


def bent(
    posture: Controls, spine: ArrayLike, turn: ArrayLike = (0, 0, 0, 0), back: float = 0.0
) -> Controls:
    """A posture with the trunk and pelvis turned further, degrees, and the pelvis moved back, m."""
    return posture.but(
        spine=posture.spine + np.radians(spine),
        turn=posture.turn + np.radians(turn),
        root=posture.root - [back, 0, 0.04 * back],
    )


def _squats(rng: Rng, person: Person) -> Plan:
    depth, width = rng.uniform(0.40, 0.90), rng.uniform(0.14, 0.2)
    up = stances.stand(person, width, 12.0)
    low = stances.squat(person, depth, width)
    low = low.but(ankles=up.ankles)
    if rng.random() < 0.6:
        low = arms_at(person, low, (0.85, -0.05, 0.15), (40, 0, 0))
    if rng.random() < 0.3:
        up = arms_at(person, up, (0.34, -0.02, 0.02), (30, 0, 0))
        low = low.but(hands=up.hands, forearm=up.forearm)
    words = {"depth": "deep" if depth > 0.7 else "half"}
    return up, [(1, low, None), (1, up, None)], words, {"low": float(low.root[2])}


def lunge(person: Person, k: int, step: float, drop: float) -> tuple[Controls, Controls]:
    """Foot ``k`` ahead by a step, m, the pelvis lowered by ``drop`` m; and the foot on its way."""
    up = stances.stand(person, 0.12)
    rise = 0.085 * person.stature / 1.7
    pitch, forward = tiptoe(person, rise)
    ankles, feet = up.ankles.copy(), up.feet.copy()
    ankles[k, 0] += step
    ankles[1 - k] += [float(forward), 0, rise]
    feet[1 - k, 1] = pitch
    low = up.but(root=up.root + [0.5 * step, 0, -drop], ankles=ankles, feet=feet, splay=both(0.06))
    half = up.ankles.copy()
    half[k] += [0.5 * step, 0, 0.12]
    on_way = up.but(root=up.root + [0.18 * step, 0, -0.015], ankles=half)
    return low, on_way


def _lunges(rng: Rng, person: Person) -> Plan:
    up = stances.stand(person, 0.12)
    step, drop = rng.uniform(0.65, 0.82) * person.leg, rng.uniform(0.24, 0.36) * person.leg
    goals: list[Goal] = []
    hips = rng.random() < 0.5
    for k in (0, 1):
        low, on_way = lunge(person, k, step, drop)
        if hips:
            low, on_way = (
                arms_at(person, p, (0.10, 0.02, -0.66), (40, 20, 0)) for p in (low, on_way)
            )
        goals += [(1.2, low, on_way), (1.2, up, on_way)]
    return up, goals, {}, {"low": float(up.root[2] - drop)}


def _raise(goal: ArrayLike, via: ArrayLike, forearm: ArrayLike) -> Callable[[Rng, Person], Plan]:
    """Both arms, or one after the other, from hanging to a place and back."""

    def plan(rng: Rng, person: Person) -> Plan:
        up = stances.stand(person, rng.uniform(0.10, 0.18))
        up = up.but(forearm=np.stack([np.radians(forearm)] * 2) * [0.5, 0, 0])
        goals: list[Goal] = []
        sides = [(0, 1)] if rng.random() < 0.65 else [(0,), (1,)]
        for ks in sides:
            top = arms_at(person, up, goal, forearm, ks)
            way = arms_at(person, up, via, forearm, ks)
            goals += [(1, top, way), (1, up, way)]
        how = "both arms" if len(sides) == 1 else "one arm after the other"
        return up, goals, {"how": how}, {"sides": float(len(sides))}

    return plan


def _press(rng: Rng, person: Person) -> Plan:
    seated = rng.random() < 0.3
    base = stances.sit(person, rng.uniform(0.42, 0.5)) if seated else stances.stand(person, 0.14)
    rack = arms_at(person, base, (0.22, 0.20, 0.10), (70, 0, 0))
    top = arms_at(person, base, (0.06, 0.10, 0.93), (70, 0, 0))
    words = {"how": "sitting" if seated else "standing"}
    return rack, [(1, top, None), (1, rack, None)], words, {}


def _twists(rng: Rng, person: Person) -> Plan:
    up = stances.stand(person, rng.uniform(0.14, 0.22))
    at = [(0.30, -0.12, -0.12), (0.15, 0.85, -0.02)][int(rng.integers(2))]
    up = arms_at(person, up, at, (50, 0, 0))
    turn = rng.uniform(30, 50)
    left, right = (bent(up, [0, 0, s * turn], [s * 0.35 * turn, 0, 0, 0]) for s in (1, -1))
    words = {"arms": "held out" if at[1] > 0 else "before the chest"}
    return up, [(1, left, None), (1.4, right, None), (1, up, None)], words, {}


def _side_bends(rng: Rng, person: Person) -> Plan:
    up = stances.stand(person, rng.uniform(0.14, 0.22))
    over = rng.random() < 0.5
    angle = rng.uniform(20, 32)
    goals: list[Goal] = []
    for k in (0, 1):
        low = bent(up, [-OUT[k] * angle, 0, 0], [0, 0, -OUT[k] * 5, 0])
        if over:
            low = arms_at(person, low, (0.10, 0.05, 0.92), (30, 0, 0), (1 - k,))
        goals += [(1, low, None), (1, up, None)]
    return up, goals, {"arm": "with an arm overhead" if over else ""}, {}


def _toe_touches(rng: Rng, person: Person) -> Plan:
    up = stances.stand(person, rng.uniform(0.10, 0.2))
    reach = rng.uniform(0.94, 1.08)
    low = bent(up, [0, 66 * reach, 0], [0, 82 * reach, 0, 0], 0.20)
    low = put_both(
        person, low, [[0.14, s * 0.09, 0.28 - 0.2 * reach] for s in OUT], forearm=(40, 0, 0)
    )
    start = arms_at(person, up, (0.1, 0.12, 0.92), (40, 0, 0)) if rng.random() < 0.4 else up
    way = bent(up, [0, 30, 0], [0, 30, 0, 0], 0.08)
    way = arms_at(person, way, (0.90, 0.0, 0.0), (40, 0, 0))
    return start, [(1, low, way), (1, start, way)], {}, {}


def _good_mornings(rng: Rng, person: Person) -> Plan:
    """A weight from the shins to the hips: a hinge at the hips with a straight back."""
    up = stances.stand(person, 0.13)
    up = arms_at(person, up, (0.22, 0.02, -0.92), (60, 0, 0))
    low = bent(up, [0, 12, 0], [0, rng.uniform(48, 68), 0, 0], 0.22)
    low = low.but(root=low.root - [0, 0, rng.uniform(0.06, 0.2)], head=np.radians([0, -25, 0]))
    low = arms_at(person, low, (0.80, 0.0, -0.42), (60, 0, 0))
    return up, [(1, low, None), (1, up, None)], {}, {}


def _swing(rng: Rng, person: Person) -> Plan:
    """A kettlebell from between the legs to the height of the chest."""
    up = stances.stand(person, 0.2, 14)
    top = arms_at(person, up, (0.90, -0.22, rng.uniform(-0.1, 0.1)), (60, 0, 0))
    low = bent(up, [0, 14, 0], [0, 52, 0, 0], 0.20)
    low = low.but(root=low.root - [0, 0, 0.10], head=np.radians([0, -25, 0]), splay=both(0.3))
    low = arms_at(person, low, (0.34, -0.22, -0.78), (60, 0, 0))
    way = arms_at(
        person, bent(up, [0, 4, 0], [0, 12, 0, 0], 0.05), (0.45, -0.22, -0.78), (60, 0, 0)
    )
    start = arms_at(person, up, (0.25, -0.2, -0.9), (60, 0, 0))
    return start, [(0.6, low, None), (0.7, top, way), (0.7, low, way)], {}, {}


def _leg_lift(kind: str) -> Callable[[Rng, Person], Plan]:
    """Standing on one leg, the other knee up ahead, the leg out aside, or the heel behind."""

    def plan(rng: Rng, person: Person) -> Plan:
        up = stances.stand(person, 0.10, 5, knee=0.985)
        amount = rng.uniform(0.7, 1.0)
        goals: list[Goal] = []
        for k in (0, 1):
            ankles, plant, point = up.ankles.copy(), up.plant.copy(), up.point.copy()
            shift = np.array([0.0, -OUT[k] * 0.045, -0.004])
            plant[k], point[k] = 0, 0.35
            side, leg = OUT[k], person.leg
            way = ankles[k] + {
                "knee": [0.16 * leg, 0, 0.48 * leg * amount],
                "side": [0.0, side * 0.48 * leg * amount, 0.13 * leg * amount],
                "heel": [-0.36 * leg, 0, 0.38 * leg * amount],
                "kick": [0.72 * leg * amount, 0, 0.36 * leg * amount**2],
            }[kind]  # fmt: skip
            ankles[k] = way
            high = up.but(root=up.root + shift, ankles=ankles, plant=plant, point=point)
            high = bent(high, [0, -3, 0], [0, 0, 0, 0])
            if kind in ("knee", "heel"):
                high = arms_at(person, high, (0.42, 0.02, -0.42), (10, 0, 0), (1 - k,))
                high = arms_at(person, high, (-0.22, 0.16, -0.82), (10, 0, 0), (k,))
            elif rng.random() < 0.5:
                high = arms_at(person, high, (0.10, 0.02, -0.66), (40, 20, 0))
            goals += [(1, high, None), (0.9, up, None)]
        return up, goals, {}, {"lift": float(way[2] - up.ankles[0, 2])}

    return plan


def _calf_raises(rng: Rng, person: Person) -> Plan:
    up = stances.stand(person, rng.uniform(0.08, 0.14), 4)
    rise = rng.uniform(0.045, 0.085) * person.stature / 1.7
    pitch, forward = tiptoe(person, rise)
    ankles, feet = up.ankles + [float(forward), 0, rise], up.feet.copy()
    feet[:, 1] = pitch
    high = up.but(root=up.root + [1.6 * float(forward), 0, rise], ankles=ankles, feet=feet)
    return up, [(1, high, None), (1, up, None)], {}, {"rise": rise}


def _arm_circles(rng: Rng, person: Person) -> Made:
    up = stances.stand(person, rng.uniform(0.12, 0.2))
    out = arms_at(person, up, (0.05, 0.86, 0.0), (40, 0, 0))
    script = Script(rng, person, up, sway=1.0, effort=1.4)
    script.pose(out)
    size = person.arm * rng.uniform(0.10, 0.34)
    way = 1.0 if rng.random() < 0.5 else -1.0
    hz = rng.uniform(0.6, 1.5)

    def wave(turn: Array) -> dict[str, Array]:
        track = harmonics(turn, [way * size, 0, 0], [0, 0, size]) - [0, 0, 0]
        return {"hands": np.stack([track, track], axis=1)}

    cycles = script.rhythm(rng.uniform(5, 12), hz, wave, ramp=0.8)
    script.pose(up)
    words = {
        "way": "forwards" if way > 0 else "backwards",
        "size": "big" if size > 0.14 else "small",
    }
    return script.made(words, cycles=cycles, radius=size)


RECIPES = (
    Recipe(
        "squats", "Conditioning exercise",
        ("a person does {count} squats", "someone does {depth} squats", "{pace} squats in a row",
         "the person bends the knees, goes down and comes up again"),
        repeated(_squats, (1.8, 4.0)),
    ),
    Recipe(
        "lunges", "Conditioning exercise",
        ("a person does lunges with alternating legs", "someone steps forward into a lunge",
         "{pace} lunges, left and right", "the person lunges {count} times on each side"),
        repeated(_lunges, (4.4, 7.0), (2, 5)),
    ),
    Recipe(
        "arm-curls", "Conditioning exercise",
        ("a person curls the arms with weights, {how}", "someone does {count} biceps curls",
         "{pace} dumbbell curls", "the person bends the elbows, {how}"),
        repeated(_raise((0.34, 0.02, -0.16), (0.56, 0.02, -0.50), (-60, 10, 0)), (1.8, 4.0)),
    ),
    Recipe(
        "lateral-raises", "Conditioning exercise",
        ("a person raises the arms sideways, {how}", "someone does lateral raises",
         "lifting the arms out to the sides", "the person lifts {how} to the side {count} times"),
        repeated(_raise((0.10, 0.93, 0.02), (0.10, 0.70, -0.64), (40, 0, 0)), (1.8, 4.0)),
    ),
    Recipe(
        "front-raises", "Conditioning exercise",
        ("a person raises the arms to the front, {how}", "someone does front raises",
         "lifting the arms forward to shoulder height", "the person lifts {how} {count} times"),
        repeated(_raise((0.93, 0.02, 0.02), (0.70, 0.02, -0.62), (50, 0, 0)), (1.8, 4.0)),
    ),
    Recipe(
        "arms-overhead", "Conditioning exercise",
        ("a person raises the arms overhead, {how}", "someone lifts {how} up high",
         "raising the arms above the head and lowering them", "{count} times the arms go up"),
        repeated(_raise((0.10, 0.14, 0.91), (0.66, 0.52, 0.10), (40, 0, 0)), (2.4, 5.0)),
    ),
    Recipe(
        "overhead-press", "Conditioning exercise",
        ("a person presses weights overhead, {how}", "someone does {count} shoulder presses",
         "pushing dumbbells up", "the person stretches both arms up from the shoulders"),
        repeated(_press, (1.8, 3.6)),
    ),
    Recipe(
        "torso-twists", "Conditioning exercise",
        ("a person twists the trunk left and right, arms {arms}", "someone does torso twists",
         "turning the upper body from side to side", "the person rotates the torso"),
        repeated(_twists, (2.0, 4.5), rest=0.0),
    ),
    Recipe(
        "side-bends", "Conditioning exercise",
        ("a person bends to the left and the right {arm}", "someone does side bends",
         "bending sideways", "the person leans the trunk over to each side"),
        repeated(_side_bends, (4.0, 7.0), (2, 5)),
    ),
    Recipe(
        "toe-touches", "Conditioning exercise",
        ("a person bends over and reaches for the toes", "someone reaches down {count} times",
         "toe touches", "the person folds forward with straight legs"),
        repeated(_toe_touches, (2.4, 5.0), (2, 7)),
    ),
    Recipe(
        "deadlifts", "Conditioning exercise",
        ("a person does deadlifts", "someone lifts a barbell from the shins to the hips",
         "{pace} deadlifts", "the person hinges at the hips and stands up {count} times"),
        repeated(_good_mornings, (2.4, 4.5)),
    ),
    Recipe(
        "kettlebell-swings", "Conditioning exercise",
        ("a person swings a kettlebell", "someone does kettlebell swings",
         "swinging a weight between the legs and up", "both arms swing up {count} times"),
        repeated(_swing, (1.7, 2.4), (4, 11), rest=0.0, effort=2.4),
    ),
    Recipe(
        "knee-raises", "Conditioning exercise",
        ("a person marches on the spot", "someone raises the knees in turn", "marching in place",
         "the person lifts the left and the right knee {count} times"),
        repeated(_leg_lift("knee"), (1.5, 2.8), (4, 11), rest=0.0),
    ),
    Recipe(
        "heel-to-seat", "Conditioning exercise",
        ("a person kicks the heels back in turn", "someone bends one knee after the other behind",
         "standing leg curls", "the person lifts the heels to the seat"),
        repeated(_leg_lift("heel"), (1.6, 3.0), (3, 9), rest=0.0),
    ),
    Recipe(
        "side-leg-raises", "Conditioning exercise",
        ("a person lifts each leg to the side", "someone does side leg raises",
         "raising a leg sideways", "the person swings the legs out in turn"),
        repeated(_leg_lift("side"), (2.8, 5.0), (2, 6)),
    ),
    Recipe(
        "front-kicks", "Conditioning exercise",
        ("a person kicks forward with each leg", "someone swings the legs to the front",
         "front kicks", "the person kicks left and right {count} times"),
        repeated(_leg_lift("kick"), (2.2, 4.0), (2, 7)),
    ),
    Recipe(
        "calf-raises", "Conditioning exercise",
        ("a person rises on the toes and lowers the heels", "someone does {count} calf raises",
         "{pace} calf raises", "the person stands on tiptoe again and again"),
        repeated(_calf_raises, (1.4, 3.2)),
    ),
    Recipe(
        "arm-circles", "Conditioning exercise",
        ("a person makes {size} arm circles {way}", "someone circles both arms",
         "arm circles {way}", "the person holds the arms out and circles them"),
        _arm_circles,
    ),
)  # fmt: skip
