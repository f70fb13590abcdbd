"""The app phyphox with remote access, which is asked for what is new, again and again.

Requests and answers are those of its documentation of remote access
(https://phyphox.org/wiki/index.php/Remote-interface_communication).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp

from imusim.live.feed import Feed
from imusim.live.samples import Sample
from imusim.live.sources.again import Again

_KINDS = ("accelerometer", "gyroscope")
_EVERY_S = 0.05
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
        """Samples that are new since the last time."""
        again = Again(feed, self.name)
        feed.say(self.name, "connecting")
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while True:
                try:
                    async with session.get(f"{self._base}/config") as answer:
                        buffers = _buffers(await answer.json(content_type=None))
                    again.connected()
                    since = dict.fromkeys(buffers, 0.0)
                    while True:
                        query = _query(buffers, since)
                        async with session.get(f"{self._base}/get?{query}") as answer:
                            found = await answer.json(content_type=None)
                        feed.counters.packets += 1
                        if samples := _samples(found, buffers, since):
                            yield samples
                        await asyncio.sleep(_EVERY_S)
                except (TimeoutError, aiohttp.ClientError, OSError) as error:
                    reason = f"no connection: {error or 'timeout'}"
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    feed.counters.malformed += 1
                    reason = f"no answer of phyphox: {str(error)[:80]}"
                await again.wait(reason)


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
        parts.append(f"{t}={since[kind]!r}")
        parts += [f"{name}={since[kind]!r}%7C{t}" for name in (x, y, z)]
    return "&".join(parts)


def _samples(
    found: Any, buffers: Mapping[str, tuple[str, ...]], since: dict[str, float]
) -> list[Sample]:
    """Samples of an answer; ``since`` is moved on."""
    samples = []
    for kind, names in buffers.items():
        columns = [found["buffer"][name]["buffer"] for name in names]
        for x, y, z, t in zip(*columns, strict=False):
            if None in (x, y, z, t) or float(t) <= since[kind]:
                continue
            triple = (float(x), float(y), float(z))
            pair = (triple, None) if kind == _KINDS[0] else (None, triple)
            samples.append(Sample(float(t), _NAME, *pair, _NAME))
            since[kind] = float(t)
    return samples
