"""Opens MIDI ports as they are plugged in, and closes them as they are unplugged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from livegan.control.midi.moves import Message
from livegan.control.midi.system import Output, Port, plain_name


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
        shows: whether it has an output too, so that it can show values.
        again: whether it was open until now: something was plugged in or out, perhaps it.
    """

    name: str
    opened: bool
    shows: bool = False
    again: bool = False


@dataclass(frozen=True)
class _Open:
    full_name: str
    input: Port
    output: Output | None


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


class Plugs:
    """The ports that are open. For one thread only, but for `send`.

    Args:
        system: where ports are listed and opened.
        parts: parts of the names of those that are wanted; none wants all.
        hear: called with the plain name and the message, in threads of the library.
        tell: called when a port was opened or is gone.
    """

    def __init__(
        self,
        system: PortSystem,
        parts: Sequence[str],
        hear: Callable[[str, Message], None],
        tell: Callable[[Plugged], None],
    ) -> None:
        self._system = system
        self._parts = parts
        self._hear = hear
        self._tell = tell
        self._open: dict[str, _Open] = {}
        self._generation = 0

    def look(self) -> None:
        """Open what is new, and close what is gone.

        Raises:
            OSError: the list can't be read, or a port not be opened; the others are.
        """
        generation = self._system.generation()
        inputs, outputs = self._system.names()
        wanted, sends = named_ports(inputs, self._parts), named_ports(outputs, self._parts)
        replugged, self._generation = generation != self._generation, generation
        again = set()
        for name, one in list(self._open.items()):
            if wanted.get(name) != one.full_name:
                self._shut(name)
                self._tell(Plugged(name, False))
            elif replugged:
                self._shut(name)
                again.add(name)
        failed: OSError | None = None
        for name in [name for name in wanted if name not in self._open]:
            try:
                self._take(name, wanted[name], sends, again=name in again)
            except OSError as error:
                failed = OSError(f"{name} cannot be opened: {' '.join(str(error).split())}")
                if name in again:
                    self._tell(Plugged(name, False))
        if failed:
            raise failed

    def send(self, name: str, message: object) -> None:
        """Send a message to a port; nothing happens where it is gone or has no output."""
        one = self._open.get(name)
        if one and one.output:
            with suppress(OSError, ValueError):  # unplugged a moment ago
                one.output.send(message)

    def _take(self, name: str, full: str, sends: Mapping[str, str], *, again: bool) -> None:
        port = self._system.open_input(full, lambda message: self._hear(name, message))
        output = None
        if name in sends:
            with suppress(OSError):  # on Windows another program may have it for itself
                output = self._system.open_output(sends[name])
        self._open[name] = _Open(full, port, output)
        self._tell(Plugged(name, True, output is not None, again))

    def _shut(self, name: str) -> None:
        gone = self._open.pop(name)
        for one in (gone.input, gone.output):
            if one:
                with suppress(OSError):
                    one.close()
