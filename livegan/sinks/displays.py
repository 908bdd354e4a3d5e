"""The displays of this machine, by the names that people use."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyglet

from livegan.errors import SinkError
from livegan.sinks.desktop import CURE, require_desktop

if TYPE_CHECKING:
    from pyglet.display.base import Screen

# pyglet opens a second, hidden window to share textures with; there is nobody to share with here.
pyglet.options.shadow_window = False


@dataclass(frozen=True)
class Display:
    """One display.

    Args:
        index: its number, from 0.
        name: what the system calls it; "Unknown" where it does not tell.
        x, y: its upper left corner on the desktop, in pixels.
        width, height: in pixels.
    """

    index: int
    name: str
    x: int
    y: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.index} '{self.name}' {self.width}x{self.height} at {self.x},{self.y}"


def list_displays() -> list[Display]:
    """Every display, in the order of its number.

    Raises:
        SinkError: there is none that a window could be opened on.
    """
    return [
        Display(index, screen.get_monitor_name(), screen.x, screen.y, screen.width, screen.height)
        for index, screen in enumerate(find_screens())
    ]


def choose_display(wanted: str | int, displays: Sequence[Display]) -> Display:
    """The display that somebody means: by its number, or by part of its name.

    Raises:
        SinkError: none is called that, or more than one; the message lists them.
    """
    word = str(wanted)
    if word.isdigit():
        near = [one for one in displays if one.index == int(word)]
    else:
        near = [one for one in displays if word.casefold() in one.name.casefold()]
    if len(near) == 1:
        return near[0]
    fits = "fits more than one" if near else "does not exist"
    listed = "; ".join(map(str, near or displays))
    raise SinkError(f"display {word!r} {fits}; there are: {listed}")


def find_screens() -> list[Screen]:
    """What pyglet calls displays.

    Raises:
        SinkError: this machine shows none.
    """
    require_desktop()
    try:
        return list(pyglet.display.get_display().get_screens())
    except Exception as error:
        raise no_window(error) from None


def no_window(error: Exception) -> SinkError:
    """What to tell somebody whose window could not be opened.

    Args:
        error: what pyglet raised. Its classes differ by system and have no common root, which is
            why whoever opens something through it has to catch them all.
    """
    why = " ".join(str(error).split()) or type(error).__name__
    # pyglet knows no other name than the one that it was given, which is none.
    why = why.replace('"None"', f"DISPLAY {os.environ.get('DISPLAY', '')}")
    return SinkError(f"no window can be opened ({why}); {CURE}")
