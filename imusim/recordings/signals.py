"""From what a file says to a sensor in SI."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.recordings.model import Array, Sensor

LARGEST = 1e6
"""Nothing that is worn measures more, m/s² or rad/s."""


def measured(values: NDArray[np.generic], factor: float = 1.0) -> Array:
    """Numbers in SI; NaN where they are none or larger than anything that is worn measures."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = np.asarray(values, float) * factor
        found[~(np.abs(found) < LARGEST)] = np.nan
    return found


def even_sensor(
    name: str,
    placement: str,
    rate_hz: float,
    accelerometer: Array | None,
    gyroscope: Array | None = None,
    offset: Array | None = None,
) -> Sensor:
    """A sensor without times of its own, sampled evenly: signals (N, 3), m/s² and rad/s.

    Raises
    ------
    MotionError
        As :class:`imusim.recordings.model.Sensor`.
    """
    count = max(len(a) for a in (accelerometer, gyroscope) if a is not None)
    time_s = np.arange(count) / rate_hz
    return Sensor(
        name, placement, time_s, accelerometer, gyroscope, rate_hz, even=True, offset=offset
    )
