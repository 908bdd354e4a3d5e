"""The MIDI ports, seen from the performance: they are open in a process of their own."""

from __future__ import annotations

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Protocol

from livegan.control.midi.moves import Heard
from livegan.control.midi.plugs import Plugged
from livegan.control.midi.port_process import Looked, News, Send, serve
from livegan.process import deaf
from livegan.supervision import HealthBoard, Retry, one_line

logger = logging.getLogger("livegan")

SILENT_S = 15.0
"""A process that says nothing for so long hangs: it tells of every look at the ports."""
FIRST_SILENT_S = 90.0
"""It may take so long to begin, where all else begins too, on a slow machine."""


class Office(Protocol):
    """A process that has the ports open."""

    line: Connection

    def kill(self) -> None:
        """End it. May be called twice."""


class PortProcess:
    """A process of that kind.

    Args:
        parts: parts of the names of the ports that are wanted; none wants all.

    Raises:
        OSError: it can't be started.
    """

    def __init__(self, parts: Sequence[str]) -> None:
        context = multiprocessing.get_context("spawn")
        self.line, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, tuple(parts)), name="midi", daemon=True
        )
        with deaf():
            self._process.start()
        theirs.close()

    def kill(self) -> None:
        """End it. May be called twice."""
        self._process.kill()


class FarPorts(threading.Thread):
    """Hears what ports say, and starts their process anew where it ends or hangs.

    Args:
        parts: parts of the names of the ports that are wanted; none wants all.
        hear: called with messages, oldest first.
        tell: called when a port was opened or is gone.
        health: where it reports.
        first: a process that was started already, None if there is none.
        start: starts the process.
    """

    def __init__(
        self,
        parts: Sequence[str],
        hear: Callable[[Sequence[Heard]], None],
        tell: Callable[[Plugged], None],
        health: HealthBoard,
        first: Office | None,
        start: Callable[[Sequence[str]], Office] = PortProcess,
    ) -> None:
        super().__init__(name="midi-ports", daemon=True)
        self._parts = parts
        self._hear = hear
        self._tell = tell
        self._health = health
        self._start_office = start
        self._office = first
        self._names: set[str] = set()
        self._closing = threading.Event()
        self.looked = threading.Event()
        """Set once the ports that were there at the start are open."""

    def run(self) -> None:
        """Hear until it is closed."""
        retry = Retry()
        while not self._closing.is_set():
            try:
                office = self._office = self._office or self._start_office(self._parts)
                self._hear_all(office.line)
            except Exception as error:
                self._lose(error)
            retry = retry.failed(time.monotonic())
            self._closing.wait(retry.wait_s(time.monotonic()))

    def send(self, port: str, kind: str, fields: dict[str, int]) -> None:
        """Send a message to a port; nothing happens where it is gone."""
        office = self._office
        if office:
            with suppress(OSError):
                office.line.send(Send(port, kind, fields))

    def close(self) -> None:
        """End it. May be called twice."""
        self._closing.set()
        if self._office:
            self._office.kill()
        if self.ident is not None:
            self.join(1.0)

    def _hear_all(self, line: Connection) -> None:
        """Hear until the process ends.

        Raises:
            EOFError, OSError: it has ended, or hangs.
        """
        silent_s = FIRST_SILENT_S
        while not self._closing.is_set():
            if not line.poll(silent_s):
                raise TimeoutError("the process of the MIDI ports hangs")
            silent_s = SILENT_S
            news: News = line.recv()
            heard: list[Heard] = []
            for one in news:
                if isinstance(one, Heard):
                    heard.append(one)
                elif isinstance(one, Plugged):
                    (self._names.add if one.opened else self._names.discard)(one.name)
                    self._tell(one)
                else:
                    self._look_told(one)
            if heard:
                self._hear(heard)

    def _look_told(self, look: Looked) -> None:
        if look.trouble:
            self._health.report("midi", "degraded", look.trouble)
        else:
            self._health.report("midi", "ok")
            if self._parts and not (self._names or self.looked.is_set()):
                asked = " or ".join(map(repr, self._parts))
                logger.info(
                    "midi       no port has %s in its name yet; livegan devices lists them", asked
                )
        self.looked.set()

    def _lose(self, error: Exception) -> None:
        office, self._office = self._office, None
        if office:
            office.kill()
            with suppress(OSError):
                office.line.close()
        if self._closing.is_set():
            return
        ended = isinstance(error, (EOFError, ConnectionError))
        self._health.report("midi", "lost", "its process ended" if ended else one_line(error))
        for name in sorted(self._names):
            self._tell(Plugged(name, False))
        self._names.clear()
