"""Long work spread over several processes, which all end with the command that began it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

import cv2

from livegan.errors import UsageError

Task = TypeVar("Task")
Result = TypeVar("Result")


def usual_workers() -> int:
    """As many as there are processors, but no more than 8: each may hold 150 MB of models."""
    return min(os.cpu_count() or 1, 8)


def in_workers(
    work: Callable[[Task], Result],
    tasks: Iterable[Task],
    workers: int,
    begin: Callable[..., None] | None = None,
    arguments: tuple[Any, ...] = (),
) -> Iterator[Result]:
    """The results, in the order of the tasks.

    Args:
        work: a function of a module, called with each task.
        tasks: each picklable.
        workers: processes; 1 does it all in this one.
        begin: called once in each worker with `arguments`, to open what the work needs.

    Raises:
        UsageError: fewer than one worker, or one of them was killed.
        UsageError: a worker was killed.
        Whatever a task raises; the tasks that were not begun are dropped then.
    """
    if workers < 1:
        raise UsageError(f"--workers is {workers}, wanted at least 1")
    if workers == 1:
        if begin:
            begin(*arguments)
        yield from map(work, tasks)
        return
    # Fresh processes: a fork would copy the face detector's locks, and hang on them.
    fresh = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, fresh, _begin, (begin, arguments))
    try:
        yield from pool.map(work, tasks)
    except BrokenProcessPool as error:
        raise UsageError(
            "a worker process was killed, perhaps for want of memory; try fewer --workers"
        ) from error
    except BrokenProcessPool as error:
        raise UsageError(
            "a worker process was killed, most likely for want of memory;"
            " the same command goes on, with fewer --workers if it happens again"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(begin: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    # Ctrl-C reaches all processes of a terminal; the one that the user started tells the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    if begin:
        begin(*arguments)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for its next task for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
