"""Activities of repeated strokes: wiping, stirring, brushing, writing, sawing, playing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Made, Recipe
from motion_sources.procedural.script import (
    SIDES,
    Script,
    harmonics,
    head_point,
    put,
)
from motion_sources.procedural.stances import OUT
from motion_sources.procedural.stations import handed, station

Array = NDArray[np.float64]
Rng = np.random.Generator
Triple = tuple[float, float, float]

_NONE: Triple = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Chore:
    """Bouts of strokes about places.

    Lengths are in metres for a person of 1.70 m: ahead, towards the side of the hand, up.

    Parameters
    ----------
    where : str
        A station's kind.
    at : (3,)
        Middle of the strokes: a spot of the station, or a place in the head's frame, in shares
        of stature, when ``on_head``.
    hz : (low, high)
        Strokes a second.
    sine, cosine : (3,)
        Amplitudes of the strokes along the three axes: the cosine's are a quarter ahead.
    forearm : (3,)
        Pronation from thumb-up, wrist flexion and deviation, degrees.
    wrist : (3,)
        The same in the rhythm, degrees.
    other : (3,) or None
        Spot of the other hand; where there is none it rests.
    other_moves : float
        Share of the strokes that the other hand makes too, mirrored if negative.
    in_turn : bool
        The other hand is half a stroke behind.
    roam : (3,)
        How far the middle goes from bout to bout, in either direction.
    bouts, seconds : (low, high)
        Number of bouts and the length of each, s.
    strike : float
        Above 0 the strokes are quicker one way than the other: at most 0.9.
    twist : float
        Turn of the trunk with the strokes, rad.
    lean : float
        Forward lean of the trunk, degrees.
    swivel : float
        Elbow outwards and up, rad.
    gaze : float
        Head bent down, rad.
    amplitude : (low, high)
        Factor on the strokes, drawn for the clip.
    """

    where: str
    at: Triple
    hz: tuple[float, float]
    sine: Triple = _NONE
    cosine: Triple = _NONE
    forearm: Triple = (50, 0, 0)
    wrist: Triple = _NONE
    on_head: bool = False
    other: Triple | None = None
    other_moves: float = 0.0
    in_turn: bool = False
    roam: Triple = (0.03, 0.03, 0.0)
    bouts: tuple[int, int] = (2, 5)
    seconds: tuple[float, float] = (2.0, 6.0)
    strike: float = 0.0
    twist: float = 0.0
    lean: float = 0.0
    swivel: float = 0.0
    gaze: float = 0.0
    amplitude: tuple[float, float] = (0.7, 1.2)


def strokes(chore: Chore) -> Callable[[Rng, Person], Made]:
    """A recipe's ``make`` of a chore."""

    def make(rng: Rng, person: Person) -> Made:
        place = station(rng, person, chore.where)
        k = handed(rng)
        size = person.stature / 1.7
        grow = size * rng.uniform(*chore.amplitude)
        ease = float(np.radians(chore.lean)) * rng.uniform(0.7, 1.2)
        busy = place.posture.but(
            spine=place.posture.spine + [0, 0.6 * ease, 0],
            turn=place.posture.turn + [0, 0.4 * ease, 0, 0],
            head=place.posture.head + [0, chore.gaze, 0],
        )
        script = Script(rng, person, place.posture, sway=float("standing" in place.how))
        if chore.other is not None:
            spot = place.spot(1 - k, *chore.other)
            busy = put(person, busy, 1 - k, spot, chore.forearm, chore.swivel)
        side = np.array([1.0, OUT[k], 1.0])
        turns = 0.0
        for _ in range(int(rng.integers(*chore.bouts))):
            wander = np.asarray(chore.roam) * rng.uniform(-1, 1, 3)
            if chore.on_head:
                at = head_point(person, busy, side * (np.array(chore.at) + wander))
            else:
                at = place.spot(k, *(np.array(chore.at) + wander))
            script.pose(put(person, busy, k, at, chore.forearm, chore.swivel))
            seconds, hz = rng.uniform(*chore.seconds), rng.uniform(*chore.hz)
            turns += script.rhythm(seconds, hz, lambda p: _stroke(chore, k, side * grow, p))
            script.wait(0.1, 1.2)
        script.pose(place.posture)
        return script.made({"side": SIDES[k], "how": place.how}, hand=k, strokes=turns)

    return make


