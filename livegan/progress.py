"""How far long work is, on one line that is written over."""

from __future__ import annotations

import time
from typing import TextIO

from livegan.counting import counted

_WIDTH = 30
_TERMINAL_PERIOD_S = 0.1
_FILE_PERIOD_S = 5.0


class ProgressBar:
    """A bar with rate and time left; where nobody looks at a terminal, a line now and then.

    Args:
        total: how much work there is; None where nobody knows.
        out: where it is written.
    """

    def __init__(self, total: int | None, out: TextIO) -> None:
        self._total = total
        self._out = out
        self._live = out.isatty()
        self._told_at_s = time.monotonic()

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._out.write("\r\x1b[K")
            self._out.flush()

    def show(self, done: int, rate_hz: float) -> None:
        """Say that so much is done, at so much a second."""
        now_s = time.monotonic()
        if now_s - self._told_at_s < (_TERMINAL_PERIOD_S if self._live else _FILE_PERIOD_S):
            return
        self._told_at_s = now_s
        line = progress_line(done, self._total, rate_hz)
        self._out.write(f"\r{line}\x1b[K" if self._live else f"{line}\n")
        self._out.flush()


def progress_line(done: int, total: int | None, rate_hz: float) -> str:
    """The bar as text.

    Args:
        done: frames so far.
        total: frames in all; None where nobody knows.
        rate_hz: frames a second.
    """
    if not total:
        return f"{counted(done, 'frame')}, {rate_hz:.0f} frames/s"
    part = min(done / total, 1.0)
    bar = "#" * round(part * _WIDTH) + "-" * (_WIDTH - round(part * _WIDTH))
    left_s = max(total - done, 0) / rate_hz if rate_hz > 0 else 0.0
    minutes, seconds = divmod(round(left_s), 60)
    return f"[{bar}] {done} of {total} frames, {rate_hz:.0f} frames/s, {minutes}:{seconds:02} left"
