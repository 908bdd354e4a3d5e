"""Players who are connected by WebSocket: OSC both ways, LISTEN and IGNORE."""

from __future__ import annotations

import asyncio
import logging
import threading

import aiohttp
import pytest
from aiohttp import web
from control_ports import HOST
from osc_messages import bundle, message
from panel_rig import Rig, play, players

from livegan.control.oscquery import sockets

FADE, ZOOM, FPS = "/livegan/output/fade", "/livegan/source/zoom", "/livegan/system/fps"


def test_who_listens_is_told_how_it_stands_and_what_changes(rig: Rig) -> None:
    async def scene() -> None:
        async with players(rig) as (one,):
            await one.say("LISTEN", FADE)
            assert await one.told() == [(FADE, 0.0)]
            rig.values.update({"output.fade": 0.5, "source.zoom": 2.0})
            assert await one.told() == [(FADE, 0.5)]
            await one.say("LISTEN", "/livegan/source/mirror")
            assert await one.hear("/livegan/source/mirror") is False
            await one.say("LISTEN", "/livegan/output/view")
            assert await one.hear("/livegan/output/view") == "picture"

    play(scene)


def test_ignore_ends_it(rig: Rig) -> None:
    async def scene() -> None:
        async with players(rig) as (one,):
            for path in (FADE, ZOOM):
                await one.say("LISTEN", path)
            await one.hear(ZOOM)
            await one.say("IGNORE", FADE)
            await one.settle()
            rig.values.update({"output.fade": 0.5, "source.zoom": 2.0})
            assert await one.told() == [(ZOOM, 2.0)]

    play(scene)


def test_osc_plays_and_everybody_is_told_but_who_played(rig: Rig) -> None:
    async def scene() -> None:
        async with players(rig, 2) as (one, two):
            for player in (one, two):
                await player.say("LISTEN", FADE)
                await player.say("LISTEN", ZOOM)
                await player.settle()
            await one.socket.send_bytes(message(FADE, 0.25))
            assert await two.hear(FADE) == 0.25
            await two.socket.send_bytes(message(ZOOM, 2.0))
            # All that came to one until then: what he did himself is not among it.
            assert await one.told() == [(ZOOM, 2.0)]
            assert rig.values.snapshot().number("output.fade") == 0.25

    play(scene)


def test_who_goes_too_far_is_told_where_he_is(rig: Rig) -> None:
    async def scene() -> None:
        async with players(rig) as (one,):
            await one.say("LISTEN", ZOOM)
            await one.hear(ZOOM)
            await one.socket.send_bytes(message(ZOOM, 99.0))
            assert await one.hear(ZOOM) == 8.0

    play(scene)


def test_types_as_they_are_declared_play(rig: Rig) -> None:
    before = rig.values.snapshot()

    async def scene() -> None:
        async with players(rig) as (one,):
            await one.socket.send_bytes(
                bundle(
                    b"/livegan/puppet/neutral\0,I\0\0",
                    b"/livegan/source/mirror\0\0,T\0\0",
                    message("/livegan/output/view", "side_by_side"),
                    message("/livegan/preset/load", "pearl"),
                )
            )
            await one.settle()

    play(scene)
    values = rig.values.snapshot()
    assert values.fired("puppet.neutral") == before.fired("puppet.neutral") + 1
    assert values.switch("source.mirror") and values.choice("output.view") == "side_by_side"
    assert rig.values.take("preset.load") == "pearl"


def test_gauges_come_by_themselves_while_somebody_listens(rig: Rig) -> None:
    async def scene() -> None:
        async with players(rig) as (one,):
            await one.say("LISTEN", FPS)
            seen = {await one.hear(FPS) for _ in range(4)}
            assert len(seen) >= 3

    play(scene)


def test_ping_is_answered(rig: Rig) -> None:
    async def scene() -> None:
        async with players(rig) as (one,):
            await one.socket.send_bytes(message("/livegan/ping"))
            assert (await one.told())[0][0] == "/livegan/pong"

    play(scene)


def test_other_choices_are_announced(rig: Rig) -> None:
    async def scene() -> None:
        async with players(rig) as (one,):
            await one.settle()
            rig.presets = [*rig.presets, "new"]
            told = await asyncio.wait_for(one.socket.receive(), 20)
            assert told.json() == {"COMMAND": "PATH_CHANGED", "DATA": "/livegan/preset/load"}

    play(scene)
    assert rig.read("/livegan/preset/load?RANGE")["RANGE"][0]["VALS"][-1] == "new"


