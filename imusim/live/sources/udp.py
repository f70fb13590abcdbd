"""Datagrams, each of them a packet or a few lines."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import AsyncIterator

from imusim.errors import ConfigError
from imusim.live.feed import Feed
from imusim.live.samples import Sample

_WAITING = 20_000
_BUFFER_BYTES = 4_000_000


class Datagrams:
    """A UDP port of this machine.

    Parameters
    ----------
    host : str
        Address to bind to.
    port : int
        0: any that is free.

    Raises
    ------
    ConfigError
        If it cannot be bound.
    """

    def __init__(self, host: str, port: int):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except (OSError, OverflowError) as error:
            self._socket.close()
            reason = getattr(error, "strerror", None) or error
            raise ConfigError(f"udp://{host}:{port}: cannot be listened to: {reason}") from None
        with contextlib.suppress(OSError):  # what arrives while this process is busy waits there
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        self._socket.setblocking(False)
        shown = f"[{host}]" if ":" in host else host
        self.port = int(self._socket.getsockname()[1])
        self.name = f"udp://{shown}:{self.port}"
        self.bound = host
        self.periods_s: dict[str, float] = {}

    async def batches(self, feed: Feed) -> AsyncIterator[list[Sample]]:
        """Samples of the datagrams that have come."""
        waiting: deque[tuple[bytes, str]] = deque()
        came = asyncio.Event()

        class Protocol(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                if len(waiting) >= _WAITING:
                    feed.counters.lost += 1
                    return
                waiting.append((data, addr[0]))
                came.set()

        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Protocol, sock=self._socket)
        feed.say(self.name, "listening")
        try:
            while True:
                await came.wait()
                came.clear()
                samples: list[Sample] = []
                while waiting:
                    data, sender = waiting.popleft()
                    for line in _packets(data):
                        samples += feed.packet(line, sender)
                if samples:
                    feed.say(self.name, "receiving")
                    yield samples
        finally:
            transport.close()


def _packets(data: bytes) -> list[bytes]:
    """A datagram whole, or line by line where it holds several."""
    lines = [line for line in data.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.rstrip()[-1:] in b"}]" for line in lines if line[:1] in b"{["):
        return lines if lines[1].lstrip()[:1] not in (b'"', b"}") else [data]
    return [data]
