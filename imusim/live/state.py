"""What is to be seen now, for terminal and page: bounded, and safe to read from any thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from imusim.live.feed import Feed
from imusim.live.samples import Sample

SHOWN_S = 10.0
"""Of the signals."""
HISTORY = 240
"""Probabilities that are kept to be drawn."""
_POINTS = 1000
"""Of each sensor, over the time that is shown."""
_RATE_S = 2.0
_DIGITS = 4


@dataclass
class _Signal:
    points: deque[tuple[int, list[float | None]]]
    last_s: float = -1e300
    forces: list[float | None] = field(default_factory=lambda: [None] * 3)
    turns: list[float | None] = field(default_factory=lambda: [None] * 3)


class State:
    """The last seconds of signals, the last probabilities, counts and what is listened to.

    Parameters
    ----------
    feed : Feed
        What it counts and says is shown.
    labels : sequence of str
        Of the model's classes; empty without one.
    about : mapping
        What does not change: sources, model, log, rate.
    speed : float
        Stream time shown is that much longer, so that what is shown stands as long.
    """

    def __init__(
        self,
        feed: Feed,
        labels: Sequence[str] = (),
        about: dict[str, Any] | None = None,
        speed: float = 1.0,
    ):
        self.labels = tuple(labels)
        self.about = about or {}
        self.shown_s = SHOWN_S * max(speed, 1.0)
        self._feed = feed
        self._counters = feed.counters
        self._lock = threading.Lock()
        self._number = 0
        self._signals: dict[str, _Signal] = {}
        self._told: deque[tuple[int, float, list[float]]] = deque(maxlen=HISTORY)
        self._time_s = 0.0
        self._begun = time.monotonic()
        self._marks: deque[tuple[float, int, int]] = deque(maxlen=64)

    def take(self, samples: Sequence[Sample]) -> None:
        """Keep samples to be drawn, thinned."""
        step_s = self.shown_s / _POINTS
        with self._lock:
            for sample in samples:
                signal = self._signals.get(sample.sensor)
                if signal is None:
                    if len(self._signals) >= 32:
                        continue
                    signal = self._signals[sample.sensor] = _Signal(deque(maxlen=_POINTS))
                if sample.accelerometer is not None:
                    signal.forces = [round(x, _DIGITS) for x in sample.accelerometer]
                if sample.gyroscope is not None:
                    signal.turns = [round(x, _DIGITS) for x in sample.gyroscope]
                self._time_s = max(self._time_s, sample.time_s)
                if sample.time_s - signal.last_s >= step_s:
                    signal.last_s = sample.time_s
                    self._number += 1
                    point = [round(sample.time_s, 4), *signal.forces, *signal.turns]
                    signal.points.append((self._number, point))

    def tell(self, time_s: float, probabilities: Sequence[float]) -> None:
        """Keep what the model took a moment for."""
        with self._lock:
            self._number += 1
            shares = [round(float(p), 5) for p in probabilities]
            self._told.append((self._number, round(time_s, 3), shares))

    def since(self, number: int) -> dict[str, Any]:
        """Everything that came after a number, as JSON can hold it, and the number of now."""
        with self._lock:
            signals = {}
            for name, signal in self._signals.items():
                fresh = []
                for at, point in reversed(signal.points):
                    if at <= number:
                        break
                    fresh.append(point)
                signals[name] = fresh[::-1]
            told = []
            for at, time_s, shares in reversed(self._told):
                if at <= number:
                    break
                told.append([time_s, shares])
            return {
                "number": self._number,
                "time_s": round(self._time_s, 3),
                "signals": signals,
                "told": told[::-1],
                "counters": self._counters.as_dict(),
                "rates": self._rates(),
                "status": dict(self._feed.status),
                "notes": list(self._feed.notes),
                "running_s": round(time.monotonic() - self._begun, 1),
            }

    def _rates(self) -> dict[str, float]:
        """Samples and frames a second of real time, over the last two."""
        now = time.monotonic()
        counts = (self._counters.received, self._counters.frames)
        if not self._marks or now - self._marks[-1][0] > 0.1:
            self._marks.append((now, *counts))
        while len(self._marks) > 2 and now - self._marks[0][0] > _RATE_S:
            self._marks.popleft()
        past, *before = self._marks[0]
        passed = now - past
        if passed < 0.2:
            return {"samples": 0.0, "frames": 0.0}
        samples, frames = (round((n - b) / passed, 1) for n, b in zip(counts, before, strict=True))
        return {"samples": samples, "frames": frames}
