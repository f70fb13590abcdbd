"""What is in a corpus, in numbers: read shard by shard, so that memory does not grow with it.

Kept of each clip are its length, its quality, its subject and the digests of its captions: some
hundred bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from imusim.conventions import QUALITY
from imusim.corpus import schema
from imusim.corpus.combine.copying import Progress
from imusim.corpus.combine.split import subject_group
from imusim.corpus.counts import read_rows
from imusim.corpus.hdf5 import dataset, texts
from imusim.corpus.reader import Corpus
from imusim.corpus.statistics.activities import OTHER, activities_of
from imusim.corpus.statistics.tallies import LIMITS, Norms, Tally, Words

_BLOCK = 32768
"""Frames read at a time."""
_RECEIVED = "received"
_MANY = 10
"""People of a dataset with a clip each that are listed as one line."""


@dataclass(eq=False)
class Statistics:
    """What is in a corpus, in numbers.

    Parameters
    ----------
    rate_hz : float
    sensors : tuple of str
    lengths : (N,) int array
        Frames of each clip.
    quality : (N, Q) array
        A row a clip, a column for every name in :data:`imusim.conventions.QUALITY`.
    sources, subjects, activities, engines : Tally
        A clip is of every activity that its captions name.
    words : Words
    norms : dict of str to Norms
        Of the accelerometer, m/s², and the gyroscope, rad/s.
    gap_frames : int
        Frames that the capture did not see.
    lost : (S,) int array, optional
        Samples that did not arrive; ``None`` where the corpus does not tell.
    """

    rate_hz: float
    sensors: tuple[str, ...]
    lengths: NDArray[np.int64]
    quality: NDArray[np.float64]
    sources: Tally
    subjects: Tally
    activities: Tally
    engines: Tally
    words: Words
    norms: dict[str, Norms]
    gap_frames: int
    lost: NDArray[np.int64] | None

    @property
    def clips(self) -> int:
        """How many there are."""
        return len(self.lengths)

    @property
    def frames(self) -> int:
        """Of all clips."""
        return int(self.lengths.sum())

    def people(self) -> list[tuple[str, int, int]]:
        """Subjects, clips, frames; many of one dataset with a single clip each are one line."""
        rows = self.subjects.largest()
        single = Counter(_dataset(name) for name, clips, _ in rows if clips == 1)
        folded = Tally()
        for name, clips, frames in rows:
            dataset_ = _dataset(name)
            if clips == 1 and single[dataset_] >= _MANY:
                name = f"{dataset_}: {single[dataset_]:,} people of one clip each"
            folded.clips[name] += clips
            folded.frames[name] += frames
        return folded.largest()

    def hours(self, frames: float) -> float:
        """Length of so many frames, h."""
        return frames / self.rate_hz / 3600


def gather(corpus: Corpus, progress: Progress | None = None) -> Statistics:
    """Read a whole corpus once and count.

    Parameters
    ----------
    corpus : Corpus
    progress : callable, optional
        ``progress(clips done)``, after every block of frames.

    Raises
    ------
    CorpusError
        If a shard is missing or damaged.
    """
    sensors = len(corpus.sensors)
    sources, subjects, activities, engines = Tally(), Tally(), Tally(), Tally()
    words = Words()
    norms = {name: Norms.none(sensors, limit) for name, limit in LIMITS.items()}
    lost = np.zeros(sensors, np.int64) if _RECEIVED in corpus.channels else None
    lengths, quality, gaps, done = [], [], 0, 0
    for number in range(len(corpus.manifest.shards)):
        with corpus.shard(number) as shard:
            file = shard.file
            table = _Table(file)
            lengths.append(table.lengths)
            quality.append(dataset(file, f"{schema.CLIPS}/quality")[:])
            for row, frames in enumerate(table.lengths.tolist()):
                sources.add(table.source[row], frames)
                subjects.add(subject_group(table.source[row], table.subject[row]), frames)
                engines.add(table.engine[row], frames)
            for captions, frames in zip(table.captions(), table.lengths.tolist(), strict=True):
                said = [word for caption in captions for word in words.add(caption)]
                words.clips_without += not captions
                for activity in activities_of(said) or (OTHER,):
                    activities.add(activity, frames)
            ends = np.cumsum(table.lengths)
            stop = int(ends[-1]) if len(ends) else 0
            for start in range(0, stop, _BLOCK):
                rows = slice(start, min(start + _BLOCK, stop))
                for name, tally in norms.items():
                    tally.add(read_rows(file, name, rows.start, rows.stop))
                gaps += int((~dataset(file, schema.VALID)[rows]).sum())
                if lost is not None:
                    lost += (~dataset(file, _RECEIVED)[rows]).sum(axis=0)
                if progress is not None:
                    progress(done + int(np.searchsorted(ends, start + _BLOCK, side="right")))
            done += len(table.lengths)
        corpus.close()  # HDF5 keeps the indices of what is open in memory
    return Statistics(
        corpus.rate_hz,
        corpus.sensors,
        np.concatenate([np.zeros(0, np.int64), *lengths]),
        np.concatenate([np.zeros((0, len(QUALITY))), *quality]),
        sources,
        subjects,
        activities,
        engines,
        words,
        norms,
        gaps,
        lost,
    )


class _Table:
    """The columns of a shard's clip table that are counted."""

    def __init__(self, file: h5py.File):
        self._file = file
        self.source = texts(file, f"{schema.CLIPS}/source")
        self.subject = texts(file, f"{schema.CLIPS}/subject")
        self.engine = texts(file, f"{schema.CLIPS}/engine")
        self.lengths: NDArray[np.int64] = dataset(file, f"{schema.CLIPS}/length")[:]

    def captions(self) -> Iterator[list[str]]:
        """Captions of each clip."""
        index = dataset(self._file, schema.CAPTION_CLIP)[:]
        edges = np.searchsorted(index, np.arange(len(self.lengths) + 1))
        text = texts(self._file, schema.CAPTION_TEXT)
        for first, last in pairwise(edges):
            yield text[first:last]


