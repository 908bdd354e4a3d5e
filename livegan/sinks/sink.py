"""What a sink owes the instrument."""

from __future__ import annotations

from typing import Protocol

from livegan.frames import Frame


class Sink(Protocol):
    """Where pictures go. Each sink is a context manager that owns its device.

    Duties:
        * `show` presents one frame and returns as it has been presented, so that whoever calls it
          can measure the frame's age. Recordings and virtual cameras only queue it, for a thread
          of their own.
        * `show` raises `SinkLost` when the device went away; opening it again may help.
        * `name` is what people type to get it: `window`, `virtual-camera:/dev/video7`, `show.mp4`.
        * `close` may be called twice; what was shown before it is safe.
    """

    @property
    def name(self) -> str:
        """What people type to get it."""

    def show(self, frame: Frame) -> None:
        """Present one frame.

        Raises:
            SinkLost: the device went away.
        """

    def close(self) -> None:
        """Finish what was begun and give the device back. May be called twice."""
