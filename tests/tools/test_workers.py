"""Work comes back in order from other processes, and none of them outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from livegan.errors import UsageError
from workshop.workers import in_workers

_offset = 0


def _begin(offset: int) -> None:
    global _offset
    _offset = offset


def _add(number: int) -> tuple[int, int]:
    return number + _offset, os.getpid()


def _kill_oneself(number: int) -> int:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return number


def test_other_processes_work_in_order() -> None:
    results = list(in_workers(_add, range(6), 2, _begin, (10,)))
    assert [number for number, _ in results] == list(range(10, 16))
    assert os.getpid() not in {process for _, process in results}


def test_one_worker_is_this_process() -> None:
    assert list(in_workers(_add, [1], 1, _begin, (0,))) == [(1, os.getpid())]


def test_no_workers_are_a_mistake_and_a_killed_one_is_one_line() -> None:
    with pytest.raises(UsageError, match="--workers is 0"):
        list(in_workers(_add, [1], 0))
    with pytest.raises(UsageError, match="a worker process was killed"):
        list(in_workers(_kill_oneself, [1], 2))


_PARENT = """
import os, sys
from workshop.workers import in_workers
def work(number):
    print(os.getpid(), flush=True)
    import time
    time.sleep(60)
if __name__ == "__main__":
    for _ in in_workers(work, [1], 2):
        pass
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
def test_workers_die_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(_PARENT)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, env=environment, text=True
    )
    assert parent.stdout is not None
    parent.stdout.readline()
    parent.kill()
    parent.wait()
    # The pipe ends when the last process that holds it is gone.
    assert parent.stdout.read() == ""
    parent.stdout.close()
