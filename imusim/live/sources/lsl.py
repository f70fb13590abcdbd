"""Streams of Lab Streaming Layer, where pylsl is installed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from imusim.errors import MissingExtraError
from imusim.live.feed import Feed
from imusim.live.packets import Units
from imusim.live.samples import Sample, Triple
from imusim.recordings.files.names import read_name
from imusim.recordings.files.settings import unit_factor

_LOOK_S = 2.0
_CHUNK = 1024


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
        """Samples as they come; a stream that goes away is waited for."""
        feed.say(self.name, "looking for the stream")
        while True:
            found = await asyncio.to_thread(self._find)
            if found is not None:
                break
        inlet = self._lsl.StreamInlet(found, max_buflen=60, recover=True)
        try:
            info = await asyncio.to_thread(inlet.info)
            columns = _columns(info, self._units)
            if not any(columns):
                feed.note(
                    f"{self.name}: no channel is named as an accelerometer's or gyroscope's; the "
                    "first three are read as accelerometer, the next three as gyroscope"
                )
                factors = [self._units.accelerometer] * 3 + [self._units.gyroscope] * 3
                columns = [(k // 3, k % 3, factors[k]) for k in range(len(columns))][:6]
            name = info.name()
            feed.say(self.name, f"connected: {name}")
            while True:
                rows, stamps = await asyncio.to_thread(
                    inlet.pull_chunk, timeout=0.05, max_samples=_CHUNK
                )
                if stamps:
                    feed.counters.packets += 1
                    yield [
                        _sample(name, at, row, columns)
                        for at, row in zip(stamps, rows, strict=True)
                    ]
        finally:
            inlet.close_stream()

    def _find(self) -> Any | None:
        for kind in ("name", "type"):
            found = self._lsl.resolve_byprop(kind, self._wanted or "IMU", 1, _LOOK_S)
            if found:
                return found[0]
        return None


def _columns(info: Any, units: Units) -> list[tuple[int, int, float] | None]:
    """Of each channel, which signal and axis it is, and its factor to SI."""
    columns: list[tuple[int, int, float] | None] = []
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


def _sample(
    name: str, at: float, row: Sequence[float], columns: Sequence[tuple[int, int, float] | None]
) -> Sample:
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
