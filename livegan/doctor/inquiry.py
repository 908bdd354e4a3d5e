"""Questions that are asked of another process: whoever answers may hang, or crash.

A driver that hangs, a library that aborts and one that takes seconds to load are all reasons not
to ask in the process that has to answer in time. They are asked side by side, too.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MOST_BYTES = 1 << 20
_DYING_S = 0.3
_PACKAGE_FOLDER = Path(__file__).resolve().parents[2]

_left_behind: list[subprocess.Popen[bytes]] = []
"""What hangs in a driver and can't be killed before that lets go of it."""


@dataclass(frozen=True)
class Answer:
    """What the other process said until it ended, or until its time was over.

    Args:
        text: its standard output, and its standard error after it where that was wanted.
        code: its exit code, negative for a signal; None where it did not end in time.
        waited_s: seconds that it was given.
    """

    text: str
    code: int | None
    waited_s: float

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The lines that are JSON objects; libraries print others between them."""
        rows = []
        for line in self.text.splitlines():
            with suppress(ValueError):
                row = json.loads(line)
                if isinstance(row, dict):
                    rows.append(row)
        return rows

    @property
    def problem(self) -> str:
        """Why the answer may not be whole: what the process said, or how it ended; "" if it is."""
        said = [str(row["problem"]) for row in self.rows if "problem" in row]
        if said:
            return said[0]
        if self.code is None:
            return f"no answer within {self.waited_s:g} s"
        if self.code < 0:
            return f"the process died of {_signal_name(-self.code)}"
        return f"the process ended with {self.code}" if self.code else ""


class Inquiry:
    """A process that was asked something, and runs on while others are.

    Args:
        command: what to run.
        limit_s: how many seconds it may take, from now.
        errors: whether its standard error is part of the answer.
    """

    def __init__(self, command: Sequence[str], limit_s: float, *, errors: bool = False) -> None:
        self._limit_s = limit_s
        self._ends_at_s = time.monotonic() + limit_s
        # A file, not a pipe: what was said before the process hung is there, and nothing waits.
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `answer`)
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=subprocess.STDOUT if errors else subprocess.DEVNULL,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError:
            self._output.close()
            raise

    def answer(self) -> Answer:
        """Wait for the answer until the time is over, and end the process then."""
        code: int | None = None
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(max(self._ends_at_s - time.monotonic(), 0))
        if code is None:
            self._process.kill()
            try:
                self._process.wait(_DYING_S)
            except subprocess.TimeoutExpired:
                _left_behind.append(self._process)
        with self._output as output:
            output.seek(0)
            text = output.read(_MOST_BYTES).decode("utf-8", "replace")
        return Answer(text, code, self._limit_s)


def ask(question: str, limit_s: float, *arguments: str) -> Inquiry:
    """Ask one of `livegan.doctor.questions` in a process of its own."""
    command = [sys.executable, "-m", "livegan.doctor.questions", question, *arguments]
    return Inquiry(command, limit_s)


def _environment() -> dict[str, str]:
    """The present one, and in it the very livegan that asks, whatever the current folder holds."""
    paths = [str(_PACKAGE_FOLDER), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONSAFEPATH": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
