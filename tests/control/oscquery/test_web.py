"""The server, asked by HTTP on this machine."""

from __future__ import annotations

import http.client
import logging
import re
import select
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest
from control_ports import HOST, free_tcp
from panel_rig import OSC_PORT, Rig

import livegan
from livegan.control.endpoints import Endpoint
from livegan.control.oscquery import web
from livegan.control.oscquery.service import PanelServer
from livegan.errors import ControlError


def test_the_whole_tree_is_there_and_shows_what_plays(rig: Rig) -> None:
    rig.values.update({"output.fade": 0.5})
    groups = rig.read("/")["CONTENTS"]["livegan"]["CONTENTS"]
    assert groups["output"]["CONTENTS"]["fade"]["VALUE"] == [0.5]
    assert groups["system"]["CONTENTS"]["fps"]["VALUE"] == [21.0]  # measured as it was asked for


def test_one_attribute_can_be_asked_for(rig: Rig) -> None:
    rig.values.update({"source.mirror": True})
    assert rig.read("/livegan/source/mirror?VALUE") == {"VALUE": [True]}
    assert rig.read("/livegan/source/zoom?RANGE") == {"RANGE": [{"MIN": 1.0, "MAX": 8.0}]}


@pytest.mark.parametrize("path", ["/?HOST_INFO", "/livegan/output?HOST_INFO", "/nowhere?HOST_INFO"])
def test_host_info_is_answered_at_any_path(rig: Rig, path: str) -> None:
    info = rig.read(path)
    assert (info["NAME"], info["OSC_IP"], info["OSC_PORT"]) == ("livegan", HOST, OSC_PORT)
    assert info["OSC_TRANSPORT"] == "UDP" and info["EXTENSIONS"]["LISTEN"] is True
    assert "HOST_INFO" not in rig.read("/")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/livegan/puppet/neutral?VALUE", 204),  # nobody can read a trigger
        ("/livegan/output?VALUE", 204),
        ("/livegan/output/fade?HTML", 204),
        ("/livegan/output/fade?BALDERDASH", 400),
        ("/livegan/output/fate", 404),
        ("/livegan/output/fate?VALUE", 404),
        ("/panel/../../pyproject.toml", 404),
        ("/panel/%2e%2e/panel.js/..", 404),
        ("/panel/__init__.py", 404),
    ],
)
def test_what_can_not_be_answered_has_the_proposals_number(
    rig: Rig, path: str, status: int
) -> None:
    assert rig.ask(path)[0] == status


def test_it_only_answers_and_is_never_written_to(rig: Rig) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert rig.ask("/livegan/output/fade?VALUE", method)[0] == 405


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Origin": "http://somebody.example"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/panel", "/panel/picture.jpg", "/?HOST_INFO"])
def test_pages_of_others_see_nothing(rig: Rig, path: str, headers: dict[str, str]) -> None:
    rig.show(10)
    status, _, body = rig.ask(path, **headers)
    assert status == 403 and len(body) < 60


def test_the_panel_comes_whole_and_may_load_nothing_from_elsewhere(rig: Rig) -> None:
    status, headers, body = rig.ask("/panel")
    page = body.decode()
    assert status == 200 and "default-src 'none'" in headers["Content-Security-Policy"]
    assert not re.search(r"https?://", page.replace("http://www.w3.org/2000/svg", ""))
    scripts = [path.name for path in Path(livegan.__file__).parent.glob("control/panel/*.js")]
    assert len(scripts) > 3
    for name in ("panel.css", *scripts):
        status, headers, body = rig.ask(f"/panel/{name}")
        assert status == 200 and body and headers["X-Content-Type-Options"] == "nosniff"
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        assert headers["Content-Type"].startswith(kind)


def test_the_picture_is_small_and_follows_what_plays(rig: Rig) -> None:
    assert rig.ask("/panel/picture.jpg")[0] == 204
    rig.show(200)
    status, headers, body = rig.ask("/panel/picture.jpg")
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (192, 256, 3) and abs(float(picture.mean()) - 200) < 3


