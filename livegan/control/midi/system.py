"""The MIDI ports of this system, through mido. No other module loads it.

mido's own variable MIDO_BACKEND chooses another library or interface, such as
`mido.backends.rtmidi/UNIX_JACK`; without it ports are those of ALSA, CoreMIDI or Windows.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from livegan.control.midi.moves import Message
from livegan.errors import MissingExtraError

_SEQUENCER = Path("/dev/snd/seq")
_DEVICES = Path("/dev/snd")
_OWN = ("RtMidi", "livegan")
_RTMIDI = "mido.backends.rtmidi"
_Names = Callable[[], list[str]]


class Port(Protocol):
    """An open port."""

    def close(self) -> None:
        """Close it. May be called twice."""


class Output(Port, Protocol):
    """A port that messages are sent to."""

    def send(self, message: object) -> None:
        """Send one.

        Raises:
            OSError: it is gone.
        """


def check_installed() -> None:
    """Refuse where the packages are missing.

    Raises:
        MissingExtraError: they are; the message says how to install them.
    """
    other = os.environ.get("MIDO_BACKEND")
    for name in ("mido",) if other else ("mido", "rtmidi"):
        if find_spec(name) is None:
            package = {"rtmidi": "python-rtmidi"}.get(name, name)
            raise MissingExtraError(
                f'MIDI needs {package}, which is not installed; run: pip install -e ".[midi]"'
            )


def plain_name(full_name: str) -> str:
    """A port's name without the number that it has only until it is plugged in again.

    ALSA adds " 20:0" and Windows " 1"; the name of client and port together, "A:A MIDI 1", stays.
    """
    pattern = r" \d+$" if sys.platform == "win32" else r" \d+:\d+$"
    return re.sub(pattern, "", full_name) or full_name


class System:
    """Lists and opens ports by the names that the system has for them.

    Raises:
        MissingExtraError, ImportError: the packages are missing or broken.
    """

    def __init__(self) -> None:
        check_installed()
        import mido  # type: ignore[import-untyped]

        self._backend = mido.Backend()
        self._backend.load()
        self._listing: tuple[_Names, _Names] | None = None
        self._is_alsa = sys.platform == "linux" and not os.environ.get("MIDO_BACKEND")

    def names(self) -> tuple[list[str], list[str]]:
        """The inputs and the outputs that there are now.

        Raises:
            OSError: they are out of reach; the message says why.
        """
        if self._is_alsa:
            # Asked without it, ALSA's library would write to the terminal each time.
            if not _SEQUENCER.exists():
                return [], []
            if not os.access(_SEQUENCER, os.R_OK | os.W_OK):
                raise OSError(f"{_SEQUENCER} is not yours to open; join the group audio")
        if self._listing is None:
            self._listing = self._open_listing()
        inputs, outputs = self._listing
        return _foreign(inputs()), _foreign(outputs())

    def _open_listing(self) -> tuple[_Names, _Names]:
        if self._backend.name != _RTMIDI:
            return self._backend.get_input_names, self._backend.get_output_names
        # mido would open a client for each look: of JACK that takes 0.7 s, or seconds where
        # messages come meanwhile, and these are lost.
        import rtmidi  # type: ignore[import-untyped]

        api = getattr(rtmidi, f"API_{self._backend.api or 'UNSPECIFIED'}")
        return rtmidi.MidiIn(api).get_ports, rtmidi.MidiOut(api).get_ports

    def generation(self) -> int:
        """A number that changes when something was plugged in or out, where that can be told.

        What goes and comes back between two looks has the same name, but is dead to who opened it.
        """
        try:
            return _DEVICES.stat().st_mtime_ns if self._is_alsa else 0
        except OSError:
            return 0

    def open_input(self, name: str, hear: Callable[[Message], None]) -> Port:
        """Open an input; `hear` is called with each message, in a thread of the library.

        Raises:
            OSError: it can't be opened.
        """
        port: Port = self._backend.open_input(name, callback=hear)
        return port

    def open_output(self, name: str) -> Output:
        """Open an output.

        Raises:
            OSError: it can't be opened.
        """
        port: Output = self._backend.open_output(name)
        return port


def message(kind: str, **fields: int) -> object:
    """A message to send, as mido has it.

    Raises:
        ValueError: there is no such message.
    """
    import mido

    return mido.Message(kind, **fields)


def _foreign(names: list[str]) -> list[str]:
    """Without the ports that livegan itself opened: ALSA lists them among the others."""
    return [name for name in names if not name.startswith(_OWN)]
