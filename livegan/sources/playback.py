"""What sources share that no device drives: when each of their pictures is due."""

from __future__ import annotations

import math
import threading
import time
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Literal, Protocol, TypeVar

from livegan.errors import SourceEnded, SourceLost
from livegan.frames import Frame, Image

_HOPELESS_S = 1.0

Own = TypeVar("Own", bound="Playback")


class Clock(Protocol):
    """The clock that a source plays by."""

    def now_s(self) -> float:
        """Seconds that only grow, as `time.monotonic` gives them."""

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Wait for the event, at most so long; whether it is set."""


class SystemClock:
    """The machine's monotonic clock."""

    def now_s(self) -> float:
        """Seconds of `time.monotonic`."""
        return time.monotonic()

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Wait for the event, at most so long; whether it is set."""
        return event.wait(timeout_s)


def catch_up(late_s: float, length_s: float, gained_s: float) -> Literal["show", "skip", "restart"]:
    """What to do with a picture that can only be reached through those before it.

    Args:
        late_s: the time since it was due, in seconds; below zero it is early.
        length_s: how long it stays.
        gained_s: by how much reaching it has reduced the lateness.

    Returns:
        `show` it; `skip` it, because its successor is due; or show it and `restart` the time
        from it, because the lag is hopeless: after a long pause, or where decoding takes longer
        than playing, and slow motion beats a picture that stands still.
    """
    if late_s <= length_s:
        return "show"
    return "restart" if late_s > _HOPELESS_S or gained_s <= 0 else "skip"


def due_index(elapsed_s: float, fps: float, earliest: int) -> int:
    """The newest picture that is due `elapsed_s` after the first, but none before `earliest`."""
    # A clock reading taken exactly as a picture is due must not fall below it by rounding.
    return max(earliest, math.floor(elapsed_s * fps + 1e-6))


class Playback(ABC):
    """A source that can be waited for and closed from another thread meanwhile.

    Args:
        name: what people call it.
        clock: what it plays by; tests bring their own.
    """

    def __init__(self, name: str, clock: Clock | None = None) -> None:
        self._name = name
        self._clock = clock or SystemClock()
        self._closing = threading.Event()
        self._reading = threading.Lock()

    @property
    def name(self) -> str:
        """What people call it, as they would type it."""
        return self._name

    def read(self) -> Frame:
        """Wait for the next frame.

        Raises:
            SourceLost: the source was closed, or its file went away.
            SourceEnded: there are no more frames.
        """
        with self._reading:
            self._wait_until(-math.inf)
            image, index = self._next()
            return Frame(image, index, self._clock.now_s())

    @abstractmethod
    def _next(self) -> tuple[Image, int]:
        """Wait for the next picture; it and its index."""

    def _wait_until(self, due_s: float) -> None:
        wait_s = max(0.0, due_s - self._clock.now_s())
        if self._clock.wait(self._closing, wait_s):
            raise SourceLost(f"{self._name} was closed")

    def close(self) -> None:
        """End a read under way and close the file. May be called twice."""
        self._closing.set()
        with self._reading:
            self._release()

    def _release(self) -> None:
        """Close what is open; nobody reads meanwhile."""
        return

    def __enter__(self: Own) -> Own:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class SteadyPlayback(Playback):
    """A source whose pictures come at a steady rate and can be reached in any order.

    Args:
        name, clock: as in `Playback`.
        fps: pictures a second.
        count: how many there are before it ends; None never ends.
        live: paced by the clock, skipping what is late; otherwise each picture once, at once.
    """

    def __init__(
        self, name: str, *, fps: float, count: int | None, live: bool, clock: Clock | None = None
    ) -> None:
        super().__init__(name, clock)
        self._fps = fps
        self._count = count
        self._live = live
        self._following = 0
        self._origin_s: float | None = None

    @property
    def fps(self) -> float:
        """Pictures a second."""
        return self._fps

    @property
    def frame_count(self) -> int | None:
        """How many pictures it gives before it ends; None if it goes on."""
        return self._count

    @abstractmethod
    def _picture(self, index: int) -> Image | None:
        """The picture of that index, or None where there is none to be had."""

    def _next(self) -> tuple[Image, int]:
        if self._origin_s is None:
            self._origin_s = self._clock.now_s()
        while True:
            index = self._following
            if self._live:
                index = due_index(self._clock.now_s() - self._origin_s, self._fps, index)
            if self._count is not None and index >= self._count:
                raise SourceEnded(f"{self._name} gave its last picture")
            self._following = index + 1
            image = self._picture(index)
            if self._live:
                self._wait_until(self._origin_s + index / self._fps)
            if image is not None:
                return image, index
