"""The program: `livegan`, and `python -m livegan`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import NoReturn

TURN_S = 0.0005
"""So long a thread may run on that another one waits for. Python's own 5 ms are a sixth of a frame,
and each step of a frame may have to wait so, while a look is loaded or a flood of messages comes:
on a busy machine, beside a thread that never rests, a frame took 34 ms instead of 40."""


def program() -> NoReturn:
    """Run the command that the process was started with, and end the process."""
    # Before anything else is loaded, which takes a moment: until a command hears Ctrl-C itself,
    # nothing is open that would have to be closed.
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    sys.setswitchinterval(TURN_S)
    from livegan.cli import main

    leave(main())


def leave(code: int) -> NoReturn:
    """End the process, whatever its threads are at.

    A daemon thread inside a native library that wants the interpreter back, while that comes to
    its end, is unwound through frames that allow no unwinding: "terminate called without an
    active exception", and an abort instead of the exit code. Loading MediaPipe or OpenVINO is
    such a place, and so is the driver of a camera that hangs.
    """
    if any(one.daemon for one in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # whoever read it is gone
                stream.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    program()
