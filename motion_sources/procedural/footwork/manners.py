"""How somebody walks: what is drawn beside the footholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Style:
    """How somebody walks or runs.

    Parameters
    ----------
    gait : str
        ``walk`` or ``run``: whose stride it is.
    duty : float
        Share of the stride that each foot stands; 0: the stride's own.
    up, rotate, sway : float
        Pelvis's rise and fall, turns and shift sideways, relative to the stride's.
    arms : (2,) array
        Swing of the arms, relative.
    lean : float
        Trunk forward, rad.
    heel, push : float
        Pitch of the foot as it comes down, and as it leaves, relative to the stride's; a
        negative heel comes down toes first.
    tiptoe : float
        Heels raised all the time, rad.
    lift : float
        Feet higher in the swing, m.
    shock : float
        Peak acceleration of the pelvis from the blow of the foot as it comes down, m/s².
    toe_out : float
        Rad.
    look : float
        Head bent forward, rad.
    carry : mapping of int to (3,) array
        Palms that do not swing, from the shoulder in the chest's frame, m.
    pronate : float
        Of those hands, rad.
    """

    gait: str = "walk"
    duty: float = 0.0
    up: float = 1.0
    rotate: float = 1.0
    sway: float = 1.0
    arms: Array = field(default_factory=lambda: np.ones(2))
    lean: float = 0.0
    heel: float = 1.0
    push: float = 1.0
    tiptoe: float = 0.0
    lift: float = 0.0
    shock: float = 1.0
    toe_out: float = 0.12
    look: float = 0.0
    carry: Mapping[int, Array] = field(default_factory=dict)
    pronate: float = 0.4


@dataclass(frozen=True)
class Climb:
    """What changes on stairs: as :class:`Style`, and how unevenly each step climbs.

    ``surge`` 0 climbs at a constant rate, 1 stands still once a step; ``late`` is when in the
    step the rate is least, against the contact; ``sharp`` narrows the lowest point.
    """

    heel: float
    push: float
    lean: float
    surge: float
    late: float
    shock: float = 1.0
    sharp: float = 0.1
    look: float = 0.2
