"""Packets of the app Sensor Logger, by HTTP push or out of its JSON files.

Its ``accelerometer`` is without gravity. Specific force is ``totalacceleration`` (Android), or
``accelerometeruncalibrated``, or the sum of ``accelerometer`` and ``gravity``. Names, units and
signs are those of the app's own references UNITS.md and COORDINATES.md
(https://github.com/tszheichoi/awesome-sensor-logger).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from imusim.conventions import STANDARD_GRAVITY
from imusim.live.samples import PacketError, Sample, Triple

_RANK = {"accelerometer": 1, "accelerometeruncalibrated": 2, "totalacceleration": 3}
"""Which of several accelerometers counts: the one with the highest rank that was seen."""
_ON_WATCH = "wristmotion"
_WITHOUT_GRAVITY = (
    "the phone sends acceleration without gravity alone: in Sensor Logger turn on Total "
    "Acceleration (Android) or Gravity (iOS)"
)


class SensorLogger:
    """One device with the app.

    Parameters
    ----------
    name : str
        What its sensor is called; a watch beside it is ``NAME-watch``.
    """

    def __init__(self, name: str):
        self._name = name
        self._rank = 0
        self._gravity: tuple[float, Triple] | None = None
        self._told = False
        self._notes: list[str] = []

    def take_notes(self) -> list[str]:
        """What the user should know, once."""
        notes, self._notes = self._notes, []
        return notes

    def read(self, payload: Sequence[Any]) -> list[Sample]:
        """Samples of a packet's entries, in their order. Raises PacketError for a damaged one."""
        entries = [_entry(part) for part in payload]
        gravity = [(at, _axes(values)) for name, at, values in entries if name == "gravity"]
        samples = []
        for name, at, values in entries:
            if name in _RANK:
                self._rank = max(self._rank, _RANK[name])
                if _RANK[name] < self._rank:
                    continue
                force = _axes(values)
                if name == "accelerometer":
                    down = self._gravity_at(at, gravity)
                    if down is None:
                        continue
                    force = (force[0] + down[0], force[1] + down[1], force[2] + down[2])
                samples.append(Sample(at, self._name, force, None, self._name))
            elif name == "gyroscope":
                samples.append(Sample(at, self._name, None, _axes(values), self._name))
            elif name == _ON_WATCH:
                samples.append(self._watch(at, values))
        if gravity:
            self._gravity = gravity[-1]
        return samples

    def _gravity_at(self, at: float, near: Sequence[tuple[float, Triple]]) -> Triple | None:
        known = [*near, *([self._gravity] if self._gravity else [])]
        if not known:
            if not self._told:
                self._told = True
                self._notes.append(_WITHOUT_GRAVITY)
            return None
        return min(known, key=lambda pair: abs(pair[0] - at))[1]

    def _watch(self, at: float, values: Mapping[str, Any]) -> Sample:
        """Of an Apple Watch: in g and with Apple's sign, unless the app was told to standardise."""
        moved, down, turn = (
            _axes(values, kind) for kind in ("acceleration", "gravity", "rotationRate")
        )
        length = float(np.linalg.norm(down))
        factor = -STANDARD_GRAVITY if length < STANDARD_GRAVITY / 2 else 1.0
        force = tuple(factor * (a + b) for a, b in zip(moved, down, strict=True))
        return Sample(at, f"{self._name}-watch", (force[0], force[1], force[2]), turn, self._name)


def _entry(part: Any) -> tuple[str, float, Mapping[str, Any]]:
    if not isinstance(part, dict) or not isinstance(part.get("name"), str):
        raise PacketError("has a payload without names")
    at = part.get("time")
    if isinstance(at, str) and at.isdigit():
        at = int(at)
    if isinstance(at, bool) or not isinstance(at, int | float) or not abs(at) < 1e22:
        raise PacketError(f"time {str(at)[:40]!r} of {part['name'][:40]!r} is no number")
    values = part.get("values", part)
    if not isinstance(values, dict):
        raise PacketError(f"{part['name'][:40]!r} has no values")
    return part["name"].lower(), at * 1e-9, values


def _axes(values: Mapping[str, Any], kind: str = "") -> Triple:
    found = []
    for axis in "xyz":
        value = values.get(f"{kind}{axis.upper()}" if kind else axis)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e6:
            raise PacketError(f"{kind or 'a value'} {axis} is {str(value)[:40]!r}, no number")
        found.append(float(value))
    return (found[0], found[1], found[2])
