"""Pictures come from a server of the tests' own, on this machine."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

import dataset
from workshop.subcommands.download import Pace


def encoded(seed: int, suffix: str = ".png") -> bytes:
    image = np.random.default_rng(seed).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    return cv2.imencode(suffix, image)[1].tobytes()


class Site(ThreadingHTTPServer):
    """Answers as its table says, and counts who asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.agents: set[str] = set()
        super().__init__(("127.0.0.1", 0), Page)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # noqa: N802 (the name that the server calls)
        site = self.server
        assert isinstance(site, Site)
        site.asked[self.path] += 1
        site.agents.add(self.headers["User-Agent"])
        which = self.path.lstrip("/")
        if which == "new":
            # Every second answer is a picture that was there before.
            self._answer(encoded(site.asked["/new"] // 2))
        elif which.startswith("to-"):
            self.send_response(302)
            self.send_header("Location", {"to-a": "/a.png", "to-file": "file:///etc/passwd",
                                          "to-ftp": "ftp://127.0.0.1/a.png"}[which])
            self.end_headers()
        elif which == "busy" and site.asked["/busy"] < 3:
            self.send_response(429)
            self.send_header("Retry-After", "0")
            self.end_headers()
        elif which == "short":
            self._answer(encoded(5), missing=7)
        else:
            pictures = {"a.png": encoded(1), "b": encoded(2, ".jpg"), "twin": encoded(1, ".bmp"),
                        "busy": encoded(3), "text": b"<html>", "large": encoded(4) * 9,
                        "torn": encoded(6)[:40]}
            if which in pictures:
                self._answer(pictures[which])
            else:
                self.send_error(404)

    def _answer(self, content: bytes, missing: int = 0) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content) + missing))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def download(addresses: object, out: Path, *more: str) -> int:
    return dataset.main(["download", str(addresses), "--out", str(out), "--every", "0", *more])


def listed(site: Site, tmp_path: Path, *pages: str) -> Path:
    path = tmp_path / "list.txt"
    path.write_text("# mine\n\n" + "\n".join(f"{site.address}/{page}" for page in pages))
    return path


def pictures(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir() if path.suffix != ".jsonl")


def test_a_list_gives_each_picture_once(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    addresses = listed(site, tmp_path, "a.png", "b", "twin", "gone", "text", "to-a", "torn")
    assert download(addresses, out) == 0
    assert pictures(out) == ["000001.png", "000002.jpg"], "as they came, named by what they are"
    assert (out / "000001.png").read_bytes() == encoded(1)
    told = capsys.readouterr().out
    assert "2 pictures" in told and "2 repeats and 3 failures were not counted" in told
    assert f"{site.address}/gone: the site answers 404" in told
    assert f"{site.address}/text: not a picture" in told
    assert site.agents == {"livegan dataset download (urllib)"}


def test_the_same_command_goes_on(site: Site, tmp_path: Path) -> None:
    out = tmp_path / "out"
    addresses = listed(site, tmp_path, "a.png", "gone")
    assert download(addresses, out) == 0
    # What a kill leaves: a picture that the journal doesn't know of yet, and half a line.
    (out / "000002.jpg").write_bytes(b"half a pic")
    with (out / "downloaded.jsonl").open("a") as journal:
        journal.write('{"address": "http')
    assert download(listed(site, tmp_path, "a.png", "gone", "b"), out) == 0
    assert (out / "000002.jpg").read_bytes() == encoded(2, ".jpg")
    assert site.asked["/a.png"] == 1, "what came is not asked for again"
    assert site.asked["/gone"] == 2, "what did not is"
    lines = (out / "downloaded.jsonl").read_text().splitlines()
    assert [json.loads(line)["file"] for line in lines[1:]] == ["000001.png", "000002.jpg"]


def test_one_address_is_asked_until_there_are_enough_different_pictures(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert download(f"{site.address}/new", out, "--count", "4") == 0
    assert len(pictures(out)) == 4 and site.asked["/new"] == 6
    assert download(f"{site.address}/new", out, "--count", "5") == 0
    assert len(pictures(out)) == 5, "the same folder goes on to the new count"
    assert download(f"{site.address}/a.png", tmp_path / "same", "--count", "2") == 0
    assert "gave up: 20 answers in a row" in capsys.readouterr().out
    assert site.asked["/a.png"] == 21


def test_only_the_web_is_read_and_only_so_much_of_it(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    addresses = listed(site, tmp_path, "to-file", "to-ftp", "large", "short", "busy")
    assert download(addresses, tmp_path / "out", "--largest", "0.01") == 0
    told = capsys.readouterr().out
    assert pictures(tmp_path / "out") == ["000001.png"], "the busy site, asked again"
    assert site.asked["/busy"] == 3
    assert "large: larger than 0.01 MB" in told and "short: " in told
    assert "to-file: " in told and "to-ftp: " in told and "4 failures" in told
    assert f"{site.address}/busy: the site answers 429" in told and "asked again in" in told


def test_mistakes_are_one_line(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    for arguments, told in (
        ((tmp_path / "no-list.txt",), "no list of addresses"),
        ((listed(site, tmp_path, "gone"),), "no picture came; the first address said: "),
        ((f"{site.address}/new",), "--count is missing"),
        ((f"{site.address}/new", "--count", "0"), "--count is 0"),
        ((f"{site.address}/new", "--count", "1", "--every", "nan"), "--every is nan"),
    ):
        assert download(arguments[0], out, *arguments[1:]) == 2
        error = capsys.readouterr().err.strip()
        assert error.startswith("dataset: ") and told in error and "\n" not in error
    (tmp_path / "list.txt").write_text("ftp://old.example/a.png")
    assert download(tmp_path / "list.txt", out) == 2
    assert "line 1 is 'ftp://old.example/a.png'" in capsys.readouterr().err


def test_pictures_that_lie_there_are_not_written_over(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "out" / "000001.png"
    mine.parent.mkdir()
    mine.write_bytes(encoded(7))
    assert download(listed(site, tmp_path, "a.png"), mine.parent) == 2
    assert "holds pictures already" in capsys.readouterr().err
    assert mine.read_bytes() == encoded(7) and list(mine.parent.iterdir()) == [mine]


def test_a_site_is_left_alone_from_one_fetch_to_the_next() -> None:
    now_s, slept = 100.0, []

    def sleep(seconds: float) -> None:
        nonlocal now_s
        slept.append(seconds)
        now_s += seconds

    pace = Pace(2.0, lambda: now_s, sleep)
    pace.wait()
    now_s += 0.5  # what the fetch took
    pace.wait()
    pace.wait(30.0)
    pace.wait()
    assert slept == [1.5, 30.0, 2.0]
