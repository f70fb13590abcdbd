"""Pedalling on upright, road and recumbent ergometers, standing on the pedals, elliptical trainers.

Cranks of 165–175 mm and 50–110 turns a minute; the saddle leaves the knee 25–40 degrees bent at
the lowest pedal (Holmes et al. 1994; Peveler 2008, J. Strength and Conditioning Research
22:1355). The foot's pitch goes through 15–35 degrees in a turn, toes lowest in the upstroke
(the ankle through 24: Ericson et al. 1988, J. Orthopaedic & Sports Physical Therapy 9:273).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion_sources.procedural import stances
from motion_sources.procedural.controls import blend, living
from motion_sources.procedural.person import FOOT, Person
from motion_sources.procedural.recipe import Made, Recipe
from motion_sources.procedural.stances import OUT, polar, world_from_chest
from motion_sources.procedural.timing import phase, times

Array = NDArray[np.float64]
Rng = np.random.Generator
Range = tuple[float, float]
Maker = Callable[[Rng, Person], Made]

CRANK_M = (0.165, 0.175)
KNEE_LOWEST = (25.0, 40.0)
"""Flexion of the knee when its pedal is farthest, degrees."""
STANCE_M = (0.075, 0.10)
"""Pedals from the middle of the bicycle, m."""


def _turns(rng: Rng, rpm: Range) -> tuple[Array, Array, float, float]:
    """Times (T,), crank's angle (T,), turns a second and where the pedalling begins."""
    time_s = times(rng.uniform(10.0, 28.0))
    hz = rng.uniform(*rpm) / 60
    begins = rng.uniform(0.5, 2.0)
    ends = float(time_s[-1]) - rng.uniform(0.5, 2.0)
    angle = phase(rng, time_s, hz, begins, ends, ramp=2.0, variation=0.03)
    return time_s, angle + rng.uniform(0, 2 * np.pi), hz, begins


def _feet(person: Person, balls: Array, pitch: Array) -> tuple[Array, Array]:
    """Ankles and turns of feet, each (T, 2, 3), whose balls are at places (T, 2, 3), m."""
    ball, sole = 0.5 * FOOT * person.stature, person.sole
    back = ball * np.cos(pitch) - sole * np.sin(pitch)
    up = ball * np.sin(pitch) + sole * np.cos(pitch)
    ankles = balls + np.stack([-back, np.zeros_like(back), up], axis=-1)
    return ankles, np.stack([np.zeros_like(pitch), pitch, np.zeros_like(pitch)], axis=-1)


def _farthest(person: Person, flexion: float) -> float:
    """Hip to ankle with the knee bent by so much, degrees, m."""
    a, b = person.thigh, person.shank
    return float(np.sqrt(a**2 + b**2 + 2 * a * b * np.cos(np.radians(flexion))))


def _saddle(person: Person, ankles: Array, axle: Array, seat: float, knee: float) -> Array:
    """Hips (3,) above the axle on the seat tube, at ``seat`` rad, whose legs just reach.

    The ``knee`` is bent by so much, degrees, where an ankle (T, 2, 3) is farthest.
    """
    tube = np.array([-np.cos(seat), 0.0, np.sin(seat)])
    far = _farthest(person, knee)
    level = ankles * [1, 0, 1]  # hips are about as far apart as pedals
    hips = axle + far * tube
    for _ in range(6):
        hips = hips + (far - float(np.linalg.norm(level - hips, axis=-1).max())) * tube
    return hips


