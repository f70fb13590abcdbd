"""From one posture to another: sitting down, standing up, kneeling, lying down, picking up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from motion_sources.procedural import stances
from motion_sources.procedural.controls import SIDES, Controls, blend, living
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Made, Recipe, choose
from motion_sources.procedural.stances import CHAIR_M, both, polar, pronated
from motion_sources.procedural.timing import times

Rng = np.random.Generator
Leg = tuple[float, float, Controls]
"""A step of a transition: seconds it takes, seconds by which it starts early, where it leads."""

RISE_S = (1.5, 2.7)
"""Sit to stand, s: 1.6–2.6 in adults (Kerr et al. 1997, Clinical Biomechanics 12:236)."""
SIT_S = (1.7, 3.0)
"""Stand to sit, s: a little longer than rising (Kralj et al. 1990, J. Biomechanics 23:1123)."""
KNEEL_S, FLOOR_S, ROLL_S, STOOP_S = (1.2, 2.2), (1.2, 2.2), (1.2, 2.2), (0.9, 1.7)
"""A step to the knees, to or from the floor, a roll, a stoop, s: chosen about the above."""


def chain(rng: Rng, person: Person, first: Controls, legs: Sequence[Leg], sway: float) -> Made:
    """A clip that rests, goes through the legs, and rests."""
    at = rng.uniform(1.5, 3.5)
    keys = []
    for seconds, early, posture in legs:
        keys.append((at - early, at - early + seconds, posture))
        at += seconds - early
    time_s = times(max(at + rng.uniform(1.5, 3.5), 6.0))
    made = living(blend(time_s, first, keys), rng, person, time_s, sway=sway)
    return Made(made, facts={"begins": keys[0][0], "ends": keys[-1][1]})


def _chair(rng: Rng, person: Person) -> tuple[Controls, Controls, Controls, float]:
    """Standing before a chair, leaning forward on it, sitting on it; its seat's height.

    The feet stay where they stand.
    """
    seat = rng.uniform(*CHAIR_M)
    sat = stances.sit(person, seat, rng.uniform(-3, 9), -rng.uniform(0.06, 0.14), 0.11)
    up = stances.stand(person, 0.12)
    shift = sat.ankles[:, 0].mean() + 0.02
    up = up.but(root=up.root + [shift, 0, 0], ankles=sat.ankles, feet=sat.feet)
    leant = sat.but(
        root=sat.root + [0.08, 0, 0.0],
        turn=sat.turn + np.radians([0, 34, 0, 0]),
        spine=sat.spine + np.radians([0, 14, 0]),
        head=sat.head + np.radians([0, -26, 0]),
        hands=np.stack([polar(person, k, 48.0, 8.0, 0.84) for k in (0, 1)]),
    )
    rest = sat.but(turn=[0.0, *sat.turn[1:]])
    return up, leant, rest, seat


def _sit_to_stand(rng: Rng, person: Person) -> Made:
    up, leant, sat, seat = _chair(rng, person)
    long = rng.uniform(*RISE_S) / person.pace
    made = chain(rng, person, sat, [(0.5 * long, 0, leant), (0.7 * long, 0.2 * long, up)], 0.7)
    return replace(made, facts={**made.facts, "seat": seat})


def _stand_to_sit(rng: Rng, person: Person) -> Made:
    up, leant, sat, seat = _chair(rng, person)
    long = rng.uniform(*SIT_S) / person.pace
    made = chain(rng, person, up, [(0.7 * long, 0, leant), (0.5 * long, 0.2 * long, sat)], 0.5)
    return replace(made, facts={**made.facts, "seat_end": seat})


def _sit_and_stand_again(rng: Rng, person: Person) -> Made:
    up, leant, sat, _ = _chair(rng, person)
    down, rise = rng.uniform(*SIT_S) / person.pace, rng.uniform(*RISE_S) / person.pace
    wait = rng.uniform(0.5, 4)
    legs: list[Leg] = []
    count = int(rng.integers(1, 4))
    for _ in range(count):
        legs += [
            (0.7 * down, 0.0, leant), (0.5 * down, 0.2 * down, sat),
            (0.5 * rise, -wait, leant), (0.7 * rise, 0.2 * rise, up), (0.1, -0.5, up),
        ]  # fmt: skip
    made = chain(rng, person, up, legs, 0.5)
    times_ = ("once", "twice", "three times")[count - 1]
    return replace(made, words={"times": times_}, facts={"count": float(count)})


def _knees(rng: Rng, person: Person) -> tuple[list[Controls], dict[str, str]]:
    """Standing, on one knee, on both: feet and knees stay where they touch the floor."""
    front = int(rng.integers(2))
    tall = stances.kneel(person, 2.0)
    one = stances.half_kneel(person, front, 8.0)
    ahead = one.ankles[front, 0]
    up = stances.stand(person, 0.13)
    ankles = up.ankles.copy()
    ankles[:, 0] = ahead
    up = up.but(root=up.root + [ahead + 0.02, 0, 0], ankles=ankles)
    # A step back with the other foot comes before the knee goes down.
    ankles = one.ankles.copy()
    ankles[1 - front] = [tall.ankles[0, 0], -stances.OUT[front] * 0.12, person.sole + 0.07]
    lunge = stances.stand(person, 0.13, lean=8).but(
        root=[0.45 * ahead, 0, up.root[2] - 0.16 * person.leg], ankles=ankles
    )
    feet = lunge.feet.copy()
    feet[1 - front, 1] = 0.75
    lunge = lunge.but(feet=feet)
    # The toes are lifted while the foot turns to lie on its back.
    ankles = (lunge.ankles + one.ankles) / 2
    ankles[1 - front, 2] = 0.13 * person.stature
    over = lunge.but(
        ankles=ankles,
        root=(lunge.root + one.root) / 2,
        plant=one.plant,
        point=one.point,
    )
    ankles = (one.ankles + tall.ankles) / 2
    ankles[front, 2] = 0.15 * person.stature
    swung = one.but(ankles=ankles, plant=tall.plant, point=tall.point)
    return [up, lunge, over, one, swung, tall], {"side": SIDES[1 - front]}


def _stand_to_kneel(rng: Rng, person: Person) -> Made:
    (up, lunge, over, one, swung, tall), words = _knees(rng, person)
    a, b, c = (rng.uniform(*KNEEL_S) / person.pace for _ in range(3))
    legs = [(0.8 * a, 0, lunge), (0.6 * b, 0, over), (0.6 * b, 0.2 * b, one)]
    legs += [(0.6 * c, 0, swung), (0.6 * c, 0.2 * c, tall)]
    return replace(chain(rng, person, up, legs, 0.5), words=words)


def _kneel_to_stand(rng: Rng, person: Person) -> Made:
    (up, lunge, over, one, swung, tall), words = _knees(rng, person)
    a, b, c = (rng.uniform(*KNEEL_S) / person.pace for _ in range(3))
    legs = [(0.6 * a, 0, swung), (0.6 * a, 0.2 * a, one), (0.6 * b, 0, over)]
    legs += [(0.6 * b, 0.2 * b, lunge), (0.8 * c, 0, up)]
    return replace(chain(rng, person, tall, legs, 0.5), words=words)


def down_to_floor(person: Person) -> list[Controls]:
    """Standing, squatting, sitting on the floor with bent legs, lying: the feet stay."""
    sat = stances.sit_on_floor(person, "bent", 16)
    there = float(sat.ankles[0, 0])
    low = stances.squat(person, 0.98, 0.15)
    low = low.but(root=low.root + [there, 0, 0], ankles=sat.ankles)
    up = stances.stand(person, 0.14)
    up = up.but(root=up.root + [there, 0, 0], ankles=sat.ankles)
    back = stances.lie(person, "back", 8)
    knees = back.but(
        root=back.root + [0.02, 0, 0], ankles=sat.ankles, plant=[1, 1], splay=both(0.1)
    )
    return [up, low, sat, knees, back]


def _lie_down(rng: Rng, person: Person) -> Made:
    up, low, sat, knees, back = down_to_floor(person)
    a, b, c, d = (rng.uniform(*FLOOR_S) / person.pace for _ in range(4))
    legs = [(1.2 * a, 0, low), (b, 0.1, sat), (1.3 * c, 0, knees), (d, -0.2, back)]
    return chain(rng, person, up, legs, 0.3)


def _get_up(rng: Rng, person: Person) -> Made:
    up, low, sat, knees, back = down_to_floor(person)
    a, b, c, d = (rng.uniform(*FLOOR_S) / person.pace for _ in range(4))
    legs = [(a, 0, knees), (1.2 * b, 0, sat), (c, -0.1, low), (1.2 * d, 0.1, up)]
    return chain(rng, person, back, legs, 0.3)


def _sit_on_floor(rng: Rng, person: Person) -> Made:
    up, low, sat, _, _ = down_to_floor(person)
    a, b, c, d = (rng.uniform(*FLOOR_S) / person.pace for _ in range(4))
    legs = [(1.2 * a, 0, low), (b, 0.1, sat), (c, -rng.uniform(1, 4), low), (1.2 * d, 0.1, up)]
    return chain(rng, person, up, legs, 0.3)


def _bed(rng: Rng, person: Person) -> tuple[Controls, Controls, Controls, str]:
    """Sitting on a bed's edge, legs swung up on it, lying on it with the head to one side."""
    bed = rng.uniform(0.42, 0.58)
    k = int(rng.integers(2))  # the feet go to this side
    out = float(stances.OUT[k])
    sat = stances.sit(person, bed, 2.0, -0.02, 0.1)
    lain = stances.lie(person, "back", 10, bed)
    # The lying body's feet point to +x: turn it to lie along the bed's edge.
    quarter = out * np.pi / 2
    c, s = np.cos(quarter), np.sin(quarter)
    spin = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    shift = np.array([-0.12, 0.05 * out, 0])
    lain = lain.but(
        root=spin @ lain.root + shift,
        turn=lain.turn + [quarter, 0, 0, 0],
        ankles=lain.ankles @ spin.T + shift,
    )
    half = sat.but(
        root=sat.root + [-0.05, 0, 0.0],
        turn=[quarter / 2, -0.6, 0, 0],
        ankles=(lain.ankles + sat.ankles) / 2 + [0.03, 0, 0.16],
        plant=[0, 0],
        point=both(0.2),
        splay=[0, 0],
        hands=np.stack([polar(person, j, 30.0, 70.0, 0.9) for j in (0, 1)]),
    )
    return sat, half, lain, SIDES[k]


