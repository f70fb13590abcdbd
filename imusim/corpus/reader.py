"""Reads a corpus: clips by number or key, signals by the slice."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from imusim.corpus import schema
from imusim.corpus.clip import Clip, Signals
from imusim.corpus.codecs import open_shard
from imusim.corpus.counts import lsb_of, to_values
from imusim.corpus.hdf5 import dataset, texts
from imusim.corpus.manifest import Manifest, read_manifest
from imusim.corpus.staging import first_line
from imusim.errors import CorpusError

__all__ = ["Clip", "Corpus", "Signals"]

OPEN_SHARDS = 64
"""How many shards a corpus keeps open at a time."""


class OpenShard:
    """A shard that is open; its datasets and its small columns are looked up once."""

    def __init__(self, path: Path, file: h5py.File):
        self.path = path
        self.file = file
        self._datasets: dict[str, h5py.Dataset] = {}
        self._lsb: dict[str, NDArray[np.float64] | None] = {}

    def dataset(self, name: str) -> h5py.Dataset:
        """Give a dataset. Raises KeyError if there is none of that name."""
        found = self._datasets.get(name)
        if found is None:
            found = self._datasets[name] = dataset(self.file, name)
        return found

    @cached_property
    def keys(self) -> list[str]:
        """The clips' keys."""
        return texts(self.file, f"{schema.CLIPS}/key")

    @cached_property
    def ranges(self) -> dict[str, NDArray[np.int64]]:
        """Where the clips' frames and poses lie."""
        return {name: self.dataset(f"{schema.CLIPS}/{name}")[:] for name in schema.RANGE_COLUMNS}

    @cached_property
    def caption_clip(self) -> NDArray[np.int64]:
        """The clip of each caption."""
        return self.dataset(schema.CAPTION_CLIP)[:]

    @cached_property
    def devices(self) -> NDArray[np.int32]:
        """Which device each sensor of each clip is."""
        return self.dataset(f"{schema.CLIPS}/device")[:]

    def frames(
        self, name: str, clip: int, start: int, stop: int, sensors: Sequence[int] | None = None
    ) -> NDArray[Any]:
        """Rows ``start`` to ``stop`` of a clip, given by its row in the table; readings of counts.

        With ``sensors``, those of the second axis. All are read even so: HDF5 takes longer to
        leave some out.
        """
        first = int(self.ranges["start"][clip])
        rows = self.dataset(name)[first + start : first + stop]
        if len(rows) != stop - start:
            raise KeyError(f"{name} lacks frames of clip {clip}")
        if sensors is not None:
            rows = rows.take(sensors, axis=1)
        if name not in self._lsb:
            self._lsb[name] = lsb_of(self.file, name)
        lsb = self._lsb[name]
        if lsb is None:
            return rows
        device = self.devices[clip]
        return to_values(rows, lsb[device if sensors is None else device.take(sensors)])


