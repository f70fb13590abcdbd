"""Windows of a recording, each of one label.

Whoever trains on them splits recordings by subject first and cuts then, so that no two windows
that overlap are on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from imusim.errors import ConfigError
from imusim.recordings.model import Recording
from imusim.recordings.resampling import sampled


@dataclass(frozen=True, eq=False)
class Cut:
    """W windows of T samples of a recording with S sensors.

    Parameters
    ----------
    rate_hz : float
    sensors, placements : tuple of str
        Names of the sensors and where they were worn.
    signals : (W, S, 6, T) array
        Accelerometer, m/s², and gyroscope, rad/s. NaN where not valid.
    valid : (W, S, 2) bool array
        Whether accelerometer and gyroscope are known throughout.
    labels : (W,) array of str
        As the dataset writes them; ``""``: nothing is known of what is done.
    start_s : (W,) array
        Time of the first sample.
    """

    rate_hz: float
    sensors: tuple[str, ...]
    placements: tuple[str, ...]
    signals: NDArray[np.float64]
    valid: NDArray[np.bool_]
    labels: NDArray[np.str_]
    start_s: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.labels)


def cut(
    recording: Recording,
    rate_hz: float,
    length_s: float,
    stride_s: float | None = None,
    unlabelled: bool = False,
) -> Cut:
    """Cut a recording into windows, in each of which one thing is done.

    The first window of a stretch starts where its label does. Windows in which no sensor is valid
    are left out.

    Parameters
    ----------
    recording : Recording
    rate_hz : float
        Of the windows; see :func:`imusim.recordings.resampling.sampled`.
    length_s, stride_s : float
        Of a window, and from one to the next; by default they do not overlap.
    unlabelled : bool
        Whether stretches of which nothing is known are cut too.

    Raises
    ------
    ConfigError
        If rate, length or stride make no window.
    MotionError
        As :func:`imusim.recordings.resampling.sampled`.
    """
    length, stride = (
        round(seconds * rate_hz) if np.isfinite(seconds * rate_hz) else 0
        for seconds in (length_s, length_s if stride_s is None else stride_s)
    )
    if length < 1 or stride < 1:
        raise ConfigError(f"windows of {length} samples every {stride}: give them a length")
    even = sampled(recording, rate_hz)
    changes = np.flatnonzero(even.labels[1:] != even.labels[:-1]) + 1
    starts: list[int] = []
    for a, b in zip(np.append(0, changes), np.append(changes, len(even.labels)), strict=True):
        if even.labels[a] or unlabelled:
            starts += range(int(a), int(b) - length + 1, stride)
    has = np.array([[s.accelerometer is not None, s.gyroscope is not None]
                    for s in recording.sensors])  # fmt: skip
    first = np.array(starts, int)
    known = np.zeros((0, len(recording.sensors)), bool)
    if len(first):
        known = np.all(sliding_window_view(even.valid, length, axis=0)[first], axis=-1)
    first, known = first[known.any(axis=1)], known[known.any(axis=1)]
    valid = known[:, :, None] & has
    signals = even.signals[first[:, None] + np.arange(length)].transpose(0, 2, 3, 1)
    return Cut(
        rate_hz,
        even.names,
        tuple(sensor.placement for sensor in recording.sensors),
        np.where(np.repeat(valid, 3, axis=2)[..., None], signals, np.nan),
        valid,
        even.labels[first],
        even.start_s + first / rate_hz,
    )
