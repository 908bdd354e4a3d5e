"""Opens the port of OSCQuery and the panel, and keeps its server in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from livegan.control.endpoints import Endpoint, Guests, Network, cannot_listen
from livegan.control.oscquery.announcement import Announcement, seen_at
from livegan.control.oscquery.played import Played
from livegan.supervision import one_line

if TYPE_CHECKING:  # at run time it would load aiohttp
    from livegan.control.oscquery.web import Web

_WAITING = 64
_GLANCE_S = 0.1
_LATEST_S = 10.0
_PART_WITHIN_S = 1.0


class PanelServer(threading.Thread):
    """Answers whoever knocks at its port; those who knock before it is ready wait.

    Args:
        where: where it listens.
        networks: who may come in besides this machine; empty lets everybody.

    Raises:
        ControlError: the port is taken, or the address is not this machine's.
    """

    def __init__(self, where: Endpoint, networks: Sequence[Network]) -> None:
        super().__init__(name="panel", daemon=True)
        self.where = where
        self.is_choosy = bool(networks)
        """Whether only those on a list may come in."""
        self._guests = Guests(networks)
        self._played: Played | None = None
        self._begun: Callable[[], bool] = lambda: True
        self._closing = threading.Event()
        self._web: Web | None = None
        self._part: Callable[[], object] | None = None
        self._socket = _bound(where)

    @property
    def url(self) -> str:
        """What to open in a browser, on whichever machine may."""
        return f"http://{seen_at(self.where)}:{self.where.port}/panel"

    @property
    def counts(self) -> tuple[int, int]:
        """OSC messages that came by WebSocket, and that were refused."""
        return self._web.sockets.counts if self._web else (0, 0)

    def play(self, played: Played, begun: Callable[[], bool]) -> None:
        """Begin.

        Args:
            played: what is served.
            begun: whether the first picture is shown. Until then aiohttp is not loaded: that
                takes a quarter of a second from a show that is about to begin.
        """
        self._played, self._begun = played, begun
        self.start()

    def run(self) -> None:
        """Answer until it is closed."""
        assert self._played
        glances = 0
        while not (self._begun() or glances > _LATEST_S / _GLANCE_S):
            glances += 1
            if self._closing.wait(_GLANCE_S):
                break
        announcement = Announcement(self.where, self._played.osc)
        try:
            if not self._closing.is_set():
                announcement.start()
                asyncio.run(self._serve(self._played))
        except Exception as error:  # the show goes on without it
            self._played.health.report("panel", "lost", one_line(error), error)
        finally:
            announcement.close()
            self._socket.close()

    def close(self) -> None:
        """End it. May be called twice."""
        if self.ident is None:
            self._socket.close()
            return
        self._closing.set()
        stop = self._part
        if stop:
            with suppress(RuntimeError):  # its loop has ended
                stop()
        self.join(_PART_WITHIN_S)

    async def _serve(self, played: Played) -> None:
        from livegan.control.oscquery.web import Web

        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        self._web = Web(played, self._guests)
        self._part = lambda: loop.call_soon_threadsafe(stop.set)
        if not self._closing.is_set():  # it was closed just now, and found nothing to stop
            await self._web.serve(self._socket, stop)


def _bound(where: Endpoint) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # On Windows this would take the port away from whoever has it.
        if sys.platform != "win32":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setblocking(False)
        bound.bind((where.host, where.port))
        bound.listen(_WAITING)
    except OSError as error:
        bound.close()
        raise cannot_listen("the panel", "--panel", where, error) from None
    return bound
