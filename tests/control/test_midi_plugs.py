"""Ports that come, go, and come back."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from livegan.control.midi import system
from livegan.control.midi.moves import Message
from livegan.control.midi.plugs import Plugged, Plugs, named_ports
from livegan.control.midi.system import check_installed, plain_name
from livegan.errors import MissingExtraError

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="these names are those that ALSA makes"
)


class FakePort:
    """A port that knows whether it is closed."""

    def __init__(self, system: FakeSystem) -> None:
        self.closed = 0
        self._system = system

    def send(self, message: object) -> None:
        """Keep a message."""
        if self._system.unplugged:
            raise OSError("gone")
        self._system.sent.append(message)

    def close(self) -> None:
        """Count it."""
        self.closed += 1


class FakeSystem:
    """Ports that a test plugs in."""

    def __init__(self) -> None:
        self.inputs: list[str] = []
        self.outputs: list[str] = []
        self.broken: set[str] = set()
        self.number = 0
        self.sent: list[object] = []
        self.unplugged = False
        self.opened: dict[str, tuple[FakePort, Callable[[Message], None]]] = {}

    def names(self) -> tuple[list[str], list[str]]:
        return list(self.inputs), list(self.outputs)

    def generation(self) -> int:
        return self.number

    def open_input(self, name: str, hear: Callable[[Message], None]) -> FakePort:
        port = self.open_output(name)
        self.opened[name] = port, hear
        return port

    def open_output(self, name: str) -> FakePort:
        if name in self.broken:
            raise OSError(f"unknown port {name!r}")
        return FakePort(self)


class Table:
    """Plugs that look when a test says so, and what they told."""

    def __init__(self, *parts: str) -> None:
        self.system = FakeSystem()
        self.told: list[tuple[str, bool, bool]] = []
        self.again: list[str] = []
        self.heard: list[str] = []
        self.plugs = Plugs(
            self.system, parts, lambda name, _: self.heard.append(name), self._tell
        )

    def _tell(self, plugged: Plugged) -> None:
        self.told.append((plugged.name, plugged.opened, plugged.shows))
        self.again += [plugged.name] if plugged.again else []

    def look(self, *inputs: str, outputs: tuple[str, ...] = ()) -> list[tuple[str, bool, bool]]:
        """What is told when these ports are there."""
        self.system.inputs, self.system.outputs = list(inputs), list(outputs)
        self.told.clear()
        self.plugs.look()
        return self.told


@pytest.mark.parametrize(
    ("full", "plain"),
    [
        ("nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0", "nanoKONTROL2:nanoKONTROL2 MIDI 1"),
        ("nanoKONTROL2", "nanoKONTROL2"),
        ("Launchpad 3", "Launchpad 3"),
        (" 20:0", " 20:0"),
    ],
)
def test_a_name_is_without_what_changes(full: str, plain: str) -> None:
    assert plain_name(full) == plain


def test_two_of_one_name_are_told_apart() -> None:
    assert named_ports(["Box 20:0", "Box 24:0", "Box 28:0"], ()) == {
        "Box": "Box 20:0", "Box #2": "Box 24:0", "Box #3": "Box 28:0",
    }  # fmt: skip


def test_ports_are_chosen_by_parts_of_their_names() -> None:
    ports = ["nanoKONTROL2 20:0", "Launchpad 24:0", "Midi Through 14:0"]
    assert list(named_ports(ports, ["NANO", "pad"])) == ["nanoKONTROL2", "Launchpad"]


def test_what_is_there_is_opened_once_with_the_output_of_its_name() -> None:
    table = Table()
    assert table.look("A 20:0", "B 24:0", outputs=("B 24:0", "C 28:0")) == [
        ("A", True, False), ("B", True, True),
    ]  # fmt: skip
    assert table.look("A 20:0", "B 24:0", outputs=("B 24:0",)) == []
    table.system.opened["B 24:0"][1](object())  # type: ignore[arg-type]
    assert table.heard == ["B"]


def test_what_goes_is_closed_and_what_comes_back_under_another_number_has_its_name_again() -> None:
    table = Table()
    table.look("A 20:0")
    assert table.look() == [("A", False, False)]
    assert table.system.opened["A 20:0"][0].closed == 1
    assert table.look("A 32:0") == [("A", True, False)]


def test_what_went_and_came_between_two_looks_is_opened_anew() -> None:
    table = Table()
    table.look("A 20:0")
    dead = table.system.opened["A 20:0"][0]
    table.system.number += 1
    assert table.look("A 20:0", "B 24:0") == [("A", True, False), ("B", True, False)]
    assert dead.closed == 1 and table.system.opened["A 20:0"][0].closed == 0
    assert table.again == ["A"]
    table.system.number += 1
    table.system.broken = {"B 24:0"}
    with pytest.raises(OSError, match="B cannot be opened"):
        table.look("A 20:0", "B 24:0")
    assert table.told == [("A", True, False), ("B", False, False)]


def test_one_that_cannot_be_opened_is_told_and_tried_again_and_the_others_play() -> None:
    table = Table()
    table.system.broken = {"A 20:0"}
    with pytest.raises(OSError, match="A cannot be opened: unknown port"):
        table.look("A 20:0", "B 24:0")
    assert table.told == [("B", True, False)]
    table.system.broken = set()
    assert table.look("A 20:0", "B 24:0") == [("A", True, False)]


def test_an_output_that_another_program_has_leaves_the_input_playing() -> None:
    table = Table()
    open_output = table.system.open_output

    def refuse(name: str) -> FakePort:
        if table.system.opened:
            raise OSError("taken")
        return open_output(name)

    table.system.open_output = refuse  # type: ignore[method-assign]
    assert table.look("A 20:0", outputs=("A 20:0",)) == [("A", True, False)]


def test_what_a_port_is_sent_goes_to_its_output_and_nowhere_where_it_is_gone() -> None:
    table = Table()
    table.look("A 20:0", "B 24:0", outputs=("A 20:0",))
    for name in ("A", "B", "C"):
        table.plugs.send(name, "a message")
    assert table.system.sent == ["a message"]
    table.system.unplugged = True
    table.plugs.send("A", "another")
    assert table.system.sent == ["a message"]


def test_missing_packages_are_one_line_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIDO_BACKEND", raising=False)
    monkeypatch.setattr(system, "find_spec", lambda name: None if name == "rtmidi" else object())
    with pytest.raises(MissingExtraError) as refused:
        check_installed()
    assert str(refused.value) == (
        'MIDI needs python-rtmidi, which is not installed; run: pip install -e ".[midi]"'
    )
