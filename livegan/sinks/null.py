"""The sink that keeps nothing: for measurements, and for tests without a device."""

from __future__ import annotations

from contextlib import AbstractContextManager

from livegan.errors import SinkLost
from livegan.frames import Frame
from livegan.sinks.letterbox import check_picture


class NullSink(AbstractContextManager["NullSink"]):
    """Counts the frames that it is shown, in `shown`."""

    name = "null"

    def __init__(self) -> None:
        self.shown = 0
        self._closed = False

    def __exit__(self, *error: object) -> None:
        self.close()

    def show(self, frame: Frame) -> None:
        """Count one frame.

        Raises:
            ValueError: the picture is not (H, W, 3) uint8.
            SinkLost: the sink is closed.
        """
        if self._closed:
            raise SinkLost("null is closed")
        check_picture(frame.image)
        self.shown += 1

    def close(self) -> None:
        """Take no more frames. May be called twice."""
        self._closed = True
