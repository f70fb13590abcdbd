"""Streams of Lab Streaming Layer, where pylsl is installed."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

from imusim.errors import MissingExtraError
from imusim.live.feed import Feed
from imusim.live.packets import Units
from imusim.live.samples import Sample, Triple
from imusim.live.sources.again import Again
from imusim.recordings.files.names import read_name
from imusim.recordings.files.settings import unit_factor

_LOOK_S = 2.0
_CHUNK = 1024
Column = tuple[int, int, float]


class LabStream:
    """One stream of the network, found by its name, or else by its type.

    Parameters
    ----------
    wanted : str
        Name or type of the stream; empty: type IMU.
    units : Units
        Where the stream's channels state none.

    Raises
    ------
    MissingExtraError
        If pylsl is not installed.
    """

    def __init__(self, wanted: str = "", units: Units | None = None):
        try:
            import pylsl  # type: ignore[import-not-found]
        except (ImportError, RuntimeError):  # RuntimeError: without the library liblsl
            raise MissingExtraError(
                "Lab Streaming Layer needs pylsl and its library liblsl: pip install pylsl"
            ) from None
        self._lsl: Any = pylsl
        self._wanted = wanted
        self._units = units or Units()
        self.name = f"lsl:{wanted or 'IMU'}"
        self.bound = ""
        self.periods_s: dict[str, float] = {}

    async def batches(self, feed: Feed) -> AsyncIterator[list[Sample]]:
        """Samples as they come; a stream that goes away is looked for again."""
        again = Again(feed, self.name)
        feed.say(self.name, "looking for the stream")
        while True:
            found = await asyncio.to_thread(self._find, feed)
            if found is None:
                continue
            reason = "the stream has ended"
            try:
                async with aclosing(self._pulled(found, feed, again)) as batches:
                    async for batch in batches:
                        yield batch
            except RuntimeError as error:  # as all errors of pylsl are
                reason = str(error).rstrip(".") or reason
            await again.wait(reason)

    async def _pulled(self, found: Any, feed: Feed, again: Again) -> AsyncGenerator[list[Sample]]:
        """Samples of one stream, until an error of pylsl's says that it is lost."""
        inlet = self._lsl.StreamInlet(found, max_buflen=60, recover=True)
        try:
            info = await asyncio.to_thread(inlet.info, timeout=_LOOK_S)
            name, columns = info.name(), self._columns(info, feed)
            again.connected(name)
            while True:
                rows, stamps = await asyncio.to_thread(
                    inlet.pull_chunk, timeout=0.05, max_samples=_CHUNK
                )
                if not stamps:
                    continue
                feed.counters.packets += 1
                if not all(map(math.isfinite, stamps)):
                    feed.malformed("has a time that is no number", self.name)
                samples = [
                    _sample(name, at, row, columns)
                    for at, row in zip(stamps, rows, strict=True)
                    if math.isfinite(at)
                ]
                if samples:
                    yield samples
        finally:
            inlet.close_stream()

    def _columns(self, info: Any, feed: Feed) -> Sequence[Column | None]:
        columns = _columns(info, self._units)
        if any(columns):
            return columns
        feed.note(
            f"{self.name}: no channel is named as an accelerometer's or gyroscope's; the first "
            "three are read as accelerometer, the next three as gyroscope"
        )
        factors = [self._units.accelerometer] * 3 + [self._units.gyroscope] * 3
        return [(k // 3, k % 3, factors[k]) for k in range(min(len(columns), 6))]

    def _find(self, feed: Feed) -> Any | None:
        for kind in ("name", "type"):
            for found in self._lsl.resolve_byprop(kind, self._wanted or "IMU", 1, _LOOK_S):
                if found.channel_format() != self._lsl.cf_string:
                    return found
                feed.note(
                    f"{self.name}: the stream {found.name()} sends text, not numbers: it is passed "
                    "over; name the stream of the sensor, as lsl:NAME"
                )
        return None


def _columns(info: Any, units: Units) -> list[Column | None]:
    """Of each channel, which signal and axis it is, and its factor to SI."""
    columns: list[Column | None] = []
    channel = info.desc().child("channels").child("channel")
    for _ in range(info.channel_count()):
        said = read_name(channel.child_value("label") or "")
        unit = channel.child_value("unit") or ""
        channel = channel.next_sibling()
        if said is None or said.axis is None or said.kind not in ("accelerometer", "gyroscope"):
            columns.append(None)
            continue
        factor = unit_factor(unit, said.kind) if unit else None
        usual = getattr(units, said.kind)
        columns.append((said.kind == "gyroscope", said.axis, usual if factor is None else factor))
    return columns


def _sample(name: str, at: float, row: Sequence[float], columns: Sequence[Column | None]) -> Sample:
    read: list[list[float | None]] = [[None] * 3, [None] * 3]
    for value, column in zip(row, columns, strict=False):
        if column is not None:
            read[column[0]][column[1]] = float(value) * column[2]
    return Sample(at, name, _whole(read[0]), _whole(read[1]), name)


def _whole(values: list[float | None]) -> Triple | None:
    x, y, z = values
    if x is None or y is None or z is None or not abs(x) + abs(y) + abs(z) < 1e6:
        return None
    return (x, y, z)
