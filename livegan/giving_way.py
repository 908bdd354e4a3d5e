"""Long work beside a show, which leaves the processor to what plays."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

NICENESS = 10
"""A tenth of the share of what plays, on a machine that has no time left. Were it less, whoever
waits for Python's lock would wait for all other programs too: two of them on two cores held a
show up for 0.8 s with 19, and for 6 s with what runs only where a core is idle."""
_IDLE_FOR_S = 0.02
_LOOKS_FOR_S = 0.1
"""A machine has room where a fifth of a core is idle meanwhile. There such work takes only what
nobody else wants: the longest gap between frames, while looks were loaded on two cores, was 41 to
47 ms in twelve of thirteen runs and 53 in one; with `NICENESS` alone 44 to 61, with neither 85. A
program that takes all cores within that very load may hold the show up for 0.2 to 0.4 s once."""

_STAT = Path("/proc/stat")
"""https://man7.org/linux/man-pages/man5/proc_stat.5.html: of each core: name, user, nice,
system, idle."""

Made = TypeVar("Made")
_here = threading.local()


@contextmanager
def giving_way() -> Iterator[None]:
    """What is done `aside` in this thread meanwhile gives way to the rest of the process.

    On Linux this takes a tenth of a second, to see what time the machine has left.
    """
    before = getattr(_here, "give_way", None)
    _here.give_way = _only_where_idle if _has_room() else _less_urgent
    try:
        yield
    finally:
        _here.give_way = before


def aside(work: Callable[[], Made]) -> Made:
    """Do some work; inside `giving_way` in a thread of its own, that is less urgent than others.

    Of its own, as no thread may become more urgent again. For work that hardly needs Python, which
    it would hold up: compilers, and what they compiled. It is on Linux alone that a thread can be
    less urgent than its process; elsewhere, and outside, this calls `work`.
    """
    give_way = getattr(_here, "give_way", None)
    if sys.platform != "linux" or give_way is None:
        return work()
    made: list[Made] = []
    failed: list[BaseException] = []

    def do() -> None:
        try:
            with suppress(OSError):  # some containers forbid it
                give_way()
            made.append(work())
        except BaseException as error:  # raised again in the thread that waits
            failed.append(error)

    doing = threading.Thread(target=do, name="aside", daemon=True)
    doing.start()
    doing.join()
    if failed:
        raise failed[0]
    return made[0]


def _less_urgent() -> None:
    if sys.platform == "linux":  # elsewhere it is the process that would be meant
        own = threading.get_native_id()
        as_it_is = os.getpriority(os.PRIO_PROCESS, own)
        os.setpriority(os.PRIO_PROCESS, own, min(as_it_is + NICENESS, 19))


def _only_where_idle() -> None:
    if sys.platform == "linux":
        try:
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        except OSError:
            _less_urgent()


def _has_room() -> bool:
    before_s = _idle_s()
    if before_s is None:
        return False
    time.sleep(_LOOKS_FOR_S)
    now_s = _idle_s()
    return now_s is not None and now_s - before_s >= _IDLE_FOR_S


def _idle_s() -> float | None:
    """How long the cores that this process may use have been idle, together; None where the system
    doesn't say."""
    if sys.platform != "linux":
        return None
    ours = {f"cpu{core}" for core in os.sched_getaffinity(0)}
    try:
        counts = [line.split() for line in _STAT.read_text().splitlines()]
        ticks = [int(count[4]) for count in counts if count and count[0] in ours]
    except (OSError, IndexError, ValueError):
        return None
    return sum(ticks) / os.sysconf("SC_CLK_TCK")
