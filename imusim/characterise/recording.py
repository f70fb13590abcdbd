"""A recording of one sensor, and how named columns become one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.characterise.names import Channel, read_name
from imusim.characterise.settings import SI_UNITS, Settings, unit_factor
from imusim.characterise.timing import read_timing
from imusim.conventions import STANDARD_GRAVITY
from imusim.errors import MotionError
from imusim.names import plain

Array = NDArray[np.float64]

KINDS = ("accelerometer", "gyroscope")
_LOOKS_LIKE_G = (0.7, 1.4)


@dataclass(frozen=True, eq=False)
class Recording:
    """Signals of one sensor, evenly sampled but for gaps.

    Parameters
    ----------
    name : str
    rate_hz : float
    signals : mapping of str to (n, 3) array
        ``accelerometer`` in m/s², ``gyroscope`` in rad/s: one of them, or both. NaN: missing.
    after_gap : (n,) bool array
        Samples before which some are missing.
    notes : tuple of str
        What was assumed of it.
    """

    name: str
    rate_hz: float
    signals: Mapping[str, Array]
    after_gap: NDArray[np.bool_]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.after_gap)


def assemble(
    columns: Iterable[tuple[str, Callable[[], NDArray[Any]]]],
    settings: Settings,
    file: Path,
    rate_hz: float | None = None,
    line: int = 0,
) -> Recording:
    """Make a recording of named columns.

    Parameters
    ----------
    columns : iterable of (name, function that reads it)
        Of (n,) columns for each axis or (n, 3) arrays. Only what is needed is read.
    settings : Settings
    file : Path
    rate_hz : float, optional
        What the file says of its rate.
    line : int
        Line of the first sample, for errors; 0 for files without lines.

    Raises
    ------
    MotionError
        If no column is a channel, several sensors are there and none was chosen, or lengths,
        units or timestamps are wrong.
    """
    named = [(name, read_name(name), read) for name, read in columns]
    known = [(name, channel, read) for name, channel, read in named if channel]
    sensors = sorted({c.sensor for _, c, _ in known if c.kind in KINDS})
    if not sensors:
        seen = ", ".join(name for name, _, _ in named[:8]) or "nothing"
        raise MotionError(
            f"no column is an accelerometer's or gyroscope's (there are: {seen}); "
            "name them acc_x … gyr_z",
            file,
            max(line - 1, 1) if line else None,
        )
    sensor = _choose(sensors, settings.sensor, file)
    signals: dict[str, Array] = {}
    notes: list[str] = []
    for kind in KINDS:
        own = [(n, c, read) for n, c, read in known if c.kind == kind and c.sensor == sensor]
        if own:
            values = _three_axes(own, kind, file)
            stated = next((c.unit for _, c, _ in own if c.unit), "")
            option = settings.acc_unit if kind == KINDS[0] else settings.gyro_unit
            signals[kind] = _in_si(values, kind, option, stated, notes, file)
    lengths = {kind: len(values) for kind, values in signals.items()}
    if len(set(lengths.values())) > 1:
        raise MotionError(f"channels of different length: {lengths}", file)
    rate = settings.rate_hz or rate_hz
    samples = next(iter(lengths.values()))
    after_gap = np.zeros(samples, bool)
    wanted = (sensor, "", *(f"{s}:{kind}" for s in (sensor, "") for kind in KINDS))
    stamps = {c.sensor: (c, read) for _, c, read in known if c.kind == "time"}
    label = next((w for w in wanted if w in stamps), None)
    if label is not None:
        channel, read = stamps[label]
        times = np.asarray(read(), float).reshape(-1)
        if len(times) != samples:
            raise MotionError(f"{len(times)} timestamps for {samples} samples", file)
        timing = read_timing(times, channel.unit, rate, file, line)
        rate, after_gap = timing.rate_hz, timing.after_gap
        notes += timing.notes
    if rate is None or not 0 < rate < 1e6:
        raise MotionError("says no rate and has no timestamps: name the rate with --rate", file)
    name = f"{file.stem} {sensor}".strip()
    return Recording(name, float(rate), signals, after_gap, tuple(notes))


def _choose(sensors: list[str], wanted: str | None, file: Path) -> str:
    listed = ", ".join(name or "(without a name)" for name in sensors)
    if wanted is not None:
        key = plain(wanted)
        if key not in sensors:
            raise MotionError(f"no sensor {wanted!r}; there are: {listed}", file)
        return key
    if len(sensors) > 1:
        raise MotionError(f"holds several sensors; choose one with --sensor: {listed}", file)
    return sensors[0]


def _three_axes(
    own: list[tuple[str, Channel, Callable[[], NDArray[Any]]]], kind: str, file: Path
) -> Array:
    """The axes of one kind as (n, 3); an axis without a column is missing throughout."""
    whole = [(name, read) for name, channel, read in own if channel.axis is None]
    if whole:
        name, read = whole[0]
        values = np.asarray(read(), float)
        if values.ndim != 2 or values.shape[1] != 3:
            raise MotionError(f"{name!r} has the shape {values.shape}, not (samples, 3)", file)
        return values
    axes: dict[int, tuple[str, Callable[[], NDArray[Any]]]] = {}
    for name, channel, read in own:
        if channel.axis in axes:
            other = axes[channel.axis][0]  # type: ignore[index]
            raise MotionError(f"{name!r} and {other!r} are the same axis of one {kind}", file)
        axes[channel.axis] = (name, read)  # type: ignore[index]
    columns = {axis: np.asarray(read(), float).reshape(-1) for axis, (_, read) in axes.items()}
    length = {len(column) for column in columns.values()}
    if len(length) > 1:
        raise MotionError(f"axes of one {kind} of different length", file)
    values = np.full((length.pop(), 3), np.nan)
    for axis, column in columns.items():
        values[:, axis] = column
    return values


def _in_si(
    values: Array, kind: str, option: str | None, stated: str, notes: list[str], file: Path
) -> Array:
    """Values in SI, and a note where their unit had to be assumed."""
    unit = option or stated
    if unit:
        factor = unit_factor(unit, kind)
        if factor is None:
            raise MotionError(f"{unit!r} is no unit of the kind of {SI_UNITS[kind]}", file)
        return values * factor
    sample = values[:: max(len(values) // 10_000, 1)]
    with np.errstate(invalid="ignore", over="ignore"):
        size = np.sqrt((sample**2).sum(axis=1))
    size = size[np.isfinite(size)]
    if kind == KINDS[0] and len(size) and _LOOKS_LIKE_G[0] < np.median(size) < _LOOKS_LIKE_G[1]:
        notes.append(f"accelerometer read as g: it says {np.median(size):.3g} on the whole")
        return values * STANDARD_GRAVITY
    notes.append(f"{kind} read as {SI_UNITS[kind]}")
    return values
