"""Any generator in a process of its own: what breaks there does not break the performance.

A segmentation fault in a driver, an error of CUDA that no later call gets past, a call that never
returns: each ends one process, and a fresh one is there in about a second. Frames cross in shared
memory, in two slots, one for the drawing and one for the picture. A byte in a pipe says that a
slot is full: unlike a semaphore it also says, at once, that the other side is gone.
"""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.shared_memory import SharedMemory
from typing import Any

from livegan.errors import GeneratorLost, LiveganError
from livegan.frames import Image
from livegan.generators.drawing_check import check_drawing
from livegan.generators.isolated_painter import IS_NOW, Opened, OpenGenerator, serve, slots
from livegan.process import deaf
from livegan.supervision import Retry, one_line

logger = logging.getLogger("livegan")

_LEAST_PATIENCE_S = 2.0
"""A busy machine may well take a second for a picture that usually takes milliseconds."""
_PATIENCE = 20
"""How many times as long as usual a picture may take before its process counts as hung."""
_REOPEN_WITHIN_S = 30.0
"""For the second time; the first may have an engine to compile, which takes as long as it takes."""
_LEAVE_WITHIN_S = 0.5


class Isolated:
    """A generator that paints in another process, and in a fresh one where that was lost.

    While the fresh one starts, every call raises at once, so that whoever asks can go on with an
    older picture.

    Args:
        open_generator: opens the generator, there. It is pickled: a function of a module, or a
            `functools.partial` of one.

    Raises:
        LiveganError: what `open_generator` raised there.
    """

    def __init__(self, open_generator: OpenGenerator) -> None:
        self._open_generator = open_generator
        self._using = threading.Lock()
        self._closed = threading.Event()
        self._reason = ""
        self._child: _Child | None = _Child(open_generator, within_s=None)
        self._size = self._child.opened.size
        self._description = self._child.opened.description

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._size

    @property
    def description(self) -> str:
        """"backend device precision"."""
        child = self._child
        if child:
            self._description = child.description
        return self._description

    @property
    def process_id(self) -> int | None:
        """Of the process that paints; None while a fresh one starts."""
        child = self._child
        return child.process_id if child else None

    def generate(self, image: Image) -> Image:
        """Paint one picture.

        Raises:
            ModelError: the drawing has another shape or type; the message names both.
            GeneratorLost: the process was lost with this drawing, or a fresh one still starts.
        """
        check_drawing(image, self._size)
        with self._using:
            if self._child is None:
                raise GeneratorLost(self._reason)
            try:
                return self._child.paint(image)
            except GeneratorLost as error:
                lost, self._child, self._reason = self._child, None, str(error)
                threading.Thread(
                    target=self._replace, args=(lost,), name="fresh-generator", daemon=True
                ).start()
                raise

    def close(self) -> None:
        """End the process. May be called twice."""
        self._closed.set()
        with self._using:
            child, self._child, self._reason = self._child, None, "the generator is closed"
        if child:
            child.close()

    def _replace(self, lost: _Child) -> None:
        lost.close()
        retry = Retry()
        while not self._closed.is_set():
            try:
                fresh = _Child(self._open_generator, within_s=_REOPEN_WITHIN_S)
            except Exception as error:  # no memory or no descriptors left: there may be, soon
                now_s = time.monotonic()
                retry = retry.failed(now_s)
                self._reason = one_line(error)
                self._closed.wait(retry.wait_s(now_s))
                continue
            with self._using:
                if not self._closed.is_set():
                    self._child = fresh
                    return
            fresh.close()


class _Child:
    """A process with a generator, seen from the one that started it.

    Args:
        open_generator: opens the generator, there.
        within_s: how long that may take; None is as long as it takes.
    """

    def __init__(self, open_generator: OpenGenerator, within_s: float | None) -> None:
        # Spawned: a fork would inherit locks of threads that it doesn't have, and CUDA's state.
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._memory: SharedMemory | None = None
        self._process = context.Process(
            target=serve,
            args=(theirs, open_generator, logger.isEnabledFor(logging.INFO)),
            name="generator",
            daemon=True,
        )
        with deaf():
            self._process.start()
        # At the end of a program Python waits for every process; this one waits for an end, too.
        atexit.register(self.close)
        theirs.close()
        try:
            self.opened = self._hear_what_opened(within_s)
            self._memory = self._share(2 * 3 * self.opened.size[0] * self.opened.size[1])
        except BaseException:
            self.close()
            raise
        self._drawing, self._picture = slots(self._memory, self.opened.size)
        self.description = self.opened.description
        self._patience_s = max(_LEAST_PATIENCE_S, _PATIENCE * self.opened.usual_s)

    @property
    def process_id(self) -> int | None:
        """As the system counts processes."""
        return self._process.pid

    def paint(self, image: Image) -> Image:
        """Paint one picture; the drawing has been checked.

        Raises:
            GeneratorLost: the process has ended, failed, or takes too long.
        """
        self._drawing[:] = image
        try:
            self._line.send_bytes(b"\0")
        except OSError:
            raise GeneratorLost(self._how_it_ended()) from None
        answer: bytes = self._hear(self._line.recv_bytes, self._patience_s)
        if answer.startswith(IS_NOW):
            self.description = answer.removeprefix(IS_NOW).decode()
        elif answer:
            raise GeneratorLost(f"{answer.decode()}; a fresh process is being started")
        return self._picture.copy()

    def close(self) -> None:
        """End the process, by force if it must be."""
        atexit.unregister(self.close)
        self._line.close()
        self._process.join(_LEAVE_WITHIN_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        if self._memory:
            del self._drawing, self._picture  # memory that is looked at can't be given back
            self._memory.close()
            self._memory = None

    def _hear_what_opened(self, within_s: float | None) -> Opened:
        answer = self._hear(self._line.recv, within_s)
        if isinstance(answer, LiveganError):
            raise answer
        assert isinstance(answer, Opened)
        return answer

    def _share(self, size: int) -> SharedMemory:
        """Memory that both processes see and that has no name any more.

        Nameless it is gone with the two of them, whatever ends them.
        """
        memory = SharedMemory(create=True, size=size)
        try:
            self._line.send(memory.name)
            self._hear(self._line.recv_bytes, _REOPEN_WITHIN_S)
        except BaseException:
            memory.close()
            raise
        finally:
            memory.unlink()
        return memory

    def _hear(self, receive: Callable[[], Any], within_s: float | None) -> Any:
        try:
            if self._line.poll(within_s):
                return receive()
        except (EOFError, OSError):
            raise GeneratorLost(self._how_it_ended()) from None
        raise GeneratorLost(
            f"the generator's process gives no answer for {within_s:.0f} s; a fresh one is being"
            " started"
        )

    def _how_it_ended(self) -> str:
        self._process.join(_LEAVE_WITHIN_S)
        code = self._process.exitcode
        how = f"exit code {code}"
        if code is not None and code < 0:
            with suppress(ValueError):
                how = signal.Signals(-code).name
        return f"the generator's process has ended ({how}); a fresh one is being started"
