"""Still postures: standing, sitting, kneeling, squatting and lying, with breath and sway."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from motion_sources.procedural import stances
from motion_sources.procedural.controls import SIDES, Controls, blend, living
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Made, Recipe, choose
from motion_sources.procedural.stances import CHAIR_M, both, polar, pronated
from motion_sources.procedural.timing import times

Rng = np.random.Generator
Posed = tuple[Controls, dict[str, str], dict[str, float]]

STOOL_M = (0.60, 0.78)
"""Bar stools, m."""
LOW_M = (0.22, 0.36)
"""Low seats: sofas pressed down, footstools, steps, m."""


def still(
    posed: Callable[[Rng, Person], Posed], sway: float = 0.0
) -> Callable[[Rng, Person], Made]:
    """A recipe's ``make`` that keeps a posture for 6 to 25 s, with a look to the side at times."""

    def make(rng: Rng, person: Person) -> Made:
        time_s = times(rng.uniform(6, 25))
        posture, words, facts = posed(rng, person)
        keys = []
        at = rng.uniform(2, 8)
        while at < time_s[-1] - 3 and rng.random() < 0.7:
            look = np.radians([rng.normal(0, 3), rng.normal(0, 7), rng.normal(0, 18)])
            long = rng.uniform(0.6, 1.4)
            keys.append((at, at + long, posture.but(head=posture.head + look)))
            at += long + rng.uniform(2, 8)
        controls = living(blend(time_s, posture, keys), rng, person, time_s, sway=sway)
        return Made(controls, words, facts)

    return make


def _arms(rng: Rng, person: Person, posture: Controls) -> tuple[Controls, str]:
    """Arms of a standing body: hanging, folded, or hands clasped in front."""
    way = int(rng.integers(4))
    if way == 0:
        hands = np.stack([[0.17, -0.02, -0.16], [0.20, 0.02, -0.19]]) * person.stature / 1.7
        return posture.but(hands=hands, forearm=pronated(30)), "with the arms folded"
    if way == 1:
        hands = both(np.array([0.17, -0.15, -0.44]) * person.stature / 1.7)
        return posture.but(hands=hands, forearm=pronated(35)), "with the hands clasped in front"
    return posture, "with the arms at the sides"


def _standing(rng: Rng, person: Person) -> Posed:
    posture = stances.stand(person, rng.uniform(0.06, 0.16), rng.uniform(0, 14), rng.uniform(-2, 6))
    posture, arms = _arms(rng, person, posture)
    return posture, {"arms": arms}, {}


def _one_leg_weight(rng: Rng, person: Person) -> Posed:
    posture = stances.stand(person, rng.uniform(0.09, 0.14))
    k = int(rng.integers(2))
    shift = stances.OUT[k] * 0.045
    turn = posture.turn + [0, 0, -stances.OUT[k] * 0.06, 0]
    posture = posture.but(
        root=posture.root + [0, shift, -0.012],
        turn=turn,
        spine=posture.spine + [stances.OUT[k] * 0.07, 0, 0],
        splay=posture.splay + [0.1, 0.1],
    )
    posture, arms = _arms(rng, person, posture)
    return posture, {"arms": arms, "side": SIDES[k]}, {}


def seated(rng: Rng, person: Person, kind: str) -> tuple[Controls, float]:
    """A seated posture of a kind and its seat's height, m."""
    low, high = {"chair": CHAIR_M, "stool": STOOL_M, "sofa": LOW_M}[kind]
    seat = rng.uniform(low, high)
    recline = {"chair": (-4, 14), "stool": (-8, 5), "sofa": (12, 28)}[kind]
    legs = rng.uniform(-0.06, 0.06, 2)
    posture = stances.sit(
        person, seat, rng.uniform(*recline), rng.uniform(-0.06, 0.12), rng.uniform(0.08, 0.16), legs
    )
    return posture, seat


def _sitting(kind: str) -> Callable[[Rng, Person], Posed]:
    def posed(rng: Rng, person: Person) -> Posed:
        posture, seat = seated(rng, person, kind)
        lean = float(-np.degrees(posture.turn[1]) / 0.7)
        words = {"lean": "leaning back" if lean > 8 else "upright" if lean > -4 else "leaning on"}
        words["lean"] = words["lean"].replace("leaning on", "leaning forward a little")
        return posture, words, {"seat": seat}

    return posed


def _bent_forward(rng: Rng, person: Person) -> Posed:
    seat = rng.uniform(*CHAIR_M)
    posture = stances.sit(person, seat, rng.uniform(-42, -28), rng.uniform(-0.05, 0.05), 0.15)
    knees = [stances.knee_of(person, posture, k) for k in (0, 1)]
    places = [knees[k] + np.array([-0.04, -stances.OUT[k] * 0.05, 0.10]) for k in (0, 1)]
    posture = stances.palms_at(person, posture, places)
    return posture, {}, {"seat": seat}


def _on_floor(rng: Rng, person: Person) -> Posed:
    legs = choose(rng, "straight", "bent", "crossed")
    words = {"straight": "straight ahead", "bent": "bent", "crossed": "crossed"}
    return (
        stances.sit_on_floor(person, legs, rng.uniform(4, 14)),
        {"legs": words[legs]},
        {"seat": 0.0},
    )


