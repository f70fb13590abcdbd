"""Serves the page, and what is new over a WebSocket: to this machine, unless told otherwise."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import WSMsgType, web

from imusim.errors import ConfigError
from imusim.live.addresses import is_loopback
from imusim.live.hosts import guard
from imusim.live.state import State
from imusim.view.document import asset, to_script

PORT = 8765
UPDATE_HZ = 40
"""A page is told what is new so often; a browser draws it at its own rate."""
_MOST_PAGES = 16
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_FILES = {"/": ("live.html", "text/html"), "/live.js": ("live.js", "text/javascript"),
          "/live.css": ("live.css", "text/css")}  # fmt: skip


class PageServer:
    """The server of a page.

    Parameters
    ----------
    host : str
        Address to bind to.
    port : int
        0: any that is free.
    """

    def __init__(self, host: str, port: int):
        self._host, self._port = host, port
        self._pages = 0

    @asynccontextmanager
    async def serving(self, state: State) -> AsyncIterator[str]:
        """Serve within the block; gives the address.

        Raises
        ------
        ConfigError
            If the port cannot be bound.
        """
        app = web.Application(middlewares=[guard(self._host)])
        for path, (name, kind) in _FILES.items():
            app.router.add_get(path, _file(name, kind))

        async def socket(request: web.Request) -> web.StreamResponse:
            return await self._tell(request, state)

        app.router.add_get("/live", socket)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            shown = f"[{self._host}]" if ":" in self._host else self._host
            try:
                await web.TCPSite(runner, self._host, self._port).start()
            except OSError as error:
                reason = error.strerror or error
                raise ConfigError(
                    f"the page cannot be served on {shown}:{self._port}: {reason}; choose another "
                    "--port, or --no-page"
                ) from None
            port = runner.addresses[0][1]
            yield f"http://{shown}:{port}/"
        finally:
            await runner.cleanup()

    async def _tell(self, request: web.Request, state: State) -> web.StreamResponse:
        answer = web.WebSocketResponse(max_msg_size=1024, heartbeat=30, compress=False)
        if self._pages >= _MOST_PAGES:
            return web.Response(status=503, text="503: too many pages look already\n")
        await answer.prepare(request)
        self._pages += 1
        try:
            about = {"labels": state.labels, "about": state.about, "shown_s": state.shown_s,
                     "open": not is_loopback(self._host)}  # fmt: skip
            await answer.send_str(to_script(about))
            sender = asyncio.create_task(self._send(answer, state))
            try:
                async for message in answer:  # a page says nothing; this sees it go
                    if message.type == WSMsgType.ERROR:
                        break
            finally:
                sender.cancel()
                await asyncio.gather(sender, return_exceptions=True)
        finally:
            self._pages -= 1
        return answer

    async def _send(self, answer: web.WebSocketResponse, state: State) -> None:
        number = 0
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not answer.closed:
            news = state.since(number)
            number = news["number"]
            await answer.send_str(json.dumps(news, ensure_ascii=False, allow_nan=False))
            due = max(due + 1 / UPDATE_HZ, loop.time())
            await asyncio.sleep(due - loop.time())


def _file(name: str, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(
            text=asset(name, "imusim.live.page"),
            content_type=kind,
            charset="utf-8",
            headers=_HEADERS,
        )

    return answer
