"""A show that is killed in the middle, and the one after it: `livegan` as people start it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from control_ports import HOST, free_pair
from osc_messages import message
from tiny_onnx import write_generator

from livegan.cli import main, parse
from livegan.errors import UsageError
from livegan.keepsakes import state_folder
from livegan.left import Left
from livegan.options import leave_out_options
from livegan.parameters import TABLE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
NULL = ("--source", "pattern", "--sink", "null", "--midi", "off")
QUIETLY = (*NULL, "--panel", "off")


class Show:
    """A process of livegan."""

    def __init__(self, *arguments: str) -> None:
        self.port = free_pair()
        command = [sys.executable, "-m", "livegan", "run", *arguments, *NULL]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
        self.process = subprocess.Popen(
            [*command, "--osc", str(self.port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**environment, "PYTHONUNBUFFERED": "1"},
        )

    def play(self, **changes: object) -> None:
        """Set parameters by OSC."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for name, to in changes.items():
                sender.sendto(message(f"/livegan/{name}", to), (HOST, self.port))

    def ask(self, name: str) -> object:
        """What a parameter stands at, by OSCQuery."""
        asked = HTTPConnection(HOST, self.port, timeout=10)
        try:
            asked.request("GET", f"/livegan/{name}?VALUE")
            return json.loads(asked.getresponse().read())["VALUE"]
        except OSError:  # not yet
            return None
        finally:
            asked.close()

    def begun(self) -> list[str]:
        """What it says until it plays."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line.rstrip())
            if line.startswith("sink"):
                return lines
        raise AssertionError(self.process.stderr and self.process.stderr.read())

    def end(self, name: str) -> None:
        """Send a signal, and wait until it is gone."""
        self.process.send_signal(getattr(signal, name))
        self.process.communicate(timeout=60)


@contextmanager
def show(*arguments: str) -> Iterator[Show]:
    one = Show(*arguments)
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.end("SIGKILL")


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    ends_s = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends_s, "it never came"
        time.sleep(0.02)


def kept(name: str) -> object:
    """A value that is kept by now; None where none is."""
    path = state_folder() / "session.toml"
    return Left.read(path).values.get(name) if path.exists() else None


def test_what_was_set_outlives_a_kill_and_the_dark_no_end() -> None:
    with show("edges") as first:
        first.begun()
        first.play(**{"canny/blur": 3.5, "output/blackout": 1})
        until(lambda: kept("canny.blur") == 3.5 and kept("output.blackout") is True)
        first.end("SIGKILL")
    with show() as second:
        lines = second.begun()
        assert "session    as you left it: edges, 2 values; name a preset to begin anew" in lines
        assert any(line.startswith("preset     edges") for line in lines)
        until(lambda: second.ask("canny/blur") == [3.5])
        assert second.ask("output/blackout") == [True]
        second.play(**{"canny/low": 70.0})
        until(lambda: kept("canny.low") == 70.0)
        assert kept("canny.blur") == 3.5 and kept("output.blackout") is True
        second.end("SIGHUP")  # the terminal was closed: that is how many end a show
    assert kept("canny.blur") == 3.5 and kept("output.blackout") is None


def test_another_look_that_was_changed_to_is_the_one_to_go_on_with() -> None:
    with show("edges") as one:
        one.begun()
        one.play(**{"preset/load": "mesh"})
        path = state_folder() / "session.toml"
        until(lambda: path.exists() and Left.read(path).preset == "mesh")
        one.end("SIGKILL")
    with show() as next_one:
        assert any(line.startswith("preset     mesh") for line in next_one.begun())


def standing() -> tuple[object, ...]:
    """What is kept of the decks: what is in front, behind, on which deck, and the crossfade."""
    path = state_folder() / "session.toml"
    left = Left.read(path) if path.exists() else None
    if left is None or left.behind is None:
        return ()
    return left.preset, left.behind.preset, left.behind.deck, left.behind.crossfade


def test_both_decks_and_the_crossfade_outlive_a_kill() -> None:
    with show("mesh") as first:
        first.begun()
        first.play(**{"deck/load": "edges"})
        until(lambda: first.ask("deck/b") == ["edges"])
        first.play(**{"deck/cut": 1})
        until(lambda: first.ask("preset/name") == ["edges"])
        first.play(**{"canny/blur": 3.5, "deck/crossfade": 0.75})
        until(lambda: kept("canny.blur") == 3.5 and standing()[3:] == (0.75,))
        first.play(**{"deck/crossfade": 0.25})  # as it leaves, it takes its values along
        until(lambda: standing() == ("mesh", "edges", "B", 0.25))
        first.end("SIGKILL")
    with show() as second:
        lines = second.begun()
        assert (
            "session    as you left it: mesh, 0 values, and edges on deck B; "
            "name a preset to begin anew"
        ) in lines
        until(lambda: second.ask("deck/crossfade") == [0.25])
        assert (second.ask("deck/a"), second.ask("deck/b")) == (["mesh"], ["edges"])
        assert second.ask("canny/blur") != [3.5]
        second.play(**{"deck/crossfade": 1.0})
        until(lambda: second.ask("canny/blur") == [3.5])
        until(lambda: standing() == ("edges", "mesh", "A", 1.0))
        second.end("SIGKILL")
    with show() as third:
        third.begun()
        until(lambda: third.ask("deck/a") == ["mesh"])
        assert (third.ask("deck/b"), third.ask("deck/crossfade")) == (["edges"], [1.0])
        assert third.ask("canny/blur") == [3.5]
        third.end("SIGINT")
    assert standing() == ("edges", "mesh", "A", 1.0), "an end in good order keeps them too"


def test_a_look_behind_that_is_gone_is_told_and_the_one_in_front_plays(tmp_path: Path) -> None:
    path = state_folder() / "session.toml"
    path.parent.mkdir(parents=True)
    gone = tmp_path / "gone.toml"
    lost = f'behind = "{gone.as_posix()}"\nbehind_deck = "A"\n[deck]\ncrossfade = 0.75\n'
    path.write_text(f'schema = 1\n[session]\npreset = "edges"\n{lost}')
    with show() as one:
        assert any(line.startswith("preset     edges") for line in one.begun())
        assert one.process.stderr is not None
        line = one.process.stderr.readline().rstrip()
        assert line == f"session    nothing is on deck A: preset {gone}: there is no such file"
        assert (one.ask("deck/b"), one.ask("deck/crossfade")) == (["edges"], [1.0])
        one.end("SIGINT")
    assert Left.read(path).behind is None


def test_who_names_a_preset_begins_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stats = tmp_path / "stats.json"
    run = ["run", *QUIETLY, "--osc", "off", "--seconds", "0.2"]
    assert main([*run, "mesh", "--set", "face_mesh.line_width=3"]) == 0
    assert main([*run, "--set", "face_mesh.line_width=4", "--stats", str(stats)]) == 0
    assert json.loads(stats.read_text())["preset"] == "mesh"
    assert kept("face_mesh.line_width") == 4.0, "--set holds against what was kept"
    assert main([*run, "edges"]) == 0
    assert kept("face_mesh.line_width") is None
    assert capsys.readouterr().out.count("as you left it: mesh") == 1


def test_who_plays_safe_begins_anew_exactly_and_keeps_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = ["run", "--source", "pattern", "--sink", "null", "--seconds", "0.2"]
    assert main([*run, "mesh", "--osc", "off", "--panel", "off", "--midi", "off"]) == 0
    before = (state_folder() / "session.toml").read_text()
    capsys.readouterr()
    assert main([*run, "--safe", "--set", "output.hue=9"]) == 0
    out = capsys.readouterr().out
    assert (state_folder() / "session.toml").read_text() == before
    assert "generator  openvino CPU f32" in out and "preset     mona-lisa" in out
    for word in ("session", "osc", "panel", "midi"):
        assert not any(line.startswith(word) for line in out.splitlines())


@pytest.mark.parametrize(
    ("option", "named"),
    [
        (("--osc", "7790"), "--osc"),
        (("--panel", "7790"), "--panel"),
        (("--midi", "nano"), "--midi"),
        (("--osc-allow", "10.0.0.0/8"), "--osc-allow"),
        (("--face-out", "localhost:9000"), "--face-out"),
        (("--isolate",), "--isolate"),
    ],
)
def test_safe_refuses_what_it_leaves_out(option: tuple[str, ...], named: str) -> None:
    options = parse(["run", "--safe", *option])
    with pytest.raises(UsageError, match=f"{named} asks for"):
        leave_out_options(options)


def test_safe_takes_what_is_off_anyway() -> None:
    leave_out_options(parse(["--safe", "--osc", "off", "--panel", "off", "--midi", "off"]))


def test_render_and_bench_keep_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generator = str(write_generator(tmp_path / "tiny.onnx"))
    film = tmp_path / "film"
    film.mkdir()
    picture = Path(__file__).parents[1] / "livegan" / "media" / "puppets.jpg"
    (film / "1.jpg").write_bytes(picture.read_bytes())
    assert main(["render", str(film), "null", "--generator", generator]) == 0
    assert main(["bench", "--source", "pattern", "--seconds", "0.2", "--generator", generator]) == 0
    assert not state_folder().exists()


def test_every_row_that_darkens_is_one_of_the_table() -> None:
    from livegan import left

    assert set(left._DARKENING) <= set(TABLE)
