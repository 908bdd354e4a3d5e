"""A pyglet window that can be drawn into: opening, fullscreen, keys and closing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pyglet

from livegan.sinks.displays import choose_display, find_screens, list_displays, no_window
from livegan.sinks.geometry import row_size
from livegan.sinks.painter import Painter

if TYPE_CHECKING:
    from pyglet.display.base import Screen

SIDE = 768
"""Width and height of a new window, in pixels: three times the small puppets, so that they are
scaled evenly."""


_Frame = tuple[int, int, int, int]
"""A window on the desktop: left, top, width and height."""


class Canvas:
    """The window itself, and the painter that draws into it. For the main thread only.

    Going to fullscreen and back opens a new window, because one of pyglet's can't change its
    frame; the painter changes with it.

    Args:
        title: what stands in its frame.
        fullscreen: whether it begins without a frame, over all of its display.
        display: number or part of the name of that display; None is the main one.

    Raises:
        SinkError: no window can be opened, or there is no such display.
    """

    def __init__(self, title: str, *, fullscreen: bool, display: str | int | None) -> None:
        self.fullscreen = fullscreen
        self.closed = False
        self.stale = True
        self._title = title
        self._keys: list[str] = []
        self._close_wanted = False
        screens = find_screens()
        self._frame: _Frame | None = None
        self._columns = 1
        self._last_change: tuple[tuple[int, int], tuple[int, int]] | None = None
        self._screen: Screen | None = None
        if display is not None:
            self._screen = screens[choose_display(display, list_displays()).index]
        self._open()

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels of the screen."""
        width, height = self._window.get_framebuffer_size()
        return max(1, height), max(1, width)

    @property
    def text_scale(self) -> int:
        """Pixels of the screen to a pixel of text: 2 where pixels are small."""
        return 2 if self._window.get_pixel_ratio() >= 1.5 or self.size[0] >= 1600 else 1

    def pump(self) -> list[str]:
        """Hear what was pressed, moved and closed since the last time.

        Returns:
            The name of each key pressed: "F", "SPACE", "1".
        """
        self._window.switch_to()
        self._window.dispatch_events()
        if self._close_wanted:  # not before: pyglet goes on asking a window for its events
            self.close()
        keys, self._keys = self._keys, []
        return keys

    def flip(self) -> None:
        """Show what was drawn, with the screen's next refresh."""
        self._window.flip()
        self.stale = False

    def set_fullscreen(self, fullscreen: bool) -> None:
        """Cover the display that the window is on, or leave it."""
        if fullscreen == self.fullscreen:
            return
        if fullscreen:
            self._screen = self._screen_below()
            self._frame = self._place()
        self.fullscreen = fullscreen
        self._window.close()
        self._open()

    def make_room(self, columns: int) -> None:
        """Grow or shrink for so many pictures side by side; a window in fullscreen does so later.

        The size that it had before comes back, unless somebody pulled its corner meanwhile.
        """
        before, self._columns = self._columns, columns
        if before == columns:
            return
        screen = self._screen_below() or _main_screen()
        if self.fullscreen:
            self._frame = self._frame and self._resized(self._frame, before, screen)
            return
        x, y, width, height = self._resized(self._place(), before, screen)
        self._window.set_size(width, height)
        self._window.set_location(x, y)
        self.stale = True

    def close(self) -> None:
        """Close the window. May be called twice."""
        if not self.closed:
            self.closed = True
            self._window.close()

    def _open(self) -> None:
        try:
            self._window = self._new_window()
            self._window.push_handlers(
                on_key_press=self._pressed,
                on_close=self._close_asked,
                on_resize=self._changed,
                on_expose=self._changed,
            )
            self.painter = Painter()
        except Exception as error:
            raise no_window(error) from None
        self.stale = True

    def _new_window(self) -> Any:
        screen = self._screen or _main_screen()
        if not self.fullscreen:
            return self._framed(screen)
        window = self._native(screen) or self._borderless(screen)
        window.set_mouse_visible(False)
        return window

    def _framed(self, screen: Screen) -> Any:
        if self._frame is None:
            side = min(SIDE, *_room(screen))
            left, top = (screen.width - side) // 2, (screen.height - side) // 2
            square = (screen.x + left, screen.y + top, side, side)
            self._frame = self._resized(square, 1, screen)
        x, y, width, height = self._frame
        window = pyglet.window.Window(width, height, self._title, resizable=True, visible=False)
        window.set_minimum_size(160, 120)
        return _shown(window, x, y)

    def _place(self) -> _Frame:
        return (*self._window.get_location(), *self._window.get_size())

    def _resized(self, frame: _Frame, columns: int, screen: Screen) -> _Frame:
        """A window that held so many pictures, made for as many as now, about the same middle."""
        x, y, width, height = frame
        if columns == self._columns:
            return frame
        if self._last_change and self._last_change[1] == (width, height):
            across, down = self._last_change[0]
        else:
            down, across = row_size((height, width), columns, self._columns, _room(screen))
        self._last_change = (width, height), (across, down)
        left, top = x + (width - across) // 2, y + (height - down) // 2
        return (
            max(screen.x, min(left, screen.x + screen.width - across)),
            max(screen.y, min(top, screen.y + screen.height - down)),
            across,
            down,
        )

    def _native(self, screen: Screen) -> Any:
        """Fullscreen as the system has it; None where that would cover another display.

        On X11 window managers put it on the first one, whatever was asked (pyglet issue 1330).
        """
        if sys.platform == "linux" and (screen.x, screen.y) != (0, 0):
            return None
        try:
            return pyglet.window.Window(caption=self._title, fullscreen=True, screen=screen)
        except pyglet.window.WindowException:
            return None

    def _borderless(self, screen: Screen) -> Any:
        window = pyglet.window.Window(
            screen.width, screen.height, self._title, style="borderless", visible=False
        )
        return _shown(window, screen.x, screen.y)

    def _screen_below(self) -> Screen | None:
        """The screen that the middle of the window is on."""
        left, top = self._window.get_location()
        x, y = left + self._window.width // 2, top + self._window.height // 2
        for screen in find_screens():
            if 0 <= x - screen.x < screen.width and 0 <= y - screen.y < screen.height:
                return screen
        return self._screen

    def _pressed(self, symbol: int, modifiers: int) -> bool:
        key = pyglet.window.key
        if not modifiers & (key.MOD_CTRL | key.MOD_ALT | key.MOD_COMMAND | key.MOD_OPTION):
            self._keys.append(key.symbol_string(symbol).lstrip("_"))
        return True  # or pyglet would close the window at Escape

    def _close_asked(self) -> bool:
        self._close_wanted = True
        return True

    def _changed(self, *size: int) -> bool:
        self.stale = True
        return True


def _main_screen() -> Screen:
    return pyglet.display.get_display().get_default_screen()


def _room(screen: Screen) -> tuple[int, int]:
    """The largest height and width of a window with a frame."""
    return screen.height * 9 // 10, screen.width * 9 // 10


def _shown(window: Any, x: int, y: int) -> Any:
    """Show a window at a place on the desktop.

    It is put there before it is seen, so that it does not jump, and again after, because some
    window managers choose the place of a new window themselves.
    """
    window.set_location(x, y)
    window.set_visible(True)
    window.set_location(x, y)
    window.activate()
    return window
