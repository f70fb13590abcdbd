"""Real recordings of inertial sensors, every dataset in one type."""

from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.model import PairedMotion, Recording, Sensor, Span, TrackedPoses
from imusim.recordings.registry import datasets, find_recordings, get_dataset, read_recording

__all__ = [
    "Dataset",
    "PairedMotion",
    "Recording",
    "RecordingRef",
    "Sensor",
    "Span",
    "TrackedPoses",
    "datasets",
    "find_recordings",
    "get_dataset",
    "read_recording",
]
