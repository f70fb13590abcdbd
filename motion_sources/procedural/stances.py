"""Postures as controls: standing, sitting, kneeling, squatting, on all fours, lying.

All face +x with the pelvis near the origin; angles are in degrees here, as the sources that
the ranges come from give them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from motion_sources.procedural.controls import Controls, trunk_of
from motion_sources.procedural.person import Person

Array = NDArray[np.float64]

OUT = np.array([1.0, -1.0])
"""Sign of y on the left and the right."""
CHAIR_M = (0.38, 0.52)
"""Seats of chairs, m: adjustable office chairs span about this (EN 1335-1)."""


WRIST_M = 0.055
"""Wrist over the floor of a hand that bears weight, m."""
_HANGING = 0.98848
"""Share of the arm's length at which a palm hangs: elbows bent by some 12 degrees."""


def both(value: ArrayLike) -> Array:
    """A left and a right one alike, y mirrored where it has one."""
    value = np.asarray(value, float)
    if value.ndim == 0:
        return np.full(2, float(value))
    return np.stack([value, value * [1, -1, 1]])


def polar(
    person: Person, k: int, elevation: ArrayLike, azimuth: ArrayLike, share: ArrayLike
) -> Array:
    """Palm from the shoulder (..., 3), m.

    Parameters
    ----------
    k : int
        0 left, 1 right.
    elevation : (...) array
        From hanging (0) over level (90) to straight up (180), degrees.
    azimuth : (...) array
        From ahead (0) outwards (90), degrees.
    share : (...) array
        Distance as a share of the arm's length.
    """
    up, out, share = np.broadcast_arrays(np.radians(elevation), np.radians(azimuth), share)
    direction = [np.sin(up) * np.cos(out), OUT[k] * np.sin(up) * np.sin(out), -np.cos(up)]
    return person.arm * share[..., None] * np.stack(direction, axis=-1)


def hang(person: Person) -> Array:
    """Palms (2, 3) of arms that hang with the elbows a little bent."""
    return np.stack([polar(person, k, 9.0, 55.0, _HANGING) for k in (0, 1)])


def stand(
    person: Person,
    width: float = 0.10,
    toe_out: float = 7.0,
    lean: float = 0.0,
    knee: float = 0.988,
) -> Controls:
    """Standing; ``width`` from the middle to a foot in legs' lengths, ``knee`` the leg's stretch.

    Feet in comfortable standing are about 0.17 m apart and turned out by 7° each (McIlroy and
    Maki 1997, Clinical Biomechanics 12:66).
    """
    across = width * person.leg
    beside = across - abs(float(person.bone("left_hip")[1]))
    height = np.sqrt((knee * person.leg) ** 2 - beside**2)
    return Controls(
        root=np.array([0, 0, person.sole + height + person.hip_drop]),
        turn=np.radians([0, lean / 2, 0, 0]),
        spine=np.radians([0, lean / 2, 0]),
        head=np.radians([0, -lean / 2, 0]),
        shrug=np.zeros(2),
        ankles=np.array([[-0.02, s * across, person.sole] for s in OUT]),
        feet=np.radians([[0, 0, s * toe_out] for s in OUT]),
        plant=np.ones(2),
        point=np.zeros(2),
        splay=both(np.radians(toe_out)),
        hands=hang(person),
        hold=np.zeros(2),
        held=np.zeros((2, 3)),
        swivel=np.zeros(2),
        forearm=both([0.15, 0, 0]) * [[1, 1, 1], [1, -1, 1]],
        tip=both(person.palm),
    )


