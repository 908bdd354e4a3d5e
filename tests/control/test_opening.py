"""What is opened, played and told, with a performance of fakes."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator

import fake_midi
import pytest
from control_ports import free_pair, free_tcp, udp
from fakes import PRESET, FakeSink, FakeSource, fake_look
from osc_messages import message
from pythonosc.osc_message import OscMessage

from livegan.control import opening
from livegan.control.face_controls import NAMES
from livegan.control.opening import Controls
from livegan.errors import ControlError
from livegan.performance import Performance


@pytest.fixture(autouse=True)
def default_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """A default port that nobody else has."""
    port = free_pair()
    monkeypatch.setattr(opening, "OSC_PORT", port)
    monkeypatch.setenv("MIDO_BACKEND", "fake_midi")  # controllers of this machine stay out of it
    return port


@pytest.fixture
def performance() -> Iterator[Performance]:
    """One that plays on, ten frames a second or so."""
    gate = threading.Semaphore(1)
    with Performance(
        PRESET,
        open_source=lambda: FakeSource([5] * 10_000, gate),
        open_sink=lambda spec, size, fps: FakeSink(),
        sinks=["null"],
        make_look=lambda preset: fake_look(),
    ) as made:
        yield made


def wait_for(hears: socket.socket, address: str) -> object:
    """The value that comes for an address."""
    while True:
        told = OscMessage(hears.recv(65536))
        if told.address == address:
            return next(iter(told))


def test_osc_plays_by_default_from_this_machine_and_says_how_to_open_it(
    performance: Performance, default_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Controls() as controls, udp() as sends, udp(default_port + 1) as hears:
        controls.play(performance)
        assert f"127.0.0.1:{default_port}, for this machine only (--osc 0.0.0.0" in caplog.text
        before = performance.values.snapshot()
        sends.sendto(message("/livegan/output/fade", 0.5), ("127.0.0.1", default_port))
        assert performance.values.wait(before, 10).number("output.fade") == 0.5
        assert wait_for(hears, "/livegan/system/health") in ("ok", "null starting")
        assert controls.lines() == ["osc 1 message, 0 refused"]


def test_a_taken_default_port_is_one_line_and_the_show_goes_on(
    performance: Performance, default_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    with udp(default_port), Controls() as controls:
        controls.play(performance)
        assert controls.lines() == []
    # What was loaded is told as it is loaded, before this or after.
    (record,) = [one for one in caplog.records if one.levelname == "WARNING"]
    assert "goes on without OSC" in record.getMessage() and "\n" not in record.getMessage()


def test_a_taken_port_that_was_asked_for_is_refused(default_port: int) -> None:
    with udp(default_port), pytest.raises(ControlError, match="cannot listen"):
        Controls(osc=str(default_port))


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_face_is_not_sent_to_livegan_itself(host: str) -> None:
    port = free_pair()
    with pytest.raises(ControlError, match="is where livegan itself hears OSC; name the port"):
        Controls(osc=f"{host}:{port}", panel="off", face_out=f"127.0.0.1:{port}", midi=["off"])


def test_a_midi_port_that_is_there_plays(
    performance: Performance, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mido", reason='no mido; pip install -e ".[midi]"')
    monkeypatch.setenv("FAKE_MIDI_LOOPS", "Box 20:0")
    with Controls(osc="off", midi=["box"]) as controls:
        controls.play(performance)
        assert controls._midi and fake_midi.wait_for_ports(controls._midi, 60)
        deadline_s = time.monotonic() + 10
        while not controls.lines() and time.monotonic() < deadline_s:
            time.sleep(0.01)
        assert controls.lines() == ["midi 0 messages, from Box"]


def test_off_listens_to_nobody(performance: Performance, default_port: int) -> None:
    with Controls(osc="off") as controls, udp(default_port):
        controls.play(performance)


def test_a_list_of_guests_needs_an_open_door(default_port: int) -> None:
    with pytest.raises(ControlError, match="add --osc 0.0.0.0"):
        Controls(allow=["192.168.1.0/24"])
    udp(default_port).close()


def test_an_open_door_says_who_may_come(
    performance: Performance, default_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Controls(osc=f"0.0.0.0:{default_port}") as controls:
        controls.play(performance)
    assert "for the network (--osc-allow" in caplog.text


def test_the_face_goes_out_number_by_number(performance: Performance) -> None:
    with udp() as hears:
        port = hears.getsockname()[1]
        with Controls(osc="off", face_out=f"127.0.0.1:{port}") as controls:
            controls.play(performance)
            told = {OscMessage(hears.recv(65536)).address for _ in NAMES}
    assert told == {f"/livegan/face/1/{name}" for name in NAMES}


def test_a_target_without_a_port_is_refused() -> None:
    with pytest.raises(ControlError, match="--face-out 127.0.0.1: wanted HOST:PORT"):
        Controls(osc="off", face_out="127.0.0.1")


def read(port: int, path: str) -> object:
    """What the panel's server answers, once it does."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
        return json.load(answer)


def test_the_panel_is_beside_osc_for_this_machine_and_says_how_to_open_it(
    performance: Performance, default_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Controls() as controls:
        controls.play(performance)
        url = f"http://127.0.0.1:{default_port}/panel"
        assert f"panel      {url}, for this machine only (--panel 0.0.0.0" in caplog.text
        performance.values.update({"output.fade": 0.5})
        assert read(default_port, "/livegan/output/fade?VALUE") == {"VALUE": [0.5]}
        info = read(default_port, "/?HOST_INFO")
        assert isinstance(info, dict) and info["OSC_PORT"] == default_port
        with urllib.request.urlopen(f"{url}/picture.jpg", timeout=20) as picture:
            assert picture.read()[:2] == b"\xff\xd8"


def test_an_open_door_for_osc_opens_none_for_the_panel(
    performance: Performance, default_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Controls(osc=f"0.0.0.0:{default_port}") as controls:
        controls.play(performance)
    assert f"http://127.0.0.1:{default_port}/panel, for this machine only" in caplog.text


def test_a_panel_that_is_opened_says_so_with_an_address_that_others_reach(
    performance: Performance, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Controls(osc="off", panel="0.0.0.0", allow=["192.168.1.0/24"]) as controls:
        controls.play(performance)
    (line,) = [one for one in caplog.messages if one.startswith("panel ")]
    assert line.endswith("/panel, for the network") and "//0.0.0.0" not in line


def test_a_taken_port_of_the_panel_is_one_line_and_refused_where_it_was_asked_for(
    default_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", default_port)):
        Controls().close()
        (line,) = caplog.messages
        assert line.endswith("this show goes on without the panel")
        with pytest.raises(ControlError, match="the panel cannot listen"):
            Controls(panel=str(default_port))
        udp(default_port).close()  # OSC, which was open before that, is not


def test_the_panel_is_off_with_osc_and_on_where_it_is_asked_for(default_port: int) -> None:
    port = free_tcp()
    for options, panel in (
        ({"osc": "off"}, 0), ({"panel": "off"}, 0), ({"osc": "off", "panel": str(port)}, port),
    ):  # fmt: skip
        with Controls(**options):
            for one in (default_port, port):
                with socket.socket() as knocks:
                    assert (knocks.connect_ex(("127.0.0.1", one)) == 0) == (one == panel)