def test_a_gauge_that_can_not_be_read_is_told_once_and_the_next_is_answered(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    measured = rig.values.measured
    rig.values.measured = lambda values: 1 / 0  # type: ignore[method-assign, assignment]
    assert rig.ask("/livegan/output/fade")[0] == 500
    rig.values.measured = measured  # type: ignore[method-assign]
    (record,) = [one for one in caplog.records if one.exc_info]
    assert "ZeroDivisionError" in record.getMessage()
    assert rig.ask("/livegan/output/hue")[0] == 200
    assert [str(one) for one in rig.health.all()] == ["panel ok"]


@pytest.mark.parametrize(
    "junk",
    [b"\0" * 400, b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
     b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"\r\n" * 99],
)  # fmt: skip
def test_it_answers_on_after_whatever_is_sent(
    rig: Rig, junk: bytes, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_connection((HOST, rig.port), 20) as hostile:
        hostile.sendall(junk)
        hostile.shutdown(socket.SHUT_WR)
        answer = hostile.recv(100)
        assert not answer.startswith(b"HTTP/1.1 2")
    assert rig.read("/livegan/output/fade?TYPE") == {"TYPE": "f"}
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert "Traceback" not in capfd.readouterr().err


def test_more_connections_than_anybody_needs_are_not_taken(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.ask("/")  # it is ready
    monkeypatch.setattr(web, "_SPEAK_WITHIN_S", 1000.0)
    idle = [socket.create_connection((HOST, rig.port), 20) for _ in range(70)]
    try:
        assert select.select([idle[-1]], [], [], 30)[0]
        assert idle[-1].recv(1) == b""
        assert not select.select(idle[:40], [], [], 0)[0]
    finally:
        for one in idle:
            one.close()
    for _ in range(1000):  # it notices that they have gone
        try:
            assert rig.ask("/")[0] == 200
            return
        except (ConnectionError, http.client.HTTPException):
            time.sleep(0.01)
    raise AssertionError("nobody is let in any more")


def test_who_says_nothing_does_not_stay(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.ask("/")
    monkeypatch.setattr(web, "_SPEAK_WITHIN_S", 0.05)
    with socket.create_connection((HOST, rig.port), 20) as silent:
        silent.sendall(b"GET / HT")
        with suppress(ConnectionError):
            assert silent.recv(1) == b""


def test_whoever_knocks_before_the_first_picture_waits_for_it() -> None:
    shown = threading.Event()
    rig = Rig(begun=shown.is_set)
    try:
        with socket.create_connection((HOST, rig.port), 20) as early:
            early.sendall(b"GET /?HOST_INFO HTTP/1.1\r\nHost: localhost\r\n\r\n")
            early.settimeout(0.3)
            with pytest.raises(TimeoutError):
                early.recv(1)
            shown.set()
            early.settimeout(20)
            assert early.recv(100).startswith(b"HTTP/1.1 200")
    finally:
        rig.close()


def test_a_closed_one_leaves_no_thread_and_no_port(rig: Rig) -> None:
    assert rig.ask("/")[0] == 200
    rig.close()
    rig.server.join(20)
    assert not rig.server.is_alive()
    rig.close()
    PanelServer(Endpoint(HOST, rig.port), ()).close()


def test_one_that_is_closed_before_it_began_ends() -> None:
    rig = Rig(begun=lambda: False)
    rig.close()
    rig.server.join(20)
    assert not rig.server.is_alive()


def test_a_taken_port_says_what_to_type() -> None:
    port = free_tcp()
    first = PanelServer(Endpoint(HOST, port), ())
    with pytest.raises(ControlError, match="name another port: --panel"):
        PanelServer(Endpoint(HOST, port), ())
    first.close()


def test_nothing_large_is_loaded_before_it_serves() -> None:
    code = (
        "import livegan.control.oscquery.service, sys;"
        "print(sorted({'aiohttp', 'asyncio.events', 'zeroconf', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60,
        cwd=Path(livegan.__file__).parents[1],
    )  # fmt: skip
    assert done.stdout.strip() in ("[]", "['asyncio.events']")
