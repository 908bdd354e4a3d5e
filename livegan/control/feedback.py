"""Tells controllers what changed, and how the performance goes."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from livegan.control.gauges import Gauges
from livegan.control.osc_out import OscOut
from livegan.control.osc_player import address
from livegan.control.senders import Senders
from livegan.parameters import TABLE, LiveValues, Setting, Values

GAUGES_PERIOD_S = 0.1
_QUICKEST_S = 1 / 60
"""Changes go out no more often than that: what came between was overtaken."""
_TOLD = tuple(
    name
    for name, row in TABLE.items()
    if row.kept or (row.kind == "text" and row.group != "system")
)


class Feedback(threading.Thread):
    """Sends every change to those who play, but for what each has set himself; and the gauges.

    Args:
        values: what is played.
        senders: who plays.
        port: where they listen, each on the address that he sends from.
        gauges: read ten times a second, while anybody plays.
    """

    def __init__(self, values: LiveValues, senders: Senders, port: int, gauges: Gauges) -> None:
        super().__init__(name="osc-feedback", daemon=True)
        self._values = values
        self._senders = senders
        self._port = port
        self._gauges = gauges
        self._out = OscOut()
        self._stopping = threading.Event()

    def run(self) -> None:
        """Send until it is closed."""
        told = self._values.snapshot()
        due_s = time.monotonic()
        while not self._stopping.wait(_QUICKEST_S):
            wait_s = max(due_s - time.monotonic(), 0.0)
            told = self._tell_changes(told, self._values.wait(told, wait_s))
            now_s = time.monotonic()
            if now_s >= due_s:
                due_s = max(due_s + GAUGES_PERIOD_S, now_s)
                self._tell_gauges(now_s)
        self._out.close()

    def answer(self, sender: str, where: str, value: Setting) -> None:
        """Send something to one of them."""
        self._out.send((sender, self._port), where, value)

    def close(self) -> None:
        """End it. May be called twice."""
        self._stopping.set()
        if self.ident is None:
            self._out.close()

    def _tell_changes(self, told: Values, now: Values) -> Values:
        if now is not told:
            changed = [name for name in _TOLD if now[name] != told[name]]
            for sender, name in self._senders.news(changed, now):
                self.answer(sender, address(name), now[name])
        return now

    def _tell_gauges(self, now_s: float) -> None:
        senders = self._senders.all()
        if not senders:
            return
        measured: Mapping[str, Setting] = self._gauges.read(now_s)
        self._values.measured(measured)
        for name, value in measured.items():
            for sender in senders:
                self.answer(sender, address(name), value)
