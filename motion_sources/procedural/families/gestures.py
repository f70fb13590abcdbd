"""Gestures of hands, arms and head: one pose that is held, with a rhythm where there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motion_sources.procedural.controls import Controls
from motion_sources.procedural.person import Person
from motion_sources.procedural.recipe import Made, Recipe
from motion_sources.procedural.script import SIDES, Script, harmonics, head_point, put
from motion_sources.procedural.stances import OUT
from motion_sources.procedural.stations import station

Array = NDArray[np.float64]
Rng = np.random.Generator
Triple = tuple[float, float, float]
_NONE: Triple = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Gesture:
    """Where the hands go, how long they stay, and what moves meanwhile.

    Angles are in degrees and for the left; the right is its mirror.

    Parameters
    ----------
    at : (3,) or None
        Palm from its shoulder: ahead, outwards, up, in arm's lengths. ``None``: it rests.
    on_head : bool
        ``at`` is in the head's frame instead, in shares of stature.
    hands : int
        1: one hand, drawn; 2: both; 0: one or both, drawn.
    forearm : (3,)
        Pronation from thumb-up, wrist flexion and deviation.
    swivel : float
        Elbow outwards and up.
    turn : (3,)
        Head: tilt, nod, turn, added.
    trunk : (3,)
        Trunk: bend to the side, forward, twist, added.
    shrug : float
        Collars raised.
    hz : (low, high)
        Of the rhythm; without one the pose is only held.
    sine, cosine : (3,)
        Amplitudes of the hands' rhythm: ahead, outwards, up, m.
    wrist, head : (3,)
        Amplitudes of the forearm's and the head's rhythm.
    alternate : bool
        The hands move in turn, not as mirrors.
    hold : (low, high)
        s.
    count : (low, high)
        How often, the upper bound left out.
    vary : float
        Standard deviation of the place, in the units of ``at``.
    where : str
        A station's kind.
    """

    at: Triple | None = None
    on_head: bool = False
    hands: int = 1
    forearm: Triple = (20, 0, 0)
    swivel: float = 0.0
    turn: Triple = _NONE
    trunk: Triple = _NONE
    shrug: float = 0.0
    hz: tuple[float, float] | None = None
    sine: Triple = _NONE
    cosine: Triple = _NONE
    wrist: Triple = _NONE
    head: Triple = _NONE
    alternate: bool = False
    hold: tuple[float, float] = (1.0, 3.0)
    count: tuple[int, int] = (1, 4)
    vary: float = 0.02
    where: str = "loose"

    def pose(self, rng: Rng, person: Person, base: Controls, sides: tuple[int, ...]) -> Controls:
        """The posture with these hands in place."""
        size = rng.uniform(0.7, 1.2)
        lead = OUT[sides[0]]
        flip = np.array([lead, 1.0, lead])
        out = base.but(
            spine=base.spine + size * np.radians(self.trunk) * flip,
            head=base.head + size * np.radians(self.turn) * flip,
            shrug=base.shrug + size * np.radians(self.shrug),
        )
        if self.at is None:
            return out
        at = np.array(self.at) + rng.normal(0, self.vary, 3)
        for k in sides:
            place = at * [1, OUT[k], 1]
            if self.on_head:
                goal = head_point(person, out, place)
                swivel = float(np.radians(self.swivel))
                out = put(person, out, k, goal, self.forearm, swivel)
            else:
                rows = {n: getattr(out, n).copy() for n in ("hands", "forearm", "swivel")}
                rows["hands"][k] = person.arm * place
                rows["forearm"][k] = np.radians(self.forearm)
                rows["swivel"][k] = np.radians(self.swivel)
                out = out.but(**rows)
        return out

    def wave(self, size: float, sides: tuple[int, ...]) -> Callable[[Array], Mapping[str, Array]]:
        """Its rhythm by phase."""

        def tracks(turn: Array) -> Mapping[str, Array]:
            hands, bend = np.zeros((len(turn), 2, 3)), np.zeros((len(turn), 2, 3))
            for k in sides:
                lag = turn + np.pi * k * self.alternate
                side = size * np.array([1.0, OUT[k], 1.0])
                hands[:, k] = harmonics(lag, side * self.sine, side * self.cosine)
                bend[:, k] = harmonics(lag, size * np.radians(self.wrist))
            head = harmonics(turn, size * np.radians(self.head))
            return {"hands": hands, "forearm": bend, "head": head}

        return tracks


def perform(gesture: Gesture) -> Callable[[Rng, Person], Made]:
    """A recipe's ``make`` of a gesture."""

    def make(rng: Rng, person: Person) -> Made:
        place = station(rng, person, gesture.where)
        k = int(rng.integers(2))
        two = gesture.hands == 2 or (gesture.hands == 0 and rng.random() < 0.35)
        sides = (0, 1) if two else (k,)
        script = Script(rng, person, place.posture, sway=float("standing" in place.how))
        count = int(rng.integers(*gesture.count))
        cycles = 0.0
        size, hz = rng.uniform(0.7, 1.25), rng.uniform(*(gesture.hz or (1, 1)))
        for _ in range(count):
            script.pose(gesture.pose(rng, person, place.posture, (k, 1 - k) if two else (k,)))
            seconds = rng.uniform(*gesture.hold)
            if gesture.hz is None:
                script.wait(seconds)
            else:
                cycles += script.rhythm(seconds, hz, gesture.wave(size, sides), ramp=0.4 / hz)
            script.pose(place.posture)
            script.wait(0.6, 2.5)
        hand = "both hands" if two else f"the {SIDES[k]} hand"
        arm = "both arms" if two else f"the {SIDES[k]} arm"
        words = {"hand": hand, "arm": arm, "side": SIDES[k], "how": place.how}
        return script.made(words, hand=k, count=count, cycles=cycles)

    return make


