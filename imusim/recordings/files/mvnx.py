"""Recordings out of MVNX files: the units of an Xsens MVN suit, beside what MVN solved from them.

Exports of MVN Studio up to version 4 hold what a unit's accelerometer and gyroscope measured, in
its own axes. Later ones hold its orientation and its acceleration in the world without gravity;
both signals are put together from these, and a note says so.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import GRAVITY_WORLD
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import ClipRef
from imusim.motion.mvnx import SENSORS, Mvnx, read_mvnx
from imusim.recordings.files.settings import FileSettings
from imusim.recordings.model import Recording, Sensor
from imusim.recordings.signals import even_sensor

Array = NDArray[np.float64]

LAYOUT = "xsens_mvn"
SAME_CLOCK_S = 0.02
"""Poses and signals are in the same frames."""
_NODES = (
    "sensorAcceleration", "sensorAngularVelocity", "sensorFreeAcceleration", "sensorOrientation",
)  # fmt: skip


def read_mvnx_file(file: Path, settings: FileSettings) -> Recording:
    """Read the units of an MVNX file; its motion is the same file.

    Raises
    ------
    MotionError
        If the file is not whole, or holds nothing of the units; for a unit or rate that is
        stated although the format says it.
    """
    for option, unit in (("--acc-unit", settings.acc_unit), ("--gyro-unit", settings.gyro_unit)):
        if unit is not None:
            raise MotionError(f"MVNX is in m/s² and rad/s: leave {option} away", file)
    content = read_mvnx(file, _NODES)
    rate_hz = content.rate_hz or settings.rate_hz
    if rate_hz is None:
        raise MotionError("says no rate and has no times: name the rate with --rate", file)
    chosen = list(content.sensors)
    if settings.sensor is not None:
        if settings.sensor not in chosen:
            there = ", ".join(chosen)
            raise MotionError(f"no sensor {settings.sensor!r}; there are: {there}", file)
        chosen = [settings.sensor]
    sensors, absent = [], []
    for name in chosen:
        sensor = _sensor(content, name, rate_hz)
        if sensor is None:
            absent.append(name)
        else:
            sensors.append(sensor)
    if not sensors:
        raise MotionError(
            "holds nothing of the units: export sensorFreeAcceleration and sensorOrientation", file
        )
    return Recording(
        file.stem,
        "",
        tuple(sensors),
        motion=ClipRef("mvnx", file, file.stem),
        offset_within_s=SAME_CLOCK_S,
        notes=_notes(content, absent),
    )


def _sensor(content: Mvnx, name: str, rate_hz: float) -> Sensor | None:
    """A unit at every frame; ``None`` where the file has nothing of it."""
    column = content.sensors.index(name)

    def signal(node: str) -> Array | None:
        values = content.values.get(node)
        return None if values is None else content.evenly(values[:, column])

    force, rate = signal("sensorAcceleration"), signal("sensorAngularVelocity")
    stated, free = signal("sensorOrientation"), signal("sensorFreeAcceleration")
    if stated is not None and (force is None or rate is None):
        length = rot.norm(stated)
        with np.errstate(invalid="ignore", divide="ignore"):
            turn = np.roll(stated, -1, axis=-1) / length[:, None]
        turn[~(np.abs(length - 1) < 0.01)] = np.nan
        if rate is None:
            rate = rot.sampled_rates(turn, rate_hz)
        if force is None and free is not None:
            force = rot.rotate_inverse(turn, free - GRAVITY_WORLD)
    kept = [s for s in (force, rate) if s is not None and np.isfinite(s).any() and s.any()]
    if not kept:
        return None
    placement = f"{LAYOUT}.{name}" if name in SENSORS else ""
    return even_sensor(name, placement, rate_hz, force, rate)


def _notes(content: Mvnx, absent: list[str]) -> tuple[str, ...]:
    """What was not measured, and what a comparison with the motion can tell."""
    notes = []
    if "sensorAcceleration" not in content.values and "sensorFreeAcceleration" in content.values:
        notes.append("accelerometers computed from free acceleration and orientation, not measured")
    if "sensorAngularVelocity" not in content.values and "sensorOrientation" in content.values:
        notes.append("gyroscopes computed from the turning of the orientation, not measured")
    if absent:
        notes.append(f"nothing of {', '.join(absent)}")
    return (*notes, "the motion was solved by MVN from these same units")
