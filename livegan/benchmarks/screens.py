"""Where the ways that are held against each other show their pictures: both in the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from livegan.errors import SinkError
from livegan.frames import Frame
from livegan.parameters import LiveValues
from livegan.performance import Screen
from livegan.sinks.null import NullSink


class NoScreen(NullSink):
    """Takes every picture, and is never closed by anybody."""

    def pump(self) -> bool:
        """Nothing is pressed."""
        return True


class Watched:
    """A screen that remembers whether it was closed, by its own key or from outside."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.closed = False

    def show(self, frame: Frame) -> None:
        """Show one frame."""
        self._screen.show(frame)

    def pump(self) -> bool:
        """Hear keys and the mouse; False once it is closed."""
        self.closed = self.closed or not self._screen.pump()
        return not self.closed

    def close(self) -> None:
        """Let whoever shows something end. Takes no lock, so that a signal handler may call it."""
        self.closed = True


@contextmanager
def open_screen() -> Iterator[tuple[Watched, str]]:
    """A window that does not wait for the display, or nothing where there is none; and its name.

    One that waited would hold the faster way to the display's refresh rate.
    """
    import pyglet

    from livegan.sinks.window import Window

    pyglet.options["vsync"] = False
    values = LiveValues().snapshot()
    try:
        window = Window(title="livegan bench", values=lambda: values, hud=list, bindings=())
    except SinkError:
        yield Watched(NoScreen()), "shown nowhere, for want of a display"
        return
    with closing(window):
        yield Watched(window), "shown in a window that does not wait for the display"
