"""What a controller's messages mean: which control moved, and where to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["cc", "note", "bend", "nrpn"]
KINDS: tuple[Kind, ...] = ("cc", "note", "bend", "nrpn")
FINE_OFFSET = 32
"""Control change n + 32 carries the lower seven bits of n, from 0 to 31 (MIDI 1.0)."""
MOST = {"cc": 127, "note": 127, "bend": 16383, "nrpn": 127}
"""The largest value of each kind, as one message carries it."""
FINEST = 16383
_DATA, _DATA_FINE = 6, 6 + FINE_OFFSET
_NRPN_FINE, _NRPN, _RPN_FINE, _RPN = 98, 99, 100, 101
_NOTHING = 127
BEND_MIDDLE = 8192


class Message(Protocol):
    """A message as mido has it: its type, and what else that type has."""

    @property
    def type(self) -> str:
        """Such as "control_change"."""


@dataclass(frozen=True)
class Control:
    """A knob, fader, key or wheel.

    Args:
        port: the name of its port, without numbers that change when it is plugged in again.
        channel: from 1 to 16.
        kind: what it sends.
        number: of the control change, note or NRPN; 0 of the bend.
    """

    port: str
    channel: int
    kind: Kind
    number: int = 0

    @property
    def name(self) -> str:
        """ "cc 7", "note 36", "nrpn 300" or "bend"."""
        return self.kind if self.kind == "bend" else f"{self.kind} {self.number}"

    def __str__(self) -> str:
        return f"{self.name}, channel {self.channel} of {self.port}"


@dataclass(frozen=True)
class Move:
    """A control that was moved.

    Args:
        control: which one.
        value: from 0 to that of `MOST`; a note that ends is at 0.
        time_s: when, on the monotonic clock.
        fine: whether this is only the lower seven bits of an NRPN's value.
    """

    control: Control
    value: int
    time_s: float
    fine: bool = False


@dataclass(frozen=True)
class Heard:
    """A message that came.

    Args:
        port: where, by the name that `Control` has too.
        message: as mido gives it.
        time_s: when, on the monotonic clock.
    """

    port: str
    message: Message
    time_s: float


class Reader:
    """Reads messages one after the other, and remembers which NRPN was chosen on each channel."""

    def __init__(self) -> None:
        self._chosen: dict[tuple[str, int], tuple[int, int]] = {}

    def read(self, port: str, message: Message, time_s: float) -> Move | None:
        """The move that a message tells, None if it tells none.

        Args:
            port: where it came in.
            message: as mido gives it.
            time_s: when it came.
        """
        fields = vars(message)
        channel = int(fields.get("channel", 0)) + 1
        kind = message.type
        if kind == "control_change":
            return self._change(port, channel, fields["control"], fields["value"], time_s)
        if kind in ("note_on", "note_off"):
            value = fields["velocity"] if kind == "note_on" else 0
            return Move(Control(port, channel, "note", fields["note"]), value, time_s)
        if kind == "pitchwheel":
            return Move(Control(port, channel, "bend"), fields["pitch"] + BEND_MIDDLE, time_s)
        return None

    def forget(self, port: str) -> None:
        """A port was plugged in: nothing is chosen there."""
        self._chosen = {key: chosen for key, chosen in self._chosen.items() if key[0] != port}

    def _change(
        self, port: str, channel: int, number: int, value: int, time_s: float
    ) -> Move | None:
        key = (port, channel)
        high, low = self._chosen.get(key, (_NOTHING, _NOTHING))
        if number == _NRPN:
            self._chosen[key] = (value, low)
        elif number == _NRPN_FINE:
            self._chosen[key] = (high, value)
        elif number in (_RPN, _RPN_FINE):
            self._chosen.pop(key, None)
        elif number in (_DATA, _DATA_FINE) and (high, low) != (_NOTHING, _NOTHING):
            control = Control(port, channel, "nrpn", high << 7 | low)
            return Move(control, value, time_s, fine=number == _DATA_FINE)
        else:
            return Move(Control(port, channel, "cc", number), value, time_s)
        return None