def sit(
    person: Person,
    seat: float,
    recline: float = 5.0,
    forward: float = 0.0,
    apart: float = 0.10,
    legs: ArrayLike = (0.0, 0.0),
) -> Controls:
    """Sitting on a seat of a height, m, hands on the thighs.

    Parameters
    ----------
    recline : float
        Trunk behind the vertical, degrees; negative leans forward.
    forward : float
        Feet ahead of the knees, m.
    apart : float
        Feet from the middle, m.
    legs : (2,) array
        A foot further ahead than the other, m.
    """
    hip = seat + person.seat - person.hip_drop
    level = np.sqrt(max(person.thigh**2 - max(hip - person.shank - person.sole, 0) ** 2, 0))
    ankles = []
    for k in (0, 1):
        reach = 0.97 * level + forward + float(np.asarray(legs)[k])
        # Feet that do not reach the floor rest on a bar at the height they reach.
        height = max(person.sole, hip - 0.06 - person.shank)
        farthest = np.sqrt((0.985 * person.leg) ** 2 - (hip - height) ** 2)
        ankles.append([min(reach, farthest), OUT[k] * apart, height])
    base = stand(person)
    sat = base.but(
        root=[0, 0, seat + person.seat],
        turn=np.radians([0, -0.7 * recline, 0, 0]),
        spine=np.radians([0, -0.3 * recline, 0]),
        head=np.radians([0, 0.8 * recline, 0]),
        ankles=ankles,
        splay=both(0.12),
    )
    return hands_on_thighs(person, sat)


def hands_on_thighs(person: Person, sat: Controls, share: float = 0.62) -> Controls:
    """Palms down on the thighs, a share of the way to the knees."""
    trunk = trunk_of(person, sat)
    places = []
    for k, side in enumerate(("left", "right")):
        hip = trunk.position[0, JOINTS.index(f"{side}_hip")]
        knee = knee_of(person, sat, k)
        places.append(hip + share * (knee - hip) + [0, 0.02 * OUT[k], 0.075 * person.stature / 1.7])
    return palms_at(person, sat, places).but(forearm=pronated(60))


def knee_of(person: Person, posture: Controls, k: int) -> Array:
    """World place of a knee in a posture (3,), its leg in a vertical plane, m."""
    trunk = trunk_of(person, posture)
    hip = trunk.position[0, JOINTS.index(("left_hip", "right_hip")[k])]
    line = posture.ankles[k] - hip
    distance = min(float(np.linalg.norm(line)), 0.995 * person.leg)
    line = line / np.linalg.norm(line)
    lateral = rot.rotate(trunk.world[0, 0], np.array([0.0, 1.0, 0.0]))
    side = np.cross(line, lateral)
    side /= np.linalg.norm(side)
    turn = -OUT[k] * posture.splay[k] * line
    side = rot.rotate(rot.from_rotation_vector(turn), side)
    along = (person.thigh**2 + distance**2 - person.shank**2) / (2 * distance)
    return hip + along * line + np.sqrt(max(person.thigh**2 - along**2, 0.0)) * side


def pronated(degrees: float, flexion: float = 0.0) -> Array:
    """Forearms (2, 3) turned alike from thumb-up towards palms down."""
    return np.radians([[degrees, flexion, 0.0]] * 2)


def palms_at(person: Person, posture: Controls, places: ArrayLike) -> Controls:
    """Hands of a posture put where they are at places (2, 3) in the world, m."""
    return posture.but(hands=chest_from_world(person, posture, places))


def chest_from_world(person: Person, posture: Controls, places: ArrayLike) -> Array:
    """Places (2, 3) in the world as ``Controls.hands``."""
    trunk = trunk_of(person, posture)
    chest = trunk.world[0, JOINTS.index("spine3")]
    shoulders = trunk.position[0, [JOINTS.index(s) for s in ("left_shoulder", "right_shoulder")]]
    return rot.rotate_inverse(chest, np.asarray(places, float) - shoulders)


def world_from_chest(person: Person, posture: Controls, hands: ArrayLike) -> Array:
    """The inverse of :func:`chest_from_world`."""
    trunk = trunk_of(person, posture)
    chest = trunk.world[0, JOINTS.index("spine3")]
    shoulders = trunk.position[0, [JOINTS.index(s) for s in ("left_shoulder", "right_shoulder")]]
    return shoulders + rot.rotate(chest, np.asarray(hands, float))


