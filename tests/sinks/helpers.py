"""What the tests of the sinks share."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import av
import numpy as np

from livegan.frames import Frame, Image

BLUE, GREEN, RED = (220, 30, 20), (20, 200, 40), (30, 40, 210)
"""Three colours in BGR, no two of whose channels could be taken for each other."""


def quarters(height: int = 64, width: int = 64) -> Image:
    """(height, width, 3): the upper half blue, the lower left green, the lower right red."""
    image = np.empty((height, width, 3), np.uint8)
    image[: height // 2] = BLUE
    image[height // 2 :, : width // 2] = GREEN
    image[height // 2 :, width // 2 :] = RED
    return image


def grey(level: int, height: int = 64, width: int = 64) -> Image:
    """(height, width, 3) of one level."""
    return np.full((height, width, 3), level, np.uint8)


def frame(image: Image, at_s: float = 0.0) -> Frame:
    """A frame that was caught at a moment."""
    return Frame(image, index=0, captured_at_s=at_s)


def read_film(path: Path) -> tuple[list[Image], list[float]]:
    """Every picture of a film, (H, W, 3) BGR, and when it is shown, in seconds.

    Ends, as a player does, where the file was cut off.
    """
    pictures, times = [], []
    with av.open(str(path)) as film, suppress(av.error.InvalidDataError):
        for picture in film.decode(video=0):
            pictures.append(picture.to_ndarray(format="bgr24"))
            times.append(float(picture.time or 0.0))
    return pictures, times


class FakeCamera:
    """A pyvirtualcam backend without a device: keeps what it is sent.

    `taken` is released for each picture; `fault`, once set, is raised by the next one.
    """

    opened: ClassVar[list[FakeCamera]] = []
    refusal: ClassVar[str | None] = None

    def __init__(self, *, width: int, height: int, fps: float, fourcc: int, device: str | None):
        if self.refusal is not None:
            raise RuntimeError(self.refusal)
        self.shape = (height, width, 3)
        self.fps = fps
        self.pictures: list[Image] = []
        self.taken = threading.Semaphore(0)
        self.closed = 0
        self.fault: Exception | None = None
        self._device = device or "fake"
        self.opened.append(self)

    def send(self, pixels: Image) -> None:
        """Keep one picture, given as one row of bytes."""
        if self.fault is not None:
            raise self.fault
        self.pictures.append(pixels.reshape(self.shape).copy())
        self.taken.release()

    def device(self) -> str:
        """What it was asked for by."""
        return self._device

    def native_fourcc(self) -> None:
        """Nothing needs converting."""

    def close(self) -> None:
        """Count how often this was called."""
        self.closed += 1
