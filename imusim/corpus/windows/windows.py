"""Windows of a corpus: stretches of one length, read at random, at a rate of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.corpus import schema
from imusim.corpus.channels import CHANNELS, SENSORS
from imusim.corpus.reader import Corpus, OpenShard
from imusim.corpus.windows.clips import ClipTable, Label
from imusim.corpus.windows.index import Grid, Runs, stretches
from imusim.corpus.windows.shuffle import BUFFER, shuffled
from imusim.corpus.windows.window import CELLS, SENSOR_CELLS, About, Batch, Texts, Window
from imusim.errors import ConfigError, CorpusError
from imusim.math.resampler import Resampler

_NEAREST = ("contact", "received", "true_orientation", "true_time")
"""Channels that a filter would spoil."""


class Windows:
    """All windows of a corpus, or of some of its clips: a sequence in the order of the corpus.

    Nothing of the signals is read before it is asked for. Can be pickled, and used after a fork.
    What remains at the end of a clip and is shorter than a window is in none.

    Parameters
    ----------
    corpus : Corpus
    length_s : float
        Length of a window, s, rounded to whole samples.
    stride_s : float, optional
        From the start of a window to that of the next, s, rounded to whole samples; by default
        windows stand side by side.
    rate_hz : float, optional
        Rate of the windows; by default the corpus's. A window at another rate is the stretch of
        the clip as a whole at that rate (:func:`imusim.math.resampling.resample`): filtered
        against aliasing, and with what lies around the window in view. Of the channels,
        ``contact``, ``received``, ``true_orientation`` and ``true_time`` are those of the
        nearest frame.
    sensors : sequence of str, optional
        Which sensors, in this order; all by default.
    channels : sequence of str
        What to read beside the signals.
    columns : sequence of str
        Columns of the clip table to bring along: ``source``, ``subject``, ``link_from_sensor`` …
    clips : sequence, optional
        Keys or numbers of clips, or a mask (N,), as :func:`imusim.corpus.select` makes them; all by
        default.
    label : callable, optional
        Makes a class, an int, of a clip's captions, a tuple of str. Clips of which it makes None
        are left out.
    short : {"drop", "pad"}
        What becomes of clips shorter than a window: left out, or one window with zeros behind.
    only_valid : bool
        Leave out windows in which the capture had a gap.
    only_received : bool
        Leave out windows in which a sensor lost a sample.

    Raises
    ------
    ConfigError
        If a setting is out of range or names what the corpus has not.
    CorpusError
        If no window is left; if a shard is missing or damaged, now or on reading.
    """

    def __init__(
        self,
        corpus: Corpus,
        length_s: float,
        stride_s: float | None = None,
        *,
        rate_hz: float | None = None,
        sensors: Sequence[str] | None = None,
        channels: Sequence[str] = (),
        columns: Sequence[str] = (),
        clips: Sequence[int] | Sequence[str] | NDArray[Any] | None = None,
        label: Label | None = None,
        short: str = "drop",
        only_valid: bool = True,
        only_received: bool = False,
    ):
        self.corpus = corpus
        self.rate_hz = corpus.rate_hz if rate_hz is None else _positive("rate_hz", rate_hz)
        self.sensors = corpus.sensors if sensors is None else tuple(sensors)
        self.channels = tuple(channels)
        _known("sensor", self.sensors, corpus.sensors)
        _known("channel", self.channels, corpus.channels)
        _known("column", columns, CELLS)
        _known("way with short clips", (short,), ("drop", "pad"))
        if only_received:
            _known("channel", ("received",), corpus.channels)
        self._at = None
        if self.sensors != corpus.sensors:
            self._at = [corpus.sensors.index(name) for name in self.sensors]
        self._resampler = self._other_rate()
        length = max(1, round(_positive("length_s", length_s) * self.rate_hz))
        apart_s = length_s if stride_s is None else _positive("stride_s", stride_s)
        self._grid = Grid(length, max(1, round(apart_s * self.rate_hz)), short == "pad")
        self._clips = ClipTable(corpus, clips, label)
        self._samples = self._clips.frames
        if self._resampler is not None:
            self._samples = self._resampler.length(self._samples)
        self._gaps: dict[int, NDArray[np.int64]] = {}
        self._runs = Runs.of(self._grid.count(self._samples), self._kept(only_valid, only_received))
        if not len(self):
            raise CorpusError(
                f"{corpus.folder}: none of the {len(self._clips)} clips that were chosen holds a "
                f"window of {length_s:g} s; make it shorter, or take short='pad'"
            )
        shards = len(corpus.manifest.shards)
        self._shard_ends = self._runs.ends_by(self._clips.shard, shards)
        self._columns = {name: self._column(name) for name in columns}

    def __len__(self) -> int:
        return len(self._runs)

    def __repr__(self) -> str:
        return (
            f"Windows({len(self)} of {self.samples} samples at {self.rate_hz:g} Hz, "
            f"{len(self.sensors)} sensors, from {len(self._clips)} clips)"
        )

    @property
    def samples(self) -> int:
        """Samples a window, T."""
        return self._grid.length

    def __getitem__(self, number: int) -> Window:
        """Read a window. Raises IndexError if there is none of that number."""
        number = range(len(self))[number]
        signals, valid, channels = self._room()
        clip, start_s, samples = self._fill(number, signals, valid, channels)
        cells = {name: column[clip] for name, column in self._columns.items()}
        return Window(
            signals,
            valid,
            samples,
            self._clips.keys[clip],
            start_s,
            self._clips.captions(clip),
            None if self._clips.label is None else int(self._clips.label[clip]),
            channels,
            cells,
        )

    def __iter__(self) -> Iterator[Window]:
        return (self[number] for number in range(len(self)))

    def batch(self, numbers: Sequence[int] | NDArray[np.integer]) -> Batch:
        """Read windows together. Raises IndexError if there is none of one of the numbers."""
        everywhere = range(len(self))
        places = [everywhere[int(number)] for number in numbers]
        signals, valid, channels = self._room(len(places))
        found = [
            self._fill(number, signals[i], valid[i], {n: c[i] for n, c in channels.items()})
            for i, number in enumerate(places)
        ]
        clips = [clip for clip, _, _ in found]
        columns = {
            name: column[clips] if isinstance(column, np.ndarray) else [column[c] for c in clips]
            for name, column in self._columns.items()
        }
        return Batch(
            signals,
            valid,
            np.array([samples for _, _, samples in found], np.int64),
            tuple(self._clips.keys[clip] for clip in clips),
            np.array([start_s for _, start_s, _ in found], np.float64),
            tuple(self._clips.captions(clip) for clip in clips),
            None if self._clips.label is None else self._clips.label[clips],
            channels,
            columns,
        )

    def about(self) -> Iterator[About]:
        """What is known of each window without reading its signals, in the order of the corpus."""
        for number in range(len(self)):
            clip, place = self._runs.find(number)
            yield About(
                self._clips.keys[clip],
                place * self._grid.stride / self.rate_hz,
                self._clips.captions(clip),
                {name: column[clip] for name, column in self._columns.items()},
            )

    def batches(
        self,
        size: int,
        *,
        shuffle: bool = False,
        seed: int = 0,
        epoch: int = 0,
        buffer: int = BUFFER,
        drop_last: bool = False,
    ) -> Iterator[Batch]:
        """Go through all windows once, so many at a time.

        Parameters
        ----------
        size : int
            Windows a batch; the last one may hold fewer.
        shuffle : bool
            Whether in the random order that :func:`imusim.corpus.windows.shuffle.shuffled` makes
            of seed, epoch and buffer; else in the order of the corpus.
        drop_last : bool
            Leave out a last batch that is not full.
        """
        if size < 1:
            raise ConfigError(f"a batch holds a window at least, not {size}")
        waiting = np.zeros(0, np.int64)
        for numbers in self.order(shuffle, seed, epoch, buffer):
            waiting = np.concatenate([waiting, numbers])
            while len(waiting) >= size:
                yield self.batch(waiting[:size])
                waiting = waiting[size:]
        if len(waiting) and not drop_last:
            yield self.batch(waiting)

    def order(
        self, shuffle: bool, seed: int = 0, epoch: int = 0, buffer: int = BUFFER
    ) -> Iterator[NDArray[np.int64]]:
        """Numbers of all windows, each once, some at a time."""
        if shuffle:
            yield from shuffled(self._shard_ends, seed, epoch, buffer)
        else:
            for first in range(0, len(self), BUFFER):
                yield np.arange(first, min(first + BUFFER, len(self)))

    def _room(self, *batch: int) -> tuple[NDArray[np.float32], NDArray[np.bool_], dict[str, Any]]:
        """Arrays to read into: signals, valid, channels."""
        signals = np.zeros((*batch, self.samples, len(self.sensors), 6), np.float32)
        channels = {}
        for name in self.channels:
            shape = CHANNELS[name].row(len(self.sensors))
            channels[name] = np.zeros((*batch, self.samples, *shape), CHANNELS[name].dtype)
        return signals, np.zeros((*batch, self.samples), bool), channels

    def _fill(
        self,
        number: int,
        signals: NDArray[np.float32],
        valid: NDArray[np.bool_],
        channels: dict[str, NDArray[Any]],
    ) -> tuple[int, float, int]:
        """Read a window; tell its clip, when it starts, s, and how many samples are the clip's."""
        clip, place = self._runs.find(number)
        start = place * self._grid.stride
        count = min(self.samples, int(self._samples[clip]) - start)
        with self.corpus.shard(int(self._clips.shard[clip])) as shard:
            signals[:count, :, :3] = self._read(shard, schema.ACCELEROMETER, clip, start, count)
            signals[:count, :, 3:] = self._read(shard, schema.GYROSCOPE, clip, start, count)
            for name, channel in channels.items():
                channel[:count] = self._read(shard, name, clip, start, count)
        valid[:count] = True
        for first, last in self._gaps.get(clip, ()):
            valid[max(first - start, 0) : max(last - start, 0)] = False
        return clip, start / self.rate_hz, count

    def _read(self, shard: OpenShard, name: str, clip: int, start: int, count: int) -> NDArray[Any]:
        """Samples of a clip, of the sensors that are wanted, at the windows' rate."""
        row = int(self._clips.row[clip])
        each_sensor = name not in CHANNELS or CHANNELS[name].shape[0] == SENSORS
        sensors = self._at if each_sensor else None

        def rows(first: int, last: int) -> NDArray[Any]:
            return shard.frames(name, row, first, last, sensors)

        if self._resampler is None:
            return rows(start, start + count)
        frames = int(self._clips.frames[clip])
        if name in _NEAREST:
            near = np.minimum(self._resampler.nearest(start, count), frames - 1)
            return rows(int(near[0]), int(near[-1]) + 1)[near - near[0]]
        return self._resampler.part(rows, frames, start, count)

    def _kept(self, only_valid: bool, only_received: bool) -> dict[int, NDArray[np.bool_]]:
        """Which windows stay, of the clips of which some may not; gaps are noted by the way."""
        kept: dict[int, NDArray[np.bool_]] = {}
        for number in np.unique(self._clips.shard):
            with self.corpus.shard(int(number)) as shard:
                start = shard.ranges["start"]
                valid = shard.dataset(schema.VALID)[:]
                wanted = valid if only_valid else np.ones_like(valid)
                if only_received:
                    wanted = wanted & self._of(shard.dataset("received")[:]).all(axis=1)
            mine = np.flatnonzero(self._clips.shard == number)
            first = start[self._clips.row[mine]]
            last = first + self._clips.frames[mine]
            for i in np.flatnonzero(_touched(first, last, valid & wanted)):
                clip, rows = int(mine[i]), slice(first[i], last[i])
                self._gaps[clip] = stretches(~self._at_rate(valid[rows]))
                clean = self._at_rate(wanted[rows])
                kept[clip] = self._grid.clean(len(clean), ~clean)
        return kept

    def _of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values (N, S, …) of the sensors that are wanted."""
        return values if self._at is None else values.take(self._at, axis=1)

    def _at_rate(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return mask if self._resampler is None else self._resampler.clean(mask)

    def _column(self, name: str) -> Texts | NDArray[Any]:
        """A column of the clip table, of the clips and sensors that are wanted."""
        values = self.corpus.column(name)[self._clips.number]
        if name in schema.TEXT_COLUMNS:
            return Texts(values)
        return self._of(values) if name in SENSOR_CELLS else values

    def _other_rate(self) -> Resampler | None:
        if self.rate_hz == self.corpus.rate_hz:
            return None
        try:
            return Resampler(self.corpus.rate_hz, self.rate_hz)
        except ValueError as error:
            raise ConfigError(str(error)) from None


def _touched(
    start: NDArray[np.int64], length: NDArray[np.int64], whole: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which stretches of frames are not whole."""
    bad = np.flatnonzero(~whole)
    return np.searchsorted(bad, start) < np.searchsorted(bad, start + length)


def _positive(name: str, value: float) -> float:
    if not (np.isfinite(value) and value > 0):
        raise ConfigError(f"{name} must be a positive number, not {value}")
    return float(value)


def _known(what: str, names: Sequence[str], known: Sequence[str]) -> None:
    strangers = [name for name in names if name not in known]
    if strangers:
        raise ConfigError(f"no {what} {strangers[0]!r}; there are: {', '.join(known) or 'none'}")
