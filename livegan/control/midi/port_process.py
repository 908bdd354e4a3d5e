"""The process that has the MIDI ports open: what runs in it.

The library of the ports, RtMidi, holds Python's lock while it opens and closes them, 0.2 s for
each look at JACK's, and for ever where a message comes in as a port is closed; on Windows it has
ended programs. None of this may reach the pictures.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any

from livegan.control.midi.moves import Heard, Message
from livegan.control.midi.plugs import Plugged, Plugs, PortSystem
from livegan.control.midi.system import System, message
from livegan.process import ENDING_SIGNALS
from livegan.supervision import one_line

PERIOD_S = 1.5
"""How often the list of ports is read: nobody plugs in faster than that."""
HEARD = frozenset(
    ("control_change", "note_on", "note_off", "pitchwheel", "program_change")
    + ("clock", "start", "stop", "continue")
)
"""Types of messages that are handed on."""
_MOST_WAITING = 4096
_BREATH_S = 0.002
_BREATH_EACH_S = 50e-6
"""Of what is handed on: no more than 20,000 a second, ten times what a fast controller sends."""


@dataclass(frozen=True)
class Looked:
    """The list of ports was read.

    Args:
        trouble: what went wrong, "" if nothing did.
    """

    trouble: str = ""


@dataclass(frozen=True)
class Send:
    """What a port is to be sent.

    Args:
        port: its plain name.
        kind: the message's type, as mido has it.
        fields: what else it has.
    """

    port: str
    kind: str
    fields: dict[str, int]


News = list[Heard | Plugged | Looked]


def serve(line: Connection, parts: Sequence[str]) -> None:
    """Be that process: hand on what ports say until nobody listens any more.

    Args:
        line: to who listens; `News` go there, `Send` come from there.
        parts: parts of the names of the ports that are wanted; none wants all.
    """
    for one in ENDING_SIGNALS:
        signal.signal(one, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, name="parent", daemon=True).start()
    with suppress(EOFError, OSError):
        Office(line, parts).run()
    os._exit(0)  # closing ports in order may never end, and the system does it as well


class Office:
    """Reads the list of ports, and carries messages between them and a line.

    Args:
        line, parts: as in `serve`.
        open_system: makes the system of ports.
    """

    def __init__(
        self,
        line: Connection,
        parts: Sequence[str],
        open_system: Callable[[], PortSystem] = System,
    ) -> None:
        self._line = line
        self._parts = parts
        self._open_system = open_system
        self._plugs: Plugs | None = None
        self._heard: deque[Heard] = deque(maxlen=_MOST_WAITING)
        self._news: deque[Plugged | Looked] = deque()
        self._wake = threading.Event()
        self._closing = threading.Event()

    def run(self) -> None:
        """Carry messages until the line is closed.

        Raises:
            EOFError, OSError: it is.
        """
        for name, work in (("midi-look", self._look), ("midi-write", self._write)):
            threading.Thread(target=work, name=name, daemon=True).start()
        try:
            while True:
                asked: Send = self._line.recv()
                if self._plugs:
                    self._plugs.send(asked.port, message(asked.kind, **asked.fields))
        finally:
            self._closing.set()
            self._wake.set()

    def _look(self) -> None:
        while not self._closing.is_set():
            trouble = ""
            try:
                if self._plugs is None:
                    self._plugs = Plugs(
                        self._open_system(), self._parts, self._hear, self._tell
                    )
                self._plugs.look()
            except Exception as error:  # whatever a library raises, the next look may be better
                is_plain = isinstance(error, OSError) and not error.errno
                trouble = str(error) if is_plain else one_line(error)
            self._tell(Looked(trouble))
            self._closing.wait(PERIOD_S)

    def _hear(self, port: str, said: Message) -> None:
        if said.type in HEARD:
            fields = {name: value for name, value in vars(said).items() if name != "time"}
            self._heard.append(Heard(port, SimpleNamespace(**fields), time.monotonic()))
            self._wake.set()

    def _tell(self, news: Plugged | Looked) -> None:
        self._news.append(news)
        self._wake.set()

    def _write(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._wake.clear()
            out: list[Any] = [self._news.popleft() for _ in range(len(self._news))]
            out += [self._heard.popleft() for _ in range(len(self._heard))]
            try:
                self._line.send(out)
            except OSError:  # nobody listens
                return
            self._closing.wait(_BREATH_S + _BREATH_EACH_S * len(out))


def _leave_with_parent() -> None:
    """End this process with the one that started it, also out of a call that hangs."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