class Corpus:
    """A corpus on disk: a sequence of clips that are read when they are asked for.

    It can be pickled, and used after a fork: each process opens the shards for itself.

    Parameters
    ----------
    folder : Path or str

    Attributes
    ----------
    folder : Path
    manifest : Manifest

    Raises
    ------
    CorpusError
        If the folder holds no corpus, or one of another schema; on reading, if a shard is
        missing or damaged.
    MissingExtraError
        On reading, if the corpus's codec is not installed.
    """

    def __init__(self, folder: Path | str):
        self.folder = Path(folder)
        self.manifest: Manifest = read_manifest(self.folder)
        self._ends = np.cumsum([0, *(shard.clips for shard in self.manifest.shards)])
        self._index: dict[str, int] | None = None
        self._reset()

    def _reset(self) -> None:
        self._open: OrderedDict[int, OpenShard] = OrderedDict()
        self._lock = threading.RLock()
        self._process = os.getpid()

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder.absolute(), "manifest": self.manifest, "_ends": self._ends}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._index = None
        self._reset()

    def __enter__(self) -> Corpus:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the shards; a clip that is asked for later opens its shard again."""
        if self._process != os.getpid():
            self._reset()
        with self._lock:
            while self._open:
                self._open.popitem()[1].file.close()

    @property
    def sensors(self) -> tuple[str, ...]:
        """Names of the S sensors."""
        return self.manifest.sensors

    @property
    def joints(self) -> tuple[str, ...]:
        """The joint on whose segment each sensor sits."""
        return self.manifest.joints

    @property
    def devices(self) -> tuple[str, ...]:
        """Names of the devices that measured."""
        return self.manifest.devices

    @property
    def rate_hz(self) -> float:
        """Rate of the signals, Hz."""
        return self.manifest.rate_hz

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels that are stored beside the signals."""
        return self.manifest.channels

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __contains__(self, key: object) -> bool:
        return key in self._key_index()

    def __iter__(self) -> Iterator[Clip]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, which: int | str) -> Clip:
        """Give a clip by its number (negative: from the end) or its key.

        Raises
        ------
        IndexError
            If there is no such number.
        CorpusError
            If there is no such key.
        """
        if isinstance(which, str):
            try:
                which = self._key_index()[which]
            except KeyError:
                raise CorpusError(f"{self.folder}: no clip has the key {which!r}") from None
        number = range(len(self))[which]
        shard = int(np.searchsorted(self._ends, number, side="right")) - 1
        return Clip(self, shard, number - int(self._ends[shard]))

    def keys(self) -> Iterator[str]:
        """Keys of the clips, in order."""
        for number in range(len(self.manifest.shards)):
            with self.shard(number) as shard:
                keys = shard.keys
            yield from keys

    def column(self, name: str) -> NDArray[Any]:
        """One column of the clip table, of all clips: far sooner than clip by clip.

        Parameters
        ----------
        name : str
            ``source``, ``licence``, ``quality`` and so on, as in the corpus format.

        Returns
        -------
        (N, ...) array
            Text as Python strings.

        Raises
        ------
        CorpusError
            If there is no such column, or a shard is missing or damaged.
        """
        parts = []
        for number in range(len(self.manifest.shards)):
            with self.shard(number) as shard:
                column = dataset(shard.file, f"{schema.CLIPS}/{name}")
                parts.append(column.asstr()[:] if name in schema.TEXT_COLUMNS else column[:])
        return np.concatenate(parts) if parts else np.zeros(0)

    def captions(self) -> Iterator[tuple[str, str]]:
        """Pairs of clip key and caption, in the order of the clips."""
        for number in range(len(self.manifest.shards)):
            with self.shard(number) as shard:
                pairs = [
                    (shard.keys[clip], text)
                    for clip, text in zip(
                        shard.caption_clip, texts(shard.file, schema.CAPTION_TEXT), strict=True
                    )
                ]
            yield from pairs

    def _key_index(self) -> dict[str, int]:
        if self._index is None:
            self._index = {key: number for number, key in enumerate(self.keys())}
        return self._index

    @contextlib.contextmanager
    def shard(self, number: int) -> Iterator[OpenShard]:
        """Hold a shard open for the length of a ``with`` block.

        Raises
        ------
        CorpusError
            If it is missing, or HDF5 cannot read it.
        """
        if self._process != os.getpid():
            self._reset()  # after a fork: leave the parent's handles alone
        with self._lock:
            try:
                shard = self._open.pop(number, None)
                if shard is None:
                    while len(self._open) >= OPEN_SHARDS:
                        self._open.popitem(last=False)[1].file.close()
                    shard = _open_shard(self._path(number), self.manifest.shards[number].bytes)
                self._open[number] = shard
                yield shard
            except (OSError, LookupError, RuntimeError, TypeError, ValueError) as error:
                raise CorpusError(
                    f"{self._path(number)}: cannot be read ({first_line(error)}); check the "
                    "corpus with `imusim verify`"
                ) from error

    def _path(self, number: int) -> Path:
        return self.folder / self.manifest.shards[number].file


def _open_shard(path: Path, size: int) -> OpenShard:
    try:
        found = path.stat().st_size
    except FileNotFoundError:
        raise CorpusError(f"{path}: the shard is missing; copy or make the corpus again") from None
    if found != size:
        raise CorpusError(
            f"{path}: {found} bytes where the manifest says {size}; copy or make the corpus again"
        )
    # Without HDF5's cache of chunks, rows come straight from the file: short reads are sooner done.
    return OpenShard(path, open_shard(path, rdcc_nbytes=0))
