"""Presets and decks as another program plays them, and what it is told of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from socket import socket

import pytest
from control_ports import HOST, free_pair, udp
from fakes import FakeSink, FakeSource, fake_look
from osc_messages import message
from pythonosc.osc_message import OscMessage

from livegan.control.opening import Controls
from livegan.performance import Performance
from livegan.presets import Preset

NAMES = ["amber", "blue", "coral"]


@dataclass
class Remote:
    """Another program: what it sends from, where it listens, and where livegan does."""

    sends: socket
    hears: socket
    port: int

    def send(self, address: str, *arguments: object) -> None:
        """Send something to livegan."""
        self.sends.sendto(message(f"/livegan/{address}", *arguments), (HOST, self.port))

    def told(self, **wanted: object) -> bool:
        """Wait until these have been told last: `preset_name` is `/livegan/preset/name`."""
        left = {f"/livegan/{name.replace('_', '/', 1)}": value for name, value in wanted.items()}
        while left:
            heard = OscMessage(self.hears.recv(65536))
            if left.get(heard.address) == next(iter(heard)):
                del left[heard.address]
        return True


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> Iterator[Remote]:
    """A program that plays a show of fakes."""
    monkeypatch.setattr("livegan.preset_names.list_presets", lambda: NAMES)
    monkeypatch.setattr("livegan.repertoire.read_preset", lambda name: Preset(name, name))
    port, gate = free_pair(), threading.Semaphore(1)
    with (
        Performance(
            Preset("amber", "amber"),
            open_source=lambda: FakeSource([5] * 10_000, gate),
            open_sink=lambda spec, size, fps: FakeSink(),
            sinks=["null"],
            make_look=lambda preset: fake_look(preset.name),
        ) as performance,
        Controls(osc=str(port), panel="off", midi=["off"]) as controls,
        udp() as sends,
        udp(port + 1) as hears,
    ):
        controls.play(performance)
        yield Remote(sends, hears, port)


def test_presets_are_changed_by_name_place_and_step_and_that_is_told(remote: Remote) -> None:
    remote.send("preset/load", "blue")
    assert remote.told(preset_name="blue", deck_b="blue", deck_crossfade=1.0)
    remote.send("preset/load", 2)
    assert remote.told(preset_name="coral", deck_a="coral", deck_crossfade=0.0)
    remote.send("preset/next")
    assert remote.told(preset_name="amber")
    remote.send("preset/previous", 1.0)
    assert remote.told(preset_name="coral")


def test_a_deck_is_loaded_and_cut_to(remote: Remote) -> None:
    remote.send("deck/load", "coral")
    assert remote.told(deck_b="coral")
    remote.send("deck/cut")
    assert remote.told(preset_name="coral", deck_crossfade=1.0)


@pytest.mark.parametrize("name", ["../../etc/passwd", "nobody", "7"])
def test_a_preset_that_is_none_is_told_as_health(remote: Remote, name: str) -> None:
    remote.send("preset/load", name)
    while True:
        heard = OscMessage(remote.hears.recv(65536))
        if heard.address == "/livegan/system/health" and name in str(next(iter(heard))):
            return
