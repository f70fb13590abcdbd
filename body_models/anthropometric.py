"""The default body: an average adult by de Leva's tables.

P. de Leva, "Adjustments to Zatsiorsky-Seluyanov's segment inertia parameters", Journal of
Biomechanics 29 (1996) 1223–1230, table 4: relative masses, centres of mass and radii of
gyration of women and men, averaged here. Where the 22 segments of the skeleton divide one of
his (the middle and upper trunk, head and neck, foot), the smaller parts are solid ellipsoids of
their size with the share of the mass stated below, and the larger part is what the table's
segment leaves: together they have its mass, centre of mass and inertia. Breadths, which the
table does not give, are chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.body import Body, BodyMaker, BodyModel, BodyOptions
from imusim.conventions import JOINTS
from imusim.errors import ConfigError

Array = NDArray[np.float64]

_STATURE = (1.735, 1.741)
"""Mean stature of de Leva's women and men, m."""


@dataclass(frozen=True)
class _Row:
    """A line of the table, women's value and men's."""

    mass: tuple[float, float]
    """Per cent of the body's."""
    length_mm: tuple[float, float]
    centre: tuple[float, float]
    """Centre of mass from the upper end, per cent of the length."""
    gyration: tuple[tuple[float, float, float], tuple[float, float, float]]
    """Radii about the sagittal, transverse and longitudinal axes, per cent of the length."""


_LEVA = {
    "head": _Row(
        (6.68, 6.94), (200.2, 203.3), (58.94, 59.76), ((33.0, 35.9, 31.8), (36.2, 37.6, 31.2))
    ),
    "upper_trunk": _Row(
        (15.45, 15.96), (228.0, 242.1), (50.50, 50.66), ((46.6, 31.4, 44.9), (50.5, 32.0, 46.5))
    ),
    "middle_trunk": _Row(
        (14.65, 16.33), (205.3, 215.5), (45.12, 45.02), ((43.3, 35.4, 41.5), (48.2, 38.3, 46.8))
    ),
    "lower_trunk": _Row(
        (12.47, 11.17), (181.5, 145.7), (49.20, 61.15), ((43.3, 40.2, 44.4), (61.5, 55.1, 58.7))
    ),
    "upper_arm": _Row(
        (2.55, 2.71), (275.1, 281.7), (57.54, 57.72), ((27.8, 26.0, 14.8), (28.5, 26.9, 15.8))
    ),
    "forearm": _Row(
        (1.38, 1.62), (264.3, 268.9), (45.59, 45.74), ((26.1, 25.7, 9.4), (27.6, 26.5, 12.1))
    ),
    "hand": _Row(
        (0.56, 0.61), (78.0, 86.2), (74.74, 79.00), ((53.1, 45.4, 33.5), (62.8, 51.3, 40.1))
    ),
    "thigh": _Row(
        (14.78, 14.16), (368.5, 422.2), (36.12, 40.95), ((36.9, 36.4, 16.2), (32.9, 32.9, 14.9))
    ),
    "shank": _Row(
        (4.81, 4.33), (432.3, 434.0), (44.16, 44.59), ((27.1, 26.7, 9.3), (25.5, 24.9, 10.3))
    ),
    "foot": _Row(
        (1.29, 1.37), (228.3, 258.1), (40.14, 44.15), ((29.9, 27.9, 13.9), (25.7, 24.5, 12.4))
    ),
}

_SPLIT = {
    "spine1": {"spine2": 0.5},
    "spine3": {"left_collar": 0.125, "right_collar": 0.125},
    "head": {"neck": 0.15},
    "left_ankle": {"left_foot": 0.15},
    "right_ankle": {"right_foot": 0.15},
}
"""Segments that share one of the table's with smaller parts; the parts' shares of its mass."""

_ROWS = {
    "pelvis": "lower_trunk",
    "spine1": "middle_trunk",
    "spine3": "upper_trunk",
    "head": "head",
    "hip": "thigh",
    "knee": "shank",
    "ankle": "foot",
    "shoulder": "upper_arm",
    "elbow": "forearm",
    "wrist": "hand",
}
"""Row of the table for each segment, left and right alike."""


