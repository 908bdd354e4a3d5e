"""How the report looks."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from doctor.patients import HEALTHY, patient

from livegan.doctor.examination import examine
from livegan.doctor.facts import Displays, Facts, Loopbacks, Playing
from livegan.doctor.report import report, takes_colour


def test_lines_are_aligned_and_cures_stand_below_what_they_cure() -> None:
    lines = list(report(examine(HEALTHY), colour=False))
    assert lines[0] == "Python" and lines[1].split() == ["ok", "version", "3.11.2"]
    told = [line for line in lines if line.startswith("  ") and "->" not in line]
    width = max(len(line[8:].split("  ")[0]) for line in told)
    assert {line[8 + width : 10 + width] for line in told} == {"  "}
    cure = lines.index(next(line for line in lines if "->" in line))
    assert lines[cure - 1].startswith("  warn")
    assert lines[cure].startswith(" " * (8 + width + 2) + "-> ")


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (patient(displays=Displays()), "livegan can play; 2 things could be better: see warn"),
        (HEALTHY, "livegan can play; 1 thing could be better: see warn"),
        (patient(loopbacks=Loopbacks()), "livegan can play"),
        (replace(HEALTHY, playing=Playing("x", problem="it is broken")), "livegan cannot play: "),
    ],
)
def test_the_last_line_says_what_follows(facts: Facts, verdict: str) -> None:
    last = list(report(examine(facts), colour=False))[-1]
    assert last.startswith(verdict) and (last == verdict or verdict.endswith(": "))


def test_only_a_terminal_is_coloured() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    environment = {"TERM": "xterm", "WT_SESSION": "1"}
    assert takes_colour(Terminal(), environment)
    assert not takes_colour(io.StringIO(), environment)
    assert not takes_colour(Terminal(), {**environment, "NO_COLOR": "1"})
    assert not takes_colour(Terminal(), {**environment, "TERM": "dumb"})
    coloured = "\n".join(report(examine(HEALTHY), colour=True))
    assert "\x1b[32mok  \x1b[0m" in coloured and "\x1b[33mwarn\x1b[0m" in coloured
