"""Where the windows of a corpus lie: runs of windows that follow one another in a clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Grid:
    """How windows are cut: samples a window and from one to the next; whether short clips are."""

    length: int
    stride: int
    pad: bool

    def count(self, samples: Ints) -> Ints:
        """How many windows clips of so many samples hold."""
        whole = (samples - self.length) // self.stride + 1
        return np.where(samples >= self.length, whole, int(self.pad) * (samples > 0))

    def clean(self, samples: int, bad: Bools) -> Bools:
        """Which windows of a clip touch no bad sample."""
        first = np.arange(int(self.count(np.array(samples)))) * self.stride
        before = np.concatenate([[0], np.cumsum(bad)])
        return before[np.minimum(first + self.length, samples)] == before[first]


@dataclass(frozen=True)
class Runs:
    """Windows ``first`` … ``first + count - 1`` of clips' grids, run after run, by clip."""

    clip: Ints
    first: Ints
    end: Ints
    """Number of windows up to each run's end."""

    @classmethod
    def of(cls, counts: Ints, kept: dict[int, Bools]) -> Runs:
        """Runs of all windows of clips, but for those that are not kept of some."""
        plain = np.flatnonzero(counts)
        plain = plain[~np.isin(plain, list(kept))]
        clip, first, count = [plain], [np.zeros_like(plain)], [counts[plain]]
        for number, keep in kept.items():
            start, stop = stretches(keep).T
            clip.append(np.full(len(start), number))
            first.append(start)
            count.append(stop - start)
        clips, firsts = np.concatenate(clip), np.concatenate(first)
        order = np.lexsort([firsts, clips])
        return cls(clips[order], firsts[order], np.cumsum(np.concatenate(count)[order]))

    def __len__(self) -> int:
        return int(self.end[-1]) if len(self.end) else 0

    def find(self, number: int) -> tuple[int, int]:
        """The clip of a window, and which window of its grid it is."""
        run = int(np.searchsorted(self.end, number, side="right"))
        before = int(self.end[run - 1]) if run else 0
        return int(self.clip[run]), int(self.first[run]) + number - before

    def ends_by(self, group: Ints, groups: int) -> Ints:
        """Number of windows up to the end of each group, where ``group`` is that of each clip."""
        count = np.diff(self.end, prepend=0)
        return np.cumsum(np.bincount(group[self.clip], count, groups)).astype(np.int64)


def stretches(mask: Bools) -> Ints:
    """First and one past the last of each stretch of true values: (K, 2)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return edges.reshape(-1, 2)
