"""Values as people type them and as controllers send them, made into what a parameter holds."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from contextlib import suppress

from livegan.errors import ParameterError
from livegan.parameters.parameter import Parameter, Setting
from livegan.parameters.table import TABLE, find

logger = logging.getLogger("livegan")

_KEPT = [name for name, row in TABLE.items() if row.kept]
_WORDS = {"on": True, "true": True, "off": False, "false": False}


def read_assignment(text: str) -> tuple[str, Setting]:
    """`NAME=VALUE` as a parameter and a value that it takes; a number out of range is clamped.

    Raises:
        ParameterError: there is no such parameter, or it takes no such value.
    """
    name, equals, given = (part.strip() for part in text.partition("="))
    if not equals:
        raise ParameterError(f"--set {text}: wanted NAME=VALUE, such as face_mesh.line_width=2")
    parameter = find(name, guesses=_KEPT)
    if not parameter.kept:
        raise ParameterError(f"--set {text}: {_why_not_typed(parameter)}")
    value: object = given
    if parameter.kind == "switch":
        value = _WORDS.get(given.lower())
        if value is None:
            raise ParameterError(f"{name} is {given!r}, wanted on or off")
    elif parameter.kind == "number":
        with suppress(ValueError):
            value = float(given)
    accepted = parameter.accept(value)
    if accepted != value:
        logger.warning("--set %s is taken as %g (%s)", text, accepted, parameter.range_text)
    return name, accepted


def _why_not_typed(parameter: Parameter) -> str:
    if parameter.name in ("preset.name", "preset.load"):
        return "to begin with a preset, name it: livegan pearl, or --preset pearl"
    if parameter.read_only:
        return str(parameter.refusal_to_be_set())
    return f"{parameter.name} happens while it plays; send it from the panel, or by OSC"


def played(parameter: Parameter, arguments: Sequence[object]) -> Setting:
    """What a controller means that sends these arguments to a parameter.

    One number is enough for all but read-only parameters, as that is all that many controllers
    can send: a switch is on from 0.5, a choice is meant by its index from 0, a trigger happens at
    any number but 0, and a name is the number as text.

    Args:
        parameter: which one.
        arguments: bool, int, float, str or None, as they came.

    Raises:
        ParameterError: it takes no such arguments; the message says what it takes.
    """
    if parameter.read_only:
        raise parameter.refusal_to_be_set()
    if parameter.trigger:
        return _fires(arguments)
    if len(arguments) != 1:
        raise ParameterError(f"{parameter.name} takes one value, got {len(arguments)}")
    value = arguments[0]
    number = None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = value
    if number is not None and not math.isfinite(number):
        raise parameter.refusal(value, "a finite number")
    if parameter.kind == "switch":
        if number is not None:
            return number >= 0.5
        word = _WORDS.get(value.lower()) if isinstance(value, str) else None
        return parameter.accept(value if word is None else word)
    if parameter.kind == "name" and number is not None:
        return parameter.accept(f"{number:g}")
    if parameter.kind == "choice" and number is not None:
        if 0 <= round(number) < len(parameter.choices):
            return parameter.choices[round(number)]
        last = len(parameter.choices) - 1
        raise parameter.refusal(value, f"an index from 0 to {last}: {parameter.range_text}")
    return parameter.accept(value)


def _fires(arguments: Sequence[object]) -> bool:
    """No argument at all fires, and so does anything but 0, false and nothing."""
    if not arguments:
        return True
    value = arguments[0]
    return bool(value) and value == value  # NaN does not
