"""Named numbers that describe a window, each with what it means.

The usual ones of activity recognition (Bulling, Blanke and Schiele 2014), and those in which
simulations are known to differ: what is left of the motion above a few hertz, the quietest moment,
jerk, and how the angular rate is shared out over the axes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.compare.windows import Array, Windows

BANDS_HZ = ((0.3, 1.0), (1.0, 3.0), (3.0, 5.0), (5.0, 10.0), (10.0, 25.0))
"""Of signal power; those that a window's rate, length or filter does not show are left out."""
QUIET_S = 0.3
"""Length of the quietest moment: shorter than any pause, longer than a turning point."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SEGMENTS = 8
"""Parts of a window of which :func:`profile` takes means."""

_KINDS = (("acc", "accelerometer", "m/s²"), ("gyr", "gyroscope", "rad/s"))
_AXES = ("x", "y", "z", "norm")
_LEAST_POWER = 1e-8
"""(m/s²)² and (rad/s)²: what is less is as good as none; far below any sensor's noise."""


@dataclass(frozen=True, eq=False)
class Features:
    """F features of W windows: ``values`` (W, F), finite, and of each its name and meaning."""

    values: Array
    names: tuple[str, ...]
    meanings: tuple[str, ...]


_Feature = tuple[str, str, Array]


def handcrafted(windows: Windows) -> Features:
    """Features that do not depend on when in the window something happens."""
    return _gathered(windows, _summary)


def profile(windows: Windows) -> Features:
    """Means over the parts of a window, for telling apart what is done in another order."""
    return _gathered(windows, _profile)


def _gathered(windows: Windows, of: Callable[[Array, Windows], Iterator[_Feature]]) -> Features:
    found: list[_Feature] = []
    for number, sensor in enumerate(np.moveaxis(np.asarray(windows.vectors, float), 1, 0)):
        head = f"{number}." if windows.sensors > 1 else ""
        found += [(head + name, text, value) for name, text, value in of(sensor, windows)]
    names, meanings, values = zip(*found, strict=True)
    return Features(np.stack(values, axis=1), tuple(names), tuple(meanings))


def _summary(sensor: Array, windows: Windows) -> Iterator[_Feature]:
    """Of one sensor, (W, 2, 3, T)."""
    for signals, (kind, word, unit) in zip(np.moveaxis(sensor, 1, 0), _KINDS, strict=True):
        norm = np.linalg.norm(signals, axis=1, keepdims=True)
        four = np.concatenate([signals, norm], axis=1)
        for k, axis in enumerate(_AXES):
            yield from _of_axis(four[:, k], f"{kind}_{axis}", f"{word} {axis}", unit, windows)
        yield from _across(signals, kind, word)
        quiet = _quietest(signals, windows.rate_hz)
        yield f"{kind}_quietest", f"log₁₀ least {word} deviation in {QUIET_S} s, {unit}", quiet
        yield from _about_mean_force(signals, sensor[:, 0], kind, word)
    force, rate = sensor[:, 0], sensor[:, 1]
    for k, axis in enumerate("xyz"):
        both = _correlation(force[:, k], rate[:, k])
        yield f"acc_gyr_{axis}_r", f"correlation of accelerometer and gyroscope {axis}", both


def _of_axis(
    values: Array, name: str, text: str, unit: str, windows: Windows
) -> Iterator[_Feature]:
    """Of one channel, (W, T)."""
    rate_hz, cutoff_hz = windows.rate_hz, windows.cutoff_hz
    mean, deviation = values.mean(axis=1), values.std(axis=1)
    yield f"{name}_mean", f"mean of {text}, {unit}", mean
    yield f"{name}_std", f"standard deviation of {text}, {unit}", deviation
    for q, value in zip(QUANTILES, np.quantile(values, QUANTILES, axis=1), strict=True):
        yield f"{name}_q{100 * q:02.0f}", f"{q:.0%} quantile of {text}, {unit}", value
    centred = values - mean[:, None]
    spread = np.maximum(deviation, np.sqrt(_LEAST_POWER))
    yield f"{name}_skew", f"skewness of {text}", (centred**3).mean(axis=1) / spread**3
    change = np.sqrt((np.diff(values, axis=1) ** 2).mean(axis=1)) if values.shape[1] > 1 else mean
    yield f"{name}_jerk", f"log₁₀ RMS change of {text}, {unit} a second", _log(change * rate_hz)
    frequency_hz, power = spectrum(centred, rate_hz)
    resolution_hz = rate_hz / values.shape[1]
    for low, high in BANDS_HZ:
        inside = (frequency_hz >= low) & (frequency_hz < min(high, rate_hz / 2))
        if high <= resolution_hz or low >= cutoff_hz or not inside.any():
            continue
        label = f"{low:g}-{high:g} Hz"
        yield (
            f"{name}_{low:g}_{high:g}hz",
            f"log₁₀ power of {text} at {label}, ({unit})²",
            _log(power[:, inside].sum(axis=1), _LEAST_POWER),
        )


