"""All checks, in the order in which they are told: what others stand on first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from livegan.doctor.checks.cameras import check_cameras
from livegan.doctor.checks.displays import check_displays
from livegan.doctor.checks.engines import check_engines
from livegan.doctor.checks.gpu import check_gpu
from livegan.doctor.checks.packages import check_packages
from livegan.doctor.checks.playing import check_playing
from livegan.doctor.checks.python import check_python
from livegan.doctor.checks.surroundings import check_disk, check_ports
from livegan.doctor.checks.virtual_cameras import check_virtual_cameras
from livegan.doctor.facts import Facts
from livegan.doctor.finding import Finding

_CHECKS: tuple[tuple[str, Callable[[Facts], Iterator[Finding]]], ...] = (
    ("Python", check_python),
    ("packages", check_packages),
    ("cameras", check_cameras),
    ("display", check_displays),
    ("virtual camera", check_virtual_cameras),
    ("GPU", check_gpu),
    ("engines", check_engines),
    ("ports", check_ports),
    ("disk", check_disk),
    ("default preset", check_playing),
)


@dataclass(frozen=True)
class Section:
    """What was found on one subject."""

    title: str
    findings: tuple[Finding, ...]


def examine(facts: Facts) -> tuple[Section, ...]:
    """Everything that can be said of the facts."""
    return tuple(Section(title, tuple(check(facts))) for title, check in _CHECKS)


def can_play(sections: tuple[Section, ...]) -> bool:
    """Whether the default preset can play: warnings do not count."""
    return not any(one.state == "FAIL" for section in sections for one in section.findings)
