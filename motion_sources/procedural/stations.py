"""Where a person works with the hands: at a table, at a counter, or standing free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motion_sources.procedural import stances
from motion_sources.procedural.controls import Controls, trunk_of
from motion_sources.procedural.person import Person
from motion_sources.procedural.script import put
from motion_sources.procedural.stances import CHAIR_M, OUT, both

Array = NDArray[np.float64]
Rng = np.random.Generator

TABLE_OVER_SEAT_M = (0.26, 0.31)
"""Top of a table over the seat before it, m: tables are 0.70–0.76 m high, seats 0.42–0.48
(ISO 9241-5; EN 527-1)."""
COUNTER = (0.50, 0.56)
"""Counter tops as shares of stature: 0.85–0.95 m at 1.70 m, a little below the elbow (Kroemer and
Grandjean 1997, Fitting the Task to the Human)."""
PALM_M = 0.03
"""Middle of a flat hand over what it lies on, m."""
RIGHT_HANDED = 0.894
"""Share of people (Papadatou-Pastou et al. 2020, Psychological Bulletin 146:481)."""


def handed(rng: Rng) -> int:
    """The hand that works, 0 left and 1 right: mostly the right one."""
    return int(rng.random() < RIGHT_HANDED)


@dataclass(frozen=True, eq=False)
class Station:
    """A place to work at.

    Parameters
    ----------
    person : Person
    posture : Controls
        The hands at rest.
    top : float
        Height of the table or counter; where there is none, of the hands at work, m.
    how : str
        In words.
    """

    person: Person
    posture: Controls
    top: float
    how: str

    def spot(self, k: int, ahead: float, out: float, up: float = 0.0) -> Array:
        """A place (3,) ahead, towards the side of hand ``k`` and above the top.

        In metres for a person of 1.70 m, ahead from the shoulders at rest.
        """
        size = self.person.stature / 1.7
        shoulders = trunk_of(self.person, self.posture).place("spine3")[0, 0]
        return np.array(
            [shoulders + ahead * size, OUT[k] * out * size, self.top + PALM_M + up * size]
        )


def station(rng: Rng, person: Person, where: str = "any") -> Station:
    """Draw a station: ``table`` (sitting), ``counter`` (standing at one), ``free``, or ``any``.

    ``any`` is a table or a counter, ``loose`` also sitting or standing with nothing in front.
    """
    if where in ("any", "loose"):
        options = ["table", "counter"] if where == "any" else ["table", "counter", "free", "chair"]
        where = options[int(rng.integers(len(options)))]
    apart = rng.uniform(0.12, 0.22)
    if where in ("table", "chair"):
        seat = rng.uniform(*CHAIR_M)
        posture = stances.sit(
            person, seat, rng.uniform(-8, 4), rng.uniform(-0.1, 0.06), rng.uniform(0.08, 0.14)
        )
        size = person.stature / 1.7
        place = Station(person, posture, seat + size * rng.uniform(*TABLE_OVER_SEAT_M), "")
        if where == "chair":
            return Station(person, posture, place.top, "sitting on a chair")
        words = "sitting at a table"
    else:
        posture = stances.stand(
            person, rng.uniform(0.08, 0.16), rng.uniform(2, 12), rng.uniform(0, 6)
        )
        place = Station(person, posture, person.stature * rng.uniform(*COUNTER), "standing")
        if where == "free":
            return place
        words = "standing at a counter"
    for k in (0, 1):
        rest = place.spot(k, rng.uniform(0.24, 0.32), apart)
        posture = put(person, posture, k, rest, (65, 0, 0))
    posture = posture.but(head=posture.head + [0, rng.uniform(0.1, 0.3), 0], swivel=both(0.05))
    return Station(person, posture, place.top, words)
