"""What a source owes the instrument."""

from __future__ import annotations

from typing import Protocol

from livegan.frames import Frame


class Source(Protocol):
    """Where frames come from. Each source is a context manager that owns its device.

    Duties:
        * `read` blocks until there is a frame that it has not returned before, and stamps it as
          the device hands it over. It never returns the same frame twice.
        * `read` raises `SourceLost` when frames stop coming (opening again may help) and
          `SourceEnded` after the last one. It never returns an empty or partly filled picture.
        * `name` is what people call it; `description` also says what was granted, for instance
          `camera:0 'HD Webcam' 1280x720 at 30 fps MJPG (asked 1280x720 at 60)`.
        * `close` may be called twice, and from another thread, and ends a `read` under way
          with `SourceLost`.
    """

    @property
    def name(self) -> str:
        """What people call it, as they would type it: `camera:0`, `clip.mp4`, `pattern`."""

    @property
    def description(self) -> str:
        """One line for the start of a performance: what was opened, and what it granted."""

    def read(self) -> Frame:
        """Wait for the next frame.

        Raises:
            SourceLost: frames stopped coming; opening the source again may help.
            SourceEnded: there are no more frames.
        """

    def close(self) -> None:
        """Give the device back. May be called twice."""
