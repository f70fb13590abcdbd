"""Where samples come from: each source gives them in batches, for as long as there are any."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from imusim.live.feed import Feed
from imusim.live.samples import Sample

__all__ = ["Source"]


class Source(Protocol):
    """A stream that can be listened to.

    Attributes
    ----------
    name : str
        What is listened to, in words for the user.
    periods_s : dict of str to float
        Time between samples of a sensor, where the source knows it.
    bound : str
        Address of this machine that it listens on; empty where it fetches what it gets.
    """

    name: str
    bound: str
    periods_s: dict[str, float]

    def batches(self, feed: Feed) -> AsyncIterator[list[Sample]]:
        """Samples as they come, until the stream ends; most never do."""
        ...
