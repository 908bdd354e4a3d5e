"""Stages without devices, whose time and faults a test decides."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterable

import numpy as np

from livegan.conditioners.conditioner import Conditioned
from livegan.errors import SourceEnded, SourceLost
from livegan.frames import Frame, Image
from livegan.look import Look
from livegan.parameters import Setting, Values
from livegan.presets import Preset

SIZE = 8


def picture(value: int, size: int = SIZE) -> Image:
    """A (size, size, 3) picture of one grey level, its left half 10 levels brighter."""
    image = np.full((size, size, 3), value, np.uint8)
    image[:, : size // 2] += 10
    return image


class FakeSource:
    """Gives a frame for each thing it was handed, or raises it if it is an exception.

    Waits for `gate` before each, so that a test decides when a frame comes.
    """

    name = "fake"
    description = "fake source"
    fps = 30.0
    frame_count = None

    def __init__(self, script: Iterable[int | Exception], gate: threading.Semaphore | None = None):
        self._script = iter(script)
        self._gate = gate
        self._closed = threading.Event()
        self._indices = itertools.count()
        self.closed = 0

    def read(self) -> Frame:
        while self._gate and not self._gate.acquire(timeout=0.01):
            if self._closed.is_set():
                raise SourceLost("closed")
        if self._closed.is_set():
            raise SourceLost("closed")
        step = next(self._script, None)
        if step is None:
            raise SourceEnded("no more")
        if isinstance(step, Exception):
            raise step
        return Frame(picture(step), next(self._indices), time.monotonic())

    def close(self) -> None:
        self.closed += 1
        self._closed.set()


class FakeConditioner:
    """Draws the frame itself; rests with a picture of grey level 99."""

    kind = "face_mesh"
    version = 1
    status = "following"

    def __init__(self) -> None:
        self.recalibrated = 0
        self.closed = 0
        self.captured: list[float] = []

    def condition(self, frame: Frame, values: Values) -> Conditioned:
        self.captured.append(frame.captured_at_s)
        return Conditioned(frame.image, frame.image, found=bool(frame.image[0, -1, 0] != 0))

    def rest(self, time_s: float, values: Values) -> Conditioned:
        return Conditioned(picture(99), picture(0), found=False)

    def recalibrate(self) -> None:
        self.recalibrated += 1

    def close(self) -> None:
        self.closed += 1


class FakeGenerator:
    """Paints what `paint` makes of the drawing."""

    size = (SIZE, SIZE)
    description = "fake CPU f32"

    def __init__(self, paint: Callable[[Image], Image] = np.copy) -> None:
        self._paint = paint
        self.closed = 0

    def generate(self, image: Image) -> Image:
        return self._paint(image)

    def close(self) -> None:
        self.closed += 1


class FakeSink:
    """Keeps what it is shown; raises what `faults` holds for that many-th frame."""

    name = "fake sink"

    def __init__(self, faults: dict[int, Exception] | None = None) -> None:
        self.frames: list[Frame] = []
        self.closed = 0
        self._faults = faults or {}
        self._calls = itertools.count()
        self._changed = threading.Condition()

    def show(self, frame: Frame) -> None:
        fault = self._faults.get(next(self._calls))
        if fault:
            raise fault
        with self._changed:
            self.frames.append(frame)
            self._changed.notify_all()

    def wait_for(self, wanted: Callable[[list[Frame]], bool], timeout_s: float = 10.0) -> bool:
        """Wait until what was shown is as wanted."""
        with self._changed:
            return self._changed.wait_for(lambda: wanted(self.frames), timeout_s)

    def close(self) -> None:
        self.closed += 1


def fake_look(
    name: str = "fake",
    generator: FakeGenerator | None = None,
    conditioner: FakeConditioner | None = None,
    values: dict[str, Setting] | None = None,
) -> Look:
    """A look of fakes."""
    return Look(name, conditioner or FakeConditioner(), generator or FakeGenerator(), values or {})


PRESET = Preset("fake", "fake")


def levels(frames: Iterable[Frame]) -> list[int]:
    """The grey level of each frame's right half."""
    return [int(frame.image[0, -1, 0]) for frame in frames]
