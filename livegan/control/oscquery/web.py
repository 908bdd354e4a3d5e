"""The server: the tree by HTTP, players by WebSocket, and the panel, on one port."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from livegan.control import panel
from livegan.control.endpoints import Guests
from livegan.control.feedback import GAUGES_PERIOD_S
from livegan.control.oscquery.breath import Breath
from livegan.control.oscquery.doors import reachable, refusal
from livegan.control.oscquery.news import News
from livegan.control.oscquery.played import Played
from livegan.control.oscquery.preview import Preview
from livegan.control.oscquery.sockets import Sockets
from livegan.control.oscquery.tree import ATTRIBUTES, NOT_KEPT, Tree, host_info
from livegan.supervision import one_line

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_MOST_CONNECTIONS = 64
_SPEAK_WITHIN_S = 10.0
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_PANEL = Path(panel.__file__).parent
_FILES = {path.name: path for path in _PANEL.iterdir() if path.suffix in _TYPES}
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Web:
    """Answers requests. For one event loop.

    Args:
        played: what is played and shown.
        guests: who may come in.
    """

    def __init__(self, played: Played, guests: Guests) -> None:
        self._played = played
        self._guests = guests
        self._tree = Tree(played.choices)
        self._breathe = Breath()
        self._preview = Preview(played.picture)
        self._loop = asyncio.get_running_loop()
        self._news = News(played, self._tell, self._announce)
        self._measured_at_s = float("-inf")
        self._silent: set[object] = set()
        self._arriving = 0
        self.sockets = Sockets(
            played.values, self._tree, played.health, self._news.listened_to, self._breathe
        )

    async def serve(self, listening: socket.socket, stop: asyncio.Event) -> None:
        """Answer until `stop` is set.

        Args:
            listening: a socket that listens.
            stop: of this loop.
        """
        application = web.Application(middlewares=[self._guard])
        application.router.add_get("/{path:.*}", self._answer)
        silent = logging.Logger("panel")  # what hostile clients do is no news
        silent.addHandler(logging.NullHandler())
        runner = web.AppRunner(
            application, access_log=None, logger=silent, handle_signals=False,
            shutdown_timeout=0.3, lingering_time=1.0, keepalive_timeout=30.0,
        )  # fmt: skip
        await runner.setup()
        server = await self._loop.create_server(self._welcome(runner), sock=listening)
        self._news.start()
        try:
            await stop.wait()
        finally:
            self._news.close()
            server.close()
            await self.sockets.close()
            await runner.cleanup()
            self._preview.close()

    def _welcome(self, runner: web.AppRunner) -> Callable[[], asyncio.Protocol]:
        """Takes each connection, up to a number, and those who say nothing not for long."""
        server = runner.server
        assert server

        def connected() -> asyncio.Protocol:
            # The server counts a connection one turn of the loop after this.
            if len(server.connections) + self._arriving >= _MOST_CONNECTIONS:
                return _Closed()
            self._arriving += 1
            self._loop.call_soon(self._arrived)
            handler = server()
            self._silent.add(handler)
            self._loop.call_later(_SPEAK_WITHIN_S, self._hurry, handler)
            return handler

        return connected

    def _arrived(self) -> None:
        self._arriving -= 1

    def _hurry(self, handler: Any) -> None:
        """Part from one who has not asked for anything yet."""
        if handler in self._silent and handler.transport:
            handler.transport.abort()
        self._silent.discard(handler)

    def _tell(self, changed: Sequence[str]) -> None:
        with suppress(RuntimeError):  # the loop has just ended
            self._loop.call_soon_threadsafe(self.sockets.tell, changed)

    def _announce(self, path: str) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.sockets.announce, path)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            self._silent.discard(request.protocol)
            await self._breathe()
            self._check(request)
            answered = await handler(request)
            self._played.health.report("panel", "ok")
            return answered
        except web.HTTPException as answer:
            answer.headers.update(_SAFE)
            raise
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:  # the next request must be answered
            self._played.health.report("panel", "degraded", one_line(error), error)
            raise web.HTTPInternalServerError from None

    def _check(self, request: web.Request) -> None:
        if not self._guests.may(request.remote or ""):
            raise web.HTTPForbidden(text="not on the list of --osc-allow\n")
        reason = refusal(request.headers, _own_ip(request))
        if reason:
            raise web.HTTPForbidden(text=f"{reason}\n")

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self.sockets.serve(request)
        path = request.path
        if path == "/panel/picture.jpg":
            picture = await self._preview.jpeg()
            if picture is None:
                raise web.HTTPNoContent
            return web.Response(body=picture, content_type="image/jpeg", headers=_SAFE)
        if path.startswith("/panel"):
            return _panel_file(path.removeprefix("/panel").strip("/") or "panel.html", request)
        return self._describe(path, request)

    def _describe(self, path: str, request: web.Request) -> web.Response:
        """A node, or one attribute of it."""
        asked = unquote(request.rel_url.raw_query_string).partition("&")[0].partition("=")[0]
        if asked == "HOST_INFO":  # of the server, whatever is asked
            osc = self._played.osc
            return _json(host_info(reachable(osc, _own_ip(request)) if osc else None))
        self._measure()
        node = self._tree.node(path, self._played.values.snapshot())
        if node is None:
            raise web.HTTPNotFound(text=f"there is no {ascii(path[:80])}\n")
        if not asked:
            return _json(node)
        if asked in NOT_KEPT or (asked in ATTRIBUTES and asked not in node):
            raise web.HTTPNoContent
        if asked not in ATTRIBUTES:
            raise web.HTTPBadRequest(text=f"there is no attribute {ascii(asked[:80])}\n")
        return _json({asked: node[asked]})

    def _measure(self) -> None:
        now_s = time.monotonic()
        if now_s - self._measured_at_s >= GAUGES_PERIOD_S:
            self._measured_at_s = now_s
            self._played.values.measured(self._played.gauges(now_s))


class _Closed(asyncio.Protocol):
    """A connection that is one too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """End it."""
        transport.close()


def _own_ip(request: web.Request) -> str:
    transport = request.transport
    assert transport
    return str(transport.get_extra_info("sockname")[0])


def _panel_file(name: str, request: web.Request) -> web.Response:
    path = _FILES.get(name)
    if path is None:
        raise web.HTTPNotFound(text="there is no such file\n")
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
        f" connect-src 'self' ws://{request.host}; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )
    headers = {**_SAFE, "Content-Security-Policy": policy}
    return web.Response(
        body=path.read_bytes(), content_type=_TYPES[path.suffix], charset="utf-8", headers=headers
    )


def _json(what: object) -> web.Response:
    return web.Response(text=json.dumps(what), content_type="application/json", headers=_SAFE)
