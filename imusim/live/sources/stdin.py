"""Lines of standard input: JSON, or CSV after a line that names the columns."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator

from imusim.live.feed import Feed
from imusim.live.packets import LONGEST
from imusim.live.samples import Sample

_CHUNK = 65536


class Lines:
    """Standard input, read as fast as it is worked on; a pipe holds back who writes."""

    name = "standard input"
    bound = ""

    def __init__(self) -> None:
        self.periods_s: dict[str, float] = {}

    async def batches(self, feed: Feed) -> AsyncIterator[list[Sample]]:
        """Samples of the lines that are there, until the input ends."""
        chunks: asyncio.Queue[bytes] = asyncio.Queue(4)
        loop = asyncio.get_running_loop()
        number = sys.stdin.fileno()

        def read() -> None:  # a thread of its own: input may be a file, a pipe or a terminal
            while True:
                try:
                    chunk = os.read(number, _CHUNK)
                except OSError:
                    chunk = b""
                try:
                    asyncio.run_coroutine_threadsafe(chunks.put(chunk), loop).result()
                except (RuntimeError, asyncio.CancelledError):
                    return
                if not chunk:
                    return

        threading.Thread(target=read, daemon=True).start()
        feed.say(self.name, "reading")
        rest = b""
        while chunk := await chunks.get():
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LONGEST:
                lines.append(rest)
                rest = b""
            samples = [sample for line in lines for sample in feed.packet(line)]
            if samples:
                yield samples
        samples = feed.packet(rest) if rest.strip() else []
        feed.say(self.name, "ended")
        if samples:
            yield samples
