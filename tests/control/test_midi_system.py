"""The real library of ports, as far as a machine without any can try it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from livegan.control.midi import system
from livegan.control.midi.system import System

rtmidi = pytest.importorskip("rtmidi", reason='no python-rtmidi; pip install -e ".[midi]"')


@pytest.fixture(autouse=True)
def default_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other library than the one that people have."""
    monkeypatch.delenv("MIDO_BACKEND", raising=False)


class Client:
    """A client of the sequencer, which counts how many there are."""

    made = 0

    def __init__(self, api: int) -> None:
        Client.made += 1

    def get_ports(self) -> list[str]:
        """Two controllers, and what livegan itself has opened."""
        return ["Box 20:0", "RtMidiIn Client:RtMidi input 129:0", "Pad 24:0"]


def test_all_looks_are_made_with_one_client_and_livegans_own_ports_are_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "seq").touch()
    monkeypatch.setattr(system, "_SEQUENCER", tmp_path / "seq")
    monkeypatch.setattr(rtmidi, "MidiIn", Client)
    monkeypatch.setattr(rtmidi, "MidiOut", Client)
    ports = System()
    for _ in range(5):
        assert ports.names() == (["Box 20:0", "Pad 24:0"], ["Box 20:0", "Pad 24:0"])
    assert Client.made == 2


def test_without_a_sequencer_there_are_no_ports_and_the_library_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("ALSA's library would complain on the terminal")

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system, "_SEQUENCER", tmp_path / "seq")
    monkeypatch.setattr(rtmidi, "MidiIn", refuse)
    assert System().names() == ([], [])


def test_what_is_plugged_in_changes_the_generation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system, "_DEVICES", tmp_path / "snd")
    ports = System()
    assert ports.generation() == 0
    (tmp_path / "snd").mkdir()
    assert ports.generation() != 0
