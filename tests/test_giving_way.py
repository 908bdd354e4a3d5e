"""Work that leaves the processor to what plays."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from livegan import giving_way as module
from livegan.giving_way import NICENESS, aside, giving_way

linux = pytest.mark.skipif(sys.platform != "linux", reason="threads have one urgency here")


def where() -> tuple[int, int]:
    """This thread, and how nice it is."""
    own = threading.get_native_id()
    return own, os.getpriority(os.PRIO_PROCESS, own) if sys.platform == "linux" else 0


def test_work_is_done_here_and_now_where_nothing_plays() -> None:
    assert aside(where) == where()


def machine(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *, idle_ticks: int, says: str = "9 9 9"
) -> None:
    """A machine that idles for so many hundredths of a second while it is looked at."""
    stat = folder / "stat"
    ours = min(os.sched_getaffinity(0)) if sys.platform == "linux" else 0

    def told(ticks: int) -> None:
        stat.write_text(
            f"cpu 9 9 9 {90 * ticks} 0\n"
            f"cpu{ours} {says} {ticks} 0\n"
            f"cpu4000 9 9 9 {90 * ticks} 0\n"  # of which this process has nothing
            "intr 5 0 0\n"
        )

    told(1000)
    sleep = time.sleep

    def idle(seconds: float) -> None:
        sleep(seconds)
        told(1000 + idle_ticks)

    monkeypatch.setattr(module, "_STAT", stat)
    monkeypatch.setattr("livegan.giving_way.time.sleep", idle)


@linux
@pytest.mark.parametrize("says", ["9 9 9", "", "9 9 9 x"])
def test_work_beside_a_show_is_less_urgent_and_whoever_waits_stays_as_he_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: str
) -> None:
    machine(monkeypatch, tmp_path, idle_ticks=1, says=says)
    before = where()
    with giving_way():
        thread, niceness = aside(where)
        assert aside(lambda: os.sched_getscheduler(0)) == os.SCHED_OTHER
    assert thread != before[0]
    assert niceness == min(before[1] + NICENESS, 19)
    assert where() == before
    assert aside(where) == before, "and afterwards all is as it was"


@linux
def test_where_cores_are_idle_it_takes_only_what_nobody_wants(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine(monkeypatch, tmp_path, idle_ticks=15)
    with giving_way():
        assert aside(lambda: os.sched_getscheduler(0)) == os.SCHED_IDLE
        assert os.sched_getscheduler(0) == os.SCHED_OTHER


@linux
def test_where_the_system_forbids_that_it_is_less_urgent_nevertheless(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def forbid(*_: object) -> None:
        raise PermissionError

    machine(monkeypatch, tmp_path, idle_ticks=15)
    monkeypatch.setattr("os.sched_setscheduler", forbid)
    with giving_way():
        assert aside(where)[1] == min(where()[1] + NICENESS, 19)


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
