"""A recording played again, as fast as it was made or faster."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import numpy as np
from numpy.typing import NDArray

from imusim.errors import ConfigError, MotionError
from imusim.live.feed import Feed
from imusim.live.samples import Sample
from imusim.recordings import Recording
from imusim.recordings.gaps import usual_period
from imusim.recordings.model import Sensor
from imusim.recordings.stamps import taken_at

Array = NDArray[np.float64]
TICK_S = 1 / 60
_MOST = 2000
"""Samples of a batch, so that whoever waits for the end does not wait long."""


class Replay:
    """A recording as a stream.

    Stamps that say when samples were handed over are put right for the whole of it beforehand, as
    :func:`imusim.recordings.resampling.even` does.

    Parameters
    ----------
    recording : Recording
    speed : float
        Times real time; 0: as fast as it is worked on.
    repeat : bool
        Whether to begin again at the end.

    Raises
    ------
    ConfigError
        For a speed below zero.
    MotionError
        If the recording has no number.
    """

    def __init__(self, recording: Recording, speed: float = 1.0, repeat: bool = False):
        if not 0 <= speed < 1e6:
            raise ConfigError(f"--speed is {speed:g}; it must be 0 or more: 0 waits for nothing")
        how = "without waiting" if speed == 0 else f"at {speed:g} times its speed"
        again = ", again and again" if repeat else ""
        self.name = f"recording {recording.key} {'' if speed == 1 else how}{again}".strip()
        self.bound = ""
        self.periods_s: dict[str, float] = {}
        self._speed, self._repeat = speed, repeat
        parts = [part for sensor in recording.sensors for part in self._signals(sensor)]
        if not parts:
            raise MotionError(f"{recording.key}: none of its sensors has a number")
        time_s = np.concatenate([times for times, _, _, _ in parts])
        order = np.argsort(time_s, kind="stable")
        self._time_s = time_s[order]
        self._which = np.repeat(np.arange(len(parts)), [len(p[0]) for p in parts])[order]
        self._row = np.concatenate([np.arange(len(p[0])) for p in parts])[order]
        self._parts = [(name, force, turn) for _, name, force, turn in parts]
        step_s = max(self.periods_s.values(), default=0.0) or 0.01
        self.length_s = float(self._time_s[-1] - self._time_s[0]) + step_s

    def _signals(self, sensor: Sensor) -> list[tuple[Array, str, Array | None, Array | None]]:
        """Times and values of its two signals; as one where they are of the same times."""
        found: list[tuple[Array, Array | None]] = []
        for signal in (sensor.accelerometer, sensor.gyroscope):
            known = np.zeros(0, bool) if signal is None else np.isfinite(signal).all(axis=1)
            if signal is None or not known.any():
                found.append((np.zeros(0), None))
                continue
            found.append(taken_at(sensor.time_s[known], signal[known]))
        (acc_s, force), (gyr_s, turn) = found
        told = [times for times, values in found if values is not None]
        if told:
            self.periods_s[sensor.name] = usual_period(told[0]) or 1 / sensor.rate_hz
        if force is not None and turn is not None and np.array_equal(acc_s, gyr_s):
            return [(acc_s, sensor.name, force, turn)]
        first = [] if force is None else [(acc_s, sensor.name, force, None)]
        return [*first, *([] if turn is None else [(gyr_s, sensor.name, None, turn)])]

    async def batches(self, feed: Feed) -> AsyncIterator[list[Sample]]:
        """Samples whose time has come."""
        feed.say(self.name, "playing")
        first_s = float(self._time_s[0])
        begun = time.monotonic()
        done, turns = 0, 0
        while True:
            if self._speed:
                due_s = (time.monotonic() - begun) * self._speed - turns * self.length_s + first_s
                stop = int(np.searchsorted(self._time_s, due_s, side="right"))
            else:
                stop = len(self._time_s)
            stop = min(stop, done + _MOST)
            if stop > done:
                yield self._samples(done, stop, turns * self.length_s)
                done = stop
            if done == len(self._time_s):
                if not self._repeat:
                    feed.say(self.name, "ended")
                    return
                done, turns = 0, turns + 1
            elif stop < done + _MOST:
                await asyncio.sleep(TICK_S if self._speed else 0)

    def _samples(self, first: int, stop: int, later_s: float) -> list[Sample]:
        times = (self._time_s[first:stop] + later_s).tolist()
        samples = []
        for at, which, row in zip(
            times, self._which[first:stop].tolist(), self._row[first:stop].tolist(), strict=True
        ):
            name, force, turn = self._parts[which]
            samples.append(
                Sample(
                    at,
                    name,
                    None if force is None else tuple(force[row].tolist()),
                    None if turn is None else tuple(turn[row].tolist()),
                )
            )
        return samples
