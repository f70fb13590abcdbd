"""What is in a folder of recordings, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from imusim.errors import MotionError
from imusim.recordings.model import Recording, Sensor
from imusim.recordings.registry import find_recordings, read_recording


@dataclass
class Contents:
    """Counts over the recordings of one dataset.

    Parameters
    ----------
    recordings, paired : int
        All, and those with motion.
    seconds : float
        From the first sample to the last, over the recordings.
    subjects : set of str
    labels : mapping
        Label to its number of spans and their seconds.
    sensors : mapping
        Name to seconds of it.
    notes : mapping
        What was assumed or mended on reading, to the number of recordings.
    faults : list of str
        Why a recording could not be read.
    """

    recordings: int = 0
    paired: int = 0
    seconds: float = 0.0
    subjects: set[str] = field(default_factory=set)
    labels: dict[str, tuple[int, float]] = field(default_factory=dict)
    sensors: dict[str, float] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, recording: Recording) -> None:
        """Count a recording."""
        self.recordings += 1
        self.paired += recording.motion is not None
        self.seconds += max(_seconds(sensor) for sensor in recording.sensors)
        if recording.subject:
            self.subjects.add(recording.subject)
        for sensor in recording.sensors:
            self.sensors[sensor.name] = self.sensors.get(sensor.name, 0.0) + _seconds(sensor)
        for span in recording.spans:
            count, seconds = self.labels.get(span.label, (0, 0.0))
            self.labels[span.label] = (count + 1, seconds + span.end_s - span.start_s)
        self.notes.update(recording.notes)


def look_through(
    name: str, folder: Path | str, progress: Callable[[int, int], None] | None = None
) -> Contents:
    """Read all recordings of a dataset in a folder, and count them.

    Parameters
    ----------
    name : str
    folder : Path or str
    progress : callable, optional
        ``progress(done, total)``.

    Raises
    ------
    ConfigError
        For an unknown dataset.
    MotionError
        If there is no such folder, it holds none, or none that can be read.
    """
    found = find_recordings(name, folder)
    contents = Contents()
    for done, ref in enumerate(found, start=1):
        try:
            contents.add(read_recording(ref))
        except MotionError as error:
            contents.faults.append(str(error))
        if progress is not None:
            progress(done, len(found))
    if not contents.recordings:
        raise MotionError(f"none of {len(found):,} can be read: {contents.faults[0]}", folder)
    return contents


def _seconds(sensor: Sensor) -> float:
    return float(sensor.time_s[-1] - sensor.time_s[0]) if len(sensor.time_s) else 0.0