def spectrum(centred: Array, rate_hz: float) -> tuple[Array, Array]:
    """Frequencies (K,), Hz, and power (…, K) in each, by Hann's window.

    The powers sum up to the variance, as far as the window leaves it.
    """
    samples = centred.shape[-1]
    taper = np.hanning(samples + 2)[1:-1]
    power = np.abs(np.fft.rfft(centred * taper, axis=-1)) ** 2
    power /= samples * (taper**2).sum()
    power[..., 1 : (samples + 1) // 2] *= 2  # the negative frequencies
    return np.asarray(np.fft.rfftfreq(samples, 1 / rate_hz), float), power


def _across(signals: Array, kind: str, word: str) -> Iterator[_Feature]:
    """Between the axes of one kind, (W, 3, T)."""
    for first, second in ((0, 1), (0, 2), (1, 2)):
        pair = f"{'xyz'[first]}{'xyz'[second]}"
        both = _correlation(signals[:, first], signals[:, second])
        yield f"{kind}_{pair}_r", f"correlation of {word} {pair[0]} and {pair[1]}", both
    power = signals.var(axis=2)
    share = power / np.maximum(power.sum(axis=1, keepdims=True), _LEAST_POWER)
    for k, axis in enumerate("xyz"):
        yield f"{kind}_{axis}_share", f"share of {axis} in the variance of the {word}", share[:, k]


def _about_mean_force(signals: Array, force: Array, kind: str, word: str) -> Iterator[_Feature]:
    """Along and across the mean specific force: nearly the vertical, however it is mounted."""
    up = force.mean(axis=2)
    up = up / np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-9)
    centred = signals - signals.mean(axis=2, keepdims=True)
    along = np.einsum("wkt,wk->wt", centred, up)
    power = (along**2).mean(axis=1)
    whole = (centred**2).sum(axis=1).mean(axis=1)
    for name, value in (("along", power), ("across", np.maximum(whole - power, 0))):
        text = f"log₁₀ variance of the {word} {name} the mean specific force"
        yield f"{kind}_{name}_up", text, _log(value, _LEAST_POWER)


def _quietest(signals: Array, rate_hz: float) -> Array:
    """Logarithm of the least standard deviation, all axes, of any stretch of ``QUIET_S``."""
    samples = signals.shape[-1]
    length = min(max(round(QUIET_S * rate_hz), 2), samples)
    stretches = np.lib.stride_tricks.sliding_window_view(signals, length, axis=2)
    variance = stretches.var(axis=3).sum(axis=1).min(axis=1)
    return 0.5 * _log(variance, _LEAST_POWER)


def _profile(sensor: Array, _windows: Windows) -> Iterator[_Feature]:
    parts = np.array_split(np.arange(sensor.shape[-1]), min(SEGMENTS, sensor.shape[-1]))
    for signals, (kind, word, unit) in zip(np.moveaxis(sensor, 1, 0), _KINDS, strict=True):
        norm = np.linalg.norm(signals, axis=1, keepdims=True)
        for k, axis in enumerate(_AXES):
            values = np.concatenate([signals, norm], axis=1)[:, k]
            for number, part in enumerate(parts, 1):
                text = f"mean of {word} {axis} in part {number} of {len(parts)}, {unit}"
                yield f"{kind}_{axis}_part{number}", text, values[:, part].mean(axis=1)


def _correlation(a: Array, b: Array) -> Array:
    """Row by row; 0 where one is constant."""
    a = a - a.mean(axis=1, keepdims=True)
    b = b - b.mean(axis=1, keepdims=True)
    size = np.sqrt((a**2).mean(axis=1) * (b**2).mean(axis=1))
    return np.where(size > _LEAST_POWER, (a * b).mean(axis=1) / np.maximum(size, _LEAST_POWER), 0)


def _log(values: Array, least: float = 1e-4) -> NDArray[np.float64]:
    return np.log10(np.maximum(values, least))
