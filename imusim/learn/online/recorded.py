"""Recordings as frames, made as they come: a frame holds what was read by then, and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import ConfigError, MotionError
from imusim.learn.evaluation.protocol import Protocol
from imusim.learn.online.frames import NO_LABEL
from imusim.learn.online.model import check_sensors
from imusim.recordings import Recording, find_recordings, read_recording
from imusim.recordings.resampling import labels_at
from imusim.recordings.so_far import so_far

_MOST_FRAMES = 2**25
_ROUNDING = 1e-6
"""Of an interval: stamps are no rounder."""


@dataclass(frozen=True, eq=False)
class FrameSequence:
    """A recording at an even rate.

    Parameters
    ----------
    frames : (T, S, 6) float32 array
        m/s², rad/s, as recorded; zero where absent.
    present : (T, S, 2) bool array
    labels : (T,) int array
        Classes by number; :data:`imusim.learn.online.frames.NO_LABEL` for none.
    subject, key, licence : str
    """

    frames: NDArray[np.float32]
    present: NDArray[np.bool_]
    labels: NDArray[np.int64]
    subject: str
    key: str
    licence: str = ""

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Recorded:
    """All recordings of a dataset's folder; ``unread``: those that could not be, and why."""

    dataset: str
    sensors: tuple[str, ...]
    rate_hz: float
    labels: tuple[str, ...]
    sequences: tuple[FrameSequence, ...]
    unread: tuple[tuple[str, str], ...] = ()

    @property
    def subjects(self) -> NDArray[np.str_]:
        """Of each sequence."""
        return np.array([sequence.subject for sequence in self.sequences])


def joints_of(protocol: Protocol) -> tuple[str, ...]:
    """Joints where a protocol's sensors sit, each once."""
    return tuple(dict.fromkeys(joint for joint in protocol.joints().values() if joint))


def read_recorded(
    folder: Path | str,
    protocol: Protocol,
    rate_hz: float,
    sensors: Sequence[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Recorded:
    """Read a dataset's recordings as frames, with the classes of its protocol.

    Parameters
    ----------
    folder : Path or str
    protocol : Protocol
        Which sensors are used, where they sit, and what its labels are called.
    rate_hz : float
    sensors : sequence of str, optional
        Joints, in this order; by default those of the protocol. Of several sensors at one joint the
        protocol's first counts.
    progress : callable, optional
        ``progress(done, total)``, of recordings.

    Raises
    ------
    ConfigError
        For joints at none of which the dataset has a sensor, a rate that is none, or if no frame
        has a label.
    MotionError
        If there is no such folder, it holds none, or none that can be read.
    """
    placed = protocol.joints()
    joints = tuple(sensors) if sensors else joints_of(protocol)
    check_sensors(joints)
    if not (np.isfinite(rate_hz) and rate_hz > 0):
        raise ConfigError(f"a rate of {rate_hz} Hz; it must be positive")
    if not set(joints) & set(placed.values()):
        raise ConfigError(
            f"{protocol.dataset} has no sensor at {', '.join(joints)}; it has them at "
            f"{', '.join(joints_of(protocol)) or 'no joint'}"
        )
    refs = find_recordings(protocol.dataset, folder)
    found: list[FrameSequence] = []
    unread: list[tuple[str, str]] = []
    for number, ref in enumerate(refs, start=1):
        try:
            found.append(
                sequence_of(read_recording(ref), placed, joints, protocol.number_of, rate_hz)
            )
        except MotionError as error:
            unread.append((ref.key, str(error)))
        if progress is not None:
            progress(number, len(refs))
    if not found:
        raise MotionError(f"none of {len(refs):,} can be read: {unread[0][1]}", folder)
    if not any((sequence.labels != NO_LABEL).any() for sequence in found):
        raise ConfigError(f"{folder}: no frame of {protocol.dataset} has a label of its protocol")
    labels = tuple(each.name for each in protocol.classes)
    return Recorded(protocol.dataset, joints, rate_hz, labels, tuple(found), tuple(unread))


def sequence_of(
    recording: Recording,
    placed: Mapping[str, str],
    joints: Sequence[str],
    classes: Mapping[str, int],
    rate_hz: float,
) -> FrameSequence:
    """A recording as frames: frame k is due k intervals after the first sample.

    Each signal of a frame is what is known of it by then (:mod:`imusim.recordings.so_far`): a frame
    rests on no later sample, unlike windows for models that look back at a whole window.

    Parameters
    ----------
    recording : Recording
    placed : mapping of str to str
        Sensor to joint.
    joints : sequence of str
        S of them.
    classes : mapping of str to int
        Label to class.
    rate_hz : float

    Raises
    ------
    MotionError
        If the frames would be more than 33 million.
    """
    start_s = min(float(sensor.time_s[0]) for sensor in recording.sensors)
    end_s = max(float(sensor.time_s[-1]) for sensor in recording.sensors)
    count = int(np.floor((end_s - start_s) * rate_hz + _ROUNDING)) + 1
    if count > _MOST_FRAMES:
        raise MotionError(f"{recording.key}: {count:,} frames; cut it at its gaps")
    due_s = start_s + np.arange(count) / rate_hz
    frames = np.zeros((count, len(joints), 6), np.float32)
    present = np.zeros((count, len(joints), 2), bool)
    taken: set[str] = set()
    for sensor in sorted(recording.sensors, key=lambda each: _place(each.name, placed)):
        joint = placed.get(sensor.name, "")
        if joint not in joints or joint in taken:
            continue
        taken.add(joint)
        for kind, signal in enumerate((sensor.accelerometer, sensor.gyroscope)):
            if signal is not None:
                numbers = np.isfinite(signal).all(axis=1)
                told, known = so_far(sensor.time_s[numbers], signal[numbers], due_s, rate_hz)
                frames[:, joints.index(joint), 3 * kind : 3 * kind + 3] = told
                present[:, joints.index(joint), kind] = known
    named = labels_at(recording, due_s)
    labels = np.array([classes.get(name, NO_LABEL) for name in named.tolist()], np.int64)
    subject = recording.subject or recording.key
    return FrameSequence(frames, present, labels, subject, recording.key, recording.licence)


def _place(name: str, placed: Mapping[str, str]) -> int:
    return list(placed).index(name) if name in placed else len(placed)
