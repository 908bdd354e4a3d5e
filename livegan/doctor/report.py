"""The report as it is printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import TextIO

from livegan.doctor.examination import Section, can_play
from livegan.doctor.finding import State

_COLOURS: Mapping[State, str] = {"ok": "32", "note": "36", "warn": "33", "FAIL": "31"}
_STATE_WIDTH = 4
_INDENT = "  "


def report(sections: tuple[Section, ...], *, colour: bool) -> Iterator[str]:
    """The lines of the report: a heading for each section, a line for each finding, below it the
    cure where there is one, and what follows from all of it at the end.

    Args:
        sections: what was found.
        colour: whether the states are coloured, for a terminal.
    """
    width = max(len(one.subject) for section in sections for one in section.findings)
    for section in sections:
        yield section.title
        for one in section.findings:
            state = _painted(one.state, colour)
            yield f"{_INDENT}{state}  {one.subject:{width}}  {one.told}"
            if one.cure:
                yield f"{_INDENT}{'':{_STATE_WIDTH}}  {'':{width}}  -> {one.cure}"
    yield ""
    yield _verdict(sections)


def takes_colour(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a stream is a terminal that shows colours."""
    if not stream.isatty() or environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    # The old console of Windows shows the codes themselves; the new terminal names itself.
    return sys.platform != "win32" or "WT_SESSION" in environment


def _painted(state: State, colour: bool) -> str:
    text = f"{state:{_STATE_WIDTH}}"
    return f"\x1b[{_COLOURS[state]}m{text}\x1b[0m" if colour else text


def _verdict(sections: tuple[Section, ...]) -> str:
    warnings = sum(one.state == "warn" for section in sections for one in section.findings)
    if not can_play(sections):
        return "livegan cannot play: begin with the first line that says warn or FAIL"
    if warnings:
        return f"livegan can play; {warnings} thing{'s' * (warnings > 1)} could be better: see warn"
    return "livegan can play"
