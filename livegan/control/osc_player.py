"""Plays parameters by OSC packets. It knows no sockets."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from livegan.control.complaints import Complaints
from livegan.control.osc_packets import PacketError, address_of, arguments_of, messages
from livegan.control.senders import Senders
from livegan.errors import ParameterError
from livegan.parameters import TABLE, LiveValues, Parameter, Setting, played

ROOT = "/livegan"
PING = f"{ROOT}/ping"
_PING = PING.encode()
_TURN = 64
"""Messages of one packet, after which other threads have their turn: whoever paints must not wait
for a bundle of thousands."""


def address(name: str) -> str:
    """The OSC address of a parameter: `source.zoom` is `/livegan/source/zoom`."""
    return f"{ROOT}/{name.replace('.', '/')}"


_ROWS = {address(name).encode(): row for name, row in TABLE.items()}


@dataclass
class _Heard:
    """What one sender said in a batch, and what became of it."""

    accepted: dict[str, Setting] = field(default_factory=dict)
    sent: dict[str, object] = field(default_factory=dict)


class OscPlayer:
    """Plays packets: addresses are looked up as they are, and the latest value wins.

    Of the messages to one parameter in a batch, only the last good one is read, and all that a
    batch changes changes at once. For one thread only.

    Args:
        values: what is played.
        senders: told who played what.
        complaints: told what can't be played.
    """

    def __init__(self, values: LiveValues, senders: Senders, complaints: Complaints) -> None:
        self.received = 0
        """How many messages came, whatever became of them."""
        self._values = values
        self._senders = senders
        self._complaints = complaints

    def play(self, batch: Iterable[tuple[bytes, str]]) -> list[str]:
        """Play packets that came together.

        Args:
            batch: packets, and who sent each.

        Returns:
            Who asks for an answer.
        """
        heard: dict[str, _Heard] = {}
        asking: set[str] = set()
        waiting: dict[str, list[tuple[bytes, str]]] = {}
        for packet, sender in batch:
            for number, message in enumerate(self._messages(packet, sender), 1):
                if number % _TURN == 0:
                    time.sleep(0)
                where = address_of(message)
                row = _ROWS.get(where)
                if row:
                    waiting.setdefault(row.name, []).append((message, sender))
                elif where == _PING:
                    heard.setdefault(sender, _Heard())
                    asking.add(sender)
                else:
                    self._refuse(where, partial(_unknown, where))
        changes: dict[str, Setting] = {}
        for name, sent in waiting.items():
            self._play_one(TABLE[name], sent, changes, heard)
        # First, so that nobody is told what he just set himself.
        for sender, one in heard.items():
            self._senders.heard(sender, one.accepted, one.sent)
        if changes:
            self._values.update(changes)
        return sorted(asking)

    def _messages(self, packet: bytes, sender: str) -> list[bytes]:
        try:
            found = messages(packet)
        except PacketError as error:
            self.received += 1
            self._complaints.refuse(f"a packet from {sender}", error.__str__)
            return []
        self.received += len(found)
        return found

    def _play_one(
        self,
        row: Parameter,
        waiting: list[tuple[bytes, str]],
        changes: dict[str, Setting],
        heard: dict[str, _Heard],
    ) -> None:
        """Take the last message that can be played; any one that fires a trigger."""
        for message, sender in reversed(waiting):
            try:
                arguments = arguments_of(message)
                value = played(row, arguments)
            except (PacketError, ParameterError) as error:
                self._refuse(address_of(message), error.__str__)
                continue
            if row.trigger and not value:  # a button that is let go
                continue
            changes[row.name] = value
            one = heard.setdefault(sender, _Heard())
            one.accepted[row.name] = value
            one.sent[row.name] = arguments[0] if row.kind == "number" else value
            return

    def _refuse(self, where: bytes, reason: Callable[[], str]) -> None:
        self._complaints.refuse(where.decode("utf-8", "replace"), reason)


def _unknown(where: bytes) -> str:
    text = where.decode("utf-8", "replace")[:80]
    if any(sign in text for sign in "*?[{"):
        return "patterns are not matched, write the address out"
    near = difflib.get_close_matches(text, [one.decode() for one in _ROWS], n=1)
    return "there is no such address" + (f"; did you mean {near[0]}?" if near else "")
