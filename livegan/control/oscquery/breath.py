"""Keeps the server's thread to a small part of one core, whatever comes."""

from __future__ import annotations

import asyncio
import time

_SHARE = 0.15
"""Of one core: everything in Python shares one lock, and a flood would take time from who paints.
OSC by UDP is given as much."""
_SPRINT_S = 0.1
"""What may be worked at once before that, as a page is opened: about a dozen whole trees."""


class Breath:
    """Awaited after each piece of work that somebody asked for. For one event loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._credit_s = _SPRINT_S
        self._worked_s = time.thread_time()
        self._now_s = time.monotonic()

    async def __call__(self) -> None:
        """Rest, if the thread has worked more than its share of late."""
        async with self._turn:
            worked_s, now_s = time.thread_time(), time.monotonic()
            earned_s = self._credit_s + _SHARE * (now_s - self._now_s)
            self._credit_s = min(earned_s, _SPRINT_S) - (worked_s - self._worked_s)
            self._worked_s, self._now_s = worked_s, now_s
            if self._credit_s < 0:
                await asyncio.sleep(-self._credit_s / _SHARE)
