"""Where and how sensors sit on links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imusim.errors import ConfigError
from imusim.math import rotations as rot

Array = NDArray[np.float64]

Rotations = Literal["none", "random"]


@dataclass(frozen=True, eq=False)
class Mounting:
    """S sensors, each fixed to a link.

    Parameters
    ----------
    joints : tuple of str
        The link that each sensor sits on.
    link_from_sensor : (S, 4) array
        Orientation of the sensor in its link's frame, xyzw.
    offset : (S, 3) array
        Lever arm: place of the sensor in its link's frame, m.
    """

    joints: tuple[str, ...]
    link_from_sensor: Array
    offset: Array


def draw_mounting(
    joints: tuple[str, ...],
    rotations: Rotations = "none",
    rng: np.random.Generator | None = None,
    offset: ArrayLike = (0.0, 0.0, 0.0),
) -> Mounting:
    """Mount one sensor on each joint's segment.

    Parameters
    ----------
    joints : tuple of str
    rotations : {"none", "random"}
        Sensor axes along the link's, or uniform on SO(3), one rotation a joint.
    rng : numpy Generator
        Needed for ``"random"``.
    offset : (3,) or (S, 3)
        Lever arm in the link's frame, m.

    Raises
    ------
    ConfigError
        For an unknown choice, or ``"random"`` without a generator.
    """
    count = len(joints)
    if rotations == "none":
        link_from_sensor = np.tile(rot.IDENTITY, (count, 1))
    elif rotations == "random" and rng is not None:
        link_from_sensor = rot.random_rotations(rng, (count,))
    else:
        raise ConfigError(f"rotations are 'none' or 'random' (with a generator), not {rotations!r}")
    return Mounting(
        tuple(joints), link_from_sensor, np.broadcast_to(np.asarray(offset, float), (count, 3))
    )