def _length(row: str) -> float:
    """Length of a segment as a fraction of stature."""
    return float(
        np.mean(
            [long / 1000 / tall for long, tall in zip(_LEVA[row].length_mm, _STATURE, strict=True)]
        )
    )


def _tailor(options: BodyOptions) -> BodyMaker:
    """One body for all clips: the tables know no shapes."""
    height_m = float(np.mean(_STATURE)) if options.height_m is None else options.height_m
    body = _build(height_m, options.mass_kg)
    return lambda _shape: body


def _build(height_m: float, mass_kg: float) -> Body:
    """Build the body of a height and mass. Raises ConfigError outside 0.5–2.5 m, 3–300 kg."""
    if not 0.5 <= height_m <= 2.5:
        raise ConfigError(f"a height of {height_m} m is outside 0.5–2.5 m")
    if not 3 <= mass_kg <= 300:
        raise ConfigError(f"a mass of {mass_kg} kg is outside 3–300 kg")
    lower, middle, upper = (_length(f"{part}_trunk") for part in ("lower", "middle", "upper"))
    arm, forearm = _length("upper_arm"), _length("forearm")
    thigh, shank, foot, head = _length("thigh"), _length("shank"), _length("foot"), _length("head")
    raised = 0.045  # the pelvis joint above the hips
    cervical_to_vertex = float(np.mean([243.7 / 1735, 242.9 / 1741]))
    sole = 1 - (cervical_to_vertex + upper + middle + lower + thigh + shank)
    bones = {
        "pelvis": (0, 0, 0),
        "hip": (0, 0.051, -raised),
        "spine1": (0, 0, lower - raised),
        "knee": (0, 0, -thigh),
        "spine2": (0, 0, middle / 2),
        "ankle": (0, 0, -shank),
        "spine3": (0, 0, middle / 2),
        "foot": (0.52 * foot, 0, -0.75 * sole),
        "neck": (0, 0, upper),
        "collar": (0, 0.02, 0.75 * upper),
        "head": (0, 0, cervical_to_vertex - head),
        "shoulder": (0, 0.085, 0.05 * upper),
        "elbow": (0, arm, 0),
        "wrist": (0, forearm, 0),
    }
    # Box of each segment: centre and size, and whether it is round.
    shapes = {
        "pelvis": ((0, 0, 0), (0.11, 0.18, lower), False),
        "hip": ((0, 0, -thigh / 2), (0.085, 0.085, thigh), True),
        "spine1": ((0, 0, middle / 4), (0.11, 0.16, middle / 2), False),
        "knee": ((0, 0, -shank / 2), (0.058, 0.058, shank), True),
        "spine2": ((0, 0, middle / 4), (0.11, 0.165, middle / 2), False),
        "ankle": ((0.17 * foot, 0, -sole / 2), (0.7 * foot, 0.05, sole), False),
        "spine3": ((0, 0, upper / 2), (0.12, 0.17, upper), False),
        "foot": ((0.15 * foot, 0, -0.125 * sole), (0.3 * foot, 0.05, 0.25 * sole), False),
        "neck": ((0, 0, (cervical_to_vertex - head) / 2), (0.06, 0.06, 0.08), True),
        "collar": ((0, 0.0425, 0), (0.05, 0.085, 0.05), True),
        "head": ((0.01, 0, head / 2), (0.1, 0.09, head), True),
        "shoulder": ((0, arm / 2, 0), (0.052, arm, 0.052), True),
        "elbow": ((0, forearm / 2, 0), (0.043, forearm, 0.043), True),
        "wrist": ((0, 0.054, 0), (0.045, 0.108, 0.017), False),
    }
    # Where the table's segments begin, in the frame of the body's, and their long axes.
    down = np.array([0.0, 0.0, -1.0])
    begins = {
        "pelvis": ((0, 0, lower - raised), down),
        "spine1": ((0, 0, middle), down),
        "spine3": ((0, 0, upper), down),
        "head": ((0, 0, head), down),
        "hip": ((0, 0, 0), down),
        "knee": ((0, 0, 0), down),
        "ankle": ((-0.18 * foot, 0, -sole / 2), np.array([1.0, 0.0, 0.0])),
        "shoulder": ((0, 0, 0), np.array([0.0, 1.0, 0.0])),
        "elbow": ((0, 0, 0), np.array([0.0, 1.0, 0.0])),
        "wrist": ((0, 0, 0), np.array([0.0, 1.0, 0.0])),
    }
    kinds = [joint.removeprefix("left_").removeprefix("right_") for joint in JOINTS]
    mirror = np.array([[1.0, -1.0 if j.startswith("right_") else 1.0, 1.0] for j in JOINTS])
    offsets = mirror * np.array([bones[kind] for kind in kinds])
    boxes = np.array([shapes[kind][:2] for kind in kinds], float)
    boxes[:, 0] *= mirror
    solids = [_ellipsoid(1.0, size) for size in boxes[:, 1]]
    masses, centres, inertias = np.zeros(len(JOINTS)), boxes[:, 0].copy(), np.array(solids)
    for index, kind in enumerate(kinds):
        if kind in _ROWS:
            start, axis = begins[kind]
            masses[index], along, inertias[index] = _whole(_ROWS[kind], axis)
            centres[index] = mirror[index] * (start + along * axis)
    for name, parts in _SPLIT.items():
        _divide(name, parts, masses, centres, inertias, offsets)
    whole = mass_kg / masses.sum()
    rounds = np.array([shapes[kind][2] for kind in kinds])
    unit = Body(offsets, masses * whole, centres, inertias * whole, boxes, rounds)
    return unit.scaled(height_m)


