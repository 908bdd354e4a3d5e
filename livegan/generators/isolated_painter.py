"""The other side of an isolated generator: what runs in the process that paints."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory

import numpy as np

from livegan.errors import GeneratorLost, LiveganError
from livegan.frames import Image
from livegan.generators.generator import Generator
from livegan.process import ENDING_SIGNALS
from livegan.supervision import one_line
from livegan.terminal import telling

OpenGenerator = Callable[[], Generator]

IS_NOW = b"\0"
"""Begins an answer that says what paints from this picture on."""


@dataclass(frozen=True)
class Opened:
    """What the process says of the generator that it has opened.

    Args:
        size, description: the generator's.
        usual_s: how long a picture takes, once it has painted one.
    """

    size: tuple[int, int]
    description: str
    usual_s: float


def serve(line: Connection, open_generator: OpenGenerator, aloud: bool) -> None:
    """Open a generator and paint with it until nobody asks any more; then end the process.

    Answers with `Opened`, or with the error, which ends it. Then takes the name of shared memory
    and answers with nothing; from then on each message asks to paint from the memory's first slot
    into its second one, and the answer is empty; or `IS_NOW` and the description, where that has
    changed; or what went wrong, which ends it.

    Args:
        line: to who asks.
        open_generator: opens the generator.
        aloud: whether it tells on the terminal what it does.
    """
    for one in ENDING_SIGNALS:
        signal.signal(one, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, name="parent", daemon=True).start()
    with suppress(EOFError, OSError), telling() if aloud else nullcontext():
        _paint_what_comes(line, open_generator)
    # What this process holds ends with it. Taking libraries down in order takes longer, and
    # after an error of CUDA may never end.
    os._exit(0)


def slots(memory: SharedMemory, size: tuple[int, int]) -> tuple[Image, Image]:
    """The drawing and the picture in shared memory, each (*size, 3) uint8."""
    length = 3 * size[0] * size[1]
    drawing: Image = np.ndarray((*size, 3), np.uint8, memory.buf)
    picture: Image = np.ndarray((*size, 3), np.uint8, memory.buf, offset=length)
    return drawing, picture


def _paint_what_comes(line: Connection, open_generator: OpenGenerator) -> None:
    try:
        generator = open_generator()
        usual_s = _try_out(generator)
    except Exception as error:
        known = isinstance(error, LiveganError)
        line.send(error if known else GeneratorLost(one_line(error)))
        return
    line.send(Opened(generator.size, generator.description, usual_s))
    memory = SharedMemory(line.recv())
    line.send_bytes(b"")
    drawing, picture = slots(memory, generator.size)
    drawing.flags.writeable = False
    told = generator.description
    while True:
        line.recv_bytes()
        try:
            picture[:] = generator.generate(drawing)
        except Exception as error:
            # After an error of CUDA nothing in this process works any more.
            line.send_bytes(one_line(error).encode())
            return
        described = generator.description
        line.send_bytes(b"" if described == told else IS_NOW + described.encode())
        told = described


def _try_out(generator: Generator) -> float:
    """How long it takes for a picture, in seconds."""
    blank = np.zeros((*generator.size, 3), np.uint8)
    generator.generate(blank)  # the first may take long, and says nothing about the next
    began_s = time.monotonic()
    generator.generate(blank)
    return time.monotonic() - began_s


def _leave_with_parent() -> None:
    """End this process with the one that started it, also out of a call that hangs."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
