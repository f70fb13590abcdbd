"""Punches, throws, catches and swings of rackets and clubs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from motion_sources.procedural import stances
from motion_sources.procedural.controls import Controls
from motion_sources.procedural.families.exercises import arms_at, bent
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Made, Recipe
from motion_sources.procedural.script import SIDES, Script
from motion_sources.procedural.stances import OUT
from motion_sources.procedural.stations import handed

Array = NDArray[np.float64]
Rng = np.random.Generator


def fighting(person: Person, lead: int) -> Controls:
    """A boxer's guard, the ``lead`` side in front."""
    base = stances.stand(person, 0.16, 18, 6, knee=0.955)
    ankles = base.ankles.copy()
    ankles[lead, 0] += 0.17
    ankles[1 - lead, 0] -= 0.17
    guard = base.but(
        root=base.root - [0, 0, 0.02], ankles=ankles,
        turn=base.turn + [-OUT[lead] * 0.3, 0, 0, 0],
        head=base.head + [0, 0.1, OUT[lead] * 0.25],
    )  # fmt: skip
    guard = arms_at(person, guard, (0.40, -0.08, 0.06), (10, 0, 0), (lead,))
    return arms_at(person, guard, (0.28, -0.10, 0.02), (10, 0, 0), (1 - lead,))


def _boxing(rng: Rng, person: Person) -> Made:
    lead = 1 - handed(rng)
    guard = fighting(person, lead)
    script = Script(rng, person, guard, sway=1.0, effort=2.4)
    count = int(rng.integers(6, 20))
    for _ in range(count):
        k = lead if rng.random() < 0.6 else 1 - lead
        kind = int(rng.integers(4))  # straight ones mostly
        at = [(0.93, -0.12, 0.04), (0.93, -0.12, 0.04), (0.62, -0.30, 0.05), (0.52, -0.10, 0.12)][
            kind
        ]
        turn = -OUT[k] * (0.32 if k == lead else 0.55)
        hit = guard.but(
            spine=guard.spine + [0, 0.05, 0.6 * turn],
            turn=guard.turn + [0.5 * turn, 0, 0, 0],
            head=guard.head - [0, 0, 0.8 * turn],
        )
        hit = arms_at(person, hit, at, (80 if kind < 2 else 30, 0, 0), (k,))
        out = rng.uniform(0.22, 0.32) / person.pace
        script.pose(hit, out)
        script.pose(guard, 1.3 * out, early=0.03)
        script.wait(rng.choice([0.0, rng.uniform(0.1, 0.9)]))
    return script.made({"side": SIDES[lead]}, count=count)


def _stroke(
    path: Sequence[tuple[float, float, tuple[float, float, float], ArrayLike, float]],
    *,
    two: bool,
    stride: float = 0.12,
    forearm: ArrayLike = (40, 0, 0),
) -> Callable[[Rng, Person], Made]:
    """A recipe's ``make``: a swing with the trunk, posture after posture without a stop.

    Parameters
    ----------
    path : sequence
        Seconds; share of them that overlaps with the move before; palm from its shoulder, in
        arm's lengths; of the trunk the bend away from the working side, forward, and the turn to
        the other side, degrees; weight on the front foot, from 0 to 1.
    two : bool
        Both hands hold it.
    stride : float
        Feet ahead of and behind the middle, m.
    """

    def make(rng: Rng, person: Person) -> Made:
        k = handed(rng)
        base = stances.stand(person, 0.2, 12, 4, knee=0.965)
        ankles = base.ankles.copy()
        ankles[1 - k, 0] += stride
        ankles[k, 0] -= stride
        ready = base.but(ankles=ankles, root=base.root - [0, 0, 0.012])
        ready = arms_at(person, ready, (0.42, -0.10, -0.38), forearm)
        size = rng.uniform(0.85, 1.1)

        def at(palm: tuple[float, float, float], trunk: ArrayLike, weight: float) -> Controls:
            bend, fold, turn = size * np.asarray(trunk, float)
            body = bent(
                ready, [OUT[1 - k] * bend * -1, fold, OUT[k] * 0.6 * turn * -1],
                [OUT[k] * 0.4 * turn * -1, 0.3 * fold, 0, 0],
            )  # fmt: skip
            body = body.but(
                root=body.root + [1.2 * stride * (weight - 0.5), 0, 0],
                head=body.head + [0, 0, OUT[k] * 0.5 * np.radians(turn)],
            )
            body = arms_at(person, body, palm, forearm, (k,))
            if two:
                other = np.array(palm) + [0.02, 0.0, -0.04]
                other[1] = -0.72 - palm[1] + 0.10  # beside the first, from its own shoulder
                body = arms_at(person, body, other, forearm, (1 - k,))
            return body

        script = Script(rng, person, ready, sway=0.8, effort=1.8)
        count = int(rng.integers(2, 6))
        swift = rng.uniform(0.85, 1.2) / person.pace
        for _ in range(count):
            for seconds, early, palm, trunk, weight in path:
                script.pose(at(palm, trunk, weight), seconds * swift, early=early * seconds * swift)
            script.wait(0.1, 0.4)
            script.pose(ready, rng.uniform(0.9, 1.4))
            script.wait(1.0, 3.0)
        return script.made({"side": SIDES[k]}, hand=k, count=count)

    return make