def _recipe(name: str, captions: tuple[str, ...], gesture: Gesture) -> Recipe:
    return Recipe(name, "Miscellaneous", captions, perform(gesture))


RECIPES = (
    _recipe(
        "waving",
        ("a person waves with {hand}, {how}", "someone waves hello", "waving {hand}",
         "the person raises {hand} and waves goodbye"),
        Gesture((0.42, 0.30, 0.42), hands=0, forearm=(70, -5, 0), hz=(1.3, 3.0),
                sine=(0, 0.10, 0), wrist=(0, 0, 12)),
    ),
    _recipe(
        "hailing",
        ("a person waves {arm} high overhead", "someone signals with a raised arm",
         "swinging {arm} above the head", "the person tries to be seen and waves {hand}"),
        Gesture((0.18, 0.22, 0.82), hands=0, forearm=(60, 0, 0), hz=(0.8, 1.7),
                sine=(0.02, 0.20, -0.01), where="free", hold=(2, 5)),
    ),
    _recipe(
        "pointing-ahead",
        ("a person points ahead with {hand}, {how}", "someone points straight forward",
         "pointing forward", "the person stretches {arm} out and points"),
        Gesture((0.92, 0.05, 0.02), forearm=(60, 0, 0), vary=0.08),
    ),
    _recipe(
        "pointing-aside",
        ("a person points to the {side}", "someone shows the way to the {side}",
         "pointing sideways with {hand}", "the person looks and points to the {side}"),
        Gesture((0.45, 0.80, 0.05), forearm=(60, 0, 0), turn=(0, 0, 40), trunk=(0, 0, 10),
                vary=0.06),
    ),
    _recipe(
        "pointing-up",
        ("a person points up with {hand}", "someone points at the sky", "pointing upwards",
         "the person looks up and points"),
        Gesture((0.50, 0.12, 0.78), forearm=(45, 0, 0), turn=(0, -22, 0), vary=0.05),
    ),
    _recipe(
        "pointing-down",
        ("a person points at the ground with {hand}", "someone points down", "pointing downwards",
         "the person looks down and points at the floor"),
        Gesture((0.52, 0.12, -0.76), forearm=(60, 0, 0), turn=(0, 25, 0), vary=0.04, where="free"),
    ),
    _recipe(
        "clapping",
        ("a person claps, {how}", "someone applauds", "clapping both hands",
         "the person claps the hands in front of the chest"),
        Gesture((0.50, -0.14, -0.14), hands=2, forearm=(-10, 0, 0), hz=(2.2, 4.2),
                sine=(0, 0.045, 0), cosine=(0, 0.003, 0.01), hold=(2, 6), vary=0.012),
    ),
    _recipe(
        "thumbs-up",
        ("a person gives a thumbs up with {hand}", "someone shows the thumb", "thumbs up",
         "the person holds {hand} out with the thumb up"),
        Gesture((0.62, 0.10, -0.10), hands=0, forearm=(-5, 0, 10), vary=0.05, hold=(0.6, 2)),
    ),
    _recipe(
        "stop-sign",
        ("a person holds up {hand} to say stop", "someone raises a palm", "stop, palm forward",
         "the person signals to halt with {hand}"),
        Gesture((0.75, 0.04, 0.10), hands=0, forearm=(75, -65, 0), vary=0.04),
    ),
    _recipe(
        "beckoning",
        ("a person beckons with {hand}", "someone waves another one closer",
         "calling someone over with {hand}", "the person gestures to come here"),
        Gesture((0.55, 0.15, -0.02), forearm=(-55, 10, 0), hz=(1.0, 2.0),
                sine=(-0.07, 0, 0.05), wrist=(0, 25, 0), hold=(1.5, 4)),
    ),
    _recipe(
        "shooing",
        ("a person shoos something away with {hand}", "someone waves it off", "flicking {hand}",
         "the person brushes the matter aside with {hand}"),
        Gesture((0.50, 0.10, -0.15), forearm=(60, 10, 0), hz=(1.2, 2.2), sine=(0.06, 0.05, 0.03),
                wrist=(0, 25, 0), hold=(1.2, 3)),
    ),
    _recipe(
        "shrugging",
        ("a person shrugs", "someone raises the shoulders", "shrugging both shoulders",
         "the person does not know and shrugs, {how}"),
        Gesture((0.38, 0.38, -0.42), hands=2, forearm=(-60, -10, 0), shrug=20, turn=(6, 0, 0),
                hold=(0.4, 1.2)),
    ),
    _recipe(
        "nodding",
        ("a person nods", "someone nods yes, {how}", "nodding the head", "the person agrees"),
        Gesture(hz=(0.9, 2.2), head=(0, 11, 0), hold=(1.2, 4)),
    ),
    _recipe(
        "shaking-head",
        ("a person shakes the head", "someone says no, {how}", "shaking the head side to side",
         "the person disagrees"),
        Gesture(hz=(0.8, 2.0), head=(0, 0, 22), hold=(1.2, 4)),
    ),
    _recipe(
        "looking-around",
        ("a person looks around, {how}", "someone looks to the left and the right",
         "turning the head from side to side", "the person looks about"),
        Gesture(hz=(0.15, 0.35), head=(2, 5, 50), trunk=(0, 0, 6), hold=(5, 10), count=(1, 3)),
    ),
    _recipe(
        "tilting-head",
        ("a person tilts the head to each side", "someone stretches the neck",
         "bending the head sideways", "the person leans the head left and right"),
        Gesture(hz=(0.2, 0.45), head=(24, 0, 0), hold=(4, 9), count=(1, 3)),
    ),
    _recipe(
        "rolling-shoulders",
        ("a person rolls the shoulders", "someone loosens the shoulders up",
         "lifting the shoulders up and down", "the person relaxes the neck, {how}"),
        Gesture(shrug=16, hold=(0.2, 0.8), count=(3, 8)),
    ),
    _recipe(
        "saluting",
        ("a person salutes with {hand}", "someone gives a military salute", "saluting",
         "the person raises {hand} to the forehead"),
        Gesture((0.055, 0.060, 0.050), on_head=True, forearm=(60, 0, 0), swivel=35, vary=0.004,
                where="free", hold=(0.8, 2.5)),
    ),
    _recipe(
        "crossing-arms",
        ("a person crosses the arms, {how}", "someone folds the arms", "arms crossed on the chest",
         "the person stands or sits with folded arms"),
        Gesture((0.27, -0.22, -0.30), hands=2, forearm=(45, 10, 0), hold=(2, 6), vary=0.015),
    ),
    _recipe(
        "hands-on-hips",
        ("a person puts {hand} on the hips", "someone stands with {arm} akimbo",
         "{hand} on the waist", "the person rests {hand} on the hips"),
        Gesture((0.10, 0.02, -0.66), hands=2, forearm=(40, 20, 0), swivel=35, hold=(2, 6),
                vary=0.01, where="free"),
    ),
    _recipe(
        "stretching-up",
        ("a person stretches both arms overhead", "someone stretches and yawns, {how}",
         "reaching for the ceiling with both hands", "the person stretches up tall"),
        Gesture((0.08, 0.10, 0.93), hands=2, forearm=(30, 0, 0), trunk=(0, -8, 0),
                turn=(0, -12, 0), shrug=12, hold=(1, 4), count=(1, 3)),
    ),
    _recipe(
        "spreading-arms",
        ("a person spreads the arms wide", "someone opens both arms", "arms out to the sides",
         "the person welcomes with open arms"),
        Gesture((0.40, 0.82, 0.02), hands=2, forearm=(-10, 0, 0), vary=0.04),
    ),
    _recipe(
        "bowing",
        ("a person bows", "someone bends forward to greet", "bowing with the hands at the sides",
         "the person takes a bow"),
        Gesture(trunk=(0, 38, 0), turn=(0, 10, 0), hold=(0.3, 1.5), where="free"),
    ),
    _recipe(
        "scratching-head",
        ("a person scratches the head with {hand}, {how}", "someone scratches the scalp",
         "scratching the head", "the person thinks and scratches"),
        Gesture((0.01, 0.060, 0.070), on_head=True, forearm=(40, 20, 0), swivel=20, vary=0.005,
                hz=(2.5, 4.5), sine=(0.012, 0, 0.008), wrist=(0, 8, 0), hold=(1, 3)),
    ),
    _recipe(
        "hand-on-chin",
        ("a person rests the chin on {hand}, {how}", "someone is thinking, hand at the chin",
         "touching the chin", "the person rubs the chin and thinks"),
        Gesture((0.068, 0.012, -0.035), on_head=True, forearm=(-10, 15, 0), vary=0.003,
                hz=(0.5, 1.2), sine=(0.004, 0.006, 0), hold=(2, 7), count=(1, 3)),
    ),
    _recipe(
        "rubbing-eyes",
        ("a person rubs the eyes with {hand}", "someone rubs tired eyes", "rubbing the face",
         "the person wipes the eyes, {how}"),
        Gesture((0.075, 0.026, 0.020), on_head=True, hands=0, forearm=(10, 10, 0), vary=0.003,
                hz=(1.5, 3.0), sine=(0.003, 0.010, 0), cosine=(0, 0, 0.007), hold=(1.2, 3)),
    ),
    _recipe(
        "coughing",
        ("a person coughs into {hand}", "someone coughs", "coughing, {hand} at the mouth",
         "the person covers the mouth and coughs"),
        Gesture((0.085, 0.005, -0.006), on_head=True, forearm=(15, 10, 0), vary=0.003,
                hz=(1.8, 2.8), head=(0, 4, 0), sine=(0.004, 0, -0.006), hold=(1, 2.5),
                trunk=(0, 8, 0)),
    ),
    _recipe(
        "looking-at-watch",
        ("a person looks at the watch on the {side} wrist", "someone checks the time",
         "checking a wristwatch, {how}", "the person raises the {side} wrist to read the time"),
        Gesture((0.48, -0.22, -0.10), forearm=(70, 0, 0), turn=(0, 22, 8), hold=(0.8, 2.5),
                vary=0.03),
    ),
    _recipe(
        "knocking",
        ("a person knocks on a door with {hand}", "someone is knocking", "knocking three times",
         "the person raps at the door with {hand}"),
        Gesture((0.62, 0.05, 0.05), forearm=(50, 10, 0), hz=(2.5, 4.0), sine=(0.045, 0, -0.01),
                wrist=(0, 12, 0), hold=(0.9, 1.8), where="free"),
    ),
    _recipe(
        "shaking-hands",
        ("a person shakes hands with {hand}", "someone greets with a handshake", "shaking hands",
         "the person offers {hand} and shakes it"),
        Gesture((0.72, -0.02, -0.30), forearm=(5, 0, 0), hz=(1.5, 2.8), sine=(0, 0, 0.035),
                trunk=(0, 6, 0), hold=(1.2, 3), where="free"),
    ),
    _recipe(
        "talking-with-hands",
        ("a person talks and gestures with the hands, {how}", "someone explains with {hand}",
         "gesturing while speaking", "the person moves the hands in a conversation"),
        Gesture((0.48, 0.12, -0.25), hands=0, forearm=(10, 0, 0), hz=(0.5, 1.4),
                sine=(0.04, 0.06, 0.05), cosine=(0.02, 0.03, -0.02), wrist=(20, 8, 0),
                alternate=True, hold=(2, 5), count=(2, 6), vary=0.07),
    ),
    _recipe(
        "conducting",
        ("a person conducts an orchestra with {hand}", "someone beats time in the air",
         "conducting music", "the person swings {arm} to the beat"),
        Gesture((0.58, 0.18, 0.02), hands=0, forearm=(55, 0, 0), hz=(0.7, 1.6),
                sine=(0.02, 0.14, 0), cosine=(0, 0, 0.10), hold=(4, 9), count=(1, 3)),
    ),
)  # fmt: skip
