"""Work that leaves the processor to what plays."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from livegan.giving_way import NICENESS, aside, giving_way

linux = pytest.mark.skipif(sys.platform != "linux", reason="threads have one urgency here")


def where() -> tuple[int, int]:
    """This thread, and how nice it is."""
    own = threading.get_native_id()
    return own, os.getpriority(os.PRIO_PROCESS, own) if sys.platform == "linux" else 0


def test_work_is_done_here_and_now_where_nothing_plays() -> None:
    assert aside(where) == where()


@linux
def test_work_beside_a_show_is_less_urgent_and_whoever_waits_stays_as_he_is() -> None:
    before = where()
    with giving_way():
        thread, niceness = aside(where)
    assert thread != before[0]
    assert niceness == min(before[1] + NICENESS, 19)
    assert where() == before
    assert aside(where) == before, "and afterwards all is as it was"


def test_only_the_thread_that_gives_way_does() -> None:
    found: list[tuple[int, int]] = []

    def other() -> None:
        found.append(aside(where))
        found.append(where())

    with giving_way():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert found[0] == found[1]


def test_what_fails_fails_for_whoever_waits() -> None:
    def fail() -> None:
        raise ValueError("no such network")

    with giving_way(), pytest.raises(ValueError, match="no such network"):
        aside(fail)
