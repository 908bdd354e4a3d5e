"""One row of the table of what can be played."""

from __future__ import annotations

import math
from dataclasses import dataclass

from livegan.errors import ParameterError

Setting = float | bool | str
LONGEST_NAME = 64
"""In characters."""


@dataclass(frozen=True)
class Parameter:
    """One playable thing.

    Args:
        name: `group.name` in lower snake case.
        default: a float for a continuous value, a bool for a switch or a trigger, a str for a
            choice, a name or a text.
        description: one plain sentence.
        low, high: the range of a continuous value, both ends included, in `unit`.
        unit: the unit of a continuous value, or "".
        choices: what a choice can be.
        choices_text: what that is, in words, where it is too much to list.
        smoothing_ms: a continuous value that is set has gone 63 % of its way after this, so that
            a fader of 128 steps does not show them; 0 jumps.
        trigger: it has no value: it happens when it is set to true.
        read_only: livegan tells it, and nobody sets it.
        instead: of one that is read only, the parameter that changes what it tells; "" where none
            does.
        request: a name that somebody sends; livegan acts on it and empties it again.
    """

    name: str
    default: Setting
    description: str
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    choices: tuple[str, ...] = ()
    choices_text: str = ""
    smoothing_ms: float = 0.0
    trigger: bool = False
    read_only: bool = False
    instead: str = ""
    request: bool = False

    @property
    def group(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    @property
    def kind(self) -> str:
        """ "number", "switch", "choice", "trigger", "name", or "text", which is read only."""
        if self.trigger:
            return "trigger"
        if self.request:
            return "name"
        if isinstance(self.default, bool):
            return "switch"
        if isinstance(self.default, str):
            return "choice" if self.choices else "text"
        return "number"

    @property
    def kept(self) -> bool:
        """Whether it is part of a look: a preset can hold it."""
        return not (self.trigger or self.request or self.read_only)

    @property
    def range_text(self) -> str:
        """The range or the choices, for people."""
        if self.read_only:
            return f"read only, {self.unit}" if self.unit else "read only"
        if self.kind == "number":
            return f"{self.low:g} to {self.high:g} {self.unit}".rstrip()
        if self.kind == "choice":
            return self.choices_text or ", ".join(self.choices)
        return {"switch": "on, off"}.get(self.kind, self.kind)

    @property
    def default_text(self) -> str:
        """The default, for people; "" where there is none."""
        if self.kind == "number":
            return f"{self.default:g}" if self.kept else ""
        if self.kind == "switch":
            return ("on" if self.default else "off") if self.kept else ""
        return str(self.default) if self.kind == "choice" else ""

    def accept(self, value: object) -> Setting:
        """The value as this parameter holds it: of its type, inside its range.

        Raises:
            ParameterError: the type is wrong, the number is not finite, the choice is unknown.
        """
        if self.kind in ("switch", "trigger"):
            if isinstance(value, bool):
                return value
            raise self.refusal(value, "true or false")
        if self.kind == "choice":
            if isinstance(value, str) and value in self.choices:
                return value
            raise self.refusal(value, self.choices_text or f"one of {self.range_text}")
        if self.kind == "name":
            if isinstance(value, str) and len(value) <= LONGEST_NAME and value.isprintable():
                return value
            raise self.refusal(value, f"a name of at most {LONGEST_NAME} characters")
        if self.kind == "text":
            # A file's name may hold what no other program could be told.
            return str(value).encode("utf-8", "replace").decode()
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or (isinstance(value, float) and not math.isfinite(value))
        ):
            raise self.refusal(value, f"a number from {self.low:g} to {self.high:g}")
        # Before it is a float, which is too small for some whole numbers.
        return float(min(max(value, self.low), self.high))

    def refusal_to_be_set(self) -> ParameterError:
        """The error for whoever sets what is read only."""
        way = f"; send {self.instead} instead" if self.instead else ": livegan measures it"
        return ParameterError(f"{self.name} can't be set{way}")

    def refusal(self, value: object, wanted: str) -> ParameterError:
        """The error for a value that it does not take."""
        shown = repr(value)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        return ParameterError(f"{self.name} is {shown}, wanted {wanted}")
