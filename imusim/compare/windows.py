"""Windows as plain arrays: what corpora and recordings are made into to be held side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.errors import ConfigError

Array = NDArray[np.float64]
Words = NDArray[np.str_]

CHANNELS = ("acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")
"""Of one sensor: specific force, m/s², and angular rate, rad/s, in the sensor's axes."""


@dataclass(frozen=True, eq=False)
class Windows:
    """W windows of S sensors, all of one length and rate.

    Parameters
    ----------
    signals : (W, C, T) array
        ``C = 6 S``: of each sensor accelerometer, m/s², and gyroscope, rad/s
        (:data:`CHANNELS`); finite.
    labels : (W,) array of str
        What is done in them.
    subjects : (W,) array of str
        Who does it: nobody is on both sides of a split.
    groups : (W,) array of str
        Recording or clip that a window is from: resampled and left out as a whole. The same name
        with another subject is another group.
    rate_hz : float
    cutoff_hz : float
        What is above was filtered away on purpose; infinite: nothing was.

    Raises
    ------
    ConfigError
        If shapes disagree or values are not finite.
    """

    signals: Array
    labels: Words
    subjects: Words
    groups: Words
    rate_hz: float
    cutoff_hz: float = np.inf

    def __post_init__(self) -> None:
        shape = self.signals.shape
        if len(shape) != 3 or shape[1] == 0 or shape[1] % 6 or shape[2] == 0:
            raise ConfigError(f"windows have the shape {shape}, not (W, 6 S, T)")
        for name in ("labels", "subjects", "groups"):
            if getattr(self, name).shape != shape[:1]:
                raise ConfigError(f"{shape[0]} windows with {len(getattr(self, name))} {name}")
        if not np.isfinite(self.signals).all():
            raise ConfigError("windows with NaN or infinite values: leave them out")
        if not (np.isfinite(self.rate_hz) and self.rate_hz > 0):
            raise ConfigError(f"windows at {self.rate_hz} Hz")

    def __len__(self) -> int:
        return len(self.signals)

    @property
    def sensors(self) -> int:
        """How many sensors, S."""
        return self.signals.shape[1] // 6

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels that occur, in alphabetical order."""
        return tuple(str(label) for label in np.unique(self.labels))

    @property
    def vectors(self) -> Array:
        """View (W, S, 2, 3, T): accelerometer and gyroscope of each sensor."""
        count, _, samples = self.signals.shape
        return self.signals.reshape(count, self.sensors, 2, 3, samples)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | Sequence[int]) -> Windows:
        """Some of the windows, by mask or numbers."""
        return self.with_signals(self.signals[chosen], chosen)

    def with_signals(
        self,
        signals: Array,
        chosen: NDArray[np.bool_] | NDArray[np.intp] | Sequence[int] | slice = slice(None),
    ) -> Windows:
        """Other signals for these windows, or for some of them."""
        return Windows(
            signals,
            self.labels[chosen],
            self.subjects[chosen],
            self.groups[chosen],
            self.rate_hz,
            self.cutoff_hz,
        )

    def of(self, *, labels: Sequence[str] | None = None, subjects: Sequence[str] | None = None):
        """The windows with one of these labels, of one of these subjects."""
        kept = np.ones(len(self), bool)
        if labels is not None:
            kept &= np.isin(self.labels, list(labels))
        if subjects is not None:
            kept &= np.isin(self.subjects, list(subjects))
        return self.take(kept)


def joined(*parts: Windows) -> Windows:
    """Windows of several sources behind each other. Raises ConfigError if they do not fit."""
    first = parts[0]
    for part in parts[1:]:
        match(first, part)
    return Windows(
        np.concatenate([part.signals for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.subjects for part in parts]),
        np.concatenate([part.groups for part in parts]),
        first.rate_hz,
        first.cutoff_hz,
    )


def match(one: Windows, other: Windows) -> None:
    """Raise ConfigError unless both have the same channels, length and rate."""
    if one.signals.shape[1:] != other.signals.shape[1:]:
        raise ConfigError(
            f"windows of (channels, samples) {one.signals.shape[1:]} beside "
            f"{other.signals.shape[1:]}: cut both alike"
        )
    if not np.isclose(one.rate_hz, other.rate_hz):
        raise ConfigError(f"windows at {one.rate_hz:g} Hz beside {other.rate_hz:g} Hz")
