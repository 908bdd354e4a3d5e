"""Long work spread over several processes, which all end with the command that began it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar

import cv2

from livegan.errors import UsageError

Task = TypeVar("Task", contravariant=True)
Result = TypeVar("Result", covariant=True)
T = TypeVar("T")
R = TypeVar("R")


class Job(Protocol[Task, Result]):
    """What each worker is sent once: small, and picklable."""

    def open(self) -> Callable[[Task], Result]:
        """What does one task; called once in each worker, so that it may hold a face detector."""


def usual_workers() -> int:
    """As many as there are processors, but no more than 8: each may hold 150 MB of models."""
    return min(os.cpu_count() or 1, 8)


def spread(job: Job[T, R], tasks: Sequence[T], workers: int) -> Iterator[R]:
    """The results, in the order of the tasks.

    Args:
        job: what is to be done.
        tasks: each picklable.
        workers: processes; 1 does it all in this one.

    Raises:
        Whatever a task raises; the tasks that were not begun are dropped then.
    """
    if workers <= 1 or len(tasks) <= 1:
        yield from map(job.open(), tasks)
        return
    # Fresh processes: a fork would copy the face detector's locks, and hang on them.
    fresh = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(tasks)), fresh, _begin, (job,))
    try:
        with _deaf_to_ctrl_c():
            results = pool.map(_work, tasks, chunksize=max(1, min(8, len(tasks) // (4 * workers))))
        yield from results
    except BrokenProcessPool as error:
        raise UsageError(
            "a worker process was killed, most likely for want of memory;"
            " the same command goes on, with fewer --workers if it happens again"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Processes that begin meanwhile never hear Ctrl-C, not even as they begin: it reaches all
    processes of a terminal, and the one that the user started tells the others."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Worker(Generic[T, R]):
    def __init__(self, job: Job[T, R]) -> None:
        self.work = job.open()


_worker: _Worker[Any, Any] | None = None


def _begin(job: Job[Any, Any]) -> None:
    global _worker
    # Once more, for systems on which that is not handed down.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    _worker = _Worker(job)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for its next task for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(task: Any) -> Any:
    assert _worker is not None
    return _worker.work(task)