def _catching(rng: Rng, person: Person) -> Made:
    ready = stances.stand(person, 0.18, 10, 6, knee=0.95)
    ready = arms_at(person, ready, (0.46, -0.08, -0.30), (0, 0, 0))
    script = Script(rng, person, ready, sway=1.0, effort=1.6)
    count = int(rng.integers(3, 8))
    throws = bool(rng.random() < 0.5)
    for _ in range(count):
        side, up = rng.uniform(-0.45, 0.45), rng.uniform(-0.35, 0.75)
        at = np.array([rng.uniform(0.5, 0.72), 0.0, up])
        goal = ready.but(spine=ready.spine + [0, 0, 0.5 * side])
        hands = np.stack([person.arm * (at + [0, side - 0.18 * s, 0]) for s in OUT])
        goal = goal.but(hands=hands)
        script.pose(goal, rng.uniform(0.35, 0.6))
        # The ball is taken towards the chest.
        held = arms_at(person, ready, (0.34, -0.16, -0.18), (0, 0, 0))
        script.pose(held, rng.uniform(0.3, 0.5), early=0.08)
        script.wait(0.2, 0.8)
        if throws:
            script.pose(arms_at(person, ready, (0.88, -0.16, 0.05), (50, 0, 0)), 0.35)
        script.pose(ready, 0.7, early=0.05)
        script.wait(0.3, 1.5)
    return script.made({"then": "and throws it back" if throws else ""}, count=count)


