"""Counters that a corpus is read into, block by block."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imusim.corpus import schema
from imusim.corpus.statistics.activities import words_of

LIMITS = {schema.ACCELEROMETER: 400.0, schema.GYROSCOPE: 100.0}
"""Where the histograms of the norms end, m/s² and rad/s."""
BINS = 2000
_SHOWN_BINS = 1000


@dataclass(eq=False)
class Tally:
    """Clips and frames of each of some groups; a clip may be of several."""

    clips: Counter[str] = field(default_factory=Counter)
    frames: Counter[str] = field(default_factory=Counter)

    def add(self, group: str, frames: int) -> None:
        """Count a clip of so many frames."""
        self.clips[group] += 1
        self.frames[group] += frames

    def largest(self) -> list[tuple[str, int, int]]:
        """Group, clips, frames; the largest first, like ones by name."""
        return [
            (group, self.clips[group], frames)
            for group, frames in sorted(self.frames.items(), key=lambda item: (-item[1], item[0]))
        ]


@dataclass(eq=False)
class Norms:
    """How the norms of a signal are distributed, a sensor each, over all frames.

    Parameters
    ----------
    limit : float
        Of the histograms, which begin at 0 and have ``BINS`` bins of one width.
    counts : (S, BINS) int array
    beyond : (S,) int array
        Values past the limit.
    squares : (S,) array
        Sum of the squared norms.
    largest : (S,) array
    """

    limit: float
    counts: NDArray[np.int64]
    beyond: NDArray[np.int64]
    squares: NDArray[np.float64]
    largest: NDArray[np.float64]

    @classmethod
    def none(cls, sensors: int, limit: float) -> Norms:
        """Of nothing yet."""
        zero = np.zeros(sensors)
        counts = np.zeros((sensors, BINS), np.int64)
        return cls(limit, counts, np.zeros(sensors, np.int64), zero, zero.copy())

    def add(self, values: NDArray[np.float32]) -> None:
        """Count readings (F, S, 3)."""
        squares = np.einsum("fsa,fsa->fs", values, values, dtype=np.float64)
        norms = np.sqrt(squares)
        self.squares += squares.sum(axis=0)
        if len(norms):
            self.largest = np.maximum(self.largest, norms.max(axis=0))
        self.beyond += (norms > self.limit).sum(axis=0)
        for sensor, column in enumerate(norms.T):
            self.counts[sensor] += np.histogram(column, BINS, (0.0, self.limit))[0]

    @property
    def edges(self) -> NDArray[np.float64]:
        """Of the bins, (BINS + 1,)."""
        return np.linspace(0.0, self.limit, BINS + 1)

    def root_mean_square(self) -> NDArray[np.float64]:
        """(S,)."""
        return np.sqrt(self.squares / np.maximum(self.counts.sum(axis=1) + self.beyond, 1))

    def quantile(self, share: float) -> NDArray[np.float64]:
        """Value that this share of the norms is below, (S,); within a bin they lie evenly."""
        out = self.largest.copy()
        for sensor, counts in enumerate(self.counts):
            below = np.concatenate([[0], np.cumsum(counts)])
            wanted = share * (below[-1] + self.beyond[sensor])
            if 0 < wanted <= below[-1]:
                bin_ = int(np.searchsorted(below, wanted)) - 1
                inside = (wanted - below[bin_]) / counts[bin_]
                out[sensor] = min(float(np.interp(inside, [0, 1], self.edges[bin_ : bin_ + 2])),
                                  out[sensor])  # fmt: skip
        return out

    def shown(self) -> NDArray[np.int64]:
        """Counts of wider bins, (S, 1000), for a picture or a file."""
        return self.counts.reshape(len(self.counts), _SHOWN_BINS, -1).sum(axis=2)


@dataclass(eq=False)
class Words:
    """What the captions are made of.

    Parameters
    ----------
    captions : int
    clips_without : int
        Clips that have none.
    counts : Counter
        How often each word is there.
    lengths : Counter
        Captions by their number of words.
    digests : set of int
        Of the captions that differ.
    """

    captions: int = 0
    clips_without: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    digests: set[int] = field(default_factory=set)

    def add(self, caption: str) -> list[str]:
        """Count a caption; its words."""
        words = words_of(caption)
        self.captions += 1
        self.counts.update(words)
        self.lengths[len(words)] += 1
        digest = hashlib.blake2b(caption.encode("utf-8", "replace"), digest_size=8).digest()
        self.digests.add(int.from_bytes(digest, "little"))
        return words
