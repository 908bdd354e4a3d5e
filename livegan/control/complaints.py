"""Tells what could not be played: each thing once, and never many in a row."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable

logger = logging.getLogger("livegan")

_AT_ONCE = 5
_WITHIN_S = 5.0
_MOST_TOLD = 200
_LONGEST = 80


class Complaints:
    """Counts what is refused and logs the reason, once for each address.

    At most 5 lines in 5 seconds, and 200 in all: what anybody may send must not fill the log, nor
    memory. For one thread only.

    Args:
        what: what the lines begin with.
        now_s: the monotonic clock.
    """

    def __init__(self, what: str, now_s: Callable[[], float] = time.monotonic) -> None:
        self.count = 0
        self._what = what
        self._now_s = now_s
        self._told: set[str] = set()
        self._lately: deque[float] = deque(maxlen=_AT_ONCE)

    def refuse(self, where: str, reason: Callable[[], str]) -> None:
        """Count one more that was refused.

        Args:
            where: its address.
            reason: makes the reason, if it is to be told.
        """
        self.count += 1
        if len(self._told) >= _MOST_TOLD:
            return
        # Whoever sends must not write to the terminal: ascii() leaves no control characters.
        shown = ascii(where[:_LONGEST])[1:-1]
        now_s = self._now_s()
        many = len(self._lately) == _AT_ONCE and now_s - self._lately[0] < _WITHIN_S
        if shown in self._told or many:
            return
        self._told.add(shown)
        self._lately.append(now_s)
        logger.warning("%-10s %s: %s", self._what, shown, reason())
        if len(self._told) == _MOST_TOLD:
            logger.warning("%-10s what else is refused is only counted", self._what)
