"""Notices what changes, reads the gauges and looks at the choices, while somebody listens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from livegan.control.feedback import GAUGES_PERIOD_S
from livegan.control.osc_player import address
from livegan.control.oscquery.played import Played
from livegan.control.oscquery.tree import told
from livegan.parameters import TABLE
from livegan.supervision import one_line

_QUICKEST_S = 1 / 30
"""Changes go out no more often than that: what came between was overtaken."""
_CHOICES_PERIOD_S = 1.0
_TOLD = tuple(name for name, row in TABLE.items() if told(row))


class News(threading.Thread):
    """Tells what has changed. Costs nothing while nobody listens.

    Args:
        played: what is played; its gauges are read ten times a second.
        tell: called with the names of what changed, in this thread.
        announce: called likewise with the address of a node whose choices are others now.
    """

    def __init__(
        self,
        played: Played,
        tell: Callable[[Sequence[str]], None],
        announce: Callable[[str], None],
    ) -> None:
        super().__init__(name="panel-news", daemon=True)
        self._played = played
        self._tell = tell
        self._announce = announce
        self._choices = {name: list(read()) for name, read in played.choices.items()}
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
        values = self._played.values
        known = values.snapshot()
        due_s = choices_due_s = 0.0
        while not self._stopping.wait(_QUICKEST_S):
            self._listened_to.wait()
            now_s = time.monotonic()
            try:
                if now_s >= due_s:
                    due_s = max(due_s + GAUGES_PERIOD_S, now_s)
                    values.measured(self._played.gauges(now_s))
                if now_s >= choices_due_s:
                    choices_due_s = now_s + _CHOICES_PERIOD_S
                    self._look_at_choices()
            except Exception as error:  # one that can't be read must not end the telling
                self._played.health.report("panel", "degraded", one_line(error), error)
            # What was known before nobody listened is still what to compare with: whoever came
            # meanwhile may have been told anything between that and now.
            now = values.wait(known, max(due_s - time.monotonic(), 0.0))
            changed = [name for name in _TOLD if now[name] != known[name]]
            known = now
            if changed:
                self._tell(changed)

    def _look_at_choices(self) -> None:
        """A preset was saved or deleted, by whatever program."""
        for name, read in self._played.choices.items():
            now = list(read())
            if now != self._choices[name]:
                self._choices[name] = now
                self._announce(address(name))

    def close(self) -> None:
        """End it. May be called twice."""
        self._stopping.set()
        self._listened_to.set()
