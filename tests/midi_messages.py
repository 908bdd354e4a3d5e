"""MIDI messages as mido has them, without mido; and the controls that send them."""

from __future__ import annotations

from types import SimpleNamespace

from livegan.control.midi.moves import Control, Heard, Kind, Message

PORT = "Box"


def cc(number: int, value: int, channel: int = 1) -> Message:
    """A control change."""
    return _message("control_change", channel, control=number, value=value)


def note(number: int, velocity: int, channel: int = 1) -> Message:
    """A key struck, or let go where the velocity is 0."""
    return _message("note_on", channel, note=number, velocity=velocity)


def bend(pitch: int, channel: int = 1) -> Message:
    """A pitch bend, -8192 to 8191."""
    return _message("pitchwheel", channel, pitch=pitch)


def program(number: int) -> Message:
    """A programme change."""
    return _message("program_change", 1, program=number)


def plain(kind: str) -> Message:
    """A message that is no more than its type."""
    return SimpleNamespace(type=kind)


def heard(*messages: Message, port: str = PORT, time_s: float = 0.0) -> list[Heard]:
    """A batch of messages that came at one time."""
    return [Heard(port, one, time_s) for one in messages]


def control(kind: Kind, number: int = 0, channel: int = 1, port: str = PORT) -> Control:
    """A control of the box."""
    return Control(port, channel, kind, number)


def _message(kind: str, channel: int, **fields: int) -> Message:
    return SimpleNamespace(type=kind, channel=channel - 1, **fields)
