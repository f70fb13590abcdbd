"""Real recordings of inertial sensors, every dataset in one type."""

from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.model import PairedMotion, Recording, Sensor, Span, TrackedPoses
from imusim.recordings.registry import (
    find_recordings,
    get_dataset,
    known_datasets,
    read_recording,
)

__all__ = [
    "Dataset",
    "PairedMotion",
    "Recording",
    "RecordingRef",
    "Sensor",
    "Span",
    "TrackedPoses",
    "find_recordings",
    "get_dataset",
    "known_datasets",
    "read_recording",
]
