"""Exercises on the floor, in repetitions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from motion_sources.procedural import stances
from motion_sources.procedural.controls import Controls, trunk_of
from motion_sources.procedural.families.exercises import Plan, arms_at, bent, repeated
from motion_sources.procedural.families.transitions import down_to_floor
from motion_sources.procedural.jump import tiptoe
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Recipe
from motion_sources.procedural.script import Goal, put_both
from motion_sources.procedural.stances import OUT, WRIST_M, both, polar, pronated

Array = NDArray[np.float64]
Rng = np.random.Generator


def plank(
    person: Person, stretch: float = 0.97, hips: float = 0.0, ankle: float | None = None
) -> tuple[Controls, float]:
    """On hands and toes, wrists below the origin of x; posture and place of the ankles, m.

    Parameters
    ----------
    person : Person
    stretch : float
        Of the arms: 1 is straight, 0.5 the bottom of a push-up.
    hips : float
        Turn of the pelvis out of the line, rad: hips up.
    ankle : float, optional
        Where the ankles are, m, for toes that stay; else such that the arms are upright.
    """
    arm = person.length("left_elbow") + person.length("left_wrist")
    trunk = sum(float(person.bone(j)[2]) for j in ("spine1", "spine2", "spine3"))
    trunk += float(person.bone("left_collar")[2] + person.bone("left_shoulder")[2])
    leg = 0.996 * person.leg + person.hip_drop
    toe = 1.15
    ahead, _, down = person.bone("left_foot")
    heel = person.sole + float(down) + float(ahead * np.sin(toe) - down * np.cos(toe))
    # Ankles, pelvis and shoulders are a triangle: sides leg and trunk, angle π − hips.
    line = float(np.sqrt(leg**2 + trunk**2 + 2 * leg * trunk * np.cos(hips)))
    peak = float(np.arcsin(np.clip(trunk * np.sin(hips) / line, -1, 1)))
    rise = WRIST_M + stretch * arm * (np.cos(0.35) if hips > 0.5 else 1.0) - heel
    slope = float(np.arcsin(np.clip(rise / line, -1, 1)))
    start = -line * np.cos(slope) if ankle is None else ankle
    steep = slope + peak
    base = stances.stand(person)
    out = base.but(
        root=[start + leg * np.cos(steep), 0, heel + leg * np.sin(steep)],
        turn=[0, np.pi / 2 - steep + 0.5 * hips, 0, 0],
        spine=[0, 0.5 * hips, 0],
        head=[0, -0.25 - 0.2 * (hips <= 0.5), 0],
        ankles=[[start, s * 0.08, heel] for s in OUT],
        feet=[[0, toe, 0], [0, toe, 0]],
        splay=both(0.0),
        hold=[1, 1],
        held=[[0.0, s * 0.24 * person.stature / 1.7, WRIST_M] for s in OUT],
        hands=[[0.5, 0.0, 0.0]] * 2,
        tip=both(0.0),
        forearm=pronated(80, -75),
    )
    return out, start


def _push_ups(rng: Rng, person: Person) -> Plan:
    up, ankle = plank(person)
    low, _ = plank(person, rng.uniform(0.42, 0.6), 0.0, ankle)
    way = {"low": float(low.root[2])}
    return up, [(1, low, None), (1, up, None)], {}, way


def _sit_ups(rng: Rng, person: Person) -> Plan:
    _, _, sat, knees, _ = down_to_floor(person)
    full = rng.random() < 0.6
    # Hands beside the head, or ahead.
    at = [(0.30, 0.10, 0.30), (0.62, 0.0, -0.10)][int(rng.integers(2))]
    down = arms_at(person, knees, at, (20, 0, 0))
    if full:
        top = bent(sat, [0, 18, 0], [0, 16, 0, 0])
    else:
        top = bent(down, [0, 38, 0]).but(head=down.head + [0, 0.3, 0])
    top = arms_at(person, top, at, (20, 0, 0))
    words = {"kind": "sit-ups" if full else "crunches"}
    return down, [(1, top, None), (1, down, None)], words, {}


def _bridges(rng: Rng, person: Person) -> Plan:
    _, _, _, knees, _ = down_to_floor(person)
    high = rng.uniform(0.16, 0.26) * person.stature / 1.7
    angle = float(np.arcsin(min(high / (0.30 * person.stature), 0.9)))
    up = knees.but(
        root=knees.root + [0.02, 0, high],
        turn=knees.turn - [0, 0.75 * angle, 0, 0],
        spine=knees.spine + [0, 0.15, 0],
        head=knees.head + [0, 0.55 * angle, 0],
    )
    up = stances.palms_at(person, up, stances.world_from_chest(person, knees, knees.hands))
    return knees, [(1, up, None), (1, knees, None)], {}, {"rise": high}


def _leg_raises(rng: Rng, person: Person) -> Plan:
    down = stances.lie(person, "back", 4)
    angle = np.radians(rng.uniform(45, 80))
    hip = down.root + [person.hip_drop, 0, 0]

    def raised(ks: Sequence[int], turn: float) -> Controls:
        ankles = down.ankles.copy()
        for k in ks:
            leg = 0.99 * person.leg
            ankles[k] = [hip[0] + leg * np.cos(turn), ankles[k, 1], hip[2] + leg * np.sin(turn)]
        return down.but(ankles=ankles)

    goals: list[Goal] = []
    sides = [(0, 1)] if rng.random() < 0.5 else [(0,), (1,)]
    for ks in sides:
        way = raised(ks, angle / 2)
        goals += [(1, raised(ks, angle), way), (1, down, way)]
    how = "both legs" if len(sides) == 1 else "one leg after the other"
    return down, goals, {"legs": how}, {}


def _bird_dog(rng: Rng, person: Person) -> Plan:
    base = stances.all_fours(person).but(hold=[1, 1])
    goals: list[Goal] = []
    for k in (0, 1):
        ankles, hold = base.ankles.copy(), base.hold.copy()
        hip = base.root[2] - 0.02
        ankles[k] = [
            base.root[0] - 0.985 * person.leg,
            base.ankles[k, 1],
            hip + rng.uniform(-0.1, 0.02),
        ]
        held = base.held.copy()
        shoulder = base.held[1 - k]
        held[1 - k] = shoulder + [0.42 * person.stature / 1.7, 0, 0.40 * person.stature / 1.7]
        goals += [(1, base.but(ankles=ankles, held=held, hold=hold), None), (1, base, None)]
    return base, goals, {}, {}


def _cat_cow(rng: Rng, person: Person) -> Plan:
    base = stances.all_fours(person).but(hold=[1, 1])
    arch = rng.uniform(22, 38)
    round_ = bent(base, [0, arch, 0], [0, -0.45 * arch, 0, 0])
    hollow = bent(base, [0, -0.8 * arch, 0], [0, 0.4 * arch, 0, 0])
    round_ = round_.but(head=base.head + [0, 0.7, 0])
    hollow = hollow.but(head=base.head - [0, 0.25, 0])
    return base, [(1, round_, None), (1.4, hollow, None), (1, base, None)], {}, {}


def _climbers(rng: Rng, person: Person) -> Plan:
    up, _ = plank(person, rng.uniform(0.94, 0.98))
    goals: list[Goal] = []
    for k in (0, 1):
        ankles, plant = up.ankles.copy(), up.plant.copy()
        ankles[k] = [up.root[0] + 0.02, up.ankles[k, 1], up.ankles[k, 2] + 0.03]
        plant[k] = 0
        knee = up.but(ankles=ankles, plant=plant, root=up.root + [0, 0, 0.03])
        goals += [(1, knee, None), (1, up, None)]
    return up, goals, {}, {}


def _rowing(rng: Rng, person: Person) -> Plan:
    """A rowing machine: feet fixed, the seat slides, then the trunk leans and the arms pull."""
    seat = 0.30
    base = stances.sit_on_floor(person, "straight")
    feet = [[0.0, s * 0.11, seat + 0.03] for s in OUT]
    size = person.stature / 1.7

    def at(away: float, lean: float, hands: float) -> Controls:
        root = [-away * person.leg, 0, seat + person.seat]
        sat = base.but(
            root=root, turn=[0, lean, 0, 0], spine=[0, 0.35 + 0.2 * lean, 0],
            head=[0, -0.3 - 0.8 * lean, 0], ankles=feet, plant=[0, 0], point=both(-0.1),
            splay=both(0.15),
        )  # fmt: skip
        grip = [[root[0] + hands * size, s * 0.16, seat + 0.42 * size] for s in OUT]
        return put_both(person, sat, grip, forearm=(70, 0, 0))

    reach = rng.uniform(0.52, 0.60)
    catch, drive, finish = at(reach, 0.30, 0.66), at(0.92, 0.10, 0.62), at(0.93, -0.35, 0.16)
    goals: list[Goal] = [(0.8, finish, drive), (1.2, catch, drive)]
    return catch, goals, {}, {}


def _squat_thrusts(rng: Rng, person: Person) -> Plan:
    """Standing, hands to the floor, legs back, and up again."""
    support, _ = plank(person)
    up = stances.stand(person, 0.13).but(tip=both(0.0), held=support.held)
    up = up.but(root=up.root - [0.22, 0, 0], ankles=up.ankles - [0.22, 0, 0])
    up = up.but(hands=np.stack([polar(person, k, 9, 55, 0.80) for k in (0, 1)]))
    rise = 0.07
    pitch, _ = tiptoe(person, rise)
    low = stances.squat(person, 0.8, 0.15)
    low = low.but(
        root=[-0.34, 0, low.root[2] + 0.08],
        turn=np.radians([0, 62, 0, 0]),
        spine=np.radians([0, 26, 0]),
        head=np.radians([0, -35, 0]),
        ankles=up.ankles + [0, 0, rise],
        feet=up.feet + [0, float(pitch), 0],
        hold=[1, 1],
        held=support.held,
        tip=both(0.0),
        forearm=support.forearm,
        splay=both(0.3),
    )
    # Shoulders over the hands, within reach of the floor.
    arm = person.length("left_elbow") + person.length("left_wrist")
    shoulder = trunk_of(person, low).place("left_shoulder")[0]
    low = low.but(root=low.root - [shoulder[0] + 0.02, 0, shoulder[2] - WRIST_M - 0.90 * arm])
    free = stances.palms_at(person, low, support.held).but(hold=[0, 0])
    low = low.but(hands=free.hands)
    half = up.but(
        root=0.5 * (up.root + low.root), turn=0.5 * low.turn, spine=0.5 * low.spine,
        head=0.5 * low.head, splay=both(0.25), forearm=pronated(60, -30),
        hands=np.stack([polar(person, k, 55, 5, 0.82) for k in (0, 1)]),
    )  # fmt: skip
    back = float(rng.uniform(0.4, 0.7))
    goals: list[Goal] = [(1.0, free, half), (0.08, low, None), (back, support, None)]
    goals += [(back, low, None), (0.08, free, None), (1.0, up, half)]
    return up, goals, {}, {}


RECIPES = (
    Recipe(
        "push-ups", "Conditioning exercise",
        ("a person does {count} push-ups", "someone is doing press-ups", "{pace} push-ups",
         "the person lowers the chest to the floor and pushes up"),
        repeated(_push_ups, (1.4, 3.2), (3, 10), effort=2.2, sway=0.0),
    ),
    Recipe(
        "sit-ups", "Conditioning exercise",
        ("a person does {count} {kind}", "someone does {kind} on the floor", "{pace} {kind}",
         "the person lies and lifts the trunk"),
        repeated(_sit_ups, (2.2, 4.5), (3, 8), effort=2.0, sway=0.0),
    ),
    Recipe(
        "bridges", "Conditioning exercise",
        ("a person lies and lifts the hips {count} times", "someone does glute bridges",
         "raising the pelvis from the floor", "the person pushes the hips up, feet on the floor"),
        repeated(_bridges, (2.0, 4.5), (3, 9), sway=0.0),
    ),
    Recipe(
        "leg-raises", "Conditioning exercise",
        ("a person lies on the back and raises {legs}", "someone does lying leg raises",
         "lifting {legs} while lying", "the person lifts straight legs {count} times"),
        repeated(_leg_raises, (2.6, 5.5), (2, 7), sway=0.0),
    ),
    Recipe(
        "bird-dog", "Conditioning exercise",
        ("a person on all fours stretches an arm and the other leg", "someone does bird dogs",
         "arm and leg lifts on hands and knees", "the person reaches out, left and right in turn"),
        repeated(_bird_dog, (5.0, 9.0), (2, 5), sway=0.0),
    ),
    Recipe(
        "cat-cow", "Conditioning exercise",
        ("a person on all fours rounds and hollows the back", "someone does cat and cow",
         "arching the back up and down", "the person moves the spine on hands and knees"),
        repeated(_cat_cow, (4.0, 8.0), (2, 6), rest=0.0, sway=0.0),
    ),
    Recipe(
        "mountain-climbers", "Conditioning exercise",
        ("a person does mountain climbers", "someone pulls the knees up in a plank",
         "{pace} mountain climbers", "the person on hands and toes draws up one knee at a time"),
        repeated(_climbers, (1.6, 3.0), (3, 9), rest=0.0, effort=2.4, sway=0.0),
    ),
    Recipe(
        "squat-thrusts", "Conditioning exercise",
        ("a person does squat thrusts", "someone does {count} burpees without the jump",
         "{pace} squat thrusts", "the person goes from standing to a plank and up again"),
        repeated(_squat_thrusts, (4.2, 7.0), (2, 6), effort=2.6, sway=0.0),
    ),
    Recipe(
        "rowing", "Conditioning exercise",
        ("a person rows on a machine", "someone trains on a rowing ergometer", "{pace} rowing",
         "the person slides back, leans and pulls the handle"),
        repeated(_rowing, (2.2, 3.4), (4, 12), rest=0.0, effort=2.4, sway=0.0),
    ),
)  # fmt: skip