def _dataset(subject: str) -> str:
    return subject.partition("/")[0]


def to_json(statistics: Statistics) -> dict[str, Any]:
    """All of it for machines: hours, counts, histograms; NaN as null."""
    hours = statistics.hours

    def tally(groups: Tally) -> dict[str, dict[str, float]]:
        return {
            group: {"clips": clips, "hours": hours(frames)}
            for group, clips, frames in groups.largest()
        }

    words, lengths_s = statistics.words, statistics.lengths / statistics.rate_hz
    quality = {
        name: [number(value) for value in quantiles(column, (0.0, 0.25, 0.5, 0.75, 1.0))]
        for name, column in zip(QUALITY, statistics.quality.T, strict=True)
    }
    return {
        "clips": statistics.clips,
        "frames": statistics.frames,
        "hours": hours(statistics.frames),
        "rate_hz": statistics.rate_hz,
        "sensors": list(statistics.sensors),
        "length_s": [number(value) for value in quantiles(lengths_s, (0.0, 0.5, 1.0))],
        "sources": tally(statistics.sources),
        "subjects": tally(statistics.subjects),
        "activities": tally(statistics.activities),
        "engines": tally(statistics.engines),
        "captions": {
            "count": words.captions,
            "distinct": len(words.digests),
            "clips_without": words.clips_without,
            "words": words.counts.total(),
            "vocabulary": len(words.counts),
            "words_a_caption": {str(n): words.lengths[n] for n in sorted(words.lengths)},
            "most_common": dict(words.counts.most_common(100)),
        },
        "norms": {
            name: {
                "limit": norms.limit,
                "counts": norms.shown().tolist(),
                "beyond": norms.beyond.tolist(),
                "root_mean_square": norms.root_mean_square().tolist(),
                "largest": norms.largest.tolist(),
            }
            for name, norms in statistics.norms.items()
        },
        "quality": quality,
        "gap_fraction": statistics.gap_frames / max(statistics.frames, 1),
        "lost_fraction": None
        if statistics.lost is None
        else (statistics.lost / max(statistics.frames, 1)).tolist(),
    }


def quantiles(values: NDArray[np.floating], shares: tuple[float, ...]) -> NDArray[np.float64]:
    """Quantiles of the values that are numbers; NaN where there are none."""
    known = values[np.isfinite(values)]
    if not len(known):
        return np.full(len(shares), np.nan)
    return np.asarray(np.quantile(known.astype(float), shares), np.float64)


def number(value: float) -> float | None:
    """A number as JSON has it: ``None`` for one that is none."""
    return float(value) if np.isfinite(value) else None
