"""Faults that a recording shows by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from imusim.compare.faults.turning import DEGREES
from imusim.compare.faults.units import turns_of, units_of
from imusim.compare.faults.words import Said, percent
from imusim.compare.metrics.stretches import runs
from imusim.compare.result import Finding
from imusim.conventions import STANDARD_GRAVITY
from imusim.math.gaps import whole_frames
from imusim.recordings import Recording, Sensor

Array = NDArray[np.float64]

SHORTEST_S = 1.0
"""Time below which nothing is said of a sensor."""
_STUCK_S = 0.5
_HELD = 0.2
"""Share of samples that repeat the one before, from which on a signal was held."""
_GAP = 1.5
_RATE_OFF = 0.05
_RANGES_G = (2.0, 4.0, 6.0, 8.0, 16.0, 32.0)
_RANGES_DEG_S = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0)
_NEAR = 0.03
"""A range is met within this: scale factors differ."""
_CLIPPED = 3
"""Samples at the very end of the range, from which on it was too small."""


def look(recording: Recording) -> list[Finding]:
    """Look a recording over, before anything is known of the motion.

    Returns
    -------
    list of Finding
        ``error``: the sensor is not to be scored.
    """
    return [
        Finding(code, severity, recording.key, sensor.name, message)
        for sensor in recording.sensors
        for code, severity, message in look_at(sensor)
    ]


def look_at(sensor: Sensor) -> list[Said]:
    """What is wrong with one sensor, by itself."""
    count = len(sensor.time_s)
    if count < max(8, SHORTEST_S * sensor.rate_hz):
        return [("too-short", "error", f"{count} samples: a second is needed to say anything")]
    found = [*_missing(sensor), *_still(sensor)]
    if any(severity == "error" for _, severity, _ in found):
        return found
    found += [*_times(sensor), *_held(sensor), *_clipped(sensor)]
    alive = _without_stuck(sensor)
    units = list(units_of(alive))
    return found + (units or list(turns_of(alive)))


def _signals(sensor: Sensor) -> Iterator[tuple[str, Array]]:
    for kind, values in (
        ("accelerometer", sensor.accelerometer),
        ("gyroscope", sensor.gyroscope),
    ):
        if values is not None:
            yield kind, values


def _missing(sensor: Sensor) -> Iterator[Said]:
    for kind, values in _signals(sensor):
        lost = ~whole_frames(values)
        if not lost.any():
            continue
        share = float(lost.mean())
        longest = max((s.stop - s.start for s in runs(lost)), default=0)
        words = f"{kind}: {percent(share)} of the samples are missing, at most {longest} in a row"
        if share > 0.5:
            yield "missing", "error", f"{words}; too little is left to score"
        else:
            yield "missing", "warning", f"{words}; they are left out"


def _still(sensor: Sensor) -> Iterator[Said]:
    """Channels that never change, and stretches in which a whole sensor does not."""
    for kind, values in _signals(sensor):
        told = values[whole_frames(values)]
        if len(told) < 2:
            continue
        dead = np.flatnonzero(np.ptp(told, axis=0) == 0)
        if len(dead):
            axes = " and ".join("xyz"[k] for k in dead)
            number = f"{told[0, dead[0]]:g}"
            yield (
                "constant-channel",
                "error",
                f"{kind}: {axes} never changes ({number}); look for a broken axis or an empty "
                "column",
            )
            continue
        stuck = _stuck(values, sensor.rate_hz)
        if not stuck:
            continue
        length_s = sum(s.stop - s.start for s in stuck) / sensor.rate_hz
        if stuck[-1].stop == len(values):
            last_s = (stuck[-1].stop - stuck[-1].start) / sensor.rate_hz
            yield (
                "stops-early",
                "warning",
                f"{kind}: its last {last_s:.1f} s repeat one sample; it stopped before the "
                "recording did: cut them off",
            )
        else:
            start_s = sensor.time_s[stuck[0].start] - sensor.time_s[0]
            yield (
                "stuck",
                "warning",
                f"{kind}: {length_s:.1f} s repeat one sample, first at {start_s:.1f} s; samples "
                "were lost there and filled",
            )


def _stuck(values: Array, rate_hz: float) -> list[slice]:
    """Stretches in which no axis changes, though a sensor's noise would change them."""
    same = np.concatenate([[False], (np.diff(values, axis=0) == 0).all(axis=1)])
    return [s for s in runs(same) if s.stop - s.start >= _STUCK_S * rate_hz]


def _without_stuck(sensor: Sensor) -> Sensor:
    """The same sensor, with what was stuck missing."""
    alive: dict[str, Array] = {}
    for kind, values in _signals(sensor):
        alive[kind] = values.copy()
        for stretch in _stuck(values, sensor.rate_hz):
            alive[kind][stretch] = np.nan
    return replace(sensor, **alive)


def _times(sensor: Sensor) -> Iterator[Said]:
    if sensor.even:
        return
    steps = np.diff(sensor.time_s)
    usual = float(np.median(steps))
    if abs(usual * sensor.rate_hz - 1) > _RATE_OFF:
        yield (
            "rate",
            "warning",
            f"its stamps say {1 / usual:.1f} Hz, not {sensor.rate_hz:g} Hz; the stamps count",
        )
    gaps = steps > _GAP * usual
    if gaps.any():
        yield (
            "time-gaps",
            "note",
            f"{int(gaps.sum())} gaps in its stamps, the longest {steps.max():.3f} s; what lies "
            "in a long one is left out",
        )


def _held(sensor: Sensor) -> Iterator[Said]:
    """Samples that repeat the one before over the whole recording: it was brought to a rate."""
    signals = np.concatenate([values for _, values in _signals(sensor)], axis=1)
    same = (np.diff(signals, axis=0) == 0).all(axis=1)
    short = [s for s in runs(same) if s.stop - s.start < _STUCK_S * sensor.rate_hz]
    repeats = sum(s.stop - s.start for s in short)
    share = repeats / max(repeats + int((~same).sum()), 1)
    if share > _HELD:
        yield (
            "repeated",
            "warning",
            f"{percent(share)} of the samples repeat the one before: the sensor ran at about "
            f"{(1 - share) * sensor.rate_hz:.0f} Hz, not {sensor.rate_hz:g} Hz",
        )


def _clipped(sensor: Sensor) -> Iterator[Said]:
    for kind, values in _signals(sensor):
        unit = STANDARD_GRAVITY if kind == "accelerometer" else 1 / DEGREES
        ranges = np.array(_RANGES_G if kind == "accelerometer" else _RANGES_DEG_S) * unit
        size = np.abs(values)
        for axis in range(3):
            told = size[np.isfinite(size[:, axis]), axis]
            top = told.max()
            count = int((told >= top * (1 - 1e-3)).sum())
            if count >= _CLIPPED and (np.abs(ranges / top - 1) < _NEAR).any():
                name = "g" if kind == "accelerometer" else "deg/s"
                yield (
                    "clipped",
                    "warning",
                    f"{kind}: {count} samples of {'xyz'[axis]} stand at its end of range, "
                    f"{top / unit:.3g} {name}; peaks are cut, so give the simulated device "
                    "that range too",
                )
