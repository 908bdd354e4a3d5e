"""The one line that says how far a long command is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

EVERY_S = 0.2
EVERY_S_IN_A_LOG = 15.0


class ProgressLine:
    """Rewritten in place on a terminal; a line now and then in a log.

    Args:
        clock: seconds, for when to show.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._in_place = sys.stdout.isatty()
        self._next_s = -float("inf")

    def show(self, text: str) -> None:
        """Say how far it is, unless that was said just now."""
        now_s = self._clock()
        if now_s < self._next_s:
            return
        self._next_s = now_s + (EVERY_S if self._in_place else EVERY_S_IN_A_LOG)
        if self._in_place:
            print(f"\r\x1b[K{text}", end="", flush=True)
        else:
            print(text, flush=True)

    def end(self, text: str) -> None:
        """Say what came of it, on a line that stays."""
        print(f"\r\x1b[K{text}" if self._in_place else text, flush=True)
        self._next_s = -float("inf")


class Silence(ProgressLine):
    """For a process that works beside another one, which speaks for both."""

    def show(self, text: str) -> None:
        """Say nothing."""

    def end(self, text: str) -> None:
        """Say nothing."""
