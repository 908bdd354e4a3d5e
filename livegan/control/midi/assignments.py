"""Which control plays what, as a TOML file that livegan writes and people may change.

    schema = 1

    [[control]]
    port = "nanoKONTROL2"          # its name, without what changes when it is plugged in again
    channel = 1
    control = "cc 7"               # or "note 36", "bend", "nrpn 300"
    parameter = "output.fade"
    low = 0.2                      # optional: what either end plays, where it is not the whole
    high = 0.8                     # range of the parameter; low may be above high
    mode = "absolute"              # optional, see MODES
    takeover = true                # optional: false for motor faders, which need not be picked up
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livegan.control.midi.moves import KINDS, Control
from livegan.errors import ParameterError
from livegan.keepsakes import keep
from livegan.parameters import Parameter, find

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

logger = logging.getLogger("livegan")

SCHEMA = 1
FILE = "midi.toml"
MODES = {
    "absolute": "it says where it stands",
    "14bit": "it says where it stands in 16,384 steps: cc n with cc n + 32, or both halves of nrpn",
    "twos_complement": "an endless encoder: 1 is a step up, 127 one down",
    "offset_64": "an endless encoder: 65 is a step up, 63 one down",
    "sign_bit": "an endless encoder: 1 is a step up, 65 one down",
    "toggle": "each press turns a switch over",
    "momentary": "a switch is on while it is held",
}
RELATIVE = ("twos_complement", "offset_64", "sign_bit")
_BUTTONS = ("toggle", "momentary")
_LARGEST_BYTES = 1 << 20
_CONTROL = re.compile(r"(cc|note|nrpn) (\d{1,5})|bend")
_MOST_NUMBER = {"cc": 127, "note": 127, "nrpn": 16383, "bend": 0}
_KNOWN = ("port", "channel", "control", "parameter", "low", "high", "mode", "takeover")


@dataclass(frozen=True)
class Assignment:
    """One control, and what it plays.

    Args:
        control: which one.
        parameter: the name of one that `learnable` lets through.
        mode: one of `MODES`.
        low, high: what its ends play, where the parameter is a number; None is its whole range.
        takeover: whether a control that stands elsewhere must pass the value before it moves it.
        more: keys of the file that say nothing to this livegan.
    """

    control: Control
    parameter: str
    mode: str = "absolute"
    low: float | None = None
    high: float | None = None
    takeover: bool = True
    more: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return str(self.control) + ("" if self.mode == "absolute" else f" ({self.mode})")


def learnable(row: Parameter) -> bool:
    """Whether a control can play it."""
    return not row.read_only and row.kind != "name"


class Assignments:
    """All of them. For one thread only.

    Args:
        path: the file; None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self.all: tuple[Assignment, ...] = ()
        self._path = path
        self._foreign: dict[str, Any] = {}
        self._passed_over: list[object] = []
        if path:
            self._read(path)

    def learn(self, learned: Assignment) -> None:
        """Take one instead of those with the same control or parameter, and keep it."""
        self.all = (
            *(
                one
                for one in self.all
                if one.control != learned.control and one.parameter != learned.parameter
            ),
            learned,
        )
        self._keep()

    def forget(self, parameter: str) -> int:
        """Drop all that play a parameter, and say how many they were."""
        left = tuple(one for one in self.all if one.parameter != parameter)
        dropped = len(self.all) - len(left)
        if dropped:
            self.all = left
            self._keep()
        return dropped

    def text(self) -> str:
        """The file."""
        known: Iterable[object] = (_entry(one) for one in self.all)
        head = {"schema": SCHEMA, **self._foreign}
        lines = [f"{_toml_key(key)} = {_toml(value)}" for key, value in head.items()]
        for one in (*known, *self._passed_over):
            if isinstance(one, dict):
                lines += ["", "[[control]]"]
                lines += [f"{_toml_key(key)} = {_toml(value)}" for key, value in one.items()]
        return "\n".join(lines) + "\n"

    def _read(self, path: Path) -> None:
        try:
            table = _read_toml(path)
        except FileNotFoundError:
            return
        except (ValueError, RecursionError, OSError) as error:
            reason = " ".join(str(error).split())
            logger.warning("midi       %s is passed over: %s", path, reason)
            # What somebody wrote by hand must not be gone with the first control that is learned.
            with suppress(OSError):
                os.replace(path, path.with_suffix(".toml.old"))
                logger.warning("midi       it is %s now", path.with_suffix(".toml.old"))
            return
        entries = table.pop("control")
        table.pop("schema")
        self._foreign = table
        found = []
        for number, entry in enumerate(entries, 1):
            try:
                found.append(_assignment(entry))
            except (ParameterError, ValueError) as error:
                logger.warning("midi       %s: control %d passed over: %s", path, number, error)
                self._passed_over.append(entry)
        self.all = tuple(found)

    def _keep(self) -> None:
        if self._path is None:
            return
        try:
            keep(self._path, self.text())
        except OSError as error:
            logger.warning("midi       %s cannot be written: %s", self._path, error.strerror)


