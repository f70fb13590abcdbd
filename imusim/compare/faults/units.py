"""Units, signs and axes of a sensor, by what gravity does in it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from imusim.compare.faults.turning import DEGREES, SIGNED_PERMUTATIONS, turning
from imusim.compare.faults.words import Said, axes_in_words
from imusim.conventions import STANDARD_GRAVITY
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames
from imusim.recordings import Sensor

Array = NDArray[np.float64]

WRONG = 0.4
"""Spread of gravity turned back that a change must leave, of what there is without it. In 646
real trials no reversal left less than 0.97, and degrees less than this in none."""
WRONG_AXES = 0.25
"""The same of any of 47 other axes: the best of many is better by chance."""
STILLER = 0.6
"""Spread that a change must leave, of that without any turning back: in a sensor that hardly turns
every reading of a gyroscope's bias is worse than none."""
LEAST_TURN_RAD = 0.5
"""Angle that stretches must turn by in the mean, for gravity's turn to say anything."""
_WEIGHT = (5.0, 20.0)
"""Median of the norm of a specific force that people feel, m/s²."""
_GRAVITY = {
    "m/s²": STANDARD_GRAVITY,
    "g": 1.0,
    "mg": 1000.0,
    "m/s² times 9.8": STANDARD_GRAVITY**2,
    "g over 9.8": 1 / STANDARD_GRAVITY,
}
"""What a sensor at rest reads in units that are taken for m/s², or twice for g."""
_REMEDY = {
    "g": "say so with --acc-unit g",
    "mg": "say so with --acc-unit mg",
    "m/s² times 9.8": "it was m/s² already: say so with --acc-unit m/s^2",
    "g over 9.8": "it was divided by gravity twice: give it as it was recorded",
}
_FITS = 0.25
"""Logarithm by which what a quiet sensor reads may be off gravity."""
_QUIET_S, _QUIET = 0.4, 0.15
"""Length of the windows that are looked at, s, and spread of the norm, over its mean, of a quiet
one."""
_STEADY = 0.4
"""Lowest tenth of the norm over its median, of a sensor that has gravity in it."""
_NOTHING = 1.0
"""Specific force, m/s², that a sensor with gravity in it hardly ever reads."""
_FASTEST = 60.0
"""Angular rate that no limb reaches and no common gyroscope measures, rad/s."""
_SLOW = 5.0
"""Rates that degrees a second taken for rad/s are above, wherever something turns at all."""


def units_of(sensor: Sensor) -> Iterator[Said]:
    """Whether its numbers can be m/s² and rad/s."""
    if sensor.accelerometer is not None:
        yield from _weight(sensor.accelerometer, sensor.rate_hz)
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


def _weight(accelerometer: Array, rate_hz: float) -> Iterator[Said]:
    """The unit by gravity, which is most of what a worn accelerometer reads.

    Only quiet moments tell it: violent motion may read many times gravity throughout.
    """
    told = accelerometer[whole_frames(accelerometer)]
    size = rot.norm(told)
    middle, low = np.quantile(size, [0.5, 0.1])
    if _WEIGHT[0] <= middle <= _WEIGHT[1]:
        return
    quiet = _quiet_norm(size, max(round(_QUIET_S * rate_hz), 4))
    if quiet is None and low > _STEADY * middle and not 2 < middle < 500:
        quiet = float(middle)  # nobody feels so little, or so much, for most of a recording
    if quiet is not None:
        for unit, gravity in _GRAVITY.items():
            if abs(np.log(quiet / gravity)) < _FITS:
                if unit != "m/s²":
                    yield (
                        f"unit-{unit}" if unit in ("g", "mg") else "unit-acc",
                        "error",
                        f"accelerometer: it reads {quiet:.3g} where it is quiet, so it is in "
                        f"{unit}, not m/s²: {_REMEDY[unit]}",
                    )
                return
    if middle < _WEIGHT[0] and low < _NOTHING:
        yield (
            "gravity-missing",
            "error",
            f"accelerometer: its norm is {middle:.2g} m/s² most of the time: gravity was taken "
            "out of it, or its unit is another; a sensor's own signal is needed",
        )
    else:
        yield (
            "unit-acc",
            "warning",
            f"accelerometer: its norm is {middle:.3g} m/s² most of the time, where gravity alone "
            "is 9.8: the motion is violent, or its unit is another",
        )


def _quiet_norm(size: Array, length: int) -> float | None:
    """Median norm of the quietest tenth of the windows; None where none is quiet."""
    count = len(size) // length
    if not count:
        return None
    windows = size[: count * length].reshape(count, length)
    level = windows.mean(axis=1)
    unrest = np.where(level > 0, windows.std(axis=1) / np.maximum(level, 1e-300), np.inf)
    quietest = np.argsort(unrest, kind="stable")[: max(count // 10, 1)]
    quietest = quietest[unrest[quietest] < _QUIET]
    return float(np.median(level[quietest])) if len(quietest) else None


def turns_of(sensor: Sensor) -> Iterator[Said]:
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
    right = min(WRONG * found.as_given, STILLER)
    turned = found.turned_rad > LEAST_TURN_RAD
    if turned and fastest > _SLOW and found.degrees < min(right, found.axes.min()):
        said = left.format(found.as_given / found.degrees)
        yield (
            "unit-deg",
            "error",
            f"gyroscope: its numbers are degrees a second ({said}): say so with --gyro-unit deg/s",
        )
    elif (
        found.turned_rad * DEGREES > LEAST_TURN_RAD
        and fastest * DEGREES < _FASTEST
        and found.radians < min(right, found.axes.min())
    ):
        said = left.format(found.as_given / found.radians)
        yield (
            "unit-rad",
            "error",
            f"gyroscope: its numbers were radians already and were divided by 57.3 ({said}): say "
            "so with --gyro-unit rad/s",
        )
    elif turned and found.axes[back] < right and ratios[back] < 1.5 * ratios[best]:
        said = left.format(1 / ratios[back])
        yield (
            "turns-backwards",
            "error",
            "gyroscope: it turns the opposite way to gravity: time runs backwards, the axes of "
            f"both are left-handed, or the gyroscope's signs are inverted ({said})",
        )
    elif turned and best and found.axes[best] < min(STILLER, WRONG_AXES * found.as_given):
        said = left.format(1 / ratios[best])
        yield (
            "axes-differ",
            "error",
            "gyroscope and accelerometer have not the same axes: the gyroscope's "
            f"{axes_in_words(SIGNED_PERMUTATIONS[best])} would fit ({said}): mend its columns",
        )
