"""Learns which control is to play a parameter, and what sort of control it is."""

from __future__ import annotations

from collections.abc import Sequence

from livegan.control.midi.assignments import Assignment
from livegan.control.midi.moves import FINE_OFFSET, Control, Move
from livegan.parameters import Parameter, find

SETTLED_S = 0.4
"""So long without a move, and the control has shown what it is."""
LONGEST_S = 2.0
_MOST_KEPT = 64
_MOST_CONTROLS = 32
_FEWEST_STEPS = 4
_FASTEST = 16
"""Steps that an encoder tells at once, at the most."""


class Learner:
    """Watches what is moved while a parameter waits for its control. For one thread only."""

    def __init__(self) -> None:
        self.waiting = ""
        """The parameter, "" if none."""
        self._moves: dict[Control, list[int]] = {}
        self._first_s = self._last_s = 0.0

    def begin(self, parameter: str) -> None:
        """Let a parameter wait for the control that is moved next; "" ends it."""
        self.waiting = parameter
        self._moves.clear()

    @property
    def hears(self) -> bool:
        """Whether something was moved since it began."""
        return bool(self._moves)

    def hear(self, move: Move) -> None:
        """Something was moved while it waits."""
        if not self._moves:
            self._first_s = move.time_s
        control = move.control
        if move.fine:  # learned as the lower half of the same
            control = Control(control.port, control.channel, control.kind, -1 - control.number)
        if control not in self._moves and len(self._moves) >= _MOST_CONTROLS:
            return
        values = self._moves.setdefault(control, [])
        if len(values) < _MOST_KEPT:
            values.append(move.value)
        self._last_s = move.time_s

    def result(self, now_s: float) -> Assignment | None:
        """What was learned, as soon as that is plain; it waits no more then."""
        if not (self.waiting and self._moves):
            return None
        if now_s - self._last_s < SETTLED_S and now_s - self._first_s < LONGEST_S:
            return None
        row = find(self.waiting)
        control = max(
            (one for one in self._moves if one.number >= 0 and not self._is_lower(one)),
            key=lambda one: _weight(one, self._moves[one], row),
            default=None,
        )
        if control is None:
            self.begin(self.waiting)
            return None
        mode = self._mode(control, row)
        self.begin("")
        return Assignment(control, row.name, mode)

    def _mode(self, control: Control, row: Parameter) -> str:
        values = self._moves[control]
        if row.kind == "switch" and control.kind == "note":
            return "toggle"
        if self._lower(control) in self._moves:
            return "14bit"
        if control.kind == "cc" and row.kind in ("number", "choice"):
            return relative_mode(values)
        return "absolute"

    def _lower(self, control: Control) -> Control | None:
        """The control that carries its lower half, if it may have one."""
        number = control.number
        if control.kind == "nrpn" and number >= 0:
            return Control(control.port, control.channel, "nrpn", -1 - number)
        if control.kind == "cc" and number < FINE_OFFSET:
            return Control(control.port, control.channel, "cc", number + FINE_OFFSET)
        return None

    def _is_lower(self, control: Control) -> bool:
        return any(self._lower(one) == control for one in self._moves)


def relative_mode(values: Sequence[int]) -> str:
    """Which sort of endless encoder sent these, "absolute" if it was none.

    An encoder says the same small step again and again; a knob never says twice where it is, and
    passes the middle and the ends on its way.
    """
    if len(values) < _FEWEST_STEPS:
        return "absolute"
    again = sum(a == b for a, b in zip(values, values[1:], strict=False))
    leaps = any(abs(a - b) > 127 - 2 * _FASTEST for a, b in zip(values, values[1:], strict=False))
    if 3 * again < len(values) - 1 and not leaps:
        return "absolute"
    if all(1 <= value <= _FASTEST or 128 - _FASTEST <= value <= 127 for value in values):
        return "twos_complement"
    if all(1 <= abs(value - 64) <= _FASTEST for value in values):
        return "offset_64"
    return "absolute"


def _weight(control: Control, values: Sequence[int], row: Parameter) -> tuple[int, int]:
    """Which of several is meant: a fader that is touched may send a note before it moves."""
    kinds = ("bend", "nrpn", "cc", "note")
    if row.kind in ("switch", "trigger"):
        kinds = ("note", "cc", "nrpn", "bend")
    # A knob that trembles beside the one that is moved goes nowhere.
    return -kinds.index(control.kind), max(values) - min(values) + len(values)
