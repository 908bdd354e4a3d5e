"""Counts long work: how many are done, how fast, and when it will be over."""

from __future__ import annotations

import time

from workshop.progress import ProgressLine


class Tally:
    """Counts towards a total and keeps the progress line.

    Args:
        unit: what is counted: "pairs", "frames".
        total: how many there will be; None if nobody knows.
    """

    def __init__(self, unit: str, total: int | None) -> None:
        self._unit = unit
        self._total = total
        self._count = 0
        self._began_s = time.monotonic()
        self._line = ProgressLine()

    def step(self) -> None:
        """One more is done."""
        self.at(self._count + 1, self._total)

    def at(self, count: int, total: int | None) -> None:
        """So many are done, of so many."""
        self._count, self._total = count, total
        self._line.show(self._text())

    def note(self, text: str) -> None:
        """Say something on a line that stays."""
        self._line.end(text)

    def done(self) -> None:
        """Show how it ended, and leave the line."""
        self._line.end(self._text())

    def _text(self) -> str:
        rate = self._count / max(time.monotonic() - self._began_s, 1e-6)
        if not self._total:
            return f"{self._count} {self._unit}, {rate:.1f}/s"
        left_s = (self._total - self._count) / max(rate, 1e-6)
        return f"{self._count} of {self._total} {self._unit}, {rate:.1f}/s, {left_s:.0f} s left"
