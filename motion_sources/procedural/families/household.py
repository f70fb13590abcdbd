"""Things of a household that are opened, reached for, carried, read and folded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from motion_sources.procedural import stances
from motion_sources.procedural.controls import Controls
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Made, Recipe
from motion_sources.procedural.script import SIDES, Script, put, put_both
from motion_sources.procedural.stances import OUT
from motion_sources.procedural.stations import handed, station

Rng = np.random.Generator


def _opening(kind: str) -> Callable[[Rng, Person], Made]:
    """Open and shut a door, a drawer or a cupboard: reach the handle, turn it, pull."""

    def make(rng: Rng, person: Person) -> Made:
        posture = stances.stand(person, 0.12, 8, rng.uniform(0, 6))
        size = person.stature / 1.7
        k = int(rng.integers(2))
        height = {"door": (0.95, 1.08), "drawer": (0.75, 1.0), "cupboard": (1.3, 1.55)}[kind]
        handle = np.array(
            [rng.uniform(0.40, 0.48) * size, OUT[k] * rng.uniform(0.05, 0.25), rng.uniform(*height)]
        )
        script = Script(rng, person, posture, sway=1.0)
        count = int(rng.integers(1, 4))
        forearm = (55, 0, 0) if kind != "cupboard" else (20, 0, 0)
        for _ in range(count):
            looking = posture.but(head=posture.head + [0, (1.5 * size - handle[2]) * 0.4, 0])
            script.pose(put(person, looking, k, handle, forearm))
            script.wait(0.1, 0.4)
            if kind == "door":
                turned = put(person, script.now, k, handle - [0, 0, 0.03], (85, 0, 0), 0.15)
                script.pose(turned, rng.uniform(0.3, 0.6))
            # A handle on a hinge goes round it, a drawer's straight.
            side = 0.0 if kind == "drawer" else OUT[k] * rng.uniform(0.12, 0.2) * size
            leaf = handle - [rng.uniform(0.20, 0.26) * size, -side, 0]
            back = script.now.but(
                turn=script.now.turn - [0, 0.05, 0, 0], root=script.now.root - [0.02, 0, 0.0]
            )
            pulled = put(person, back, k, leaf, forearm)
            script.pose(pulled, rng.uniform(0.7, 1.4) / person.pace)
            script.wait(0.3, 2.0)
            if rng.random() < 0.6:
                script.pose(put(person, looking, k, handle, forearm), rng.uniform(0.7, 1.3))
            script.pose(posture)
            script.wait(0.4, 1.5)
        return script.made({"side": SIDES[k]}, hand=k, count=count, height=float(handle[2]))

    return make


def _shelf(rng: Rng, person: Person) -> Made:
    posture = stances.stand(person, 0.12, 8)
    k = handed(rng)
    size = person.stature / 1.7
    high = rng.uniform(1.45, 1.95) * size
    shelf = np.array([rng.uniform(0.32, 0.42) * size, OUT[k] * rng.uniform(0.05, 0.25), high])
    low = np.array([0.38 * size, OUT[k] * rng.uniform(0.0, 0.2), rng.uniform(0.85, 1.0) * size])
    putting = bool(rng.random() < 0.5)
    script = Script(rng, person, posture, sway=1.0)
    count = int(rng.integers(1, 4))
    for _ in range(count):
        for place in (low, shelf) if putting else (shelf, low):
            gaze = float(np.clip((1.5 * size - place[2]) * 0.5, -0.45, 0.3))
            look = posture.but(
                head=posture.head + [0, gaze, 0],
                shrug=posture.shrug + np.eye(2)[k] * max(place[2] / size - 1.4, 0) * 0.6,
            )
            script.pose(put(person, look, k, place, (30, -10, 0)))
            script.wait(0.2, 0.7)
        script.pose(posture)
        script.wait(0.3, 1.2)
    verb = "puts something on" if putting else "takes something from"
    return script.made({"side": SIDES[k], "verb": verb}, hand=k, count=count, height=high)


def _box(rng: Rng, person: Person) -> Made:
    """Lift a box from a counter, turn with it, set it down."""
    place = station(rng, person, "counter")
    half = rng.uniform(0.14, 0.20)
    up = place.posture

    def with_box(posture: Controls, ahead: float, height: float, yaw: float) -> Controls:
        body = posture.but(
            spine=posture.spine + [0, 0, 0.55 * yaw], turn=posture.turn + [0.45 * yaw, 0, 0, 0]
        )
        c, s = np.cos(yaw), np.sin(yaw)
        at = [[ahead * c - y * s, ahead * s + y * c, height] for y in (half, -half)]
        return put_both(person, body, at, forearm=(5, 0, 0))

    size = person.stature / 1.7
    ahead = 0.34 * size
    script = Script(rng, person, up, sway=1.0)
    lean = up.but(turn=up.turn + [0, 0.12, 0, 0], spine=up.spine + [0, 0.12, 0])
    yaw = OUT[int(rng.integers(2))] * rng.uniform(0.5, 1.1)
    count = int(rng.integers(1, 4))
    for turn in range(count):
        here, there = (0.0, yaw) if turn % 2 == 0 else (yaw, 0.0)
        script.pose(with_box(lean, ahead + 0.04, place.top + 0.10, here))
        script.wait(0.2, 0.5)
        script.pose(with_box(up, ahead - 0.06, place.top + 0.25, here), rng.uniform(0.7, 1.2))
        script.pose(
            with_box(up, ahead - 0.06, place.top + 0.25, there), rng.uniform(0.9, 1.6), early=0.2
        )
        script.pose(with_box(lean, ahead + 0.04, place.top + 0.10, there), rng.uniform(0.8, 1.3))
        script.wait(0.2, 0.6)
    script.pose(up)
    return script.made({"turn": "left" if yaw > 0 else "right"}, count=count, width=2 * half)


def _pages(rng: Rng, person: Person) -> Made:
    place = station(rng, person, "table" if rng.random() < 0.7 else "counter")
    hold = [place.spot(k, 0.34, 0.15, 0.02) for k in (0, 1)]
    reading = put_both(person, place.posture, hold, forearm=(20, 0, 0))
    reading = reading.but(head=place.posture.head + [0, 0.25, 0])
    script = Script(rng, person, reading)
    k = handed(rng)
    count = int(rng.integers(2, 6))
    far = place.spot(k, 0.37, -0.14, 0.04)
    middle = place.spot(k, 0.36, 0.02, 0.14)
    for _ in range(count):
        script.wait(1.0, 4.0)
        script.put(k, hold[k] + [0.02, 0, 0.02], forearm=(10, 0, 0))
        script.put(k, far, forearm=(75, 0, 0), via=middle)
        script.pose(reading, via=put(person, reading, k, middle, (40, 0, 0)))
    return script.made({"how": place.how}, count=count)


def _folding(rng: Rng, person: Person) -> Made:
    """Corners of a cloth brought together, crease smoothed, cloth turned."""
    place = station(rng, person)
    script = Script(rng, person, place.posture, sway=0.6)
    count = int(rng.integers(2, 5))
    width = rng.uniform(0.20, 0.30)
    for _ in range(count):
        far = [place.spot(k, 0.46, width, 0.0) for k in (0, 1)]
        near = [place.spot(k, 0.26, width, 0.02) for k in (0, 1)]
        over = [place.spot(k, 0.36, width, 0.18) for k in (0, 1)]
        script.pose(put_both(person, place.posture, far, forearm=(60, 0, 0)))
        script.wait(0.1, 0.4)
        script.pose(
            put_both(person, place.posture, near, forearm=(35, 0, 0)),
            via=put_both(person, place.posture, over, forearm=(20, 0, 0)),
        )
        k = int(rng.integers(2))
        script.put(k, place.spot(k, 0.32, -0.12), forearm=(75, 0, 0))
        script.put(k, place.spot(k, 0.32, width), forearm=(75, 0, 0))
        script.wait(0.2, 0.8)
    script.pose(place.posture)
    return script.made({"how": place.how}, count=count)


RECIPES = (
    Recipe(
        "opening-door", "Home activities",
        ("a person opens a door with the {side} hand", "someone turns a handle and pulls the door",
         "opening a door", "the person opens the door and lets go"),
        _opening("door"),
    ),
    Recipe(
        "opening-drawer", "Home activities",
        ("a person opens a drawer with the {side} hand", "someone pulls a drawer out",
         "opening a drawer", "the person reaches for a drawer and pulls"),
        _opening("drawer"),
    ),
    Recipe(
        "opening-cupboard", "Home activities",
        ("a person opens a cupboard with the {side} hand", "someone opens a cabinet on the wall",
         "opening a cupboard", "the person reaches up and opens a cabinet door"),
        _opening("cupboard"),
    ),
    Recipe(
        "reaching-to-shelf", "Home activities",
        ("a person {verb} a high shelf with the {side} hand", "someone reaches up to a shelf",
         "reaching for a shelf overhead", "the person {verb} the shelf"),
        _shelf,
    ),
    Recipe(
        "moving-box", "Occupation",
        ("a person lifts a box, turns {turn} and sets it down", "someone moves a box",
         "lifting a box with both hands", "the person carries a box over to the {turn}"),
        _box,
    ),
    Recipe(
        "turning-pages", "Miscellaneous",
        ("a person reads a book and turns the pages, {how}", "someone leafs through a magazine",
         "reading and turning pages", "the person turns a page now and then"),
        _pages,
    ),
    Recipe(
        "folding-clothes", "Home activities",
        ("a person folds clothes, {how}", "someone folds the laundry", "folding a towel",
         "the person folds a cloth and smooths it"),
        _folding,
    ),
)  # fmt: skip