def _stroke(chore: Chore, k: int, scale: Array, turn: Array) -> Mapping[str, Array]:
    hands, bend = np.zeros((2, len(turn), 2, 3))
    mirror = np.array([1.0, np.sign(chore.other_moves), 1.0]) * abs(chore.other_moves)
    for j, share in ((k, np.ones(3)), (1 - k, mirror)):
        lag = np.pi if chore.in_turn and j != k else 0.0
        warped = turn - lag + chore.strike * np.sin(turn - lag)
        sine, cosine = scale * np.asarray(chore.sine), scale * np.asarray(chore.cosine)
        hands[:, j] = share * harmonics(warped, sine, cosine)
        bend[:, j] = abs(share[0]) * harmonics(warped, np.radians(chore.wrist))
    spine = np.outer(np.sin(turn), np.array([0, 0, -OUT[k] * chore.twist]))
    return {"hands": hands, "forearm": bend, "spine": spine}


def _recipe(name: str, category: str, captions: tuple[str, ...], chore: Chore) -> Recipe:
    return Recipe(name, category, captions, strokes(chore))


RECIPES = (
    _recipe(
        "stirring", "Home activities",
        ("a person stirs a pot with the {side} hand, {how}", "someone is stirring",
         "stirring in circles", "the person stirs food with a spoon"),
        Chore("any", (0.36, 0.02, 0.12), (0.8, 1.8), (0.045, 0, 0), (0, 0.045, 0),
              forearm=(50, 0, 0), other=(0.34, 0.16, 0.06), gaze=0.1),
    ),
    _recipe(
        "cutting", "Home activities",
        ("a person cuts vegetables with the {side} hand", "someone chops food on a board",
         "cutting with a knife, {how}", "the person slices something"),
        Chore("any", (0.32, 0.03, 0.05), (1.2, 2.8), (0.02, 0, 0.022), (0.02, 0, 0),
              forearm=(35, 0, 0), wrist=(0, 0, 5), other=(0.34, 0.07, 0.02), strike=0.4, gaze=0.1),
    ),
    _recipe(
        "wiping-table", "Home activities",
        ("a person wipes a table with the {side} hand", "someone cleans a surface with a cloth",
         "wiping from side to side, {how}", "the person scrubs the table"),
        Chore("any", (0.42, 0.05, 0), (0.7, 1.6), (0.03, 0.15, 0), (0.04, 0, 0),
              forearm=(75, -10, 0), roam=(0.08, 0.1, 0), twist=0.06, lean=10),
    ),
    _recipe(
        "washing-dishes", "Home activities",
        ("a person washes dishes", "someone scrubs a plate at the sink", "doing the dishes",
         "the person stands at a sink and rinses plates"),
        Chore("counter", (0.34, 0.02, 0.03), (1.0, 2.2), (0.04, 0, 0.015), (0, 0.04, 0),
              forearm=(40, 15, 0), other=(0.34, 0.10, 0.05), other_moves=-0.3, lean=5, gaze=0.1),
    ),
    _recipe(
        "ironing", "Home activities",
        ("a person irons a shirt with the {side} hand", "someone is ironing clothes",
         "ironing back and forth", "the person moves an iron over a board"),
        Chore("counter", (0.38, 0.02, 0.06), (0.3, 0.8), (0.05, 0.16, 0), (0.05, 0, 0),
              forearm=(70, 0, 0), other=(0.34, 0.28, 0.0), roam=(0.05, 0.05, 0), twist=0.08,
              seconds=(4, 9), lean=5),
    ),
    _recipe(
        "kneading", "Home activities",
        ("a person kneads dough with both hands", "someone makes bread", "kneading dough",
         "the person presses dough with the hands, {how}"),
        Chore("counter", (0.34, 0.06, 0.03), (0.6, 1.2), (0.07, 0, -0.012), forearm=(75, -20, 0),
              other=(0.34, 0.06, 0.03), other_moves=1.0, lean=12, strike=0.3, seconds=(3, 8)),
    ),
    _recipe(
        "writing", "Miscellaneous",
        ("a person writes with the {side} hand, {how}", "someone is writing on paper",
         "writing notes at a desk", "the person writes a letter"),
        Chore("table", (0.33, 0.08, 0), (2.5, 4.5), (0.003, 0.002, 0), (0.004, 0, 0),
              forearm=(45, 5, 0), wrist=(0, 2, 3), other=(0.33, 0.2, 0), roam=(0.02, 0.08, 0),
              bouts=(5, 10), seconds=(1.5, 4), gaze=0.2),
    ),
    _recipe(
        "typing", "Miscellaneous",
        ("a person types on a keyboard", "someone works at a computer", "typing, {how}",
         "the person sits at a desk and types"),
        Chore("table", (0.36, 0.09, 0.01), (3.0, 5.5), (0, 0.003, 0.004), (0, 0.003, 0),
              forearm=(80, -8, 0), wrist=(0, 4, 3), other=(0.36, 0.09, 0.01), other_moves=-0.8,
              roam=(0.015, 0.02, 0), bouts=(3, 8), seconds=(1.5, 5)),
    ),
    _recipe(
        "using-mouse", "Miscellaneous",
        ("a person uses a computer mouse with the {side} hand", "someone clicks at a computer",
         "moving a mouse on a desk", "the person sits and works with a mouse"),
        Chore("table", (0.37, 0.24, 0), (0.5, 1.2), (0.02, 0.03, 0), (0.01, 0.01, 0),
              forearm=(75, -12, 0), roam=(0.03, 0.05, 0), bouts=(4, 9), seconds=(0.8, 2.5)),
    ),
    _recipe(
        "texting", "Miscellaneous",
        ("a person types on a phone held in both hands", "someone is texting, {how}",
         "looking down at a phone and texting", "the person writes a message on a phone"),
        Chore("loose", (0.27, 0.05, 0.12), (2.5, 4.5), (0, 0.001, 0.002), (0, 0.001, 0),
              forearm=(-20, 5, 0), wrist=(0, 2, 2), other=(0.27, 0.05, 0.12), other_moves=-0.7,
              roam=(0.01, 0.01, 0.01), gaze=0.4, seconds=(2, 7)),
    ),
    _recipe(
        "brushing-teeth", "Self care",
        ("a person brushes the teeth with the {side} hand", "someone is brushing teeth",
         "brushing teeth", "the person moves a toothbrush at the mouth"),
        Chore("counter", (0.095, 0.045, -0.018), (2.5, 4.5), (0.008, 0.012, 0), (0, 0, 0.004),
              forearm=(55, 5, 0), wrist=(3, 0, 3), on_head=True, roam=(0.004, 0.01, 0.004),
              bouts=(3, 7), seconds=(2, 6), swivel=0.4),
    ),
    _recipe(
        "combing-hair", "Self care",
        ("a person combs the hair with the {side} hand", "someone is brushing the hair",
         "combing hair", "the person moves a comb over the head"),
        Chore("loose", (-0.005, 0.070, 0.060), (0.4, 0.9), (-0.03, 0, -0.05), (0.02, 0, 0),
              forearm=(30, 15, 0), wrist=(8, 8, 0), on_head=True, roam=(0.02, 0.004, 0.01),
              seconds=(2.5, 7), swivel=0.5),
    ),
    _recipe(
        "shaving", "Self care",
        ("a person shaves the face with the {side} hand", "someone is shaving at a mirror",
         "shaving", "the person draws a razor down the cheek"),
        Chore("counter", (0.080, 0.048, 0.005), (0.5, 1.0), (0, 0, 0.022), (0.004, 0, 0),
              forearm=(20, 5, 0), on_head=True, roam=(0.006, 0.008, 0.008), seconds=(2, 5),
              strike=0.3, swivel=0.35, bouts=(3, 7)),
    ),
    _recipe(
        "hammering", "Occupation",
        ("a person hammers with the {side} hand, {how}", "someone drives in a nail",
         "hammering", "the person strikes with a hammer again and again"),
        Chore("any", (0.36, 0.06, 0.16), (1.2, 2.2), (-0.03, 0, 0.11), forearm=(10, 0, 0),
              wrist=(0, 0, 14), other=(0.36, 0.08, 0.03), strike=-0.5, bouts=(2, 5),
              seconds=(2, 5), gaze=0.1),
    ),
    _recipe(
        "sawing", "Occupation",
        ("a person saws wood with the {side} hand", "someone is sawing a board", "sawing",
         "the person moves a saw to and fro"),
        Chore("counter", (0.26, 0.12, 0.08), (0.7, 1.4), (0.14, 0, -0.05), forearm=(15, 0, 0),
              other=(0.40, 0.12, 0.02), twist=0.10, lean=20, seconds=(4, 9), bouts=(1, 4)),
    ),
    _recipe(
        "screwing", "Occupation",
        ("a person turns a screwdriver with the {side} hand", "someone drives in a screw",
         "turning a screw", "the person works with a screwdriver, {how}"),
        Chore("any", (0.36, 0.04, 0.10), (0.8, 1.5), (0, 0, 0.004), forearm=(15, 0, 0),
              wrist=(45, 0, 0), other=(0.36, 0.06, 0.04), amplitude=(0.9, 1.0), gaze=0.1),
    ),
    _recipe(
        "painting-wall", "Home repair",
        ("a person paints a wall with the {side} hand", "someone rolls paint up and down",
         "painting a wall", "the person moves a brush up and down a wall"),
        Chore("free", (0.44, 0.10, 0.40), (0.4, 0.9), (0.02, 0, 0.26), (0, 0.03, 0),
              forearm=(70, 0, 0), roam=(0.02, 0.18, 0.08), seconds=(3, 8), gaze=-0.1),
    ),
    _recipe(
        "cleaning-window", "Home activities",
        ("a person cleans a window with the {side} hand", "someone wipes a mirror in circles",
         "wiping a window", "the person rubs a pane in circles"),
        Chore("free", (0.44, 0.06, 0.42), (0.6, 1.3), (0, 0.16, 0), (0, 0, 0.16),
              forearm=(75, -25, 0), roam=(0.02, 0.12, 0.1), seconds=(3, 7)),
    ),
    _recipe(
        "sweeping", "Home activities",
        ("a person sweeps the floor with a broom", "someone is sweeping", "sweeping the floor",
         "the person moves a broom from side to side"),
        Chore("free", (0.34, -0.02, 0.05), (0.5, 1.0), (0.03, 0.16, 0), (0.02, 0, 0.02),
              forearm=(35, 0, 0), other=(0.30, 0.08, 0.30), other_moves=0.35, twist=0.18, lean=14,
              seconds=(4, 9), gaze=0.35),
    ),
    _recipe(
        "vacuuming", "Home activities",
        ("a person vacuums the floor with the {side} hand", "someone is hoovering",
         "vacuum cleaning", "the person pushes a vacuum cleaner to and fro"),
        Chore("free", (0.34, 0.12, -0.02), (0.4, 0.9), (0.19, 0.02, -0.03), forearm=(15, 0, 0),
              roam=(0.03, 0.12, 0), twist=0.12, lean=14, seconds=(4, 9), gaze=0.3),
    ),
    _recipe(
        "digging", "Lawn and garden",
        ("a person shovels with both hands", "someone is digging in the garden",
         "shovelling earth", "the person digs with a spade"),
        Chore("free", (0.34, 0.05, -0.08), (0.35, 0.6), (0.13, -0.05, 0.14), (0, 0.06, 0.03),
              forearm=(20, 0, 0), other=(0.42, 0.0, -0.22), other_moves=0.8, twist=0.15, lean=35,
              seconds=(5, 10), bouts=(1, 3), gaze=0.2, roam=(0.02, 0.02, 0)),
    ),
    _recipe(
        "playing-guitar", "Music playing",
        ("a person plays the guitar", "someone strums a guitar, {how}", "strumming",
         "the person plays chords, strumming with the {side} hand"),
        Chore("chair", (0.20, 0.06, 0.06), (1.5, 3.0), (0, 0.01, 0.06), forearm=(50, 15, 0),
              wrist=(8, 8, 0), other=(0.30, 0.36, 0.22), roam=(0.0, 0.01, 0.01), seconds=(4, 10)),
    ),
    _recipe(
        "playing-drums", "Music playing",
        ("a person plays the drums", "someone drums with both hands", "drumming, {how}",
         "the person beats a drum in turn left and right"),
        Chore("chair", (0.36, 0.16, 0.10), (1.5, 3.5), (0, 0, 0.07), forearm=(55, 0, 0),
              wrist=(0, 14, 0), other=(0.36, 0.16, 0.10), other_moves=-1.0, in_turn=True,
              strike=-0.4,
              seconds=(4, 9)),
    ),
    _recipe(
        "playing-piano", "Music playing",
        ("a person plays the piano", "someone plays a keyboard with both hands",
         "playing the piano, {how}", "the person presses the keys"),
        Chore("table", (0.36, 0.18, 0.03), (2.0, 4.0), (0, 0.012, 0.006), forearm=(80, -5, 0),
              wrist=(0, 5, 3), other=(0.36, 0.18, 0.03), other_moves=-0.8, roam=(0.01, 0.14, 0),
              bouts=(4, 9), seconds=(1.5, 4)),
    ),
    _recipe(
        "playing-violin", "Music playing",
        ("a person plays the violin", "someone bows a fiddle", "playing the violin, {how}",
         "the person moves a bow with the {side} hand"),
        Chore("free", (0.32, 0.12, 0.34), (0.4, 1.4), (0.06, 0.12, -0.07), forearm=(60, 10, 0),
              other=(0.34, 0.22, 0.42), roam=(0.0, 0.01, 0.01), seconds=(4, 9), swivel=0.3),
    ),
    _recipe(
        "knitting", "Miscellaneous",
        ("a person knits", "someone is knitting, {how}", "knitting with both hands",
         "the person works with needles and wool"),
        Chore("chair", (0.26, 0.06, 0.08), (1.0, 1.8), (0.012, 0.008, 0), (0, 0, 0.012),
              forearm=(55, 5, 0), wrist=(10, 4, 4), other=(0.26, 0.06, 0.08), other_moves=-0.6,
              gaze=0.3, seconds=(4, 10), roam=(0.01, 0.01, 0.01)),
    ),
)  # fmt: skip
