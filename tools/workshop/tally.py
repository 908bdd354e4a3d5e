"""Counts long work: how many are done, how fast, and when it will be over."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from workshop.progress import ProgressLine


class Tally:
    """Counts towards a total and keeps the progress line.

    Args:
        unit: what is counted: "pairs", "frames".
        total: how many there will be; None if nobody knows.
        clock: seconds.
    """

    def __init__(
        self, unit: str, total: int | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._unit = unit
        self._total = total
        self._count = self._first_count = 0
        self._first_s = self._clock()
        self._line = ProgressLine(clock)

    def step(self) -> None:
        """One more is done."""
        self.at(self._count + 1, self._total)

    def at(self, count: int, total: int | None) -> None:
        """So many are done, of so many."""
        if not self._count:
            # What came before the first one, processes and models that begin, doesn't come again.
            self._first_count, self._first_s = count, self._clock()
        self._count, self._total = count, total
        self._line.show(self._text())

    def note(self, text: str) -> None:
        """Say something on a line that stays."""
        self._line.end(text)

    def done(self) -> None:
        """Show how it ended, and leave the line; nothing where there was nothing to do."""
        if self._total != 0:
            self._line.end(self._text())

    def _text(self) -> str:
        told = f"{self._count} of {self._total}" if self._total else f"{self._count}"
        told = f"{told} {self._unit}"
        since, since_s = self._count - self._first_count, self._clock() - self._first_s
        if since < 1 or since_s <= 0:
            return told
        rate = since / since_s
        told = f"{told}, {rate:.1f}/s"
        if not self._total:
            return told
        left_s = max(0, math.ceil((self._total - self._count) / rate))
        return f"{told}, {left_s // 60}:{left_s % 60:02d} left"
