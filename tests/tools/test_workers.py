"""Work comes back in order from other processes, and none of them outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from livegan.errors import UsageError
from workshop.workers import spread


@dataclass(frozen=True)
class Add:
    """Adds, and tells which process did it."""

    offset: int

    def open(self) -> Callable[[int], tuple[int, int]]:
        """The sum, and the process."""
        return lambda number: (number + self.offset, os.getpid())


class Die:
    """Is killed at its first task, as by a system that is out of memory."""

    def open(self) -> Callable[[int], int]:
        """Never returns."""
        return self._die

    def _die(self, number: int) -> int:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        return number


def test_other_processes_work_in_order() -> None:
    results = list(spread(Add(10), range(6), 2))
    assert [number for number, _ in results] == list(range(10, 16))
    assert os.getpid() not in {process for _, process in results}


def test_one_worker_is_this_process() -> None:
    assert list(spread(Add(0), [1, 2], 1)) == [(1, os.getpid()), (2, os.getpid())]


def test_a_killed_worker_is_one_line() -> None:
    with pytest.raises(UsageError, match="a worker process was killed"):
        list(spread(Die(), [1, 2], 2))


_PARENT = """
import os, time
from workshop.workers import spread
class Job:
    def open(self):
        return work
def work(number):
    print(os.getpid(), flush=True)
    time.sleep(60)
if __name__ == "__main__":
    list(spread(Job(), [1, 2], 2))
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
    # The pipe ends when the last process that holds it is gone; left alone, they sleep for longer.
    parent.communicate(timeout=30)


_STOPPED = """
import os, signal, threading, time
from workshop.workers import spread
class Job:
    def open(self):
        return abs
if __name__ == "__main__":
    # While the workers are still importing what they need.
    threading.Timer(0.1, os.killpg, (os.getpgrp(), signal.SIGINT)).start()
    try:
        list(spread(Job(), [1, 2], 2))
        time.sleep(60)
    except KeyboardInterrupt:
        print("stopped")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups on Windows")
def test_ctrl_c_is_answered_once(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(_STOPPED)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, env=environment, text=True,
        start_new_session=True, timeout=60,
    )
    assert (done.stdout, done.stderr) == ("stopped\n", "")
