"""Lets numbers glide to what they were set to."""

from __future__ import annotations

import math
from collections.abc import Mapping

from livegan.parameters.parameter import Setting
from livegan.parameters.table import TABLE
from livegan.parameters.values import Values

_GLIDING = tuple(row for row in TABLE.values() if row.smoothing_ms > 0)
_NEAR = 1e-3
"""In parts of the range: nearer than that it has arrived."""


def eased(shown: Values, target: Values, step_s: float) -> Values:
    """What is shown a moment later.

    Args:
        shown: what was shown before.
        target: what is set.
        step_s: how much time has passed, in seconds.

    Returns:
        `target` itself, once all has arrived.
    """
    moving = {}
    for row in _GLIDING:
        there = target.number(row.name)
        away = shown.number(row.name) - there
        if away:
            away *= math.exp(-step_s * 1e3 / row.smoothing_ms)
            if abs(away) > _NEAR * (row.high - row.low):
                moving[row.name] = there + away
    return target.changed_by(moving) if moving else target


class Glide:
    """Follows what is set, frame by frame; the first frame shows it as it is."""

    def __init__(self) -> None:
        self._shown: Values | None = None
        self._time_s = 0.0

    def at(self, now_s: float, target: Values) -> Values:
        """What to show.

        Args:
            now_s: the clock, rising.
            target: what is set.
        """
        if self._shown is not None and self._shown is not target:
            target = eased(self._shown, target, max(now_s - self._time_s, 0.0))
        self._shown, self._time_s = target, now_s
        return target

    def jump(self, values: Mapping[str, Setting]) -> None:
        """Show these at the next frame as they are set; all others go on gliding."""
        if self._shown is not None and values:
            self._shown = self._shown.changed_by(values)