def _whole(row: str, axis: Array) -> tuple[float, float, Array]:
    """Mass (per cent), centre along the long axis and inertia (3, 3) of a row, stature 1."""
    data = _LEVA[row]
    length, mass = _length(row), float(np.mean(data.mass))
    sagittal, transverse, longitudinal = np.mean(data.gyration, axis=0) / 100
    if axis[2]:  # the trunk, head and legs stand: sagittal is forward, transverse to the left
        radii = np.array([sagittal, transverse, longitudinal])
        if row in ("thigh", "shank"):
            radii[:2] = (sagittal + transverse) / 2
    else:  # arms and feet may be turned about their length
        radii = np.where(axis != 0, longitudinal, (sagittal + transverse) / 2)
    return mass, length * float(np.mean(data.centre)) / 100, mass * np.diag((length * radii) ** 2)


def _ellipsoid(mass: float, size: Array) -> Array:
    """Inertia (3, 3) of a solid ellipsoid that fills a box."""
    return mass / 20 * np.diag((size**2).sum() - size**2)


def _divide(
    name: str,
    parts: dict[str, float],
    masses: Array,
    centres: Array,
    inertias: Array,
    offsets: Array,
) -> None:
    """Take parts out of a segment, in place; ``inertias`` of the parts come for unit mass."""
    main = JOINTS.index(name)
    mass, centre = masses[main], centres[main].copy()
    moment, rest = mass * centre, inertias[main] + mass * _about(centre)
    for part, share in parts.items():
        index = JOINTS.index(part)
        # The neck is below the head in the tree but its parent; the others are children.
        place = centres[index] + (offsets[index] if part != "neck" else -offsets[main])
        masses[index] = share * mass
        inertias[index] *= masses[index]
        masses[main] -= masses[index]
        moment = moment - masses[index] * place
        rest = rest - inertias[index] - masses[index] * _about(place)
    centres[main] = moment / masses[main]
    inertias[main] = rest - masses[main] * _about(centres[main])


def _about(place: Array) -> Array:
    """What a unit mass at a place (3,) adds to the inertia about the origin."""
    return place @ place * np.eye(3) - np.outer(place, place)


MODEL = BodyModel(
    name="anthropometric",
    summary="an average adult, 22 segments, scaled by height and mass",
    licence="MIT",
    home="https://doi.org/10.1016/0021-9290(95)00178-6",
    obtain="bundled",
    citation="de Leva 1996, J. Biomech. 29:1223-1230",
    tailor=_tailor,
)