@pytest.mark.parametrize("host", ["Host", "Origin"])
def test_a_page_of_somebody_elses_can_not_connect(rig: Rig, host: str) -> None:
    async def scene() -> None:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(
                    f"http://{HOST}:{rig.port}/", headers={host: "http://somebody.example"}
                )
            assert refused.value.status == 403

    play(scene)


def test_what_is_hostile_is_refused_and_the_next_message_plays(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    nest = message(ZOOM, 2.0)
    for _ in range(3000):
        nest = bundle(nest)
    hostile: list[bytes | str] = [
        b"", b"\0", b"#bundle\0", nest[:60_000], b"\xff" * 60_000, message("/livegan/*/zoom", 1.0),
        message(ZOOM, float("nan")), message("/livegan/system/fps", 1.0), message(ZOOM, "far"),
        "", "{", "[" * 4000, "[]", "1", '{"COMMAND": 1, "DATA": {}}', "x" * 60_000,
        '{"COMMAND": "LISTEN", "DATA": "/livegan"}', '{"COMMAND": "LISTEN", "DATA": "/nowhere"}',
        '{"COMMAND": "LISTEN", "DATA": "/livegan/puppet/neutral"}', '{"COMMAND": "FORMAT"}',
    ]  # fmt: skip

    async def scene() -> None:
        async with players(rig) as (one,):
            for what in hostile:
                if isinstance(what, bytes):
                    await one.socket.send_bytes(what)
                else:
                    await one.socket.send_str(what)
            await one.socket.send_bytes(message(ZOOM, 3.0))
            assert await one.settle() == []

    play(scene)
    assert rig.values.snapshot().number("source.zoom") == 3.0
    assert rig.server.counts[1] >= len(hostile) - 1
    assert all(record.exc_info is None for record in caplog.records)
    assert all(record.levelno <= logging.WARNING for record in caplog.records)


def test_a_frame_too_large_ends_its_own_connection_only(rig: Rig) -> None:
    async def scene() -> None:
        async with players(rig, 2) as (one, two):
            await one.socket.send_bytes(b"\0" * 100_000)
            ended = await asyncio.wait_for(one.socket.receive(), 20)
            assert ended.type is aiohttp.WSMsgType.CLOSE and ended.data == 1009
            assert await two.settle() == []

    play(scene)


def test_there_is_room_for_sixteen_and_again_once_one_leaves(rig: Rig) -> None:
    async def scene() -> None:
        async with players(rig, 16) as crowd:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with players(rig):
                    pass
            assert refused.value.status == 503
            await crowd[0].socket.close()
            for _ in range(1000):
                try:
                    async with players(rig) as (one,):
                        await one.say("LISTEN", FADE)
                        assert await one.hear(FADE) == 0.0
                        return
                except aiohttp.WSServerHandshakeError:
                    await asyncio.sleep(0.01)
            raise AssertionError("the place stays taken")

    play(scene)


def test_those_who_came_and_went_push_nobody_out(rig: Rig) -> None:
    async def scene() -> None:
        async with players(rig) as (one,):
            await one.say("LISTEN", FADE)
            await one.hear(FADE)
            for _ in range(20):
                async with players(rig) as (other,):
                    await other.socket.send_bytes(message(ZOOM, 2.0))
                    await other.settle()
            rig.values.update({"output.fade": 0.5})
            assert await one.hear(FADE) == 0.5

    play(scene)


def test_one_who_takes_nothing_is_parted_from(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stuck(self: object, data: bytes) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(sockets, "_PATIENCE_S", 0.05)
    monkeypatch.setattr(web.WebSocketResponse, "send_bytes", stuck)

    async def scene() -> None:
        async with players(rig) as (one,):
            await one.say("LISTEN", FADE)
            ended = await asyncio.wait_for(one.socket.receive(), 20)
            assert ended.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)

    play(scene)


def test_what_was_overtaken_is_not_told(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    send = web.WebSocketResponse.send_bytes
    may_go, goes = threading.Event(), threading.Event()

    async def slow(self: web.WebSocketResponse, data: bytes) -> None:
        goes.set()
        while not may_go.is_set():
            await asyncio.sleep(0.01)
        await send(self, data)

    monkeypatch.setattr(web.WebSocketResponse, "send_bytes", slow)

    async def scene() -> None:
        async with players(rig) as (one,):
            await one.say("LISTEN", FADE)
            await asyncio.to_thread(goes.wait, 20)  # the first waits in the line
            for step in range(1, 101):
                rig.values.update({"output.fade": step / 100})
                await asyncio.sleep(0.002)
            may_go.set()
            told = [value for _, value in await one.told()]
            while told[-1] != 1.0:
                told += [value for _, value in await one.told()]
            assert len(told) < 20

    play(scene)
