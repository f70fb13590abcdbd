"""What real sensors read, evenly sampled, and how it is dealt into parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.compare.kinematics import Kinematics
from imusim.compare.paired.simulate import Place, Simulated
from imusim.math.gaps import whole_frames
from imusim.recordings import Recording, Sensor
from imusim.recordings.resampling import even

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

BLOCK_S = 10.0
MOST_BLOCKS = 10
"""A single recording is cut into blocks of so many seconds, two at least, that are used in turn."""
FOUND_WITHIN_S = 0.5
"""Most that an offset is off that was found from norms."""


@dataclass(frozen=True, eq=False)
class Case:
    """One sensor of one recording, and what every method says of its place.

    Parameters
    ----------
    recording : Recording
    sensor : Sensor
    place : Place
    kinematics : mapping
        Method to what the place does.
    time_s : (N,) array
        Even; of the motion, as far as is known before alignment.
    accelerometer, gyroscope : (N, 3) array or None
    valid : (N,) bool array
        Samples that rest on no gap of the recording.
    within_s : float
        Most that the times are off.
    """

    recording: Recording
    sensor: Sensor
    place: Place
    kinematics: Mapping[str, Kinematics]
    time_s: Array
    accelerometer: Array | None
    gyroscope: Array | None
    valid: Mask
    within_s: float

    @property
    def wearer(self) -> tuple[str, str, str]:
        """Dataset, person and sensor: what shares a mounting; whom nobody names stands alone."""
        who = self.recording.subject or self.recording.key
        return self.recording.dataset, who, f"{self.sensor.name} {self.sensor.placement}"


def make_cases(recording: Recording, simulated: Simulated) -> list[Case]:
    """The sensors of a recording beside what was simulated for them."""
    cases = []
    for sensor in recording.sensors:
        place = simulated.places[sensor.name]
        accelerometer, gyroscope, valid, start_s = _evenly(sensor)
        shift_s = start_s - recording.motion_start_s
        within_s = recording.offset_within_s
        if place.found is not None:
            shift_s = start_s + place.found.offset_s
            within_s = FOUND_WITHIN_S
        time_s = shift_s + np.arange(len(valid)) / sensor.rate_hz
        signals = accelerometer, gyroscope, valid
        kinematics = simulated.kinematics[sensor.name]
        cases.append(Case(recording, sensor, place, kinematics, time_s, *signals, within_s))
    return cases


def _evenly(sensor: Sensor) -> tuple[Array | None, Array | None, Mask, float]:
    """Signals (N, 3) at the nominal rate, which are valid, and the first time, s."""
    if sensor.even:
        given = [a for a in (sensor.accelerometer, sensor.gyroscope) if a is not None]
        valid = whole_frames(*given)
        return sensor.accelerometer, sensor.gyroscope, valid, float(sensor.time_s[0])
    signals = even(sensor, sensor.rate_hz)
    return signals.accelerometer, signals.gyroscope, signals.valid, float(sensor.time_s[0])


@dataclass(frozen=True, eq=False)
class Fold:
    """Samples of each case that the alignment is found on, and those that it is judged on."""

    found_on: tuple[Mask, ...]
    judged_on: tuple[Mask, ...]


def deal(cases: Sequence[Case], count: int) -> list[Fold]:
    """Deal the cases of one wearer into folds, none of which is judged on what it was found on.

    Several trials are dealt in turn. A single one is cut into blocks of time, odd ones and even
    ones.
    """
    none = [np.zeros(len(case.valid), bool) for case in cases]
    if len(cases) == 1:
        valid = cases[0].valid
        duration_s = len(valid) / cases[0].sensor.rate_hz
        blocks = 2 * int(np.clip(duration_s / BLOCK_S / 2, 1, MOST_BLOCKS / 2))
        odd = (np.arange(len(valid)) * blocks // len(valid)) % 2 == 1
        return [Fold((valid & odd,), (valid & ~odd,)), Fold((valid & ~odd,), (valid & odd,))]
    count = min(count, len(cases))
    folds = []
    for fold in range(count):
        judged = [k % count == fold for k in range(len(cases))]
        folds.append(
            Fold(
                tuple(e if j else c.valid for c, e, j in zip(cases, none, judged, strict=True)),
                tuple(c.valid if j else e for c, e, j in zip(cases, none, judged, strict=True)),
            )
        )
    return folds