def _ride(
    rpm: Range,
    lean: Range,
    seat: Range = (70.0, 75.0),
    axle: Range = (0.27, 0.30),
    reach: tuple[Range, Range] = ((58.0, 72.0), (0.9, 0.97)),
    standing: bool = False,
) -> Maker:
    """Pedalling in a saddle, or standing on the pedals.

    Parameters
    ----------
    lean, seat : (float, float)
        Trunk forward and the seat tube above the level, degrees.
    axle : (float, float)
        Height of the crank's axle, m.
    reach : pair of ranges
        Hands: elevation of the arms against the trunk, degrees, and their stretch.
    """

    def make(rng: Rng, person: Person) -> Made:
        time_s, angle, hz, begins = _turns(rng, rpm)
        crank, apart = rng.uniform(*CRANK_M), rng.uniform(*STANCE_M)
        centre = np.array([0.0, 0.0, rng.uniform(*axle)])
        tube = np.radians(rng.uniform(*seat))
        recumbent = tube < 1.0
        toes = np.radians(rng.uniform(5, 22)) if not recumbent else tube - np.pi / 2
        ankling = np.radians(rng.uniform(8, 17))
        late = rng.uniform(-0.4, 0.4)
        # The crank turns forward: at angle 0 it points ahead, then down.
        own = np.stack([angle, angle + np.pi], axis=1)
        balls = centre + crank * np.stack([np.cos(own), 0 * own, -np.sin(own)], axis=-1)
        balls[:, :, 1] = apart * OUT
        pitch = toes + ankling * -np.cos(own + late)
        ankles, feet = _feet(person, balls, pitch)
        hips = _saddle(person, ankles, centre, float(tube), rng.uniform(*KNEE_LOWEST))
        trunk = np.radians(rng.uniform(*lean))
        beat = np.sin(angle + rng.uniform(-0.5, 0.5))
        rock = np.radians(rng.uniform(0.8, 2.5)) * (2.5 if standing else 1.0)
        root = np.tile(hips, (len(time_s), 1))
        if standing:
            root[:, 0] = centre[0] + rng.uniform(-0.16, -0.02) * person.leg
            high = ankles[:, :, 2].min() + rng.uniform(0.90, 0.95) * person.leg
            root[:, 2] = high + rng.uniform(0.06, 0.18) * crank * np.cos(2 * angle + 0.6)
        sway = rng.uniform(0.004, 0.012) * (3.0 if standing else 1.0)
        root[:, 1] += sway * beat
        pelvis = trunk * (0.55 if not recumbent else 0.8)
        root[:, 0] += np.sin(pelvis) * person.hip_drop
        root[:, 2] += np.cos(pelvis) * person.hip_drop
        posture = stances.sit(person, 0.5).but(
            root=root[0],
            turn=[0, pelvis, 0, 0],
            spine=[0, trunk - pelvis, 0],
            head=[0, -0.6 * trunk, 0],
            forearm=stances.pronated(70),
        )
        arm = polar(person, 0, rng.uniform(*reach[0]), 4.0, rng.uniform(*reach[1]))
        held = world_from_chest(person, posture, np.stack([arm, arm * [1, -1, 1]]))
        still = posture.but(
            ankles=ankles[0], feet=feet[0], held=held, hold=[1, 1], plant=[1, 1], splay=[0.03, 0.03]
        )
        made = blend(time_s, still)
        turn, spine = made.turn.copy(), made.spine.copy()
        turn[:, 2] += rock * beat
        turn[:, 0] += 0.5 * rock * beat
        spine[:, 0] -= 0.8 * rock * beat
        spine[:, 1] += np.radians(rng.uniform(0.2, 0.8)) * np.cos(2 * angle)
        made = replace(made, root=root, turn=turn, spine=spine, ankles=ankles, feet=feet)
        made = living(made, rng, person, time_s, sway=0.0, effort=rng.uniform(1.5, 2.5))
        pace = "fast" if hz > 1.4 else "slowly" if hz < 1.05 else "at a steady pace"
        facts = {
            "crank": crank, "axle": centre, "pedals": balls, "hz": hz, "begins": begins,
            "angle": angle,
        }  # fmt: skip
        return Made(made, {"pace": pace}, facts)

    return make


