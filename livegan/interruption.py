"""Ctrl-C, a polite kill, the end of the terminal: they end the work instead of breaking it off."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """Whether Ctrl-C or a polite kill came, and what it shall end."""

    def __init__(self) -> None:
        self.asked = False
        self._stop: Callable[[], None] | None = None

    def ends_with(self, stop: Callable[[], None]) -> None:
        """Call `stop` as it comes; at once if it came already."""
        self._stop = stop
        if self.asked:
            stop()

    def exit_code(self, began_at_s: float | None) -> int:
        """0, for Ctrl-C is how a performance ends; 130 where it broke off one that never began.

        Args:
            began_at_s: when it began to play; None if it never did.
        """
        return 130 if self.asked and began_at_s is None else 0

    def handle(self, _: int, __: FrameType | None) -> None:
        """What the system calls for the signal."""
        self.asked = True
        if self._stop:
            self._stop()


@contextmanager
def stopping() -> Iterator[Interruption]:
    """Catch Ctrl-C, a polite kill and the end of the terminal for as long as this lasts."""
    interruption = Interruption()
    names = [signal.SIGINT, signal.SIGTERM]
    # Windows has none; and whoever started this with nohup wants it to outlive the terminal.
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        names.append(signal.SIGHUP)
    before = {name: signal.signal(name, interruption.handle) for name in names}
    try:
        yield interruption
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
