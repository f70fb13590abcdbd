"""What is read of a corpus at a time: a window, or many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.corpus import schema

Float32 = NDArray[np.float32]
CELLS = (*schema.TEXT_COLUMNS, *schema.ARRAY_COLUMNS)
"""Columns of the clip table that windows can bring along."""
SENSOR_CELLS = (
    "link_from_sensor",
    "mounting_offset",
    "mounting_slip",
    "mounting_slip_time_s",
    "device",
    "observed",
    "unobserved_axis",
)
"""Those of them that hold a value a sensor."""


@dataclass(frozen=True, eq=False)
class _Signals:
    signals: Float32

    @property
    def accelerometer(self) -> Float32:
        """Specific force in the sensor frame, (…, T, S, 3), m/s²."""
        return self.signals[..., :3]

    @property
    def gyroscope(self) -> Float32:
        """Angular velocity in the sensor frame, (…, T, S, 3), rad/s."""
        return self.signals[..., 3:]


@dataclass(frozen=True, eq=False)
class Window(_Signals):
    """T samples of S sensors.

    Parameters
    ----------
    signals : (T, S, 6) float32 array
        Accelerometer, m/s², and gyroscope, rad/s; zero beyond the clip's end.
    valid : (T,) bool array
        False where the capture had a gap, and beyond the clip's end.
    samples : int
        How many samples are the clip's; the others are padding.
    key : str
        The clip's.
    start_s : float
        When in the clip the window starts, s.
    captions : tuple of str
        The clip's.
    label : int or None
        What ``label`` made of the captions.
    channels : dict of str to (T, ...) array
        Those that were asked for, at the windows' rate.
    columns : dict
        Cells of the clip table that were asked for, by the name of their column.
    """

    valid: NDArray[np.bool_]
    samples: int
    key: str
    start_s: float
    captions: tuple[str, ...]
    label: int | None
    channels: dict[str, NDArray[Any]]
    columns: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Batch(_Signals):
    """B windows: what a :class:`Window` has, arrays with one axis more in front, or B of each."""

    valid: NDArray[np.bool_]
    samples: NDArray[np.int64]
    key: tuple[str, ...]
    start_s: NDArray[np.float64]
    captions: tuple[tuple[str, ...], ...]
    label: NDArray[np.int64] | None
    channels: dict[str, NDArray[Any]]
    columns: dict[str, Any]

    def __len__(self) -> int:
        return len(self.signals)


@dataclass(frozen=True, eq=False)
class About:
    """A :class:`Window` without its signals."""

    key: str
    start_s: float
    captions: tuple[str, ...]
    columns: dict[str, Any]


class Texts:
    """A list of texts as two arrays: processes that share them copy no pages."""

    def __init__(self, texts: Iterable[str]):
        coded = [text.encode() for text in texts]
        self._bytes = np.frombuffer(b"".join(coded), np.uint8)
        self._ends = np.cumsum([0, *map(len, coded)])

    def __getitem__(self, number: int) -> str:
        first, last = self._ends[number : number + 2]
        return self._bytes[first:last].tobytes().decode()
