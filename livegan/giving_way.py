"""Long work beside a show, which leaves the processor to what plays."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

NICENESS = 10
"""A tenth of the share of what plays. With it for all that takes long, the longest gap between
frames, while a look was loaded on two cores, was 48 ms; with 5 it was 68, with none 85. With more,
whoever waits for Python's lock waits for all other programs of a busy machine."""

Made = TypeVar("Made")
_here = threading.local()


@contextmanager
def giving_way() -> Iterator[None]:
    """What is done `aside` in this thread meanwhile gives way to the rest of the process."""
    before, _here.gives_way = getattr(_here, "gives_way", False), True
    try:
        yield
    finally:
        _here.gives_way = before


def aside(work: Callable[[], Made]) -> Made:
    """Do some work; inside `giving_way` in a thread of its own, that is less urgent than others.

    Of its own, as no thread may become more urgent again. For work that hardly needs Python, which
    it would hold up: compilers, and what they compiled. It is on Linux alone that a thread can be
    less urgent than its process; elsewhere, and outside, this calls `work`.
    """
    if sys.platform != "linux" or not getattr(_here, "gives_way", False):
        return work()
    made: list[Made] = []
    failed: list[BaseException] = []

    def do() -> None:
        try:
            own = threading.get_native_id()
            with suppress(OSError):  # some containers forbid it
                as_it_is = os.getpriority(os.PRIO_PROCESS, own)
                os.setpriority(os.PRIO_PROCESS, own, min(as_it_is + NICENESS, 19))
            made.append(work())
        except BaseException as error:  # raised again in the thread that waits
            failed.append(error)

    doing = threading.Thread(target=do, name="aside", daemon=True)
    doing.start()
    doing.join()
    if failed:
        raise failed[0]
    return made[0]
