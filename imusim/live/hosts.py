"""Who may speak to a server on this machine: loopback, unless somebody asked for more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from imusim.live.addresses import may_ask

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guard(bound: str) -> Any:
    """A middleware that refuses requests for other hosts, and those that other pages make."""

    @web.middleware
    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        asked = request.headers.getall("Host", [])
        if len(asked) != 1 or not may_ask(asked[0], bound):
            return web.Response(status=403, text="403: this page is for the machine it runs on\n")
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc.lower() != asked[0].lower():
            return web.Response(status=403, text="403: another page may not ask for this\n")
        return await handler(request)

    return refuse
