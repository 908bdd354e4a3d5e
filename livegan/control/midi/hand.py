"""One control with the parameter that it plays: what a move makes of the value.

A knob does not know the value that it plays, which a preset or a mouse may have changed since it
was moved last. With soft takeover it plays on only after it was moved past the value, and nothing
jumps.
"""

from __future__ import annotations

from livegan.control.midi.assignments import RELATIVE, Assignment
from livegan.control.midi.moves import FINEST, MOST
from livegan.parameters import Setting, find

_NEAR = 1.5 / 127
"""So near to the value a control has it, in parts of its way: a coarse one rarely meets it."""
_PRESSED = 64
"""A control change is on from here, as pedals and buttons are by the MIDI standard."""
_TICK = 1 / 127
"""What one step of an endless encoder is worth, in parts of the range."""


class Hand:
    """What one control does to its parameter. For one thread only.

    Args:
        assignment: the control, the parameter, and how it is played.
    """

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self._shown: int | None = None
        row = self._row = find(assignment.parameter)
        self._low = row.low if assignment.low is None else assignment.low
        self._high = row.high if assignment.high is None else assignment.high
        self._kind = assignment.control.kind
        self._is_fine = assignment.mode == "14bit" and self._kind != "bend"
        self._most = FINEST if assignment.mode == "14bit" else MOST[self._kind]
        self.forget()

    def forget(self) -> None:
        """Its port was plugged in: where the control stands is not known, nor what it shows."""
        self._last: int | None = None
        self._set: Setting | None = None
        self._down = False
        self._coarse: int | None = None
        self._coarse_is_new = False
        self._lower = 0
        self.darken()

    def darken(self) -> None:
        """What the control shows is not known."""
        self._shown = None

    @property
    def waits(self) -> bool:
        """Whether the upper half of its value has come, and the lower one not yet."""
        return self._is_fine and self._coarse_is_new

    def hear(self, value: int, now: Setting, *, fine: bool = False) -> Setting | None:
        """What to set the parameter to, None if it stays as it is.

        Args:
            value: where the control is, as it sent it.
            now: how the parameter stands.
            fine: whether the value is the lower half of one with 14 bits.
        """
        if not self._is_fine:
            return None if fine else self._at(value, now)
        if fine:
            self._lower = value
        else:
            self._coarse = value
            # The lower half comes a moment later: the old one would be a step back.
            self._coarse_is_new = True
            return None
        return self.settle(now)

    def settle(self, now: Setting) -> Setting | None:
        """The same for a value whose lower half has not come, or came first."""
        self._coarse_is_new = False
        return None if self._coarse is None else self._at(self._coarse << 7 | self._lower, now)

    def light(self, now: Setting) -> int | None:
        """What to send back, so that motor faders, rings and lights show the value.

        Args:
            now: how the parameter stands.

        Returns:
            As `hear` takes it; None if the control shows it already, or has nothing to show.
        """
        kind = self._row.kind
        if kind == "number":
            place = min(max(self._place(now), 0.0), 1.0)
        elif kind == "switch":
            place = float(bool(now))
        elif kind == "choice" and self._kind != "note":
            place = self._row.choices.index(str(now)) / max(len(self._row.choices) - 1, 1)
        else:
            return None
        shown = round(place * (127 if self.assignment.mode in RELATIVE else self._most))
        if shown == self._shown:
            return None
        self._shown = shown
        return shown

    def _at(self, value: int, now: Setting) -> Setting | None:
        kind = self._row.kind
        if self.assignment.mode in RELATIVE:
            return self._turned(self._steps(value), now)
        if kind == "number":
            return self._velocity(value) if self._kind == "note" else self._moved(value, now)
        if kind == "choice" and self._kind != "note":
            return self._chosen(value)
        return self._pressed(value, now)

    def _steps(self, value: int) -> int:
        mode = self.assignment.mode
        if mode == "offset_64":
            return value - 64
        if mode == "sign_bit":
            return value if value < 64 else 64 - value
        return value if value < 64 else value - 128

    def _turned(self, steps: int, now: Setting) -> Setting | None:
        row = self._row
        if row.kind == "number":
            ends = sorted((self._low, self._high))
            turned = float(now) + steps * _TICK * (self._high - self._low)
            return min(max(turned, ends[0]), ends[1])
        if row.kind == "switch":
            return steps > 0 if steps else None
        at = row.choices.index(str(now)) + (steps > 0) - (steps < 0)
        return row.choices[min(max(at, 0), len(row.choices) - 1)]

    def _velocity(self, value: int) -> Setting | None:
        """A key plays how hard it was struck; that it is let go says nothing."""
        return self._value(value / self._most) if value else None

    def _moved(self, value: int, now: Setting) -> Setting | None:
        """Soft takeover: a control that stands elsewhere must meet the value first."""
        place, there = value / self._most, min(max(self._place(now), 0.0), 1.0)
        before, self._last = self._last, value
        held = self._set is not None and self._set == now
        passed = before is not None and (before / self._most - there) * (place - there) <= 0
        if not (held or passed or abs(place - there) <= _NEAR or not self.assignment.takeover):
            return None
        if value == self._shown:  # an echo of what it was sent: the value is finer than that
            self._set = now
            return None
        self._shown = value
        moved = self._set = self._row.accept(self._value(place))
        return moved

    def _chosen(self, value: int) -> Setting | None:
        """A choice changes where the control comes into another part of its way."""
        choices = self._row.choices
        before, self._last = self._last, value * len(choices) // (self._most + 1)
        return None if before == self._last else choices[self._last]

    def _pressed(self, value: int, now: Setting) -> Setting | None:
        row, is_note = self._row, self._kind == "note"
        down = value > 0 if is_note else value >= _PRESSED * (self._most + 1) // 128
        # Some buttons say only that they are pressed: the same again is another press.
        struck = down and (is_note or not self._down or value == self._last)
        changed = down != self._down
        self._down, self._last = down, value
        if row.kind == "trigger":
            return True if struck else None
        if row.kind == "choice":
            at = row.choices.index(str(now))
            return row.choices[(at + 1) % len(row.choices)] if struck else None
        if self.assignment.mode == "toggle":
            return not now if struck else None
        return down if changed or struck else None

    def _value(self, place: float) -> float:
        return self._low + place * (self._high - self._low)

    def _place(self, now: Setting) -> float:
        return (float(now) - self._low) / (self._high - self._low)