def squat(person: Person, depth: float = 0.5, width: float = 0.16) -> Controls:
    """Squatting on flat feet; ``depth`` 0 stands, 1 has the hips at the height of the heels."""
    base = stand(person, width, 12.0)
    height = base.root[2] - person.sole - person.hip_drop
    fallen = height * (1 - 0.78 * depth)
    back = -0.30 * person.leg * np.sin(np.pi * min(depth, 0.75) / 1.5)
    return base.but(
        root=[back, 0, person.sole + person.hip_drop + fallen],
        turn=np.radians([0, 34 * min(depth, 0.7) / 0.7, 0, 0]),
        spine=np.radians([0, 18 * min(depth, 0.7) / 0.7, 0]),
        head=np.radians([0, -30 * min(depth, 0.7) / 0.7, 0]),
        splay=both(np.radians(12 + 14 * depth)),
        hands=np.stack([polar(person, k, 62.0, -4.0, 0.8) for k in (0, 1)]),
        forearm=pronated(10),
    )


def kneel(person: Person, lean: float = 0.0, on_heels: float = 0.0) -> Controls:
    """Kneeling on both knees; ``on_heels`` 0 is tall, 1 sits back on the heels."""
    base = stand(person, 0.11, 4.0, lean)
    knee, ankle = 0.045, 0.055
    upright = knee + 0.998 * person.thigh
    low = knee + np.sin(np.radians(33)) * person.thigh  # as far as a knee bends
    hip = upright + on_heels * (low - upright)
    behind = np.sqrt(max(person.thigh**2 - (hip - knee) ** 2, 0.0))
    shank = np.sqrt(person.shank**2 - (ankle - knee) ** 2)
    knelt = base.but(
        root=[0.0, 0, hip + person.hip_drop],
        ankles=[[behind - shank, s * 0.11 * person.leg, ankle] for s in OUT],
        plant=[0, 0],
        point=both(np.radians(75)),
        splay=both(0.05),
    )
    return hands_on_thighs(person, knelt, 0.5) if on_heels > 0.5 else knelt


def half_kneel(person: Person, front: int, lean: float = 6.0) -> Controls:
    """On one knee, the foot of side ``front`` planted ahead."""
    base = kneel(person, lean)
    ankles, plant, point = base.ankles.copy(), base.plant.copy(), base.point.copy()
    ankles[front] = [0.97 * person.thigh, OUT[front] * 0.13 * person.leg, person.sole]
    plant[front], point[front] = 1, 0
    return base.but(
        root=base.root - [0, 0, 0.015], ankles=ankles, plant=plant, point=point, splay=both(0.1)
    )


def all_fours(person: Person) -> Controls:
    """On hands and knees, the palms held on the floor below the shoulders."""
    base = kneel(person).but(
        turn=np.radians([0, 84, 0, 0]),
        spine=np.radians([0, -4, 0]),
        head=np.radians([0, -35, 0]),
    )
    floor = on_floor(person, base, ahead=0.02)
    return base.but(
        hands=chest_from_world(person, base, floor),
        held=floor,
        tip=both(0.0),
        forearm=pronated(80, -75),
    )


def on_floor(person: Person, posture: Controls, ahead: float) -> Array:
    """Wrists (2, 3) on the floor below the shoulders of a posture and a little further apart, m."""
    shoulders = world_from_chest(person, posture, np.zeros((2, 3)))
    return shoulders * [1, 1.15, 0] + [ahead, 0, WRIST_M]


