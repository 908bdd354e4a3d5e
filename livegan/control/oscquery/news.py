"""Notices what changes, and reads the gauges, while somebody listens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from livegan.control.feedback import GAUGES_PERIOD_S
from livegan.control.oscquery.tree import told
from livegan.parameters import TABLE, LiveValues, Setting, Values

_QUICKEST_S = 1 / 30
"""Changes go out no more often than that: what came between was overtaken."""
_TOLD = tuple(name for name, row in TABLE.items() if told(row))


class News(threading.Thread):
    """Calls `tell` with what has changed. Costs nothing while nobody listens.

    Args:
        values: what is played.
        gauges: read ten times a second, with the clock.
        tell: called with the names of what changed and all values, in this thread.
    """

    def __init__(
        self,
        values: LiveValues,
        gauges: Callable[[float], Mapping[str, Setting]],
        tell: Callable[[Sequence[str], Values], None],
    ) -> None:
        super().__init__(name="panel-news", daemon=True)
        self._values = values
        self._gauges = gauges
        self._tell = tell
        self._listened_to = threading.Event()
        self._stopping = threading.Event()

    def listened_to(self, somebody: bool) -> None:
        """Say whether anybody listens."""
        if somebody:
            self._listened_to.set()
        else:
            self._listened_to.clear()

    def run(self) -> None:
        """Notice until it is closed."""
        known = self._values.snapshot()
        due_s = 0.0
        while not self._stopping.wait(_QUICKEST_S):
            self._listened_to.wait()
            now_s = time.monotonic()
            if now_s >= due_s:
                due_s = max(due_s + GAUGES_PERIOD_S, now_s)
                self._values.measured(self._gauges(now_s))
            # What was known before nobody listened is still what to compare with: whoever came
            # meanwhile may have been told anything between that and now.
            now = self._values.wait(known, max(due_s - time.monotonic(), 0.0))
            changed = [name for name in _TOLD if now[name] != known[name]]
            known = now
            if changed:
                self._tell(changed, now)

    def close(self) -> None:
        """End it. May be called twice."""
        self._stopping.set()
        self._listened_to.set()
