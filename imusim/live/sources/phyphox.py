"""The app phyphox with remote access, which is asked for what is new, again and again.

Requests and answers are those of its documentation of remote access
(https://phyphox.org/wiki/index.php/Remote-interface_communication).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp

from imusim.live.feed import Feed
from imusim.live.samples import Sample
from imusim.live.sources.again import Again
from imusim.recordings.signals import LARGEST

_KINDS = ("accelerometer", "gyroscope")
_EVERY_S = 0.05
_BEFORE_S, _LAST_S = -1.0, 1e9
"""All times of an experiment are between."""
_NAME = "phone"


class Phyphox:
    """A phone on which an experiment with accelerometer or gyroscope runs.

    Parameters
    ----------
    address : str
        ``HOST:PORT``, as the app shows it.
    """

    def __init__(self, address: str):
        self.name = f"phyphox://{address}"
        self.bound = ""
        self.periods_s: dict[str, float] = {}
        self._base = f"http://{address}"

    async def batches(self, feed: Feed) -> AsyncIterator[list[Sample]]:
        """Samples that are new since the last time; of an experiment that begins anew, all."""
        again, taken = Again(feed, self.name), _Taken()
        feed.say(self.name, "connecting")
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while True:
                try:
                    buffers = _buffers(await self._asked(session, "config"))
                    again.connected()
                    while True:
                        found = await self._asked(session, f"get?{_query(buffers, taken.since)}")
                        feed.counters.packets += 1
                        if taken.is_other(found):
                            taken.begin_anew()
                            buffers = _buffers(await self._asked(session, "config"))
                            continue
                        samples, unread = _samples(found, buffers, taken)
                        if unread:
                            feed.malformed("has a time that is no number", self.name)
                        if samples:
                            yield samples
                        elif taken.since:
                            last = await self._asked(session, f"get?{_last(buffers)}")
                            if taken.is_behind(last, buffers):
                                taken.begin_anew()
                                continue
                        await asyncio.sleep(_EVERY_S)
                except (TimeoutError, aiohttp.ClientError, OSError) as error:
                    reason = f"no connection: {error or 'timeout'}"
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    feed.counters.malformed += 1
                    reason = f"no answer of phyphox: {str(error)[:80]}"
                await again.wait(reason)

    async def _asked(self, session: aiohttp.ClientSession, what: str) -> Any:
        async with session.get(f"{self._base}/{what}") as answer:
            return await answer.json(content_type=None)


class _Taken:
    """What has been taken of an experiment, whose clock begins at 0 again when it is cleared.

    Attributes
    ----------
    since : dict of str to float
        By sensor, the time of its last sample, s, by the experiment's clock; none: not one yet.
    """

    def __init__(self) -> None:
        self.since: dict[str, float] = {}
        self._session: Any = None
        self._shift_s = 0.0
        self._at = time.monotonic()

    def is_other(self, found: Any) -> bool:
        """Whether an answer is of another experiment than the answers before."""
        told = found.get("status", {}).get("session")
        before, self._session = self._session, told
        return before is not None and told != before

    def is_behind(self, found: Any, buffers: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether the last time that the experiment has is before one that was taken."""
        last = {kind: found["buffer"][names[3]]["buffer"] for kind, names in buffers.items()}
        return any(
            times and _is_number(times[-1], _LAST_S) and times[-1] < self.since.get(kind, _BEFORE_S)
            for kind, times in last.items()
        )

    def begin_anew(self) -> None:
        """The experiment's clock begins at 0: times go on by so much as has passed here."""
        if self.since:
            self._shift_s += max(self.since.values()) + time.monotonic() - self._at
        self.since.clear()

    def placed(self, kind: str, time_s: float) -> float:
        """Take a sample: its time, s, by a clock that no clearing of the experiment sets back."""
        self.since[kind] = time_s
        self._at = time.monotonic()
        return self._shift_s + time_s


def _buffers(config: Any) -> dict[str, tuple[str, str, str, str]]:
    """Names of the buffers with x, y, z and time of each sensor that the experiment has."""
    found: dict[str, tuple[str, str, str, str]] = {}
    for part in config.get("inputs", []):
        outputs: dict[str, str] = {}
        for output in part.get("outputs", []):
            outputs |= output
        if part.get("source") in _KINDS and {"x", "y", "z", "t"} <= set(outputs):
            x, y, z, t = (outputs[axis] for axis in "xyzt")
            found[part["source"]] = (x, y, z, t)
    if not found:
        raise ValueError("the experiment has no accelerometer and no gyroscope")
    return found


def _query(buffers: Mapping[str, tuple[str, ...]], since: Mapping[str, float]) -> str:
    """What is asked for: of each buffer what comes after a time."""
    parts = []
    for kind, (x, y, z, t) in buffers.items():
        after_s = since.get(kind, _BEFORE_S)
        parts.append(f"{t}={after_s!r}")
        parts += [f"{name}={after_s!r}%7C{t}" for name in (x, y, z)]
    return "&".join(parts)


def _last(buffers: Mapping[str, tuple[str, ...]]) -> str:
    """What is asked for the last time of each sensor: a buffer by its name alone."""
    return "&".join(names[3] for names in buffers.values())


def _samples(
    found: Any, buffers: Mapping[str, tuple[str, ...]], taken: _Taken
) -> tuple[list[Sample], bool]:
    """Samples of an answer, and whether it has a time that is no number."""
    samples, unread = [], False
    for kind, names in buffers.items():
        columns = [found["buffer"][name]["buffer"] for name in names]
        for x, y, z, t in zip(*columns, strict=False):
            if not _is_number(t, _LAST_S):
                unread = True
                continue
            if t <= taken.since.get(kind, _BEFORE_S) or not all(map(_is_number, (x, y, z))):
                continue
            triple = (float(x), float(y), float(z))
            pair = (triple, None) if kind == _KINDS[0] else (None, triple)
            samples.append(Sample(taken.placed(kind, float(t)), _NAME, *pair, _NAME))
    return samples, unread


def _is_number(value: Any, below: float = LARGEST) -> bool:
    return isinstance(value, int | float) and abs(value) < below
