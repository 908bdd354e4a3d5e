"""Opens MIDI ports as they are plugged in, and closes them as they are unplugged."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from livegan.control.midi.moves import Message
from livegan.control.midi.system import Output, Port, plain_name
from livegan.supervision import HealthBoard, one_line

PERIOD_S = 1.5
"""How often the list of ports is read: nobody plugs in faster than that."""


class PortSystem(Protocol):
    """Where ports are listed and opened; see `system.System`."""

    def names(self) -> tuple[list[str], list[str]]:
        """The inputs and the outputs that there are now."""

    def generation(self) -> int:
        """A number that changes when something was plugged in or out."""

    def open_input(self, name: str, hear: Callable[[Message], None]) -> Port:
        """Open an input."""

    def open_output(self, name: str) -> Output:
        """Open an output."""


@dataclass(frozen=True)
class Plugged:
    """A port that was opened, or, without `opened`, is gone.

    Args:
        name: its plain name; a second one of that name is "NAME #2".
        opened: whether it is there.
        output: where to send what it shall show, None where it has no output.
        again: whether it was open until now: something was plugged in or out, perhaps it.
    """

    name: str
    opened: bool
    output: Output | None = None
    again: bool = False


def named_ports(full_names: Sequence[str], parts: Sequence[str]) -> dict[str, str]:
    """The ports that are wanted, plain name to the system's name.

    Args:
        full_names: as the system lists them.
        parts: parts of the names that are wanted, in any case; none wants all.
    """
    found: dict[str, str] = {}
    for full in full_names:
        plain = plain_name(full)
        if parts and not any(part.casefold() in full.casefold() for part in parts):
            continue
        name, count = plain, 1
        while name in found:
            count += 1
            name = f"{plain} #{count}"
        found[name] = full
    return found


class Plugs(threading.Thread):
    """Looks every second or two which ports there are.

    Args:
        open_system: makes the system of ports, in this thread: that takes a moment.
        parts: parts of the names of those that are wanted; none wants all.
        hear: called with the plain name and the message, in threads of the library.
        tell: called when a port was opened or is gone, in this thread.
        health: where it reports.
    """

    def __init__(
        self,
        open_system: Callable[[], PortSystem],
        parts: Sequence[str],
        hear: Callable[[str, Message], None],
        tell: Callable[[Plugged], None],
        health: HealthBoard,
    ) -> None:
        super().__init__(name="midi-ports", daemon=True)
        self._open_system = open_system
        self._parts = parts
        self._hear = hear
        self._tell = tell
        self._health = health
        self._open: dict[str, tuple[str, Port, Output | None]] = {}
        self._generation = 0
        self._closing = threading.Event()
        self.looked = threading.Event()
        """Set once the ports that were there at the start are open."""

    def run(self) -> None:
        """Look until it is closed."""
        try:
            system = self._open_system()
        except Exception as error:  # whatever a broken library raises, the show goes on
            self._health.report("midi", "degraded", one_line(error))
            self.looked.set()
            return
        while not self._closing.is_set():
            try:
                self.look(system)
                self._health.report("midi", "ok")
            except Exception as error:
                reason = str(error) if isinstance(error, OSError) else one_line(error)
                self._health.report("midi", "degraded", reason, error)
            self.looked.set()
            self._closing.wait(PERIOD_S)
        for name in list(self._open):
            self._drop(name)

    def close(self) -> None:
        """End it. May be called twice."""
        self._closing.set()
        if self.ident is not None:
            self.join(1.0)

    def look(self, system: PortSystem) -> None:
        """Open what is new, and close what is gone.

        Raises:
            OSError: the list can't be read, or a port not be opened; the others are.
        """
        generation = system.generation()
        inputs, outputs = system.names()
        wanted = named_ports(inputs, self._parts)
        sends = named_ports(outputs, self._parts)
        replugged = generation != self._generation
        self._generation = generation
        before = set(self._open)
        for name, (full, _, _) in list(self._open.items()):
            if wanted.get(name) != full:
                self._drop(name)
                before.remove(name)
            elif replugged:
                self._shut(name)
        failed: OSError | None = None
        for name in [name for name in wanted if name not in self._open]:
            try:
                self._take(system, name, wanted, sends, again=name in before)
            except OSError as error:
                if name in before:
                    self._tell(Plugged(name, False))
                failed = OSError(f"{name} cannot be opened: {' '.join(str(error).split())}")
        if failed:
            raise failed

    def _take(
        self,
        system: PortSystem,
        name: str,
        wanted: Mapping[str, str],
        sends: Mapping[str, str],
        again: bool,
    ) -> None:
        port = system.open_input(wanted[name], lambda message: self._hear(name, message))
        output = None
        if name in sends:
            with suppress(OSError):  # on Windows another program may have it for itself
                output = system.open_output(sends[name])
        self._open[name] = (wanted[name], port, output)
        self._tell(Plugged(name, True, output, again))

    def _drop(self, name: str) -> None:
        self._tell(Plugged(name, False))
        self._shut(name)

    def _shut(self, name: str) -> None:
        _, port, output = self._open.pop(name)
        for one in (port, output):
            if one:
                with suppress(OSError):
                    one.close()
