"""Where sensors of a stream are worn: as stated, or as their names say."""

from __future__ import annotations

from collections.abc import Mapping

from imusim.conventions import JOINTS
from imusim.errors import ConfigError
from imusim.sensor.placement import Placement, find_placements
from imusim.sensor.placement.joint import joint_of

UNKNOWN = "unknown"
Stated = str | Mapping[str, str]
"""One placement for all sensors, or by the sensors' names; empty: as their names say."""


def check_stated(stated: Stated) -> None:
    """Raises ConfigError for a placement that there is not."""
    for place in [stated] if isinstance(stated, str) else stated.values():
        if place and place != UNKNOWN:
            _found(place)


def joint_worn(sensor: str, stated: Stated) -> str:
    """The joint at which a sensor counts; ``""`` where nobody knows."""
    place = stated if isinstance(stated, str) else stated.get(sensor, "")
    if place == UNKNOWN:
        return ""
    if place:
        found = _found(place)
        return found if isinstance(found, str) else joint_of(found)
    try:
        found = _found(sensor)
    except ConfigError:
        return ""
    return found if isinstance(found, str) else joint_of(found)


def joint_stored(sensor: str, stated: Stated) -> str:
    """The joint that a corpus has for a sensor: of a placement by its own name, its segment."""
    try:
        found = _found(sensor)
    except ConfigError:
        return joint_worn(sensor, stated)
    if (stated if isinstance(stated, str) else stated.get(sensor)) or isinstance(found, str):
        return joint_worn(sensor, stated)
    return found.segment


def _found(place: str) -> Placement | str:
    try:
        found = find_placements([place])
    except ConfigError:
        if place in JOINTS:
            return place
        raise
    if len(found) != 1:
        raise ConfigError(f"placement {place!r} is several places; state one")
    return found[0]
