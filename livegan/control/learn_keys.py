"""Lets the keys of the window choose what a MIDI control is to play."""

from __future__ import annotations

from livegan.control.midi.assignments import learnable
from livegan.parameters import TABLE, LiveValues
from livegan.parameters.midi_rows import LEARN_NOTHING
from livegan.sinks.window import Binding

_ROWS = tuple(row for row in TABLE.values() if learnable(row))


class LearnKeys:
    """L begins and ends it; meanwhile arrows choose a parameter, which waits for a control.

    Args:
        values: what is played.
    """

    def __init__(self, values: LiveValues) -> None:
        self._values = values
        self._at = next(at for at, row in enumerate(_ROWS) if row.name == "output.fade")
        self._learns = False

    def bindings(self) -> list[Binding]:
        """The keys; those that mean nothing before L have no description."""
        what = "learn MIDI: arrows choose what a moved control plays, BACKSPACE forgets"
        return [
            Binding("L", what, self._toggle),
            Binding("UP", "", lambda: self._choose(self._at - 1)),
            Binding("DOWN", "", lambda: self._choose(self._at + 1)),
            Binding("LEFT", "", lambda: self._choose(self._group(-1))),
            Binding("RIGHT", "", lambda: self._choose(self._group(1))),
            Binding("BACKSPACE", "", self._forget),
        ]

    def notice(self) -> list[str]:
        """What to show meanwhile."""
        if not self._learns:
            return []
        told = str(self._values.snapshot()["midi.learning"])
        name = _ROWS[self._at].name
        lines = [f"MIDI plays {name}", "UP DOWN LEFT RIGHT choose, L ends"]
        return [*lines, told.removeprefix(f"{name}: ")] if told else lines

    def _toggle(self) -> None:
        self._learns = not self._learns
        self._ask(_ROWS[self._at].name if self._learns else LEARN_NOTHING)

    def _choose(self, at: int) -> None:
        if self._learns:
            self._at = at % len(_ROWS)
            self._ask(_ROWS[self._at].name)

    def _forget(self) -> None:
        if self._learns:
            self._values.update({"midi.forget": _ROWS[self._at].name})

    def _ask(self, name: str) -> None:
        self._values.update({"midi.learn": name})

    def _group(self, step: int) -> int:
        """The first row of the group before or after."""
        groups = list(dict.fromkeys(row.group for row in _ROWS))
        there = groups[(groups.index(_ROWS[self._at].group) + step) % len(groups)]
        return next(at for at, row in enumerate(_ROWS) if row.group == there)
