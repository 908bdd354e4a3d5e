"""The server of OSCQuery and the panel, with a picture and gauges that a test decides."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import numpy as np
from control_ports import HOST, free_tcp
from osc_messages import message

from livegan.control.endpoints import Endpoint
from livegan.control.osc_packets import address_of, arguments_of, messages
from livegan.control.oscquery.played import Played
from livegan.control.oscquery.service import PanelServer
from livegan.frames import Frame
from livegan.parameters import LiveValues, Setting
from livegan.supervision import HealthBoard

OSC_PORT = 17999


class Rig:
    """A server on a port of its own.

    Args:
        begun: whether the first picture is shown.
    """

    def __init__(self, begun: Callable[[], bool] = lambda: True) -> None:
        self.port = free_tcp()
        self.values = LiveValues()
        self.health = HealthBoard()
        self.frame: Frame | None = None
        self.presets = ["mona-lisa", "pearl"]
        self.readings = 0
        self._played = Played(
            values=self.values,
            gauges=self._gauges,
            picture=lambda: self.frame,
            health=self.health,
            osc=Endpoint(HOST, OSC_PORT),
            choices={"preset.load": lambda: self.presets},
        )
        self.serve(begun)

    def serve(self, begun: Callable[[], bool] = lambda: True) -> None:
        """Begin, and begin again once it was closed."""
        self.server = PanelServer(Endpoint(HOST, self.port), ())
        self.server.play(self._played, begun)

    def _gauges(self, now_s: float) -> dict[str, Setting]:
        self.readings += 1
        return {"system.fps": 20.0 + self.readings % 10, "system.health": "ok"}

    def show(self, level: int) -> None:
        """Paint a picture, 512 x 384, of one grey level."""
        self.frame = Frame(np.full((384, 512, 3), level, np.uint8), 0, 0.0)

    def ask(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body of an answer; `_` in a header's name stands for `-`."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=20)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, headers=given)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def read(self, path: str) -> Any:
        """The JSON of an answer."""
        status, headers, body = self.ask(path)
        assert (status, headers["Content-Type"]) == (200, "application/json; charset=utf-8"), body
        return json.loads(body)

    def close(self) -> None:
        self.server.close()


class Player:
    """One who is connected by WebSocket."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket

    async def say(self, command: str, path: str) -> None:
        """LISTEN or IGNORE."""
        await self.socket.send_str(json.dumps({"COMMAND": command, "DATA": path}))

    async def told(self) -> list[tuple[str, object]]:
        """What the next packet says, as addresses and values."""
        message = await asyncio.wait_for(self.socket.receive(), 20)
        assert message.type is aiohttp.WSMsgType.BINARY, message
        return [
            (address_of(one).decode(), arguments_of(one)[0]) for one in messages(message.data)
        ]

    async def hear(self, address: str) -> object:
        """The next value that comes for an address."""
        while True:
            for where, value in await self.told():
                if where == address:
                    return value

    async def settle(self) -> list[tuple[str, object]]:
        """All that comes until an answer to what was said before this is there."""
        await self.socket.send_bytes(message("/livegan/ping"))
        heard: list[tuple[str, object]] = []
        while not any(where == "/livegan/pong" for where, _ in heard):
            heard += await self.told()
        return [one for one in heard if one[0] != "/livegan/pong"]


@asynccontextmanager
async def players(rig: Rig, count: int = 1) -> AsyncIterator[Sequence[Player]]:
    """So many who are connected."""
    async with aiohttp.ClientSession() as session:
        sockets = []
        try:
            for _ in range(count):
                address = f"http://{HOST}:{rig.port}/"
                sockets.append(await session.ws_connect(address, max_msg_size=0))
            yield [Player(socket) for socket in sockets]
        finally:
            for socket in sockets:
                await socket.close()


def play(scene: Callable[[], Awaitable[None]]) -> None:
    """Run what is written with `await`."""

    async def whole() -> None:
        await asyncio.wait_for(scene(), 60)

    asyncio.run(whole())
