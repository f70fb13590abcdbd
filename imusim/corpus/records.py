"""Clips of a shard as records again, read many at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from imusim.corpus import schema
from imusim.corpus.channels import CHANNELS, FORCES, KINEMATIC
from imusim.corpus.codecs import open_shard
from imusim.corpus.counts import read_rows
from imusim.corpus.hdf5 import dataset, texts
from imusim.corpus.schema import ClipRecord
from imusim.corpus.sink import interrupts_held_back

_BLOCK_FRAMES = 65536
"""Frames read at a time: 35 MB of 22 sensors; a longer clip is read whole."""


def read_records(path: Path, first: int = 0, last: int | None = None) -> Iterator[ClipRecord]:
    """The clips of a shard in its order, with all that is stored of them.

    Parameters
    ----------
    path : Path
        Of a shard, which is trusted to be whole.
    first, last : int, optional
        Which of its clips, as in a slice.

    Raises
    ------
    OSError, KeyError
        If HDF5 cannot read the file.
    MissingExtraError
        If its codec is not installed.
    """
    with interrupts_held_back():
        file = open_shard(path)
        lengths = dataset(file, f"{schema.CLIPS}/length")[:]
    try:
        stop = len(lengths) if last is None else last
        while first < stop:
            ends = np.cumsum(lengths[first:stop])
            count = max(1, int(np.searchsorted(ends, _BLOCK_FRAMES, side="right")))
            with interrupts_held_back():
                block = list(_block(file, first, first + count))
            yield from block
            first += count
    finally:
        with interrupts_held_back():
            file.close()


def _block(file: h5py.File, first: int, last: int) -> Iterator[ClipRecord]:
    rows = slice(first, last)
    cells: dict[str, Any] = {
        name: texts(file, f"{schema.CLIPS}/{name}", rows) for name in schema.TEXT_COLUMNS
    }
    for name in (*schema.RANGE_COLUMNS, *schema.ARRAY_COLUMNS):
        cells[name] = dataset(file, f"{schema.CLIPS}/{name}")[rows]
    names = [
        str(name) for name in np.asarray(dataset(file, f"{schema.CLIPS}/quality").attrs["names"])
    ]
    captions = _captions(file, first, last)
    signals = {name: _rows(file, name, cells["start"], cells["length"]) for name in _signals(file)}
    posed = (schema.POSES, schema.SOURCE_POSES)
    signals |= {n: _rows(file, n, cells["pose_start"], cells["pose_length"]) for n in posed}
    own = {schema.ACCELEROMETER, schema.GYROSCOPE, schema.VALID, *posed}
    for row in range(last - first):
        values = {name: cells[name][row] for name in (*schema.TEXT_COLUMNS, *schema.ARRAY_COLUMNS)}
        values |= {name: signals[name][row] for name in own}
        values |= {name: values[name].item() for name in ("run", "seed", "mass_kg")}
        values["quality"] = dict(zip(names, map(float, values["quality"]), strict=True))
        channels = {name: parts[row] for name, parts in signals.items() if name not in own}
        if values["engine"] == KINEMATIC:  # it has no forces: what is stored stands for nothing
            channels = {name: array for name, array in channels.items() if name not in FORCES}
        yield ClipRecord(**values, captions=captions[row], channels=channels)


def _signals(file: h5py.File) -> list[str]:
    """Datasets with a row a frame."""
    own = (schema.ACCELEROMETER, schema.GYROSCOPE, schema.VALID)
    return [name for name in (*own, *CHANNELS) if name in file]


def _rows(file: h5py.File, name: str, start: Any, length: Any) -> list[Any]:
    """A dataset's rows of consecutive clips, one array each."""
    data = read_rows(file, name, int(start[0]), int(start[-1] + length[-1]))
    return np.split(data, np.cumsum(length)[:-1])


def _captions(file: h5py.File, first: int, last: int) -> list[tuple[str, ...]]:
    index = dataset(file, schema.CAPTION_CLIP)[:]
    edges = np.searchsorted(index, np.arange(first, last + 1))
    text = texts(file, schema.CAPTION_TEXT, slice(int(edges[0]), int(edges[-1])))
    edges = edges - edges[0]
    return [tuple(text[a:b]) for a, b in pairwise(edges)]
