"""Which datasets there are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path

from imusim.errors import ConfigError, MotionError
from imusim.names import did_you_mean
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
    return dict(_load())


@lru_cache(maxsize=1)
def _load() -> dict[str, Dataset]:
    found: dict[str, Dataset] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        try:
            dataset = point.load()
        except Exception as error:
            raise ConfigError(f"dataset {point.name!r} does not load: {error}") from error
        if not isinstance(dataset, Dataset):
            raise ConfigError(f"dataset {point.name!r}: {point.value} is no Dataset")
        found[dataset.name] = dataset
    return found


def get_dataset(name: str) -> Dataset:
    """The dataset of a name. Raises ConfigError with the valid names for any other."""
    known = known_datasets()
    if name not in known:
        hint = did_you_mean(name, known)
        raise ConfigError(f"no dataset {name!r}.{hint} There are: {', '.join(known)}")
    return known[name]


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