def sit_on_floor(person: Person, legs: str = "straight", recline: float = 8.0) -> Controls:
    """Sitting on the floor, legs ``straight``, ``bent`` with the feet flat, or ``crossed``."""
    base = stand(person).but(
        root=[0, 0, person.seat],
        turn=np.radians([0, -recline, 0, 0]),
        spine=np.radians([0, 0.8 * recline + 4, 0]),
        head=np.radians([0, -2, 0]),
        plant=[0, 0],
    )
    if legs == "straight":
        sat = base.but(
            ankles=[[0.97 * person.leg, s * 0.11, 0.06] for s in OUT],
            point=both(0.35),
            splay=[0, 0],
        )
    elif legs == "bent":
        sat = base.but(
            ankles=[[0.62 * person.leg, s * 0.13, person.sole] for s in OUT],
            plant=[1, 1],
            splay=[0.1, 0.1],
        )
    else:
        sat = base.but(
            ankles=[
                [0.44 * person.leg, 0.07 * person.leg, 0.07],
                [0.33 * person.leg, -0.05 * person.leg, 0.07],
            ],
            splay=both(1.25),
            point=both(0.5),
        )
    return hands_on_thighs(person, sat, 0.55)


def lie(person: Person, on: str = "back", knees: float = 6.0, ground: float = 0.0) -> Controls:
    """Lying ``on`` the back, front, left or right; knees bent by degrees; the bed's height, m."""
    base = stand(person)
    scale = person.stature / 1.7
    spin = {"back": 0.0, "left": np.pi / 2, "right": -np.pi / 2, "front": np.pi}[on]
    sideways = on in ("left", "right")
    low = 1 if on == "right" else 0
    bend = 0.16 * (OUT[low] if sideways else 0)
    lain = base.but(
        root=[0, 0, ground + (0.185 if sideways else 0.105) * scale],
        turn=[0, -np.pi / 2, 0, spin],
        spine=[bend, 0.12 if sideways else 0.0, 0],
        head=[1.2 * bend, 0.1 if on == "back" else 0.0, 0.9 if on == "front" else 0.0],
        plant=[0, 0],
        point=both(0.6),
    )
    # Legs: hips flex by half of what the knees do on the side, so that the feet stay in line.
    flexion = np.radians(knees)
    ankles = np.empty((2, 3))
    for k in (0, 1):
        swing = flexion * (0.85 if sideways else 0.5 if on == "back" else 0.02)
        level = 0.03 * OUT[k] if sideways else 0.11 * OUT[k] * scale
        thigh = person.thigh * np.array([np.sin(swing), 0, -np.cos(swing)])
        shank = person.shank * np.array([np.sin(swing - flexion), 0, -np.cos(swing - flexion)])
        hip = person.bone(f"{('left', 'right')[k]}_hip")
        local = hip * [1, 0, 1] + thigh + shank + [0, level, 0]
        if sideways:
            local[1] = OUT[k] * (0.05 if k != low else 0.07) * scale
        pelvis = rot.multiply(
            rot.from_rotation_vector([0, -np.pi / 2, 0]), rot.from_rotation_vector([0, 0, spin])
        )
        ankles[k] = lain.root + rot.rotate(pelvis, local)
    least = 0.10 * scale if on == "front" else 0.055  # prone, the feet lie on their backs
    ankles[:, 2] = np.maximum(ankles[:, 2], ground + least)
    hands = np.stack([polar(person, k, 12.0, 75.0, 0.985) for k in (0, 1)])
    point = both(1.15 if on == "front" else 0.6)
    swivel = np.zeros(2)
    if sideways:
        hands = np.stack([polar(person, k, 25.0, 5.0, 0.95) for k in (0, 1)])
        hands[low] = polar(person, low, 92.0, -6.0, 0.97)
        swivel[low] = -1.2
    elif on == "front":
        hands = np.stack([polar(person, k, 120.0, 92.0, 0.80) for k in (0, 1)])
        swivel = both(0.35)
    return lain.but(
        ankles=ankles,
        point=point,
        hands=hands,
        swivel=swivel,
        splay=both(0.25 if on == "back" else 0.0),
        forearm=pronated(40),
    )