def _lie_on_bed(rng: Rng, person: Person) -> Made:
    sat, half, lain, side = _bed(rng, person)
    a, b = (rng.uniform(*FLOOR_S) / person.pace for _ in range(2))
    made = chain(rng, person, sat, [(1.1 * a, 0, half), (1.2 * b, 0.3, lain)], 0.0)
    return replace(made, words={"side": side})


def _rise_from_bed(rng: Rng, person: Person) -> Made:
    sat, half, lain, side = _bed(rng, person)
    a, b = (rng.uniform(*FLOOR_S) / person.pace for _ in range(2))
    made = chain(rng, person, lain, [(1.2 * a, 0, half), (1.1 * b, 0.3, sat)], 0.0)
    return replace(made, words={"side": side})


def _arm_first(lain: Controls, onto: Controls, side: str) -> Controls:
    """Lying, with the arm on which one will roll already where it will be."""
    k = SIDES.index(side)
    hands, swivel = lain.hands.copy(), lain.swivel.copy()
    hands[k], swivel[k] = onto.hands[k], onto.swivel[k]
    return lain.but(hands=hands, swivel=swivel)


def _roll_over(rng: Rng, person: Person) -> Made:
    side = choose(rng, "left", "right")
    lain, onto = stances.lie(person, "back", 8), stances.lie(person, side, 50)
    ready = _arm_first(lain, onto, side)
    legs: list[Leg] = [(rng.uniform(0.7, 1.1), 0, ready), (rng.uniform(*ROLL_S), 0.1, onto)]
    if rng.random() < 0.5:
        legs.append((rng.uniform(*ROLL_S), -rng.uniform(1.5, 5), ready))
        legs.append((rng.uniform(0.7, 1.1), 0.1, lain))
    return replace(chain(rng, person, lain, legs, 0.0), words={"side": side})


