"""Arrays of numbers out of HDF5 files, bounded in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError

MAX_BYTES = 2**31
"""Largest array that is read."""

_BROKEN = (OSError, RuntimeError, KeyError, TypeError, ValueError, OverflowError)
"""What h5py raises on damaged files."""


@contextmanager
def open_hdf5(file: Path) -> Iterator[h5py.File]:
    """An HDF5 file to read; whatever is wrong with it raises MotionError."""
    try:
        with h5py.File(file, "r", locking="best-effort") as content:
            yield content
    except _BROKEN as error:
        reason = " ".join(str(error).split())[:100] or type(error).__name__
        raise MotionError(f"cannot be read as HDF5: {reason}", file) from None


def read_dataset(item: object, name: str, file: Path) -> NDArray[np.generic]:
    """The numbers of a dataset. Raises MotionError if it is none, too large, or holds others."""
    if not isinstance(item, h5py.Dataset):
        raise MotionError(f"holds no array {name!r}", file)
    if item.size is None or item.size * 8 > MAX_BYTES:
        raise MotionError(f"{name!r} takes more than {MAX_BYTES / 1e9:.1f} GB", file)
    if item.dtype.kind not in "biuf":
        raise MotionError(f"{name!r} holds {item.dtype}, not numbers", file)
    return np.asarray(item[()])
