"""What travels through the instrument, and the one-place mailbox that it travels in."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""(H, W, 3) uint8 BGR, C-contiguous, unless a docstring says otherwise."""

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture and the moment it was caught.

    Args:
        image: (H, W, 3) uint8 BGR, C-contiguous. Nobody writes into it after it is put in a frame.
        index: counts up by one for each frame that the source saw, dropped ones included.
        captured_at_s: `time.monotonic()` as the source's read returned. It travels unchanged to
            the sink, so that a sink knows the age of the very frame that it shows.
        camera: (H, W, 3) the picture that came in, cropped; for the side-by-side view only.
        drawing: (H, W, 3) the condition that the generator painted from; likewise.
    """

    image: Image
    index: int
    captured_at_s: float
    camera: Image | None = None
    drawing: Image | None = None


class Closed(Exception):
    """The mailbox was closed and holds nothing more: the reader's loop ends."""


class Mailbox(Generic[Value]):
    """Holds the newest value: `put` replaces, `take` waits for one that was not taken yet.

    Latency can't pile up in a place for one. What was replaced before anybody took it is
    counted in `dropped`. One reader; any number of writers.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._value: Value | None = None
        self._closed = False
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """How many values were replaced before anybody took them."""
        return self._dropped

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def put(self, value: Value) -> None:
        """Leave `value`; what lay there untaken is dropped. Does nothing after `close`."""
        with self._changed:
            if self._closed:
                return
            self._dropped += self._value is not None
            self._value = value
            self._changed.notify()

    def take(self, timeout_s: float | None = None) -> Value | None:
        """Wait for a new value and take it.

        Args:
            timeout_s: longest wait in seconds; None waits until there is one.

        Returns:
            The value, or None when the time ran out.

        Raises:
            Closed: the mailbox was closed and is empty.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._value is not None or self._closed, timeout_s)
            value, self._value = self._value, None
            if value is None and self._closed:
                raise Closed
            return value

    def close(self) -> None:
        """Wake the reader for the last time. A value still inside can be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