def _turn_to_front(rng: Rng, person: Person) -> Made:
    """Over an arm that has been laid overhead."""
    side = choose(rng, "left", "right")
    k = SIDES.index(side)
    lain, onto = stances.lie(person, "back", 8), stances.lie(person, side, 15)
    front = stances.lie(person, "front", 6)
    if side == "right":
        front = front.but(turn=front.turn * [1, 1, 1, -1])
    hands, swivel = onto.hands.copy(), onto.swivel.copy()
    hands[k], swivel[k] = polar(person, k, 170, 15, 0.98), 2.3
    onto = onto.but(hands=hands, swivel=swivel)
    out = put_aside(person, lain, k)
    over = _arm_first(front, onto, side)
    a, b = (rng.uniform(*ROLL_S) for _ in range(2))
    legs = [(0.8, 0, out), (0.8, 0.2, _arm_first(lain, onto, side)), (a, 0, onto), (b, 0.2, over)]
    legs.append((rng.uniform(0.8, 1.3), 0.1, front))
    return replace(chain(rng, person, lain, legs, 0.0), words={"side": side})


def put_aside(person: Person, lain: Controls, k: int) -> Controls:
    """Lying, with arm ``k`` straight out to the side."""
    hands = lain.hands.copy()
    hands[k] = polar(person, k, 90, 45, 0.98)
    return lain.but(hands=hands)


