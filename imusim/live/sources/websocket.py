"""A WebSocket server, such as a phone with Sensor Server, that this machine connects to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
from yarl import URL

from imusim.errors import ConfigError
from imusim.live.feed import Feed
from imusim.live.packets import LONGEST
from imusim.live.samples import Sample
from imusim.live.sources.again import Again

_SILENCE_S = 30.0


class WebSocketClient:
    """A connection that is made again whenever it is lost.

    Parameters
    ----------
    url : str
        ``ws://…`` or ``wss://…``.

    Raises
    ------
    ConfigError
        If it is no address.
    """

    def __init__(self, url: str):
        try:
            self._url = URL(url)
        except ValueError:
            self._url = URL()
        if not self._url.host:
            raise ConfigError(f"{url}: is no address; write it as ws://HOST:PORT/PATH")
        self.name = url
        self.bound = ""
        self.periods_s: dict[str, float] = {}

    async def batches(self, feed: Feed) -> AsyncIterator[list[Sample]]:
        """Samples of the messages as they come."""
        again = Again(feed, self.name)
        kind = self._url.query.get("type", "")
        sender = str(self._url.host)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10)
        feed.say(self.name, "connecting")
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                try:
                    async with session.ws_connect(
                        self._url, max_msg_size=LONGEST, heartbeat=_SILENCE_S
                    ) as socket:
                        again.connected()
                        async for message in socket:
                            if message.type not in (
                                aiohttp.WSMsgType.TEXT,
                                aiohttp.WSMsgType.BINARY,
                            ):
                                continue
                            if samples := feed.packet(message.data, sender, kind):
                                yield samples
                    reason = "connection closed"
                except (TimeoutError, aiohttp.ClientError, OSError) as error:
                    reason = (
                        f"no connection: {getattr(error, 'strerror', None) or error or 'timeout'}"
                    )
                await again.wait(reason)
