"""What the server serves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from livegan.control.endpoints import Endpoint
from livegan.control.oscquery.tree import Choices
from livegan.frames import Frame
from livegan.parameters import LiveValues, Setting
from livegan.supervision import HealthBoard


@dataclass(frozen=True)
class Played:
    """A performance, as whoever plays it from a browser or by OSCQuery sees it.

    Args:
        values: what is played.
        gauges: reads what is measured, at a clock reading.
        picture: the last that was painted, None before the first.
        health: where a fault of livegan's own is reported.
        osc: where OSC comes in by UDP, None where it does not.
        choices: see `tree.Choices`.
    """

    values: LiveValues
    gauges: Callable[[float], Mapping[str, Setting]]
    picture: Callable[[], Frame | None]
    health: HealthBoard
    osc: Endpoint | None = None
    choices: Choices = field(default_factory=dict)
