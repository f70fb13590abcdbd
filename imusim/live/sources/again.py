"""Trying again, later each time."""

from __future__ import annotations

import asyncio
import time

from imusim.live.feed import Feed

FIRST_S, LONGEST_S = 0.5, 10.0
_HELD_S = 30.0
"""A connection that held for so long was a good one: the next try comes soon."""


class Again:
    """Waits between tries to connect, twice as long each time, and says so.

    Parameters
    ----------
    feed : Feed
    name : str
        Of the source.
    """

    def __init__(self, feed: Feed, name: str):
        self._feed, self._name = feed, name
        self._wait_s = FIRST_S
        self._since = time.monotonic()

    def connected(self, to: str = "") -> None:
        """A connection is there, to something that has a name of its own."""
        self._since = time.monotonic()
        self._feed.say(self._name, f"connected: {to}" if to else "connected")

    async def wait(self, reason: str) -> None:
        """Wait before the next try."""
        if time.monotonic() - self._since > _HELD_S:
            self._wait_s = FIRST_S
        self._feed.say(self._name, f"{reason}; trying again in {self._wait_s:g} s")
        await asyncio.sleep(self._wait_s)
        self._wait_s = min(2 * self._wait_s, LONGEST_S)
