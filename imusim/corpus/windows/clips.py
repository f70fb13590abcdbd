"""The clips that windows are cut from: what must be known of them before any is read."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.corpus import schema
from imusim.corpus.hdf5 import texts
from imusim.corpus.reader import Corpus, OpenShard
from imusim.corpus.windows.window import Texts
from imusim.errors import ConfigError, CorpusError

Ints = NDArray[np.int64]
Label = Callable[[tuple[str, ...]], int | None]


class ClipTable:
    """C clips of a corpus.

    Parameters
    ----------
    corpus : Corpus
    clips : sequence, optional
        Keys or numbers, or a mask of all clips; all by default.
    label : callable, optional
        Makes an int of captions, or None, which leaves the clip out.

    Attributes
    ----------
    number, shard, row, frames : (C,) int arrays
        Each clip's number in the corpus, its shard and its row there, its length.
    label : (C,) int array or None
    """

    def __init__(
        self,
        corpus: Corpus,
        clips: Sequence[int] | Sequence[str] | NDArray[Any] | None,
        label: Label | None,
    ):
        self._keys: list[str] = []
        self._texts: list[tuple[str, ...]] = []
        ends = np.cumsum([0, *(shard.clips for shard in corpus.manifest.shards)])
        number = _numbers(corpus, clips)
        self.shard = np.searchsorted(ends, number, side="right") - 1
        self.row = number - ends[self.shard]
        self.number = number
        self.frames = np.zeros(len(number), np.int64)
        for shard in np.unique(self.shard):
            mine = self.shard == shard
            with corpus.shard(int(shard)) as opened:
                self.frames[mine] = self._read(opened, self.row[mine])
        self.label = None if label is None else self._classify(label)
        self.keys = Texts(self._keys)
        self._captions = Texts(text for captions in self._texts for text in captions)
        self._ends = np.cumsum([0, *map(len, self._texts)])
        del self._keys, self._texts

    def __len__(self) -> int:
        return len(self.number)

    def captions(self, clip: int) -> tuple[str, ...]:
        """Captions of one of the clips."""
        first, last = self._ends[clip : clip + 2]
        return tuple(self._captions[number] for number in range(first, last))

    def _read(self, shard: OpenShard, rows: Ints) -> Ints:
        start, length = (shard.ranges[name] for name in ("start", "length"))
        stored = len(shard.dataset(schema.VALID))
        if (start < 0).any() or (length < 0).any() or (start + length > stored).any():
            raise CorpusError(
                f"{shard.path}: its clips do not fit its signals; check the corpus with "
                "`imusim verify`"
            )
        edges = np.searchsorted(shard.caption_clip, np.arange(len(start) + 1))
        every = texts(shard.file, schema.CAPTION_TEXT)
        captions = [tuple(every[a:b]) for a, b in pairwise(edges)]
        self._keys += [shard.keys[row] for row in rows]
        self._texts += [captions[row] for row in rows]
        return length[rows]

    def _classify(self, label: Label) -> Ints:
        """The clips' classes, after those without one are left out."""
        made = [(number, label(captions)) for number, captions in enumerate(self._texts)]
        found = [(number, value) for number, value in made if value is not None]
        keep = [number for number, _ in found]
        self.number, self.shard, self.row = self.number[keep], self.shard[keep], self.row[keep]
        self.frames = self.frames[keep]
        self._keys = [self._keys[number] for number in keep]
        self._texts = [self._texts[number] for number in keep]
        try:
            return np.array([operator.index(value) for _, value in found], np.int64)
        except (TypeError, OverflowError) as error:
            raise ConfigError(f"label must make an int, or None: {error}") from None


def _numbers(corpus: Corpus, clips: Sequence[int] | Sequence[str] | NDArray[Any] | None) -> Ints:
    """Numbers of the clips that are named, each once, in the order of the corpus."""
    if clips is None:
        return np.arange(len(corpus))
    given = np.asarray(clips)
    if not given.size:
        return np.zeros(0, np.int64)
    if given.dtype.kind in "UO":
        index = {key: number for number, key in enumerate(corpus.keys())}
        strangers = [key for key in given if key not in index]
        if strangers:
            raise ConfigError(f"{corpus.folder}: no clip has the key {str(strangers[0])!r}")
        return np.unique([index[key] for key in given])
    if given.dtype.kind == "b":
        if given.shape != (len(corpus),):
            raise ConfigError(f"a mask of {len(corpus)} clips is wanted, not {given.shape}")
        return np.flatnonzero(given)
    if given.dtype.kind not in "iu" or given.ndim != 1:
        raise ConfigError("clips are keys, numbers, or a mask of all clips")
    if given.min() < 0 or given.max() >= len(corpus):
        raise ConfigError(f"{corpus.folder}: clips have the numbers 0 to {len(corpus) - 1}")
    return np.unique(given).astype(np.int64)