def _kneeling(rng: Rng, person: Person) -> Posed:
    if rng.random() < 0.5:
        return stances.kneel(person, rng.uniform(-2, 8)), {"how": "upright on both knees"}, {}
    posture = stances.kneel(person, rng.uniform(0, 8), 1.0)
    return posture, {"how": "back on the heels"}, {}


def _half_kneeling(rng: Rng, person: Person) -> Posed:
    front = int(rng.integers(2))
    sides = ("left", "right")
    words = {"front": sides[front], "side": sides[1 - front]}
    return stances.half_kneel(person, front, rng.uniform(0, 14)), words, {}


def _squatting(rng: Rng, person: Person) -> Posed:
    depth = rng.uniform(0.45, 0.95)
    words = {"depth": "low" if depth > 0.7 else "half-way"}
    return stances.squat(person, depth, rng.uniform(0.14, 0.22)), words, {}


def _lying(on: str) -> Callable[[Rng, Person], Posed]:
    def posed(rng: Rng, person: Person) -> Posed:
        sideways = on == "side"
        where = choose(rng, "left", "right") if sideways else on
        bed = float(rng.choice([0.0, rng.uniform(0.4, 0.6)]))
        bent = rng.uniform(25, 80) if sideways else rng.uniform(2, 10)
        if on == "back" and rng.random() < 0.35:
            bent = rng.uniform(60, 100)
        posture = stances.lie(person, where, bent, bed)
        legs = "bent" if bent > 45 else "nearly straight"
        place = choose(rng, "a bed", "a couch") if bed > 0 else choose(rng, "the floor", "a mat")
        if on == "back" and rng.random() < 0.4:
            hands = np.stack([polar(person, k, 38, -28, 0.62) for k in (0, 1)])
            posture = posture.but(hands=hands, forearm=pronated(60))
        return posture, {"side": where, "legs": legs, "place": place}, {"bed": bed}

    return posed


RECIPES = (
    Recipe(
        "standing", "Inactivity",
        ("a person stands still {arms}", "someone is standing quietly {arms}",
         "standing in place {arms}", "the person stands and waits"),
        still(_standing, 1.0),
    ),
    Recipe(
        "standing-at-ease", "Inactivity",
        ("a person stands with the weight on the {side} leg",
         "someone stands at ease, resting on the {side} leg, {arms}",
         "standing relaxed with one hip lowered", "the person is waiting on the {side} foot"),
        still(_one_leg_weight, 1.2),
    ),
    Recipe(
        "sitting", "Inactivity",
        ("a person sits on a chair, {lean}", "someone is sitting still on a chair",
         "sitting quietly, {lean}, with the hands on the thighs", "the person stays seated"),
        still(_sitting("chair")),
    ),
    Recipe(
        "sitting-high", "Inactivity",
        ("a person sits on a high stool, {lean}", "someone is perched on a bar stool",
         "sitting still on a tall seat", "the person stays seated on a high stool"),
        still(_sitting("stool")),
    ),
    Recipe(
        "sitting-low", "Inactivity",
        ("a person sits on a low sofa, leaning back", "someone lounges on a couch",
         "sitting back in a deep seat", "the person rests on a sofa"),
        still(_sitting("sofa")),
    ),
    Recipe(
        "sitting-forward", "Inactivity",
        ("a person sits bent forward with the forearms on the knees",
         "someone is sitting hunched over", "sitting on a chair, elbows on the knees",
         "the person sits and leans far forward"),
        still(_bent_forward),
    ),
    Recipe(
        "sitting-on-floor", "Inactivity",
        ("a person sits on the floor with the legs {legs}", "someone is sitting on the ground",
         "sitting on the floor, legs {legs}", "the person rests sitting on the ground"),
        still(_on_floor),
    ),
    Recipe(
        "kneeling", "Religious activities",
        ("a person kneels {how}", "someone is kneeling on the floor", "kneeling still, {how}",
         "the person stays on the knees"),
        still(_kneeling, 0.4),
    ),
    Recipe(
        "half-kneeling", "Religious activities",
        ("a person kneels on the {side} knee", "someone is down on one knee",
         "kneeling with the {front} foot in front", "the person rests on the {side} knee"),
        still(_half_kneeling, 0.4),
    ),
    Recipe(
        "squatting", "Lawn and garden",
        ("a person stays in a squat, {depth} down", "someone is squatting",
         "squatting still on flat feet", "the person crouches and holds it"),
        still(_squatting, 0.6),
    ),
    Recipe(
        "lying-on-back", "Inactivity",
        ("a person lies on the back on {place}", "someone is lying face up, legs {legs}",
         "lying supine on {place}", "the person rests on the back"),
        still(_lying("back")),
    ),
    Recipe(
        "lying-on-side", "Inactivity",
        ("a person lies on the {side} side on {place}", "someone is lying on the {side} side",
         "lying sideways with the legs {legs}", "the person rests on the {side} side"),
        still(_lying("side")),
    ),
    Recipe(
        "lying-on-front", "Inactivity",
        ("a person lies face down on {place}", "someone is lying on the belly",
         "lying prone on {place}", "the person rests on the stomach"),
        still(_lying("front")),
    ),
)  # fmt: skip