def _elliptical(rng: Rng, person: Person) -> Made:
    """Pedals on long flat ovals; the hands on moving bars go against the feet.

    Strides of 40–55 cm at 40–75 turns a minute, as trainers for adults are built.
    """
    time_s, angle, hz, begins = _turns(rng, (40, 75))
    long, high = rng.uniform(0.20, 0.27) * person.stature / 1.7, rng.uniform(0.06, 0.10)
    own = np.stack([angle, angle + np.pi], axis=1)
    level = rng.uniform(0.22, 0.30)
    balls = np.stack([long * np.cos(own), 0 * own, level - high * np.sin(own)], axis=-1)
    balls[:, :, 1] = rng.uniform(0.09, 0.13) * OUT
    # The heel rises behind, as the foot goes up.
    pitch = np.radians(rng.uniform(8, 16)) * (1 - np.cos(own - 0.6)) + 0.02
    ankles, feet = _feet(person, balls, pitch)
    middle = ankles.mean(axis=(0, 1))
    root = np.tile([middle[0] + 0.03, 0.0, 0.0], (len(time_s), 1))
    root[:, 2] = level + person.sole + 0.90 * person.leg + person.hip_drop - 0.3 * high
    beat = np.sin(angle)
    root[:, 2] += rng.uniform(0.006, 0.018) * np.cos(2 * angle)
    root[:, 1] += rng.uniform(0.01, 0.03) * beat
    lean = np.radians(rng.uniform(3, 12))
    posture = stances.stand(person, lean=np.degrees(lean)).but(root=root[0])
    arm = polar(person, 0, rng.uniform(55, 70), 4.0, 0.78)
    held = world_from_chest(person, posture, np.stack([arm, arm * [1, -1, 1]]))
    moving = bool(rng.random() < 0.7)
    swing = (0.13 if moving else 0.0) * person.stature / 1.7 * np.cos(own)
    made = blend(time_s, posture.but(hold=[1, 1], held=held, forearm=stances.pronated(30)))
    grip = made.held.copy()
    grip[:, :, 0] -= swing
    turn, spine = made.turn.copy(), made.spine.copy()
    twist = np.radians(rng.uniform(2, 6)) * np.cos(angle)
    turn[:, 0] -= twist
    spine[:, 2] += 1.6 * twist
    turn[:, 2] += np.radians(rng.uniform(1, 3)) * beat
    made = replace(made, root=root, held=grip, turn=turn, spine=spine, ankles=ankles, feet=feet)
    made = living(made, rng, person, time_s, sway=0.0, effort=2.0)
    hands = "moving the bars" if moving else "holding on in front"
    facts = {"pedals": balls, "hz": hz, "begins": begins, "angle": angle}
    return Made(made, {"hands": hands}, facts)


RECIPES = (
    Recipe(
        "stationary-bike", "Conditioning exercise",
        ("a person rides an exercise bike", "someone pedals on a stationary bicycle {pace}",
         "cycling indoors on an ergometer", "the person sits upright and pedals {pace}"),
        _ride((50, 100), (8, 28)),
    ),
    Recipe(
        "city-bike", "Bicycling",
        ("a person rides a bicycle", "someone cycles {pace}", "riding an upright bike",
         "the person pedals along, leaning forward a little"),
        _ride((50, 90), (15, 40)),
    ),
    Recipe(
        "road-bike", "Bicycling",
        ("a person rides a racing bike", "someone cycles bent low over the bar",
         "road cycling {pace}", "the person pedals in a racing position"),
        _ride((70, 110), (45, 62), (72.0, 76.0), reach=((72.0, 84.0), (0.9, 0.97))),
    ),
    Recipe(
        "recumbent-bike", "Conditioning exercise",
        ("a person pedals on a recumbent bike", "someone leans back and pedals with the legs ahead",
         "recumbent cycling {pace}", "the person cycles in a reclined seat"),
        _ride((50, 95), (-40, -22), (8.0, 20.0), (0.36, 0.46), ((48.0, 60.0), (0.72, 0.84))),
    ),
    Recipe(
        "cycling-out-of-the-saddle", "Bicycling",
        ("a person pedals standing up", "someone cycles out of the saddle",
         "standing on the pedals", "the person rides uphill standing on the bike"),
        _ride((50, 80), (28, 45), reach=((52.0, 66.0), (0.87, 0.95)), standing=True),
    ),
    Recipe(
        "elliptical-trainer", "Conditioning exercise",
        ("a person uses an elliptical trainer", "someone works out on a cross trainer, {hands}",
         "striding on an elliptical machine", "the person glides the feet round and round"),
        _elliptical,
    ),
)  # fmt: skip