def _read_toml(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _LARGEST_BYTES:
        raise ValueError("larger than 1 MiB")
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    if table.get("schema") != SCHEMA:
        raise ValueError(f"schema is {table.get('schema')!r}, wanted {SCHEMA}")
    if not isinstance(table.setdefault("control", []), list):
        raise ValueError("control is no list; each begins with [[control]]")
    return table


def _assignment(entry: object) -> Assignment:
    """An entry of the file.

    Raises:
        ValueError, ParameterError: it says nothing to this livegan; the message says why.
    """
    if not isinstance(entry, dict):
        raise ValueError("wanted [[control]] with port, channel, control and parameter")
    port, channel = entry.get("port"), entry.get("channel")
    if not isinstance(port, str) or not port:
        raise ValueError(f"port is {port!r}, wanted its name")
    if type(channel) is not int or not 1 <= channel <= 16:
        raise ValueError(f"channel is {channel!r}, wanted 1 to 16")
    control = _control(port, channel, entry.get("control"))
    row = find(str(entry.get("parameter")))
    if not learnable(row):
        raise ValueError(f"{row.name} can't be played by a control")
    mode = entry.get("mode", "absolute")
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}, wanted one of {', '.join(MODES)}")
    takeover = entry.get("takeover", True)
    if not isinstance(takeover, bool):
        raise ValueError(f"takeover is {takeover!r}, wanted true or false")
    ends: list[float | None] = []
    for key in ("low", "high"):
        given = entry.get(key)
        ends.append(None if given is None else float(_number_row(row).accept(given)))
    if None not in ends and ends[0] == ends[1]:
        raise ValueError(f"low and high are both {ends[0]:g}")
    _check_mode(mode, control, row)
    more = {key: value for key, value in entry.items() if key not in _KNOWN}
    return Assignment(control, row.name, mode, ends[0], ends[1], takeover, more)


def _control(port: str, channel: int, text: object) -> Control:
    found = _CONTROL.fullmatch(text) if isinstance(text, str) else None
    if found:
        number = int(found[2] or 0)
        for kind in KINDS:
            if kind == (found[1] or "bend") and number <= _MOST_NUMBER[kind]:
                return Control(port, channel, kind, number)
    raise ValueError(f'control is {text!r}, wanted such as "cc 7", "note 36", "nrpn 300", "bend"')


def _number_row(row: Parameter) -> Parameter:
    if row.kind != "number":
        raise ValueError(f"low and high are for numbers, and {row.name} is none")
    return row


def _check_mode(mode: str, control: Control, row: Parameter) -> None:
    if mode in _BUTTONS and row.kind != "switch":
        raise ValueError(f"mode {mode!r} is for switches, and {row.name} is none")
    if mode in RELATIVE and (control.kind != "cc" or row.kind == "trigger"):
        raise ValueError(f"mode {mode!r} is for cc, and for what is no trigger")
    fine = (control.kind == "cc" and control.number < 32) or control.kind == "nrpn"
    if mode == "14bit" and not fine:
        raise ValueError("mode '14bit' is for cc 0 to 31, and nrpn; bend has it anyway")


def _entry(one: Assignment) -> dict[str, object]:
    entry: dict[str, object] = {
        "port": one.control.port,
        "channel": one.control.channel,
        "control": one.control.name,
        "parameter": one.parameter,
    }
    if one.mode != "absolute":
        entry["mode"] = one.mode
    if one.low is not None:
        entry["low"] = one.low
    if one.high is not None:
        entry["high"] = one.high
    if not one.takeover:
        entry["takeover"] = False
    return {**entry, **one.more}


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _toml(key)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # TOML's basic strings escape as JSON does, and DEL besides.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml_key(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    return repr(value) if isinstance(value, (int, float)) else str(value)  # a date is as written
