"""OSC on a real socket of this machine."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from control_ports import HOST, free_pair, udp
from osc_messages import bundle, message
from pythonosc.osc_message import OscMessage

from livegan.control.endpoints import Endpoint, read_networks
from livegan.control.feedback import Feedback
from livegan.control.gauges import Gauges
from livegan.control.osc import OscIn
from livegan.control.senders import Senders
from livegan.errors import ControlError
from livegan.parameters import LiveValues, Setting
from livegan.supervision import HealthBoard


class FakeGauges(Gauges):
    """Measures a little."""

    def __init__(self) -> None:
        self.readings = 0

    def read(self, now_s: float) -> dict[str, Setting]:
        self.readings += 1
        return {"system.fps": 30.0 + self.readings, "system.health": "ok"}


class Pause(threading.Event):
    """Between two frames, at first; and it tells who waited for that."""

    def __init__(self) -> None:
        super().__init__()
        self.set()
        self.awaited = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.awaited.set()
        return super().wait(10)


class Rig:
    """An instrument that listens, and a controller that plays it."""

    def __init__(self) -> None:
        self.port = free_pair()
        self.values = LiveValues()
        senders = Senders()
        self.feedback = Feedback(self.values, senders, self.port + 1, FakeGauges())
        self.osc = OscIn(Endpoint(HOST, self.port), ())
        self.hears = udp(self.port + 1)
        self._sends = udp()
        self.feedback.start()
        self.health = HealthBoard()
        self.between_frames = Pause()
        self.osc.play(self.values, senders, self._answer, self.health, self.between_frames)

    def _answer(self, who: str) -> None:
        self.feedback.answer(who, "/livegan/pong", "1")

    def send(self, packet: bytes) -> None:
        self._sends.sendto(packet, (HOST, self.port))

    def heard(self, address: str) -> object:
        """Wait for feedback of that address, and give its value."""
        while True:
            told = OscMessage(self.hears.recv(65536))
            if told.address == address:
                return next(iter(told))

    def close(self) -> None:
        self.osc.close()
        self.feedback.close()
        self.feedback.join(5)
        self.hears.close()
        self._sends.close()


@pytest.fixture
def rig() -> Iterator[Rig]:
    """One that is closed at the end."""
    made = Rig()
    yield made
    made.close()


def soon(happened: Callable[[], bool]) -> bool:
    """Whether it happens within ten seconds."""
    deadline_s = time.monotonic() + 10
    while not happened() and time.monotonic() < deadline_s:
        time.sleep(0.005)
    return happened()


def test_a_message_plays(rig: Rig) -> None:
    before = rig.values.snapshot()
    rig.send(message("/livegan/source/zoom", 2.5))
    assert rig.values.wait(before, 10).number("source.zoom") == 2.5


def test_all_of_many_are_counted_and_the_last_one_holds(rig: Rig) -> None:
    for count in range(1, 5001):
        rig.send(message("/livegan/output/fade", count / 5000))
        if count % 250 == 0:  # no more at once than any system holds
            assert soon(lambda count=count: rig.osc.counts[0] == count)  # type: ignore[misc]
    assert soon(lambda: rig.values.snapshot().number("output.fade") == 1.0)
    assert rig.osc.counts == (5000, 0)


def test_a_flood_is_read_between_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livegan.control.osc._BURST_S", 0.0)  # so that one message is a flood
    rig = Rig()
    rig.between_frames.clear()
    rig.send(message("/livegan/source/zoom", 2.0))
    assert rig.between_frames.awaited.wait(10)
    rig.send(message("/livegan/source/zoom", 3.0))
    assert rig.osc.counts[0] == 1
    rig.between_frames.set()
    assert soon(lambda: rig.values.snapshot().number("source.zoom") == 3.0)
    rig.close()


def test_it_hears_on_after_whatever_is_sent(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    nest = message("/livegan/source/zoom", 2.0)
    for _ in range(3000):
        nest = bundle(nest)
    hostile = [
        b"",
        b"\0",
        b"#bundle\0",
        nest,
        b"\xff" * 65000,
        b"/livegan/source/zoom\0\0\0\0,s\0\0\xff\xff\0\0",
        message("/livegan/generator/" + "*" * 1000 + "!", 1.0),
    ]
    for packet in hostile:
        rig.send(packet)
    before = rig.values.snapshot()
    rig.send(message("/livegan/source/zoom", 3.0))
    assert rig.values.wait(before, 10).number("source.zoom") == 3.0
    assert all(record.exc_info is None for record in caplog.records)
    assert all(record.levelno <= logging.WARNING for record in caplog.records)


def test_a_fault_of_livegans_own_is_told_with_its_traceback_once_and_it_hears_on(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    update = rig.values.update
    rig.values.update = lambda changes: 1 / 0  # type: ignore[method-assign, assignment]
    for _ in range(3):
        rig.send(message("/livegan/source/zoom", 2.0))
        rig.send(message("/livegan/ping"))
    assert soon(lambda: rig.osc.counts[0] == 6)
    rig.values.update = update  # type: ignore[method-assign]
    before = rig.values.snapshot()
    rig.send(message("/livegan/source/zoom", 3.0))
    assert rig.values.wait(before, 10).number("source.zoom") == 3.0
    assert sum(record.exc_info is not None for record in caplog.records) == 1
    assert soon(lambda: [str(one) for one in rig.health.all()] == ["osc ok"])


def test_a_ping_is_answered(rig: Rig) -> None:
    rig.send(message("/livegan/ping"))
    assert rig.heard("/livegan/pong") == "1"


def test_changes_from_elsewhere_come_back_and_those_of_his_own_do_not(rig: Rig) -> None:
    before = rig.values.snapshot()
    rig.send(message("/livegan/source/zoom", 2.0))
    rig.values.wait(before, 10)
    rig.values.toggle("output.blackout")  # as a key does
    told = []
    while "/livegan/output/blackout" not in told:
        told.append(OscMessage(rig.hears.recv(65536)).address)
    assert "/livegan/source/zoom" not in told


def test_a_fader_that_was_pushed_too_far_is_set_right(rig: Rig) -> None:
    rig.send(message("/livegan/source/zoom", 99.0))
    assert rig.heard("/livegan/source/zoom") == 8.0


def test_gauges_come_again_and_again_to_who_plays(rig: Rig) -> None:
    rig.send(message("/livegan/ping"))
    first, second = rig.heard("/livegan/system/fps"), rig.heard("/livegan/system/fps")
    assert isinstance(first, float) and isinstance(second, float) and second > first
    assert rig.heard("/livegan/system/health") == "ok"
    assert rig.values.snapshot().number("system.fps") > 30


def test_a_port_that_is_taken_is_told_with_the_cure() -> None:
    with udp() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ControlError, match=f"cannot listen on {HOST}:{port}.*--osc 7780"):
            OscIn(Endpoint(HOST, port), ())


def test_closing_frees_the_port_at_once_and_twice_is_fine(rig: Rig) -> None:
    rig.osc.close()
    assert not rig.osc.is_alive()
    rig.osc.close()
    udp(rig.port).close()
    unplayed = OscIn(Endpoint(HOST, rig.port), ())
    unplayed.close()
    udp(rig.port).close()


def test_strangers_are_counted_and_not_played(monkeypatch: pytest.MonkeyPatch) -> None:
    # All of this machine's addresses are guests, so the rule is turned round for the test.
    port = free_pair()
    osc = OscIn(Endpoint(HOST, port), read_networks(["10.0.0.0/8"]))
    monkeypatch.setattr(osc._guests, "may", lambda host: False)
    values = LiveValues()
    before = values.snapshot()
    osc.play(values, Senders(), lambda who: None, HealthBoard(), Pause())
    with udp() as stranger:
        stranger.sendto(message("/livegan/source/zoom", 2.0), (HOST, port))
        assert soon(lambda: osc.counts == (0, 1))
    osc.close()
    assert values.snapshot() is before
