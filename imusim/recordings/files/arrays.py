"""Recordings out of npz and HDF5 files, by the names of their arrays."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.motion.npz import npz_names, read_npz
from imusim.recordings.files.columns import assemble
from imusim.recordings.files.names import is_rate
from imusim.recordings.files.settings import FileSettings
from imusim.recordings.hdf5 import MAX_BYTES, open_hdf5, read_dataset
from imusim.recordings.model import Recording

_MOST_NAMES = 10_000

_Columns = list[tuple[str, Callable[[], NDArray[Any]]]]


def read_npz_file(file: Path, settings: FileSettings) -> Recording:
    """Read an npz file: arrays (n, 3) or a column for each axis, and ``rate_hz`` or ``time``.

    Raises
    ------
    MotionError
        If it cannot be read.
    """
    names = npz_names(file)
    if names is None:
        raise MotionError("not a whole npz file", file)

    def read(name: str) -> NDArray[Any]:
        values = read_npz(file, [name], MAX_BYTES).get(name)
        if values is None:
            raise MotionError(f"{name!r} is no array", file)
        return _numbers(values, name, file)

    columns: _Columns = [(name, partial(read, name)) for name in sorted(names)[:_MOST_NAMES]]
    rate = next((_scalar(read(name)) for name in sorted(names) if is_rate(name)), None)
    return assemble([c for c in columns if not is_rate(c[0])], settings, file, rate)


def read_hdf5(file: Path, settings: FileSettings) -> Recording:
    """Read an HDF5 file: datasets by name, as BROAD has them, and the rate from an attribute.

    Raises
    ------
    MotionError
        If it cannot be read.
    """
    with open_hdf5(file) as content:
        columns: _Columns = []
        rates: list[float | None] = [
            _scalar(np.asarray(value)) for key, value in content.attrs.items() if is_rate(key)
        ]

        def collect(name: str, item: object) -> str | None:
            if isinstance(item, h5py.Dataset):
                if is_rate(name.rpartition("/")[2]) and item.size == 1:
                    rates.append(_scalar(np.asarray(item[()])))
                else:
                    columns.append((name, partial(read_dataset, item, name, file)))
            return name if len(columns) >= _MOST_NAMES else None

        content.visititems(collect)
        rate = next((r for r in rates if r is not None), None)
        return assemble(columns, settings, file, rate)


def _numbers(values: NDArray[Any], name: str, file: Path) -> NDArray[Any]:
    if values.dtype.kind not in "iuf":
        raise MotionError(f"{name!r} holds {values.dtype}, not numbers", file)
    return values


def _scalar(values: NDArray[Any]) -> float | None:
    if values.size != 1 or values.dtype.kind not in "iuf":
        return None
    return float(values.reshape(-1)[0])
