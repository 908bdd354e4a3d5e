"""A library of MIDI ports for mido, in memory: MIDO_BACKEND=fake_midi chooses it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the process that has the ports open loads this too
    from livegan.control.midi.midi_in import MidiIn

_LOOPS = os.environ.get("FAKE_MIDI_LOOPS", "")
"""A port that is there from the start, and says what it is sent."""
PLUGGED: dict[str, bool] = {_LOOPS: True} if _LOOPS else {}
"""The ports that there are, and whether each has an output too."""
_INPUTS: dict[str, Input] = {}
_SENT: dict[str, list[Any]] = {}
_CHANGED = threading.Condition()


def plug(name: str, *, output: bool = False) -> None:
    """Plug a controller in."""
    PLUGGED[name] = output


def clear() -> None:
    """Unplug all."""
    for kept in (PLUGGED, _INPUTS, _SENT):
        kept.clear()


def is_open(name: str) -> bool:
    """Whether somebody hears it."""
    return name in _INPUTS


def send(name: str, message: object) -> None:
    """Let a controller send a message to who has opened its port; nobody else hears it."""
    port = _INPUTS.get(name)
    if port and name in PLUGGED:
        port.callback(message)


def wait_for_ports(midi: MidiIn, timeout_s: float = 10) -> bool:
    """Wait until somebody has opened the ports that were there as it began; whether it has."""
    return midi._ports is None or midi._ports.looked.wait(timeout_s)


def wait_for_sent(name: str, wanted: Callable[[list[Any]], bool], timeout_s: float = 10) -> bool:
    """Wait until a controller was sent what is wanted."""
    with _CHANGED:
        return _CHANGED.wait_for(lambda: wanted(_SENT.get(name, [])), timeout_s)


def get_devices(**_: object) -> list[dict[str, object]]:
    """As mido asks for them."""
    return [
        {"name": name, "is_input": True, "is_output": output} for name, output in PLUGGED.items()
    ]


class _Port:
    def __init__(self, name: str, **options: Any) -> None:
        if name not in PLUGGED:
            raise OSError(f"unknown port {name!r}")
        self.name = name
        self.callback = options.get("callback")

    def close(self) -> None:
        """Close it."""
        if _INPUTS.get(self.name) is self:
            del _INPUTS[self.name]


class Input(_Port):
    """A port that is heard."""

    callback: Callable[[object], None]

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        _INPUTS[name] = self


class Output(_Port):
    """A port that is sent to."""

    def send(self, message: object) -> None:
        """Keep what is sent."""
        if self.name not in PLUGGED:
            raise OSError("gone")
        with _CHANGED:
            _SENT.setdefault(self.name, []).append(message)
            _CHANGED.notify_all()
        if self.name == _LOOPS:
            send(self.name, message)
