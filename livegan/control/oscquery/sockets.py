"""Those who are connected by WebSocket: what each plays, and what each is told."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version

from aiohttp import WSMsgType, web

from livegan.control.complaints import Complaints
from livegan.control.osc_player import ROOT, OscPlayer, address
from livegan.control.oscquery.tree import Tree, told
from livegan.control.oscquery.wire import encode, packet
from livegan.control.senders import Senders
from livegan.parameters import LiveValues
from livegan.supervision import HealthBoard, one_line

MOST_SOCKETS = 16
LARGEST_FRAME = 65536
_LONGEST_COMMAND = 4096
_PATIENCE_S = 5.0
"""Whoever does not take what he is told for so long is gone, or too slow."""
_HEARTBEAT_S = 20.0


class _Guest:
    """One who is connected."""

    def __init__(self, name: str, socket: web.WebSocketResponse) -> None:
        self.name = name
        self.socket = socket
        self.listens: set[str] = set()
        # By name, so that it can't grow: a value that was overtaken is never sent.
        self._owed: set[str] = set()
        self._paths: set[str] = set()
        self._answer = b""
        self._waiting = asyncio.Event()

    def owe(self, name: str) -> None:
        """Tell him, soon, how a parameter stands."""
        self._owed.add(name)
        self._waiting.set()

    def answer(self, message: bytes) -> None:
        """Tell him something else; one answer waits at most."""
        self._answer = message
        self._waiting.set()

    def announce(self, path: str) -> None:
        """Tell him, soon, that a node is no longer what it was."""
        self._paths.add(path)
        self._waiting.set()

    async def tell_all(self, values: LiveValues) -> None:
        """Send what he is owed, until he does not take it."""
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            now = values.snapshot()
            messages = [encode(address(name), now[name]) for name in sorted(self._owed)]
            messages += [self._answer] if self._answer else []
            texts = [_path_changed(path) for path in sorted(self._paths)]
            self._owed.clear()
            self._paths.clear()
            self._answer = b""
            if messages:
                sending = self.socket.send_bytes(packet(messages))
                await asyncio.wait_for(sending, _PATIENCE_S)
            for text in texts:
                await asyncio.wait_for(self.socket.send_str(text), _PATIENCE_S)


class Sockets:
    """All who are connected. For the thread of one event loop only.

    Args:
        values: what is played.
        tree: what can be listened to.
        health: where a fault of livegan's own is reported.
        listened_to: told whether anybody is connected.
        breathe: awaited after each message, so that a flood leaves time for who paints.
    """

    def __init__(
        self,
        values: LiveValues,
        tree: Tree,
        health: HealthBoard,
        listened_to: Callable[[bool], None],
        breathe: Callable[[], Awaitable[None]],
    ) -> None:
        self._values = values
        self._tree = tree
        self._health = health
        self._listened_to = listened_to
        self._breathe = breathe
        self._guests: dict[str, _Guest] = {}
        self._numbers = itertools.count(1)
        self._senders = Senders(MOST_SOCKETS)
        self._complaints = Complaints("panel")
        self._player = OscPlayer(values, self._senders, self._complaints)

    @property
    def counts(self) -> tuple[int, int]:
        """Messages that came, and that were refused."""
        return self._player.received, self._complaints.count

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Keep one connection until it ends."""
        if len(self._guests) >= MOST_SOCKETS:
            raise web.HTTPServiceUnavailable(text=f"{MOST_SOCKETS} are connected already\n")
        socket = web.WebSocketResponse(
            compress=False, heartbeat=_HEARTBEAT_S, max_msg_size=LARGEST_FRAME, timeout=1.0
        )
        guest = _Guest(f"socket {next(self._numbers)}", socket)
        self._guests[guest.name] = guest
        teller = None
        try:
            await socket.prepare(request)
            self._senders.heard(guest.name, {}, {})
            self._listened_to(True)
            teller = asyncio.ensure_future(guest.tell_all(self._values))
            teller.add_done_callback(lambda done: _drop(done, request))
            await self._hear(guest)
        finally:
            del self._guests[guest.name]
            self._senders.forget(guest.name)
            self._listened_to(bool(self._guests))
            if teller:
                teller.cancel()
        return socket

    def tell(self, changed: Sequence[str]) -> None:
        """Tell those who listen what has changed, but for what each has set himself."""
        # As it stands in this thread, where they are heard: whoever drags on meanwhile is not
        # told where he was.
        for sender, name in self._senders.news(changed, self._values.snapshot()):
            guest = self._guests.get(sender)
            if guest and name in guest.listens:
                guest.owe(name)

    def announce(self, path: str) -> None:
        """Tell everybody that a node is no longer what it was."""
        for guest in self._guests.values():
            guest.announce(path)

    async def close(self) -> None:
        """Part from all of them."""
        parting = [guest.socket.close(code=1001) for guest in self._guests.values()]
        await asyncio.gather(*parting, return_exceptions=True)

    async def _hear(self, guest: _Guest) -> None:
        async for message in guest.socket:
            try:
                if message.type is WSMsgType.BINARY:
                    self._play(guest, message.data)
                elif message.type is WSMsgType.TEXT:
                    self._obey(guest, message.data)
                self._health.report("panel", "ok")
            except Exception as error:  # whatever is sent, the next message must be heard
                self._health.report("panel", "degraded", one_line(error), error)
            await self._breathe()

    def _play(self, guest: _Guest, data: bytes) -> None:
        if self._player.play([(data, guest.name)]):
            guest.answer(encode(f"{ROOT}/pong", version("livegan")))

    def _obey(self, guest: _Guest, text: str) -> None:
        """LISTEN and IGNORE; whoever begins to listen is told at once how it stands."""
        command, path = _command(text)
        row = self._tree.row(path)
        if command == "IGNORE" and row:
            guest.listens.discard(row.name)
        elif command == "LISTEN" and row and told(row):
            guest.listens.add(row.name)
            guest.owe(row.name)
        else:
            wanted = f"wanted LISTEN or IGNORE with an address such as {ROOT}/output/fade"
            self._complaints.refuse(f"{command} {path}".strip() or "a text", lambda: wanted)


def _path_changed(path: str) -> str:
    return json.dumps({"COMMAND": "PATH_CHANGED", "DATA": path})


def _command(text: str) -> tuple[str, str]:
    """What a text says; "" for what it does not."""
    if len(text) > _LONGEST_COMMAND:
        return "", ""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(said, dict):
        return "", ""
    command, data = said.get("COMMAND"), said.get("DATA")
    return (
        command if isinstance(command, str) else "",
        data if isinstance(data, str) else "",
    )


def _drop(teller: asyncio.Future[None], request: web.Request) -> None:
    """End the connection of one who is not told any more."""
    if not teller.cancelled() and teller.exception() and request.transport:
        request.transport.abort()
