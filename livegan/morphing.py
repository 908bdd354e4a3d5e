"""Moves what is played to where a preset wants it, over some time."""

from __future__ import annotations

from collections.abc import Mapping

from livegan.parameters import TABLE, LiveValues, Setting

_MIDDLE = 0.5


class Morph:
    """Moves live values from where they stand to where they are wanted.

    Numbers go there evenly; switches and choices change in the middle. Whatever somebody plays
    meanwhile is his: the morph leaves it alone from then on.

    Args:
        values: what is played.
        wanted: where it goes.
        now_s: the clock as it begins, in seconds.
        lasts_s: how long it takes; 0 is there at once.
    """

    def __init__(
        self, values: LiveValues, wanted: Mapping[str, Setting], now_s: float, lasts_s: float
    ) -> None:
        self._values = values
        stands = values.snapshot()
        self._from = {name: stands[name] for name in wanted if stands[name] != wanted[name]}
        self._left = dict(self._from)
        self._wanted = wanted
        self._began_s = now_s
        self._lasts_s = lasts_s

    def step(self, now_s: float) -> None:
        """Move them to where they belong as the clock reads `now_s`."""
        if not self._left:
            return
        gone = 1.0
        if self._lasts_s > 0:
            gone = min(max((now_s - self._began_s) / self._lasts_s, 0.0), 1.0)
        goes = {name: self._at(name, gone) for name in self._left}
        played = self._values.move(self._left, goes)
        self._left = {
            name: value for name, value in goes.items() if name not in played and gone < 1
        }

    def moves(self, name: str) -> bool:
        """Whether this value is still on its way."""
        return name in self._left

    @property
    def ends(self) -> dict[str, Setting]:
        """Where the values go that are still on their way. From any thread."""
        return {name: self._wanted[name] for name in self._left}

    def _at(self, name: str, gone: float) -> Setting:
        start, end = self._from[name], self._wanted[name]
        if gone >= 1:
            return end
        if TABLE[name].kind == "number":
            return float(start) + (float(end) - float(start)) * gone
        return end if gone >= _MIDDLE else start
