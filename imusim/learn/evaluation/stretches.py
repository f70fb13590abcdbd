"""Stretches of recordings in which one thing is done, on an even grid, read once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import ConfigError, MotionError
from imusim.learn.evaluation.protocol import Protocol
from imusim.recordings import Recording, find_recordings, read_recording
from imusim.recordings.resampling import sampled

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Stretch:
    """One thing done by one person.

    Parameters
    ----------
    label : int
        Number of the protocol's class.
    subject, recording : str
    sensors : tuple of str
        S, those of the protocol that the recording has.
    signals : (N, S, 6) array
        m/s² and rad/s, as recorded; NaN where a sensor has none of the two.
    known : (N, S) bool array
        False in gaps.
    """

    label: int
    subject: str
    recording: str
    sensors: tuple[str, ...]
    signals: Array
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class Stretches:
    """All of a folder; ``unread``: recordings that could not be read, and why."""

    found: tuple[Stretch, ...]
    unread: tuple[tuple[str, str], ...]


def read_stretches(
    folder: Path | str,
    protocol: Protocol,
    rate_hz: float,
    progress: Callable[[int, int], None] | None = None,
) -> Stretches:
    """Read all recordings of a dataset; a second time they are there already.

    Raises
    ------
    ConfigError
        If no stretch has a label of the protocol, or the rate is none.
    MotionError
        If there is no such folder, it holds none, or none that can be read.
    """
    classes = tuple(c.labels for c in protocol.classes)
    names = (protocol.dataset, tuple(protocol.sensors), classes, protocol.shortest_s)
    key = (Path(folder).resolve(), *names, float(rate_hz))
    if key not in _KEPT:
        found = _read(Path(folder), protocol, rate_hz, progress)
        while len(_KEPT) >= _MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)))
        _KEPT[key] = found
    return _KEPT[key]


_KEPT: dict[object, Stretches] = {}
_MOST_KEPT = 8


def _read(
    folder: Path,
    protocol: Protocol,
    rate_hz: float,
    progress: Callable[[int, int], None] | None,
) -> Stretches:
    refs = find_recordings(protocol.dataset, folder)
    found: list[Stretch] = []
    unread: list[tuple[str, str]] = []
    for number, ref in enumerate(refs, start=1):
        try:
            found += stretches_of(read_recording(ref), protocol, rate_hz)
        except MotionError as error:
            unread.append((ref.key, str(error)))
        if progress is not None:
            progress(number, len(refs))
    if len(unread) == len(refs):
        raise MotionError(f"none of {len(refs):,} can be read: {unread[0][1]}", folder)
    if not found:
        raise ConfigError(f"{folder}: no stretch of {protocol.dataset} has a label of its protocol")
    return Stretches(tuple(found), tuple(unread))


def stretches_of(recording: Recording, protocol: Protocol, rate_hz: float) -> list[Stretch]:
    """Stretches of a recording with a label of the protocol, in the order of time.

    Raises
    ------
    ConfigError, MotionError
        As :func:`imusim.recordings.resampling.sampled`.
    """
    if not recording.spans:
        return []
    even = sampled(recording, rate_hz)
    columns = [k for k, name in enumerate(even.names) if name in protocol.sensors]
    if not columns:
        return []
    numbers = protocol.number_of
    changes = np.flatnonzero(even.labels[1:] != even.labels[:-1]) + 1
    edges = [0, *changes.tolist(), len(even.labels)]
    return [
        Stretch(
            numbers[label],
            recording.subject or recording.key,
            recording.key,
            tuple(even.names[k] for k in columns),
            even.signals[a:b, columns],
            even.valid[a:b, columns],
        )
        for a, b in pairwise(edges)
        if (label := str(even.labels[a])) in numbers and b - a >= protocol.shortest_s * rate_hz
    ]
