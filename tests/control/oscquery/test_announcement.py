"""What zeroconf is told, on this machine only."""

from __future__ import annotations

import queue
import socket
import sys
from collections.abc import Iterator

import pytest
from control_ports import HOST

from livegan.control.endpoints import Endpoint
from livegan.control.oscquery.announcement import Announcement, called, seen_at

zeroconf = pytest.importorskip("zeroconf", reason="no zeroconf; pip install zeroconf")
KINDS = ["_oscjson._tcp.local.", "_osc._udp.local."]


class Ear(zeroconf.ServiceListener):  # type: ignore[misc,name-defined,unused-ignore]
    """Keeps what is announced and taken back."""

    def __init__(self) -> None:
        self.news: queue.SimpleQueue[tuple[str, str, str]] = queue.SimpleQueue()

    def add_service(self, zc: object, type_: str, name: str) -> None:
        self.news.put(("here", type_, name))

    def remove_service(self, zc: object, type_: str, name: str) -> None:
        self.news.put(("gone", type_, name))

    def update_service(self, zc: object, type_: str, name: str) -> None:
        pass


@pytest.fixture
def ear() -> Iterator[Ear]:
    """Hears what is announced on this machine."""
    try:
        hearing = zeroconf.Zeroconf([HOST])
    except OSError as error:
        pytest.skip(f"no multicast on this machine: {error}")
    made = Ear()
    browser = zeroconf.ServiceBrowser(hearing, KINDS, made)
    yield made
    browser.cancel()
    hearing.close()


def test_both_services_are_announced_and_taken_back(ear: Ear) -> None:
    port = 17_654
    announcement = Announcement(Endpoint(HOST, port), Endpoint(HOST, port))
    announcement.start()
    seen: dict[str, set[str]] = {"here": set(), "gone": set()}

    def hear(what: str) -> None:
        while len(seen[what]) < 2:
            news, kind, name = ear.news.get(timeout=30)
            if f" {port}." in name:
                seen[news].add(kind)

    hear("here")
    announcement.close()
    hear("gone")
    announcement.join(30)
    assert not announcement.is_alive()


def test_without_the_package_nothing_happens(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    announcement = Announcement(Endpoint(HOST, 17_655), None)
    announcement.start()
    announcement.join(30)
    assert not announcement.is_alive() and not caplog.records


def test_a_socket_of_all_addresses_is_told_by_one_that_others_reach() -> None:
    assert seen_at(Endpoint("127.0.0.1", 1)) == "127.0.0.1"
    assert seen_at(Endpoint("192.168.1.20", 1)) == "192.168.1.20"
    found = seen_at(Endpoint("0.0.0.0", 1))
    assert found != "0.0.0.0" and socket.inet_aton(found)


def test_a_machine_with_a_long_name_is_announced_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "é" * 64)
    name = called(Endpoint(HOST, 17_656))
    assert len(name.encode()) == 62 and name.startswith("livegan éé") and name.endswith(" 17656")