RECIPES = (
    Recipe(
        "boxing", "Sports",
        ("a person boxes in the air", "someone throws punches", "shadow boxing",
         "the person punches from a guard, {side} side in front"),
        _boxing,
    ),
    Recipe(
        "throwing-overarm", "Sports",
        ("a person throws a ball overarm with the {side} hand", "someone throws hard",
         "an overarm throw", "the person winds up and throws"),
        _stroke(
            [
                (0.7, 0.0, (-0.05, 0.55, 0.42), (6, -6, -40), 0.1),
                (0.34, 0.15, (0.62, 0.30, 0.55), (4, 8, 25), 0.8),
                (0.40, 0.35, (0.55, -0.35, -0.50), (0, 28, 45), 1.0),
            ],
            two=False, stride=0.2,
        ),
    ),
    Recipe(
        "throwing-underarm", "Sports",
        ("a person throws underarm with the {side} hand", "someone tosses a ball",
         "an underarm throw", "the person swings the arm back and tosses"),
        _stroke(
            [
                (0.7, 0.0, (-0.50, 0.12, -0.72), (0, 8, -15), 0.2),
                (0.45, 0.20, (0.30, 0.02, -0.88), (0, 12, 0), 0.7),
                (0.40, 0.45, (0.85, 0.00, 0.10), (0, 0, 10), 1.0),
            ],
            two=False, stride=0.16, forearm=(-20, 0, 0),
        ),
    ),
    Recipe(
        "bowling", "Sports",
        ("a person bowls with the {side} hand", "someone rolls a ball down the lane",
         "ten-pin bowling", "the person swings low and lets the ball go"),
        _stroke(
            [
                (0.8, 0.0, (-0.62, 0.12, -0.62), (0, 34, -20), 0.2),
                (0.50, 0.20, (0.25, 0.02, -0.92), (0, 44, 0), 0.9),
                (0.50, 0.45, (0.80, 0.00, 0.35), (0, 26, 12), 1.0),
            ],
            two=False, stride=0.26, forearm=(-20, 0, 0),
        ),
    ),
    Recipe(
        "tennis-forehand", "Sports",
        ("a person plays a tennis forehand with the {side} hand", "someone swings a racket",
         "a forehand stroke", "the person hits a ball with a racket"),
        _stroke(
            [
                (0.7, 0.0, (0.05, 0.78, -0.28), (0, 5, -55), 0.2),
                (0.36, 0.10, (0.75, 0.35, -0.22), (0, 8, 10), 0.7),
                (0.42, 0.40, (0.42, -0.55, 0.18), (0, 2, 50), 1.0),
            ],
            two=False, stride=0.2,
        ),
    ),
    Recipe(
        "tennis-serve", "Sports",
        ("a person serves in tennis with the {side} arm", "someone hits a serve",
         "a tennis serve", "the person reaches up and strikes down"),
        _stroke(
            [
                (0.9, 0.0, (0.02, 0.45, 0.38), (14, -12, -40), 0.2),
                (0.38, 0.15, (0.42, 0.15, 0.86), (6, 2, 15), 0.9),
                (0.42, 0.40, (0.60, -0.40, -0.45), (-4, 30, 40), 1.0),
            ],
            two=False, stride=0.22,
        ),
    ),
    Recipe(
        "golf-swing", "Sports",
        ("a person swings a golf club", "someone hits a golf ball", "a golf swing",
         "the person swings a club with both hands"),
        _stroke(
            [
                (0.6, 0.0, (0.50, -0.28, -0.72), (0, 34, 0), 0.5),
                (0.95, 0.0, (0.42, 0.30, 0.15), (0, 26, -62), 0.3),
                (0.38, 0.08, (0.52, -0.28, -0.70), (0, 32, 12), 0.7),
                (0.55, 0.45, (0.40, -0.62, 0.20), (0, 8, 60), 1.0),
            ],
            two=True, stride=0.0,
        ),
    ),
    Recipe(
        "batting", "Sports",
        ("a person swings a bat", "someone hits a ball with a bat", "a baseball swing",
         "the person swings a bat with both hands across the body"),
        _stroke(
            [
                (0.7, 0.0, (0.28, 0.20, 0.02), (0, 10, -48), 0.1),
                (0.34, 0.10, (0.66, -0.25, -0.22), (0, 12, 12), 0.7),
                (0.45, 0.42, (0.42, -0.60, 0.05), (0, 4, 55), 0.9),
            ],
            two=True, stride=0.1,
        ),
    ),
    Recipe(
        "basketball-shot", "Sports",
        ("a person shoots a basketball", "someone takes a set shot", "a shot at the basket",
         "the person pushes a ball up and away with both hands"),
        _stroke(
            [
                (0.7, 0.0, (0.40, -0.14, -0.20), (0, 10, 0), 0.4),
                (0.45, 0.10, (0.38, -0.18, 0.34), (0, 0, 0), 0.6),
                (0.36, 0.30, (0.62, -0.12, 0.68), (0, -4, 0), 0.7),
            ],
            two=True, stride=0.08, forearm=(60, -20, 0),
        ),
    ),
    Recipe(
        "catching", "Sports",
        ("a person catches a ball with both hands {then}", "someone catches a ball", "catching",
         "the person reaches out, catches and draws the ball in"),
        _catching,
    ),
)  # fmt: skip