def _pick_up(squatting: bool) -> Callable[[Rng, Person], Made]:
    def make(rng: Rng, person: Person) -> Made:
        k = int(rng.integers(2))
        two = bool(rng.random() < 0.4)
        up = stances.stand(person, 0.14, knee=0.98)
        if squatting:
            low = stances.squat(person, rng.uniform(0.75, 0.92), 0.17)
            low = low.but(ankles=up.ankles, splay=both(0.35))
            thing = np.array([0.28, 0.0, rng.uniform(0.05, 0.2)])
        else:
            low = up.but(
                root=up.root + [-0.16, 0, -0.05],
                turn=np.radians([0, 62, 0, 0]),
                spine=np.radians([0, 44, 0]),
                head=np.radians([0, -22, 0]),
            )
            thing = np.array([0.30, 0.0, rng.uniform(0.08, 0.3)])
        places = thing + np.array([[0, 0.11, 0], [0, -0.11, 0]]) * (1.0 if two else 0.5)
        taken = stances.palms_at(person, low, places).but(forearm=pronated(25))
        kept = up.but(
            hands=np.stack([polar(person, j, 40.0, -4.0, 0.7) for j in (0, 1)]),
            forearm=pronated(10),
        )
        if not two:
            other = 1 - k
            hands, forearm = taken.hands.copy(), taken.forearm.copy()
            hands[other], forearm[other] = polar(person, other, 40.0, 10.0, 0.9), up.forearm[other]
            taken = taken.but(hands=hands, forearm=forearm)
            hands, forearm = kept.hands.copy(), kept.forearm.copy()
            hands[other], forearm[other] = up.hands[other], up.forearm[other]
            kept = kept.but(hands=hands, forearm=forearm)
        a, b = (rng.uniform(*STOOP_S) / person.pace for _ in range(2))
        made = chain(
            rng, person, up, [(1.1 * a, 0, taken), (1.1 * b, -rng.uniform(0.1, 0.6), kept)], 0.6
        )
        hand = "both hands" if two else f"the {('left', 'right')[k]} hand"
        thing_ = choose(rng, "a box", "a bag", "something", "a basket")
        return replace(made, words={"hand": hand, "thing": thing_})

    return make


