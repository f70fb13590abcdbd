"""How named columns become sensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imusim.errors import ConfigError, MotionError
from imusim.names import plain
from imusim.recordings.files.names import Channel, read_name
from imusim.recordings.files.settings import SI_UNITS, FileSettings, unit_factor
from imusim.recordings.files.timing import read_timing
from imusim.recordings.model import Recording, Sensor
from imusim.sensor.placement import find_placements

Array = NDArray[np.float64]

KINDS = ("accelerometer", "gyroscope")
UNNAMED = "imu"
"""Name of a sensor whose columns say none."""
_NORM_AT_REST = {"g": (0.7, 1.4), "mg": (700.0, 1400.0)}
"""Median norms of an accelerometer that tell its unit where none is stated."""
_FASTEST_RAD_S = 40.0
"""Nobody turns faster for a hundredth of the time: such numbers are degrees."""


class Column(NamedTuple):
    """A column of known kind and the function that reads it."""

    name: str
    channel: Channel
    read: Callable[[], NDArray[Any]]


def assemble(
    columns: Iterable[tuple[str, Callable[[], NDArray[Any]]]],
    settings: FileSettings,
    file: Path,
    rate_hz: float | None = None,
    line: int = 0,
) -> Recording:
    """Make a recording of named columns.

    Parameters
    ----------
    columns : iterable of (name, function that reads it)
        Of (n,) columns for each axis or (n, 3) arrays. Only what is needed is read.
    settings : FileSettings
    file : Path
    rate_hz : float, optional
        What the file says of its rate.
    line : int
        Line of the first sample, for errors; 0 for files without lines.

    Raises
    ------
    MotionError
        If no column is a channel, there is no such sensor, or lengths, units or timestamps are
        wrong.
    """
    named = [(name, read_name(name), read) for name, read in columns]
    known = [Column(name, channel, read) for name, channel, read in named if channel]
    labels = sorted({c.channel.sensor for c in known if c.channel.kind in KINDS})
    if not labels:
        seen = ", ".join(name for name, _, _ in named[:8]) or "nothing"
        raise MotionError(
            f"no column is an accelerometer's or gyroscope's (there are: {seen}); "
            "name them acc_x … gyr_z",
            file,
            max(line - 1, 1) if line else None,
        )
    if settings.sensor is not None:
        labels = [_choose(labels, settings.sensor, file)]
    sensors, notes = [], []
    for label in labels:
        sensor, said = _sensor(label, known, settings, file, settings.rate_hz or rate_hz, line)
        sensors.append(sensor)
        notes += [f"{label}: {note}" if len(labels) > 1 else note for note in said]
    return Recording(file.stem, "", tuple(sensors), notes=tuple(notes))


def _sensor(
    label: str,
    known: Sequence[Column],
    settings: FileSettings,
    file: Path,
    rate_hz: float | None,
    line: int,
) -> tuple[Sensor, list[str]]:
    """The sensor of a label, and what was assumed of it."""
    notes: list[str] = []
    signals: dict[str, Array] = {}
    for kind in KINDS:
        own = [c for c in known if c.channel.kind == kind and c.channel.sensor == label]
        if own:
            stated = next((c.channel.unit for c in own if c.channel.unit), "")
            unit = (settings.acc_unit if kind == KINDS[0] else settings.gyro_unit) or stated
            signals[kind] = _in_si(_three_axes(own, kind, file), kind, unit, notes, file)
    lengths = {kind: len(values) for kind, values in signals.items()}
    if len(set(lengths.values())) > 1:
        raise MotionError(f"channels of different length: {lengths}", file)
    samples = next(iter(lengths.values()))
    stamps = {c.channel.sensor: c for c in known if c.channel.kind == "time"}
    wanted = (label, "", *(f"{s}:{kind}" for s in (label, "") for kind in KINDS))
    column = next((stamps[w] for w in wanted if w in stamps), None)
    if column is not None:
        times = np.asarray(column.read(), float).reshape(-1)
        if len(times) != samples:
            raise MotionError(f"{len(times)} timestamps for {samples} samples", file)
        timing = read_timing(times, column.channel.unit, rate_hz, file, line)
        time_s, rate_hz = timing.time_s, timing.rate_hz
        notes += timing.notes
    elif rate_hz is None or not 0 < rate_hz < 1e6:
        raise MotionError("says no rate and has no timestamps: name the rate with --rate", file)
    else:
        time_s = np.arange(samples) / rate_hz
    return Sensor(
        label or UNNAMED,
        _placement(label),
        time_s,
        signals.get("accelerometer"),
        signals.get("gyroscope"),
        rate_hz,
        even=column is None,
    ), notes


def _placement(label: str) -> str:
    """The placement of that name; empty where there is none."""
    try:
        found = find_placements([label]) if label else []
    except ConfigError:
        return ""
    return label if len(found) == 1 else ""


def _choose(labels: Sequence[str], wanted: str, file: Path) -> str:
    key = plain(wanted)
    if key not in labels:
        listed = ", ".join(name or "(without a name)" for name in labels)
        raise MotionError(f"no sensor {wanted!r}; there are: {listed}", file)
    return key


def _three_axes(own: Sequence[Column], kind: str, file: Path) -> Array:
    """The axes of one kind as (n, 3); an axis without a column is missing throughout."""
    whole = [column for column in own if column.channel.axis is None]
    if whole:
        values = np.asarray(whole[0].read(), float)
        if values.ndim != 2 or values.shape[1] != 3:
            shape = values.shape
            raise MotionError(f"{whole[0].name!r} has the shape {shape}, not (samples, 3)", file)
        return values
    axes: dict[int | None, Column] = {}
    for column in own:
        axis = column.channel.axis
        if axis in axes:
            raise MotionError(
                f"{column.name!r} and {axes[axis].name!r} are the same axis of one {kind}", file
            )
        axes[axis] = column
    columns = {axis: np.asarray(c.read(), float).reshape(-1) for axis, c in axes.items()}
    length = {len(column) for column in columns.values()}
    if len(length) > 1:
        raise MotionError(f"axes of one {kind} of different length", file)
    values = np.full((length.pop(), 3), np.nan)
    for axis, column in columns.items():
        values[:, axis] = column
    return values


def _in_si(values: Array, kind: str, unit: str, notes: list[str], file: Path) -> Array:
    """Values in SI, and a note where their unit had to be assumed; NaN where they are no number."""
    if not unit:
        unit, why = _guess(values, kind)
        notes.append(f"{kind} read as {unit}{why}")
    factor = unit_factor(unit, kind)
    if factor is None:
        raise MotionError(f"{unit!r} is no unit of the kind of {SI_UNITS[kind]}", file)
    with np.errstate(over="ignore", invalid="ignore"):
        found = values * factor
    found[~np.isfinite(found)] = np.nan
    return found


def _guess(values: Array, kind: str) -> tuple[str, str]:
    """A unit by the size of the numbers (n, 3), and what tells it."""
    sample = values[:: max(len(values) // 10_000, 1)]
    with np.errstate(invalid="ignore", over="ignore"):
        size = np.sqrt((sample**2).sum(axis=1))
    size = size[np.isfinite(size)]
    if len(size) and kind == KINDS[0]:
        usual = float(np.median(size))
        for unit, (low, high) in _NORM_AT_REST.items():
            if low < usual < high:
                return unit, f": it says {usual:.3g} on the whole"
    if len(size) and kind == KINDS[1]:
        fast = float(np.percentile(size, 99))
        if fast > _FASTEST_RAD_S:
            return "deg/s", f": it says {fast:.3g} and more"
    return SI_UNITS[kind], ""
