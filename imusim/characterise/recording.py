"""A recording of one sensor that is taken as even between gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.recordings import Sensor
from imusim.recordings.gaps import after_gaps, usual_period

Array = NDArray[np.float64]

KINDS = ("accelerometer", "gyroscope")


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


def even_recording(name: str, sensor: Sensor, notes: tuple[str, ...] = ()) -> Recording:
    """A sensor's signals, taken as even between gaps.

    What the stamps of phones and watches show is mostly when a sample was delivered.
    """
    after_gap = np.zeros(len(sensor.time_s), bool)
    if not sensor.even and len(after_gap) > 1:
        after_gap = after_gaps(sensor.time_s, usual_period(sensor.time_s))
        notes = (*notes, "samples are taken as even")
    if after_gap.any():
        notes = (*notes, f"{int(after_gap.sum())} gaps, which split the recording")
    both = zip(KINDS, (sensor.accelerometer, sensor.gyroscope), strict=True)
    signals = {kind: values for kind, values in both if values is not None}
    return Recording(name, sensor.rate_hz, signals, after_gap, notes)