RECIPES = (
    Recipe(
        "sit-to-stand", "Self care",
        ("a person stands up from a chair", "someone rises from sitting to standing",
         "getting up from a seat", "the person leans forward and stands up"),
        _sit_to_stand,
    ),
    Recipe(
        "stand-to-sit", "Self care",
        ("a person sits down on a chair", "someone lowers onto a seat and sits",
         "sitting down from standing", "the person takes a seat"),
        _stand_to_sit,
    ),
    Recipe(
        "sit-and-stand-again", "Self care",
        ("a person sits down and stands up again {times}",
         "someone takes a seat and rises again, {times}",
         "sitting down on a chair and getting up {times}", "from standing to sitting and back"),
        _sit_and_stand_again,
    ),
    Recipe(
        "stand-to-kneel", "Religious activities",
        ("a person kneels down", "someone goes from standing to kneeling, {side} knee first",
         "getting down on both knees", "the person steps back and kneels"),
        _stand_to_kneel,
    ),
    Recipe(
        "kneel-to-stand", "Religious activities",
        ("a person gets up from kneeling", "someone stands up from the knees",
         "rising from both knees, the {side} knee last", "the person who kneels stands up"),
        _kneel_to_stand,
    ),
    Recipe(
        "lie-down", "Inactivity",
        ("a person lies down on the floor", "someone squats, sits and lies back",
         "going from standing to lying on the back", "the person gets down to the ground and lies"),
        _lie_down,
    ),
    Recipe(
        "get-up", "Inactivity",
        ("a person who lies on the back gets up", "someone sits up and stands up from the floor",
         "going from lying to standing", "the person rises from the ground"),
        _get_up,
    ),
    Recipe(
        "sit-on-floor", "Inactivity",
        ("a person sits down on the floor and gets up again", "someone sits on the ground a bit",
         "from standing to sitting on the floor and back", "the person gets to the floor and up"),
        _sit_on_floor,
    ),
    Recipe(
        "lie-down-on-bed", "Inactivity",
        ("a person lies down on a bed", "someone swings the legs up and lies back on a bed",
         "from sitting on the edge of a bed to lying", "the person turns {side} and lies down"),
        _lie_on_bed,
    ),
    Recipe(
        "rise-from-bed", "Inactivity",
        ("a person sits up in bed and puts the feet on the floor", "someone gets up from lying",
         "from lying on a bed to sitting on its edge", "the person swings the legs off the bed"),
        _rise_from_bed,
    ),
    Recipe(
        "roll-onto-side", "Inactivity",
        ("a person rolls onto the {side} side", "someone turns over from the back to the {side}",
         "rolling to the {side} while lying", "the person who lies turns {side}"),
        _roll_over,
    ),
    Recipe(
        "turn-to-front", "Inactivity",
        ("a person turns over from the back to the belly", "someone rolls over the {side} side",
         "rolling onto the stomach", "the person who lies on the back turns face down"),
        _turn_to_front,
    ),
    Recipe(
        "bend-and-pick-up", "Home activities",
        ("a person bends down and picks up {thing} with {hand}", "someone stoops to the floor",
         "bending over to pick {thing} up", "the person leans down and lifts {thing}"),
        _pick_up(False),
    ),
    Recipe(
        "squat-and-pick-up", "Home activities",
        ("a person squats and picks up {thing} with {hand}", "someone lifts {thing} from the floor",
         "crouching to pick {thing} up", "the person goes down on the heels and lifts {thing}"),
        _pick_up(True),
    ),
)  # fmt: skip
