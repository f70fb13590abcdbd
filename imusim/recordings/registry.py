"""Which datasets there are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from imusim.errors import MotionError
from imusim.plugins import get_plugin, load_plugins
from imusim.recordings.dataset import Dataset, RecordingRef
from imusim.recordings.model import Recording

GROUP = "imusim.recordings"
"""The entry-point group, through which others add datasets of their own."""


def known_datasets() -> dict[str, Dataset]:
    """All installed datasets by name, in alphabetical order.

    Raises
    ------
    ConfigError
        If an installed entry point cannot be loaded or is no dataset.
    """
    return dict(load_plugins(GROUP, Dataset, "dataset"))


def get_dataset(name: str) -> Dataset:
    """The dataset of a name. Raises ConfigError with the valid names for any other."""
    return get_plugin(known_datasets(), name, "dataset")


def find_recordings(name: str, folder: Path | str) -> Sequence[RecordingRef]:
    """The recordings of a dataset in a folder.

    Raises
    ------
    ConfigError
        For an unknown dataset.
    MotionError
        If there is no such folder, or it holds none.
    """
    dataset, folder = get_dataset(name), Path(folder)
    if not folder.is_dir():
        raise MotionError("there is no such folder", folder)
    found = dataset.find(folder)
    if not found:
        raise MotionError(f"no recordings of {name} here; {dataset.obtain}", folder)
    return found


def read_recording(ref: RecordingRef) -> Recording:
    """Read a recording with the dataset that it names."""
    return get_dataset(ref.dataset).read(ref)
