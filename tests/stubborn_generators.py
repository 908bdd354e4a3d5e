"""A generator that breaks on purpose; a process of its own can import it by name."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import threading
from pathlib import Path

import numpy as np

from livegan.errors import ModelError
from livegan.frames import Image

SIZE = 32
CRASH, HANG, RAISE, IMPROVE = 1, 2, 3, 4
BETTER = "stubborn GPU uint8"


class Stubborn:
    """Paints its drawing in reverse; the drawing's first value makes it crash, hang or raise."""

    size = (SIZE, SIZE)
    description = "stubborn CPU uint8"

    def generate(self, image: Image) -> Image:
        order = int(image[0, 0, 0])
        if order == CRASH:
            ctypes.string_at(0)
        if order == HANG:
            threading.Event().wait()
        if order == RAISE:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")
        if order == IMPROVE:
            self.description = BETTER
            logging.getLogger("livegan").info("generator  %s", BETTER)
        return np.asarray(255 - image, np.uint8)

    def close(self) -> None:
        return


def open_stubborn() -> Stubborn:
    """It opens."""
    return Stubborn()


def open_missing() -> Stubborn:
    """It does not open."""
    raise ModelError("gone.onnx: there is no such file; export it again")


def open_odd() -> Stubborn:
    """It fails in a way that nobody has foreseen."""
    raise ZeroDivisionError("odd")


def open_dying() -> Stubborn:
    """Its process ends while it is opened."""
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()
    return Stubborn()


def open_once(mark: Path) -> Stubborn:
    """Opens the first and the third time; `mark` grows by a byte with each."""
    with mark.open("ab") as file:
        file.write(b"x")
    if mark.stat().st_size == 2:
        raise ModelError("the GPU is being reset; wait")
    return Stubborn()
