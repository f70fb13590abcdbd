"""What a recording is: plain frozen arrays, in SI, whatever the dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.motion import ClipRef, Motion

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sensor:
    """One unit of a recording, at its own times.

    Parameters
    ----------
    name : str
        As the dataset calls it; unique in the recording.
    placement : str
        Where it was worn: a placement that ``imusim placements`` lists, or a name of the layout
        of its dataset (``utd_mhad.wrist``). ``""``: it is not known.
    time_s : (N,) array
        Rising, from the recording's start, as its stamps say: they may jitter and have gaps.
    accelerometer : (N, 3) array, optional
        Specific force, m/s², gravity included. NaN where a sample is missing; ``None``: no such
        sensor.
    gyroscope : (N, 3) array, optional
        Angular rate, rad/s; the same.
    rate_hz : float
        Nominal.
    even : bool
        Whether the times were made from the rate, because the dataset has none.
    offset : (3,) array, optional
        Its place in the frame of the segment that its placement is on, m, where that was measured;
        ``None``: the placement's own.

    Raises
    ------
    MotionError
        If shapes disagree, there is no signal, or times do not rise.
    """

    name: str
    placement: str
    time_s: Array
    accelerometer: Array | None
    gyroscope: Array | None
    rate_hz: float
    even: bool = False
    offset: Array | None = None

    def __post_init__(self) -> None:
        shape = (len(self.time_s), 3)
        given = [a for a in (self.accelerometer, self.gyroscope) if a is not None]
        if not given or any(array.shape != shape for array in given):
            shapes = " and ".join(str(array.shape) for array in given) or "none"
            raise MotionError(f"sensor {self.name!r}: signals {shapes}, not {shape}")
        if not (np.isfinite(self.rate_hz) and self.rate_hz > 0):
            raise MotionError(f"sensor {self.name!r}: a rate of {self.rate_hz} Hz")
        if not np.isfinite(self.time_s).all() or (np.diff(self.time_s) <= 0).any():
            raise MotionError(f"sensor {self.name!r}: its times do not rise")


@dataclass(frozen=True)
class Span:
    """A stretch of a recording in which one thing was done; ``label`` as the dataset writes it."""

    start_s: float
    end_s: float
    label: str


@dataclass(frozen=True, eq=False)
class TrackedPoses:
    """Poses of the things that carried the sensors, seen by cameras; there is no body.

    Parameters
    ----------
    rate_hz : float
    position : mapping of str to (T, 3) array
        By sensor; world, m, z up. NaN in gaps.
    world_from_tracked : mapping of str to (T, 4) array
        Orientation, xyzw.
    """

    rate_hz: float
    position: Mapping[str, Array]
    world_from_tracked: Mapping[str, Array]


PairedMotion = ClipRef | Motion | TrackedPoses
"""Motion captured while the sensors recorded: a file that a motion source reads, the motion
itself, or poses of what carried the sensors."""


@dataclass(frozen=True, eq=False)
class Recording:
    """One trial of one person.

    Parameters
    ----------
    key : str
        Names it within its dataset.
    dataset : str
        Name in the registry; ``""`` for a user's own file.
    sensors : tuple of Sensor
    spans : tuple of Span
        What was done when; empty where the dataset does not say.
    subject, trial : str
        Who, and which repetition of the same activity; ``""`` where unknown.
    licence : str
        SPDX identifier, ``""`` where none is stated.
    motion : PairedMotion, optional
    motion_start_s : float
        Time of the motion's first frame in the recording, as the dataset says it, s.
    offset_within_s : float
        Most that the clocks of motion and sensors may differ beyond that, s.
    motion_spans : bool
        The motion covers the recording's span exactly, whatever rate its file states.
    notes : tuple of str
        What was assumed or mended on reading.
    """

    key: str
    dataset: str
    sensors: tuple[Sensor, ...]
    spans: tuple[Span, ...] = ()
    subject: str = ""
    trial: str = ""
    licence: str = ""
    motion: PairedMotion | None = None
    motion_start_s: float = 0.0
    offset_within_s: float = 0.3
    motion_spans: bool = False
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [sensor.name for sensor in self.sensors]
        if not names or len(set(names)) < len(names):
            raise MotionError(f"recording {self.key!r}: sensors {names}; names must differ")

    @property
    def label(self) -> str:
        """The one label of a recording that has one; ``""`` otherwise."""
        labels = {span.label for span in self.spans}
        return labels.pop() if len(labels) == 1 else ""
