"""Eating, drinking and self care: the hands go to things, to the mouth, the ear, the face."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from motion_sources.procedural.controls import Controls
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Made, Recipe, choose
from motion_sources.procedural.script import (
    SIDES,
    Script,
    harmonics,
    head_point,
    mouth,
    put,
    put_both,
)
from motion_sources.procedural.stances import OUT
from motion_sources.procedural.stations import handed, station

Array = NDArray[np.float64]
Rng = np.random.Generator

SIP_S = (1.0, 2.5)
"""Glass at the mouth, s: drinking itself lasts about 1.2 s of the 6.5 s from reach to return
(Alt Murphy, Willén, Sunnerhagen 2011, Neurorehabil. Neural Repair 25:71)."""
CHEW_S = (1.0, 4.0)
"""Between two bites, s: chosen; spoonfuls come every 5 s or so."""
TO_MOUTH_M = {"cup": 0.035, "bottle": 0.06, "spoon": 0.11, "fork": 0.11, "bite": 0.04}
"""Palm before the mouth with a thing in it, m: half its size, chosen."""


def before_mouth(person: Person, posture: Controls, k: int, distance: float) -> Array:
    """Place (3,) of a palm that holds something to the mouth, m."""
    ahead = np.array([0.86, OUT[k] * 0.40, -0.32]) / np.linalg.norm([0.86, 0.40, 0.32])
    base = mouth(person, posture)
    tip = head_point(person, posture, person.mouth / person.stature + ahead)
    return base + distance * (tip - base) / np.linalg.norm(tip - base)


def _to_mouth(
    thing: str, where: str, bites: tuple[int, int], stay: tuple[float, float], tilt: float
) -> Callable[[Rng, Person], Made]:
    """Take a thing, bring it to the mouth a number of times, put it back."""

    def make(rng: Rng, person: Person) -> Made:
        place = station(rng, person, where)
        k = handed(rng)
        script = Script(rng, person, place.posture, sway=float(place.how.startswith("standing")))
        spot = place.spot(k, rng.uniform(0.30, 0.42), rng.uniform(0.0, 0.16), 0.05)
        forearm = (10, 0, 0) if thing in ("cup", "bottle") else (55, 10, 0)
        script.put(k, spot, forearm=forearm, via=spot + [-0.05, 0, 0.06])
        script.wait(0.1, 0.4)
        count = int(rng.integers(*bites))
        distance = TO_MOUTH_M[thing]
        for bite in range(count):
            lift = script.now.but(
                head=script.now.head * [1, 0.3, 1] + [0, rng.normal(0.03, 0.03), 0]
            )
            at = before_mouth(person, lift, k, distance)
            goal = put(person, lift, k, at, (forearm[0] + 10, 10, 0), rng.uniform(0.1, 0.4))
            script.pose(goal)
            tipped = goal.but(head=goal.head - [0, tilt, 0])
            again = before_mouth(person, tipped, k, distance)
            turned = (forearm[0] + 40 * tilt / 0.3, 15, 12)
            script.pose(put(person, tipped, k, again, turned), rng.uniform(0.4, 0.7))
            script.wait(*stay)
            down = spot + np.array([rng.normal(0, 0.015), rng.normal(0, 0.015), 0])
            back = place.posture.but(head=place.posture.head * rng.uniform(0.4, 1.0))
            back = back.but(hands=script.now.hands, forearm=script.now.forearm)
            script.pose(put(person, back, k, down, forearm, 0.0))
            if bite < count - 1:
                script.wait(*CHEW_S)
        script.wait(0.1, 0.5)
        script.pose(place.posture)
        words = {"side": SIDES[k], "how": place.how, "times": "once" if count == 1 else "again"}
        return script.made(words, hand=k, count=count, mouth=distance)

    return make


def _pouring(rng: Rng, person: Person) -> Made:
    place = station(rng, person)
    k = handed(rng)
    script = Script(rng, person, place.posture, sway=0.5)
    jug = place.spot(k, rng.uniform(0.32, 0.42), rng.uniform(0.14, 0.24), 0.06)
    cup = place.spot(k, rng.uniform(0.30, 0.36), rng.uniform(-0.04, 0.03), 0.03)
    over = cup + [0.0, OUT[k] * 0.09, 0.15]
    if rng.random() < 0.5:
        script.put(1 - k, cup + [0, -OUT[k] * 0.05, 0], forearm=(15, 0, 0))
    script.put(k, jug, forearm=(5, 0, 0))
    count = int(rng.integers(1, 4))
    for _ in range(count):
        script.put(k, over, forearm=(10, 0, 5))
        turned = put(person, script.now, k, over + [0, 0, 0.03], (75, 0, 20), 0.5)
        script.pose(turned, rng.uniform(0.6, 1.2))
        script.wait(1.0, 3.5)
        script.pose(put(person, script.now, k, over, (10, 0, 5), 0.0), rng.uniform(0.5, 0.9))
    script.put(k, jug, forearm=(5, 0, 0))
    script.pose(place.posture)
    words = {"side": SIDES[k], "how": place.how, "drink": choose(rng, "water", "juice", "tea")}
    return script.made(words, hand=k, count=count)


def _phoning(rng: Rng, person: Person) -> Made:
    place = station(rng, person, "loose")
    k = int(rng.integers(2))
    script = Script(rng, person, place.posture, sway=float(place.how == "standing"))
    ear = head_point(person, place.posture, [0.012, OUT[k] * 0.058, 0.012])
    goal = put(person, place.posture, k, ear, (-15, 10, 0), rng.uniform(-0.1, 0.3))
    script.pose(goal)
    for _ in range(int(rng.integers(1, 4))):
        script.wait(1.5, 4.5)
        lean = np.array([rng.normal(0, 0.03), rng.normal(0, 0.03), rng.normal(0, 0.06)])
        moved = goal.but(spine=goal.spine + lean)
        ear = head_point(person, moved, [0.012, OUT[k] * 0.058, 0.012])
        script.pose(put(person, moved, k, ear), rng.uniform(0.8, 1.6))
    script.wait(1.5, 4.5)
    script.pose(place.posture)
    return script.made({"side": SIDES[k], "how": place.how}, hand=k)


def _face(rng: Rng, person: Person) -> Made:
    place = station(rng, person, "counter")
    bent = place.posture.but(
        turn=place.posture.turn + [0, 0.35, 0, 0],
        spine=place.posture.spine + [0, 0.40, 0],
        root=place.posture.root - [0.10, 0, 0.01],
    )
    basin = [place.spot(k, 0.36, 0.05, 0.05) for k in (0, 1)]
    script = Script(rng, person, place.posture, sway=1.0)
    script.pose(put_both(person, bent, basin, forearm=(-40, 20, 0)), rng.uniform(1.0, 1.8))
    count = int(rng.integers(2, 5))
    cheeks = [head_point(person, bent, [0.070, OUT[k] * 0.025, 0.012]) for k in (0, 1)]
    for _ in range(count):
        script.wait(0.4, 1.0)
        script.pose(put_both(person, bent, cheeks, forearm=(-30, 10, 0)))
        script.rhythm(
            rng.uniform(1.0, 2.2), rng.uniform(1.6, 2.6),
            lambda p: {"hands": np.repeat(harmonics(p, [0, 0, 0.022])[:, None], 2, axis=1)},
        )  # fmt: skip
        script.pose(put_both(person, bent, basin, forearm=(-40, 20, 0)))
    script.pose(place.posture, rng.uniform(1.0, 1.6))
    return script.made({}, count=count)


def _glasses(rng: Rng, person: Person) -> Made:
    place = station(rng, person, "loose")
    both_hands = bool(rng.random() < 0.6)
    k = int(rng.integers(2))
    thing, offset = [
        ("glasses", [0.055, 0.050, 0.022]), ("a hat", [0.030, 0.062, 0.075]),
        ("headphones", [0.010, 0.062, 0.020]),
    ][int(rng.integers(3))]  # fmt: skip
    both_hands |= thing == "headphones"
    script = Script(rng, person, place.posture, sway=float(place.how == "standing"))
    goal, by = place.posture, place.posture
    for j in (0, 1):
        if both_hands or j == k:
            at = head_point(person, goal, np.array(offset) * [1, OUT[j], 1])
            goal = put(person, goal, j, at, (0, 5, 0), 0.25)
            by = put(person, by, j, place.spot(j, 0.30, 0.12, 0.2), (20, 0, 0))
    count = int(rng.integers(1, 3))
    for _ in range(count):
        script.pose(by)
        script.wait(0.2, 0.8)
        script.pose(goal)
        script.wait(0.4, 1.2)
        if rng.random() < 0.4:
            nod = goal.but(head=goal.head + [0, 0.1, 0])
            script.pose(nod, 0.5)
        script.pose(place.posture, via=by)
        script.wait(0.8, 2.5)
    hand = "both hands" if both_hands else f"the {SIDES[k]} hand"
    return script.made({"thing": thing, "hand": hand, "how": place.how}, count=count)


def _hands_washed(rng: Rng, person: Person) -> Made:
    place = station(rng, person, "counter")
    lean = place.posture.but(turn=place.posture.turn + [0, 0.1, 0, 0])
    basin = [place.spot(k, 0.36, 0.03, 0.05) for k in (0, 1)]
    script = Script(rng, person, place.posture, sway=1.0)
    script.pose(put_both(person, lean, basin, forearm=(30, 15, 0)))
    size = rng.uniform(0.02, 0.04)
    for _ in range(int(rng.integers(2, 4))):
        tilt = rng.uniform(-0.02, 0.02)
        script.rhythm(
            rng.uniform(2, 5), rng.uniform(1.6, 2.8),
            lambda p, tilt=tilt: {
                "hands": np.stack(
                    [harmonics(p, [s * size, 0, s * tilt], [0, 0, s * tilt]) for s in OUT], axis=1
                ),
                "forearm": np.stack([np.sin(p)[:, None] * [0.25, 0.1, 0]] * 2, axis=1),
            },
        )  # fmt: skip
        script.wait(0.2, 0.8)
    script.pose(place.posture)
    return script.made({})


RECIPES = (
    Recipe(
        "drinking-cup", "Self care",
        ("a person drinks from a cup with the {side} hand, {how}",
         "someone takes sips from a glass", "drinking while {how}",
         "the person lifts a mug to the mouth with the {side} hand and puts it down {times}"),
        _to_mouth("cup", "any", (1, 4), SIP_S, 0.16),
    ),
    Recipe(
        "drinking-bottle", "Self care",
        ("a person drinks from a bottle with the {side} hand",
         "someone tips the head back and drinks from a bottle",
         "drinking water out of a bottle, {how}", "the person takes a swig"),
        _to_mouth("bottle", "any", (1, 3), SIP_S, 0.32),
    ),
    Recipe(
        "eating-spoon", "Self care",
        ("a person eats with a spoon in the {side} hand", "someone is eating soup at a table",
         "spooning food to the mouth", "the person eats from a bowl with the {side} hand"),
        _to_mouth("spoon", "table", (3, 7), (0.4, 0.9), 0.02),
    ),
    Recipe(
        "eating-fork", "Self care",
        ("a person eats with a fork in the {side} hand, {how}", "someone is having a meal",
         "eating with a fork", "the person lifts bites from a plate to the mouth"),
        _to_mouth("fork", "table", (3, 6), (0.4, 0.9), -0.04),
    ),
    Recipe(
        "eating-by-hand", "Self care",
        ("a person eats a snack with the {side} hand, {how}", "someone bites into a sandwich",
         "eating with the fingers", "the person brings food to the mouth by hand"),
        _to_mouth("bite", "any", (2, 6), (0.4, 1.2), 0.0),
    ),
    Recipe(
        "pouring", "Home activities",
        ("a person pours {drink} into a cup with the {side} hand, {how}",
         "someone pours {drink}", "pouring from a jug", "the person fills a glass with {drink}"),
        _pouring,
    ),
    Recipe(
        "phoning", "Miscellaneous",
        ("a person talks on the phone, {how}", "someone holds a phone to the {side} ear",
         "making a phone call with the {side} hand", "the person answers the phone"),
        _phoning,
    ),
    Recipe(
        "washing-face", "Self care",
        ("a person washes the face at a basin", "someone bends down and splashes the face",
         "washing the face with both hands", "the person rubs water on the face"),
        _face,
    ),
    Recipe(
        "washing-hands", "Self care",
        ("a person washes the hands", "someone rubs soap between the hands at a sink",
         "washing hands", "the person stands at a basin and rubs both hands"),
        _hands_washed,
    ),
    Recipe(
        "putting-on-glasses", "Self care",
        ("a person puts {thing} on with {hand}", "someone puts on {thing}",
         "putting {thing} on and taking it off, {how}", "the person adjusts {thing}"),
        _glasses,
    ),
)  # fmt: skip
