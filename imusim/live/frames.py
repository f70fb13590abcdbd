"""Even frames out of samples that jitter, come late, twice, out of order, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.errors import ConfigError
from imusim.live.counters import Counters
from imusim.live.means import MeanTrack
from imusim.live.samples import Sample
from imusim.live.splined import SplinedTrack
from imusim.live.track import Track

LATENCY_S = 0.3
"""How long a sample is waited for by default."""
PAUSE_S = 10.0
"""After a pause that is longer frames begin anew."""
MOST_SENSORS = 32
MOST_WAITING = 20_000
"""Samples of one signal that may wait; more are lost."""


@dataclass(frozen=True, eq=False)
class Frames:
    """N frames in a row, of S sensors.

    Parameters
    ----------
    sensors : tuple of str
    time_s : (N,) array
        On the stream's clock.
    values : (N, S, 6) float32 array
        Accelerometer, m/s², and gyroscope, rad/s; zero where nothing is known.
    present : (N, S, 2) bool array
        Whether accelerometer and gyroscope are known.
    begins : bool
        Whether these do not follow the frames before: the first ones, and those after a pause.
    """

    sensors: tuple[str, ...]
    time_s: NDArray[np.float64]
    values: NDArray[np.float32]
    present: NDArray[np.bool_]
    begins: bool

    def __len__(self) -> int:
        return len(self.time_s)


class Framer:
    """Makes frames of samples; what it makes does not hang on the order in which they come.

    Samples are waited for as long as ``latency_s`` says, by the stream's clock. Then they are read
    as :func:`imusim.recordings.resampling.even` reads a recording: splines that end at gaps, and a
    low-pass filter without delay, which has to look ahead by about a second at 20 Hz. For models of
    frames they are read by :func:`imusim.recordings.so_far.so_far`: means of what was taken by
    then. Memory is bounded.

    Parameters
    ----------
    rate_hz : float
        Of the frames.
    latency_s : float
        By how much a sample may be older than the newest one.
    causal : bool
        Whether frames rest on no later sample; then they wait for ``latency_s`` alone.
    sensors : sequence of str
        Those that are taken, in this order; by default all, as they come.
    periods_s : mapping of str to float
        Time between samples of a sensor, where it is known.
    counters : Counters, optional

    Raises
    ------
    ConfigError
        For a rate or a time out of range.
    """

    def __init__(
        self,
        rate_hz: float,
        latency_s: float = LATENCY_S,
        causal: bool = False,
        sensors: Sequence[str] = (),
        periods_s: Mapping[str, float] | None = None,
        counters: Counters | None = None,
    ):
        if not 0 < rate_hz <= 10_000:
            raise ConfigError(f"--rate is {rate_hz:g}; it must be above 0 and at most 10000 Hz")
        if not 0 <= latency_s <= 60:
            raise ConfigError(f"--latency is {1e3 * latency_s:g}; it must be from 0 to 60000 ms")
        self._track = MeanTrack if causal else SplinedTrack
        self.rate_hz = rate_hz
        self.lookahead_s = self._track(rate_hz).lookahead_s
        self.counters = counters or Counters()
        self.notes: list[str] = []
        self._second = max(round(rate_hz), 1)
        self._latency_s = latency_s
        self._only = tuple(sensors)
        self._periods_s = periods_s or {}
        self._tracks: dict[str, tuple[Track, Track]] = {}
        for name in self._only:
            self._add_sensor(name)
        self._sensors = self._only
        self._newest_s = self._watermark_s = -np.inf
        self._start_s: float | None = None
        self._next = 0
        self._begins = True
        self._full = False

    @property
    def sensors(self) -> tuple[str, ...]:
        """Of the frames that come next."""
        return self._sensors

    def push(self, samples: Iterable[Sample]) -> list[Frames]:
        """Take samples that came together, on the stream's clock; frames that are now whole."""
        for sample in samples:
            self._take(sample)
        self._watermark_s = max(self._watermark_s, self._newest_s - self._latency_s)
        return list(self._make(self._watermark_s - self.lookahead_s, None))

    def flush(self) -> list[Frames]:
        """The last frames, up to the newest sample: the stream has ended."""
        self._watermark_s = self._newest_s
        return list(self._make(self._newest_s, self._newest_s))

    def _take(self, sample: Sample) -> None:
        counters = self.counters
        counters.received += 1
        tracks = self._tracks.get(sample.sensor)
        if tracks is None:
            if self._only or not self._may_join(sample.sensor):
                return
            tracks = self._add_sensor(sample.sensor)
            self._sensors = tuple(self._tracks)
        at = sample.time_s
        if at < self._watermark_s:
            counters.late += 1
            return
        fresh = True
        for track, triple in zip(tracks, (sample.accelerometer, sample.gyroscope), strict=True):
            if triple is not None:
                if len(track) >= MOST_WAITING:
                    counters.lost += 1
                    return
                fresh &= track.add(at, triple)
        counters.duplicate += not fresh
        self._newest_s = max(self._newest_s, at)

    def _may_join(self, name: str) -> bool:
        if len(self._tracks) < MOST_SENSORS:
            return True
        if not self._full:
            self._full = True
            self.notes.append(f"{name} and further sensors: more than {MOST_SENSORS} are too many")
        self.counters.lost += 1
        return False

    def _add_sensor(self, name: str) -> tuple[Track, Track]:
        period_s = self._periods_s.get(name, 0.0)
        made = (self._track(self.rate_hz, period_s), self._track(self.rate_hz, period_s))
        self._tracks[name] = made
        return made

    def _all(self) -> Iterator[Track]:
        for pair in self._tracks.values():
            yield from pair

    def _make(self, until_s: float, end_s: float | None) -> Iterator[Frames]:
        if self._start_s is None:
            first_s = min((track.span_s[0] for track in self._all()), default=np.inf)
            if not first_s <= self._watermark_s:
                return
            self._start_s = float(first_s)
        while True:
            start_s = self._start_s
            ready = int(np.floor((until_s - start_s) * self.rate_hz + 1e-6)) + 1
            if self._next >= ready:
                return
            now_s = start_s + self._next / self.rate_hz
            next_s = min(track.next_s(now_s) for track in self._all())
            if PAUSE_S < next_s - now_s < np.inf:
                self._restart(float(next_s))
                continue
            step = self._second - self._next % self._second
            yield self._block(min(step, ready - self._next), end_s)

    def _restart(self, start_s: float) -> None:
        """Begin anew after a pause."""
        self._start_s, self._next, self._begins = start_s, 0, True
        self.counters.gaps += 1
        for track in self._all():
            track.forget(start_s)

    def _block(self, count: int, end_s: float | None) -> Frames:
        start_s = self._start_s or 0.0
        first = self._next
        end = None if end_s is None else int(np.floor((end_s - start_s) * self.rate_hz + 1e-6))
        last_s = start_s + (first + count - 1) / self.rate_hz
        until_s = last_s + self.lookahead_s if end_s is None else end_s
        values = np.zeros((count, len(self._tracks), 6), np.float32)
        present = np.zeros((count, len(self._tracks), 2), bool)
        for s, pair in enumerate(self._tracks.values()):
            for k, track in enumerate(pair):
                if not len(track):
                    continue
                read, valid = track.read(start_s, first, count, end, until_s)
                values[valid, s, 3 * k : 3 * k + 3] = read[valid]
                present[:, s, k] = valid
                self.counters.gaps += track.gaps(valid)
                track.forget(last_s - track.context_s)
        begins, self._begins = self._begins, False
        self._next = first + count
        self.counters.frames += count
        time_s = start_s + (first + np.arange(count)) / self.rate_hz
        return Frames(self._sensors, time_s, values, present, begins)
