"""A server to which phones push: WebSocket messages, or HTTP requests as of Sensor Logger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import WSCloseCode, WSMsgType, web

from imusim.errors import ConfigError
from imusim.live.feed import Feed
from imusim.live.hosts import guard
from imusim.live.packets import LONGEST
from imusim.live.samples import Sample

_WAITING = 1000


class Listener:
    """A port of this machine for WebSocket connections and HTTP POST, at any path.

    Parameters
    ----------
    host : str
        Address to bind to.
    port : int
        0: any that is free.
    """

    def __init__(self, host: str, port: int):
        self._host, self._port = host, port
        self._shown = f"[{host}]" if ":" in host else host
        self.name = f"ws://{self._shown}:{port} and http://{self._shown}:{port}"
        self.bound = host
        self.periods_s: dict[str, float] = {}

    async def batches(self, feed: Feed) -> AsyncIterator[list[Sample]]:
        """Samples of what is pushed."""
        packets: asyncio.Queue[list[Sample]] = asyncio.Queue(_WAITING)
        senders = 0

        def too_long(request: web.Request) -> None:
            feed.counters.packets += 1
            feed.malformed("is longer than any packet is", request.remote or "")

        async def post(request: web.Request) -> web.Response:
            try:
                content = await request.read()
            except web.HTTPRequestEntityTooLarge:
                too_long(request)
                raise
            if samples := feed.packet(content, request.remote or ""):
                await packets.put(samples)
            return web.Response(text="ok\n")

        async def socket(request: web.Request) -> web.StreamResponse:
            nonlocal senders
            if request.headers.get("Upgrade", "").lower() != "websocket":
                return web.Response(text=f"imusim listens here: {self.name}\n")
            answer = web.WebSocketResponse(max_msg_size=LONGEST, heartbeat=30)
            await answer.prepare(request)
            senders += 1
            feed.say(self.name, f"connected: {senders}")
            kind, sender = request.query.get("type", ""), request.remote or ""
            try:
                async for message in answer:
                    if getattr(message.data, "code", 0) == WSCloseCode.MESSAGE_TOO_BIG:
                        too_long(request)
                    if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                        continue
                    if samples := feed.packet(message.data, sender, kind):
                        await packets.put(samples)
            finally:
                senders -= 1
                left = f"connected: {senders}" if senders else "a sender has gone; listening"
                feed.say(self.name, left)
            return answer

        app = web.Application(middlewares=[guard(self._host)], client_max_size=LONGEST)
        app.router.add_get("/{path:.*}", socket)
        app.router.add_post("/{path:.*}", post)
        app.router.add_put("/{path:.*}", post)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, self._host, self._port).start()
            except OSError as error:
                reason = error.strerror or error
                raise ConfigError(f"{self.name}: cannot be listened to: {reason}") from None
            port = runner.addresses[0][1]
            self.name = f"ws://{self._shown}:{port} and http://{self._shown}:{port}"
            feed.say(self.name, "listening")
            while True:
                yield await packets.get()
        finally:
            await runner.cleanup()
