"""What is done to windows before a classifier sees them: fixed before the test is opened."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.signal import butter, sosfiltfilt

from imusim.compare.windows import Array, Windows, joined
from imusim.errors import ConfigError
from imusim.math import rotations as rot


@dataclass(frozen=True)
class Augmentation:
    """Copies of training windows, each a little otherwise than simulated.

    Parameters
    ----------
    copies : int
        Besides the windows themselves.
    rotation_deg : float
        Standard deviation, about each axis, of a turn of the sensor in its mounting.
    scale : float
        Standard deviation of the logarithm of a factor, one for each three channels.
    warp : float
        Standard deviation of the logarithm of the pace, which changes over the window.
    roll_deg : float
        Standard deviation of a turn about ``twist_axis``: how far a strap is turned round a limb.
    twist_deg : float
        Standard deviation of a turn about ``twist_axis`` that wanders in the window: what the
        capture did not see of the bone's turn about its length. The angular rate turns along.
    twist_s : float
        How long it wanders one way, s.
    twist_axis : (3,) tuple
        The bone, in the sensor's axes.
    noise : (float, float)
        Standard deviations of white noise, m/s² and rad/s.
    """

    copies: int = 0
    rotation_deg: float = 0.0
    scale: float = 0.0
    warp: float = 0.0
    roll_deg: float = 0.0
    twist_deg: float = 0.0
    twist_s: float = 1.0
    twist_axis: tuple[float, float, float] = (1.0, 0.0, 0.0)
    noise: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        sizes = (
            self.copies,
            self.rotation_deg,
            self.scale,
            self.warp,
            self.roll_deg,
            self.twist_deg,
            *self.noise,
        )
        if not all(np.isfinite(size) and size >= 0 for size in sizes):
            raise ConfigError(f"an augmentation below zero or not finite: {self}")
        if not (self.twist_s > 0 and np.linalg.norm(self.twist_axis) > 0):
            raise ConfigError("a twist needs an axis and a duration above zero")


@dataclass(frozen=True)
class Recipe:
    """How windows are prepared, simulated and real alike; only training windows are augmented.

    Parameters
    ----------
    low_pass_hz : float, optional
        Cut-off of a zero-phase Butterworth filter of second order, for both sides: above it
        tracker and filters are seen rather than the person.
    augmentation : Augmentation
        Of simulated windows.
    real_share : float
        Part of the weight that real windows have, where they are trained on beside simulated ones.
    """

    low_pass_hz: float | None = None
    augmentation: Augmentation = field(default_factory=Augmentation)
    real_share: float = 0.5

    def __post_init__(self) -> None:
        if self.low_pass_hz is not None and not self.low_pass_hz > 0:
            raise ConfigError(f"a low-pass of {self.low_pass_hz} Hz")
        if not 0 < self.real_share < 1:
            raise ConfigError(f"real_share {self.real_share} is not between 0 and 1")


def prepared(windows: Windows, recipe: Recipe) -> Windows:
    """Windows as the classifier sees them; the same filter for training and test."""
    nyquist_hz = windows.rate_hz / 2
    if recipe.low_pass_hz is None or recipe.low_pass_hz >= nyquist_hz:
        return windows
    sections = butter(2, recipe.low_pass_hz / nyquist_hz, output="sos")
    samples = windows.signals.shape[-1]
    # The window's ends are continued by about a period of the cut-off.
    pad = min(samples - 1, round(windows.rate_hz / recipe.low_pass_hz))
    filtered = np.asarray(sosfiltfilt(sections, windows.signals, axis=-1, padlen=pad), float)
    return replace(windows.with_signals(filtered), cutoff_hz=recipe.low_pass_hz)


def augmented(windows: Windows, how: Augmentation, rng: np.random.Generator) -> Windows:
    """The windows, and copies of them behind."""
    copies = [_copy(windows, how, rng) for _ in range(how.copies)]
    return joined(windows, *copies) if copies else windows


def _copy(windows: Windows, how: Augmentation, rng: np.random.Generator) -> Windows:
    vectors = np.moveaxis(windows.vectors, -1, -2)  # (W, S, 2, T, 3)
    count, sensors, _, samples, _ = vectors.shape
    if how.twist_deg:
        vectors = _twisted(vectors, how, windows.rate_hz, rng)
    if how.roll_deg:
        angle = np.deg2rad(how.roll_deg) * rng.standard_normal((count, sensors, 1, 1, 1))
        vectors = rot.rotate(rot.from_rotation_vector(angle * _axis(how)), vectors)
    if how.rotation_deg:
        angle = np.deg2rad(how.rotation_deg) * rng.standard_normal((count, sensors, 1, 1, 3))
        vectors = rot.rotate(rot.from_rotation_vector(angle), vectors)
    if how.scale:
        vectors = vectors * np.exp(how.scale * rng.standard_normal((count, sensors, 2, 1, 1)))
    if any(how.noise):
        size = np.reshape(how.noise, (2, 1, 1))
        vectors = vectors + size * rng.standard_normal(vectors.shape)
    signals = np.moveaxis(vectors, -1, -2).reshape(count, -1, samples)
    return windows.with_signals(_warped(signals, how.warp, rng) if how.warp else signals)


def _twisted(vectors: Array, how: Augmentation, rate_hz: float, rng: np.random.Generator) -> Array:
    """Vectors (W, S, 2, T, 3) as read by a sensor that turns about the axis as time goes."""
    count, sensors, _, samples, _ = vectors.shape
    time_s = np.arange(samples) / rate_hz
    knots = np.linspace(0, time_s[-1], max(2, round(time_s[-1] / how.twist_s) + 1))
    angles = np.deg2rad(how.twist_deg) * rng.standard_normal((len(knots), count, sensors))
    curve = CubicSpline(knots, angles)
    axis = _axis(how)
    angle = np.moveaxis(curve(time_s), 0, -1)[:, :, None, :, None]
    turned = rot.rotate_inverse(rot.from_rotation_vector(angle * axis), vectors)
    turned[:, :, 1] += np.moveaxis(curve(time_s, 1), 0, -1)[..., None] * axis
    return turned


def _axis(how: Augmentation) -> Array:
    return np.asarray(how.twist_axis, float) / np.linalg.norm(how.twist_axis)


def _warped(signals: Array, size: float, rng: np.random.Generator) -> Array:
    """Each window (C, T) at a pace of its own, from the same beginning to the same end."""
    samples, parts = signals.shape[-1], 6
    place = np.linspace(0, 1, parts + 1)
    paces = np.exp(size * rng.standard_normal((len(signals), parts)))
    passed = np.concatenate([np.zeros((len(signals), 1)), np.cumsum(paces, axis=1)], axis=1)
    passed /= passed[:, -1:]
    at = PchipInterpolator(place, passed, axis=1)(np.linspace(0, 1, samples)) * (samples - 1)
    before = np.clip(at.astype(int), 0, max(samples - 2, 0))[:, None]
    after = np.minimum(before + 1, samples - 1)
    share = at[:, None] - before
    first = np.take_along_axis(signals, before, axis=2)
    return first + share * (np.take_along_axis(signals, after, axis=2) - first)
