"""Who is let in."""

from __future__ import annotations

import socket

import pytest

from livegan.control.endpoints import Endpoint
from livegan.control.oscquery.doors import reachable, refusal

HERE, LAN = "127.0.0.1", "192.168.1.20"
NAME = socket.gethostname().lower()


@pytest.mark.parametrize(
    ("own_ip", "headers"),
    [
        (HERE, {"Host": "127.0.0.1:7770"}),
        (HERE, {"Host": "localhost:7770", "Origin": "http://localhost:7770"}),
        (HERE, {"Host": "LOCALHOST", "Sec-Fetch-Site": "same-origin"}),
        (HERE, {"Host": "localhost:8000"}),  # a tunnel has a port of its own
        (LAN, {"Host": "192.168.1.20:7770", "Origin": "http://192.168.1.20:7770"}),
        (LAN, {"Host": f"{NAME}.local:7770"}),
        (HERE, {"Host": "localhost", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}),
    ],
)
def test_this_machine_and_its_own_pages_come_in(own_ip: str, headers: dict[str, str]) -> None:
    assert refusal(headers, own_ip) is None


@pytest.mark.parametrize(
    ("own_ip", "headers"),
    [
        (HERE, {}),
        (HERE, {"Host": "rebound.example:7770"}),
        (HERE, {"Host": "localhost.rebound.example"}),
        (HERE, {"Host": "127.0.0.1.rebound.example"}),
        (HERE, {"Host": "192.168.1.20:7770"}),
        (HERE, {"Host": f"{NAME}.local:7770"}),
        (LAN, {"Host": "rebound.example:7770"}),
        (LAN, {"Host": "192.168.1.99:7770"}),
        (HERE, {"Host": "localhost:7770", "Origin": "http://localhost:9999"}),
        (HERE, {"Host": "localhost:7770", "Origin": "http://127.0.0.1:7770"}),
        (HERE, {"Host": "localhost:7770", "Origin": "https://somebody.example"}),
        (HERE, {"Host": "localhost:7770", "Origin": "null"}),
        (HERE, {"Host": "localhost:7770", "Origin": "http://["}),
        (HERE, {"Host": "localhost:7770", "Origin": ""}),
        (HERE, {"Host": "localhost", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}),
        (HERE, {"Host": "localhost", "Sec-Fetch-Site": "same-site"}),
    ],
)
def test_nobody_else_does(own_ip: str, headers: dict[str, str]) -> None:
    assert refusal(headers, own_ip)


def test_osc_is_reached_where_http_was() -> None:
    assert reachable(Endpoint("0.0.0.0", 7770), LAN) == (LAN, 7770)
    assert reachable(Endpoint(HERE, 7770), HERE) == (HERE, 7770)
    assert reachable(Endpoint(HERE, 7770), LAN) is None
