"""Poses of exercise that are held for a while."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from motion_sources.procedural import stances
from motion_sources.procedural.controls import Controls
from motion_sources.procedural.families.exercises import arms_at, bent, lunge
from motion_sources.procedural.families.floor import plank
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Made, Recipe
from motion_sources.procedural.script import SIDES, Script, put_both
from motion_sources.procedural.stances import OUT, both

Array = NDArray[np.float64]
Rng = np.random.Generator


def held_pose(
    pose: Callable[[Rng, Person], tuple[Sequence[Controls], dict[str, str]]],
    sway: float = 0.8,
) -> Callable[[Rng, Person], Made]:
    """A recipe's ``make``: postures up to one that is held, and back."""

    def make(rng: Rng, person: Person) -> Made:
        path, words = pose(rng, person)
        script = Script(rng, person, path[0], sway=sway, effort=1.3)
        for posture in path[1:]:
            script.pose(posture, rng.uniform(1.0, 2.0) / person.pace)
        since = script.at
        until = since + script.wait(4.0, 12.0)
        for posture in path[-2::-1]:
            script.pose(posture, rng.uniform(1.0, 2.0) / person.pace)
        return script.made(words, held_from=since, held_to=until)

    return make


def _tree(rng: Rng, person: Person) -> tuple[Sequence[Controls], dict[str, str]]:
    up = stances.stand(person, 0.07, 4, knee=0.99)
    k = int(rng.integers(2))
    ankles, plant, point = up.ankles.copy(), up.plant.copy(), up.point.copy()
    high = rng.uniform(0.28, 0.50) * person.leg
    ankles[k] += [0.03, -OUT[k] * 0.02, high]
    plant[k], point[k] = 0, 0.5
    splay = up.splay.copy()
    splay[k] = np.radians(72)
    one = up.but(
        root=up.root + [0, -OUT[k] * 0.055, -0.004],
        ankles=ankles, plant=plant, point=point, splay=splay,
    )  # fmt: skip
    top = (0.12, 0.02, 0.90) if rng.random() < 0.5 else (0.36, -0.18, -0.06)
    return [up, one, arms_at(person, one, top, (10, 0, 0))], {"side": SIDES[1 - k]}


def _warrior(rng: Rng, person: Person) -> tuple[Sequence[Controls], dict[str, str]]:
    k = int(rng.integers(2))
    up = stances.stand(person, 0.12)
    low, way = lunge(person, k, 0.86 * person.leg, rng.uniform(0.24, 0.32) * person.leg)
    at = (0.10, 0.88, 0.02) if rng.random() < 0.5 else (0.10, 0.06, 0.90)
    return [up, way, low, arms_at(person, low, at, (40, 0, 0))], {"side": SIDES[k]}


def _child(rng: Rng, person: Person) -> tuple[Sequence[Controls], dict[str, str]]:
    tall = stances.kneel(person, 0.0, 1.0)
    pitch = np.radians(rng.uniform(52, 60))
    hips = person.hip_drop * np.array([np.sin(pitch), 0, np.cos(pitch) - 1])  # where they were
    folded = tall.but(
        turn=[0, pitch, 0, 0], spine=np.radians([0, 38, 0]), head=np.radians([0, 12, 0]),
        root=tall.root + hips,
    )  # fmt: skip
    places = [[tall.root[0] + 0.60 * person.stature, s * 0.2, 0.05] for s in OUT]
    return [tall, put_both(person, folded, places, forearm=(75, 0, 0))], {}


def _down_dog(rng: Rng, person: Person) -> tuple[Sequence[Controls], dict[str, str]]:
    flat, ankle = plank(person)
    ankle *= rng.uniform(0.74, 0.80)
    step = flat.but(root=flat.root + [0.06, 0, 0.05], ankles=flat.ankles * [0.9, 1, 1])
    high, _ = plank(person, 0.97, rng.uniform(1.0, 1.25), ankle)
    return [flat, step, high], {}


def _hold_plank(rng: Rng, person: Person) -> tuple[Sequence[Controls], dict[str, str]]:
    fours = stances.all_fours(person).but(hold=[1, 1])
    flat, _ = plank(person, rng.uniform(0.94, 0.98))
    shift = np.array([fours.held[0, 0], 0, 0])
    flat = flat.but(root=flat.root + shift, ankles=flat.ankles + shift, held=fours.held)
    step = fours.but(
        root=0.5 * (fours.root + flat.root), turn=0.5 * (fours.turn + flat.turn),
        ankles=0.5 * (fours.ankles + flat.ankles) + [0, 0, 0.09], plant=[0.5, 0.5],
        feet=0.5 * flat.feet, point=both(0.2),
    )  # fmt: skip
    return [fours, step, flat], {}


def _wide_fold(rng: Rng, person: Person) -> tuple[Sequence[Controls], dict[str, str]]:
    sat = stances.sit_on_floor(person, "straight")
    lean = rng.uniform(22, 40)
    folded = bent(sat, [0, lean, 0], [0, 0.6 * lean, 0, 0])
    toes = [[0.75 * person.leg, s * 0.10, 0.16] for s in OUT]
    return [sat, put_both(person, folded, toes, forearm=(50, 0, 0))], {}


RECIPES = (
    Recipe(
        "plank", "Conditioning exercise",
        ("a person holds a plank", "someone is in a plank on straight arms", "holding a plank",
         "the person keeps the body straight on hands and toes"),
        held_pose(_hold_plank, sway=0.0),
    ),
    Recipe(
        "tree-pose", "Conditioning exercise",
        ("a person balances on the {side} leg in tree pose", "someone stands on one leg",
         "yoga, tree pose on the {side} leg", "the person holds the balance on the {side} foot"),
        held_pose(_tree, sway=1.5),
    ),
    Recipe(
        "warrior-pose", "Conditioning exercise",
        ("a person holds a warrior pose, {side} leg in front", "someone holds a deep lunge",
         "yoga, a lunge with the arms up or out", "the person stays in a lunge"),
        held_pose(_warrior),
    ),
    Recipe(
        "child-pose", "Conditioning exercise",
        ("a person folds forward over the knees", "someone rests in child's pose",
         "yoga, child's pose", "the person sits on the heels and bows to the floor"),
        held_pose(_child, sway=0.0),
    ),
    Recipe(
        "downward-dog", "Conditioning exercise",
        ("a person holds a downward dog", "someone pushes the hips up on hands and feet",
         "yoga, downward facing dog", "the person goes from a plank into an upside-down V"),
        held_pose(_down_dog, sway=0.0),
    ),
    Recipe(
        "seated-fold", "Conditioning exercise",
        ("a person sits on the floor and reaches for the toes", "someone stretches the hamstrings",
         "a seated forward fold", "the person stretches forward over straight legs"),
        held_pose(_wide_fold, sway=0.0),
    ),
)  # fmt: skip
