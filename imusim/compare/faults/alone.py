"""Faults that a recording shows by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from imusim.compare.faults.turning import DEGREES, SIGNED_PERMUTATIONS, turning
from imusim.compare.faults.words import axes_in_words, percent
from imusim.compare.metrics.stretches import runs
from imusim.compare.result import Finding, Severity
from imusim.conventions import STANDARD_GRAVITY
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames
from imusim.recordings import Recording, Sensor

Array = NDArray[np.float64]
Said = tuple[str, Severity, str]
"""Code, severity and message of a finding."""

SHORTEST_S = 1.0
"""Time below which nothing is said of a sensor."""
WRONG = 0.4
"""Spread of gravity turned back that a change must leave, of what there is without it. In 646
real trials no reversal left less than 0.97, and degrees less than this in none."""
WRONG_AXES = 0.25
"""The same of any of 47 other axes: the best of many is better by chance."""
_IN_G = (0.6, 1.6)
_WEIGHT = (5.0, 20.0)
"""Median of the norm of a specific force that people feel, in g and in m/s²."""
_FASTEST = 60.0
"""Angular rate that no limb reaches and no common gyroscope measures, rad/s."""
_SLOW = 5.0
"""Rates that degrees a second taken for rad/s are above, wherever something turns at all."""
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
    units = list(_units(alive))
    return found + (units or list(_turns(alive)))


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


def _units(sensor: Sensor) -> Iterator[Said]:
    if sensor.accelerometer is not None:
        yield from _weight(sensor.accelerometer)
    if sensor.gyroscope is not None:
        told = sensor.gyroscope[whole_frames(sensor.gyroscope)]
        fastest = float(np.quantile(rot.norm(told), 0.99))
        if fastest > _FASTEST:
            yield (
                "unit-deg",
                "error",
                f"gyroscope: rates of {fastest:.0f} rad/s, which nobody reaches; they are deg/s: "
                "say so with --gyro-unit deg/s",
            )


def _weight(accelerometer: Array) -> Iterator[Said]:
    """The unit by gravity, which is most of what a worn accelerometer reads."""
    told = accelerometer[whole_frames(accelerometer)]
    size = rot.norm(told)
    middle, quiet = np.quantile(size, [0.5, 0.1])
    if _WEIGHT[0] <= middle <= _WEIGHT[1]:
        return
    for factor, unit in ((1.0, "g"), (1000.0, "mg")):
        if _IN_G[0] <= middle / factor <= _IN_G[1] and quiet > 0.4 * middle:
            yield (
                f"unit-{unit}",
                "error",
                f"accelerometer: its norm is {middle:.3g} most of the time, so it is in {unit}, "
                f"not m/s²: say so with --acc-unit {unit}",
            )
            return
    if middle < _WEIGHT[0]:
        yield (
            "gravity-missing",
            "error",
            f"accelerometer: its norm is {middle:.2g} m/s² most of the time: gravity was taken "
            "out of it, or its unit is another; a sensor's own signal is needed",
        )
    else:
        yield (
            "unit-acc",
            "error",
            f"accelerometer: its norm is {middle:.3g} m/s² most of the time, where gravity alone "
            "is 9.8: its unit is another",
        )


def _turns(sensor: Sensor) -> Iterator[Said]:
    """What the gyroscope says beside what gravity does."""
    if sensor.accelerometer is None or sensor.gyroscope is None:
        return
    found = turning(sensor.accelerometer, sensor.gyroscope, sensor.rate_hz)
    if found is None or not found.as_given > 0:
        return
    fastest = np.quantile(rot.norm(sensor.gyroscope[whole_frames(sensor.gyroscope)]), 0.99)
    ratios = found.axes / found.as_given
    back = int(np.flatnonzero((-np.eye(3) == SIGNED_PERMUTATIONS).all(axis=(1, 2)))[0])
    best = int(np.argmin(ratios))
    left = f"with it gravity stays {{:.0f}} times as still over {found.windows} stretches"
    right = WRONG * found.as_given
    if fastest > _SLOW and found.degrees < min(right, found.axes.min()):
        said = left.format(found.as_given / found.degrees)
        yield (
            "unit-deg",
            "error",
            f"gyroscope: its numbers are degrees a second ({said}): say so with --gyro-unit deg/s",
        )
    elif fastest * DEGREES < _FASTEST and found.radians < min(right, found.axes.min()):
        said = left.format(found.as_given / found.radians)
        yield (
            "unit-rad",
            "error",
            f"gyroscope: its numbers were radians already and were divided by 57.3 ({said}): say "
            "so with --gyro-unit rad/s",
        )
    elif ratios[back] < WRONG and ratios[back] < 1.5 * ratios[best]:
        said = left.format(1 / ratios[back])
        yield (
            "turns-backwards",
            "error",
            "gyroscope: it turns the opposite way to gravity: time runs backwards, the axes of "
            f"both are left-handed, or the gyroscope's signs are inverted ({said})",
        )
    elif best and ratios[best] < WRONG_AXES:
        said = left.format(1 / ratios[best])
        yield (
            "axes-differ",
            "error",
            "gyroscope and accelerometer have not the same axes: the gyroscope's "
            f"{axes_in_words(SIGNED_PERMUTATIONS[best])} would fit ({said}): mend its columns",
        )
