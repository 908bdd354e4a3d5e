"""The window: what it shows, and the keys that it hears."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from livegan.errors import SinkLost
from livegan.frames import Frame, Image
from livegan.parameters import Values
from livegan.sinks.canvas import Canvas
from livegan.sinks.displays import Display, list_displays
from livegan.sinks.geometry import Rect, crop, fit, row
from livegan.sinks.letterbox import check_picture
from livegan.sinks.recording_mark import recording_mark
from livegan.sinks.text import CELL, Ink, typeset, wrapped

__all__ = ["Binding", "Display", "Window", "list_displays"]

HUD_PERIOD_S = 0.25
"""How often the figures change: any faster, and nobody can read them."""


@dataclass(frozen=True)
class Binding:
    """A key of the window, and what it does.

    Args:
        key: "N", "SPACE", "TAB", "F5", "1".
        description: what it does, for the list that H shows; "" is not listed.
        act: does it, on the main thread.
    """

    key: str
    description: str
    act: Callable[[], None]


class Window(AbstractContextManager["Window"]):
    """Shows the picture, alone or beside the camera and the drawing. For the main thread only.

    Its own keys are F fullscreen, G fit or fill, I figures, H keys, Escape and Q.

    Args:
        title: what stands in its frame.
        values: the parameters as they stand; `output.preview_mirror` and `output.view` count here.
        hud: the lines that the key I shows.
        bindings: keys of the owner.
        notice: lines that are shown now, whatever else is; none shows nothing.
        recorded_s: for how many seconds it has been recorded, None where it is not; a red dot in
            the upper right corner shows it.
        fullscreen: whether it begins in fullscreen.
        display: number or part of the name of the display that it opens on; None is the main one.

    Raises:
        SinkError: there is no such display, or none at all.
        ValueError: two actions want the same key.
    """

    name = "window"

    def __init__(
        self,
        *,
        title: str,
        values: Callable[[], Values],
        hud: Callable[[], Sequence[str]],
        bindings: Sequence[Binding],
        notice: Callable[[], Sequence[str]] = tuple,
        recorded_s: Callable[[], float | None] = lambda: None,
        fullscreen: bool = False,
        display: str | int | None = None,
    ) -> None:
        self._values = values
        self._hud = hud
        self._notice = notice
        self._recorded_s = recorded_s
        self._bindings = (*bindings, *self._own_bindings())
        self._actions = {one.key.upper(): one.act for one in self._bindings}
        if len(self._actions) < len(self._bindings):
            keys = ", ".join(one.key for one in self._bindings)
            raise ValueError(f"a key of the window has two actions, of: {keys}")
        self._fills = self._shows_hud = self._shows_help = False
        self._frame: Frame | None = None
        self._hud_ink: Ink | None = None
        self._hud_at_s = 0.0
        self._canvas = Canvas(title, fullscreen=fullscreen, display=display)
        self._draw()

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def fullscreen(self) -> bool:
        """Whether the window covers its display."""
        return self._canvas.fullscreen

    def show(self, frame: Frame) -> None:
        """Draw one frame and wait for the screen to take it.

        Raises:
            ValueError: the picture is not (H, W, 3) uint8.
            SinkLost: the window is closed.
        """
        check_picture(frame.image)
        if self._canvas.closed:
            raise SinkLost("the window is closed")
        self._frame = frame
        self._draw()

    def pump(self) -> bool:
        """Hear keys and the mouse, and draw again what was resized or uncovered.

        Returns:
            False once the window is closed.
        """
        if not self._canvas.closed:
            for key in self._canvas.pump():
                if self._canvas.closed:  # by the key before, or by the button in its frame
                    break
                self._press(key)
        if self._canvas.stale and not self._canvas.closed:
            self._draw()
        return not self._canvas.closed

    def close(self) -> None:
        """Close the window. May be called twice."""
        self._canvas.close()

    def _own_bindings(self) -> tuple[Binding, ...]:
        return (
            Binding("F", "fullscreen", self._toggle_fullscreen),
            Binding("G", "fit the window, or fill it", self._toggle_fill),
            Binding("I", "figures", self._toggle_hud),
            Binding("H", "these keys", self._toggle_help),
            Binding("ESCAPE", "leave fullscreen", lambda: self._canvas.set_fullscreen(False)),
            Binding("Q", "quit", self.close),
        )

    def _press(self, key: str) -> None:
        act = self._actions.get(key)
        if act:
            act()
            self._canvas.stale = True

    def _toggle_fullscreen(self) -> None:
        self._canvas.set_fullscreen(not self._canvas.fullscreen)

    def _toggle_fill(self) -> None:
        self._fills = not self._fills

    def _toggle_hud(self) -> None:
        self._shows_hud = not self._shows_hud
        self._hud_ink = None

    def _toggle_help(self) -> None:
        self._shows_help = not self._shows_help

    def _draw(self) -> None:
        values = self._values()
        pictures = self._pictures(values)
        if pictures:
            self._canvas.make_room(len(pictures))
        height, width = self._canvas.size
        self._canvas.painter.begin((height, width))
        for (name, image), cell in zip(pictures, row(len(pictures), width, height), strict=True):
            self._draw_picture(name, image, cell, values.switch("output.preview_mirror"))
        self._draw_recording_mark()
        if self._shows_hud:
            self._draw_panel("hud", self._fresh_hud(), 0.0)
        if self._shows_help:
            self._draw_panel("help", self._set(self._help()), 0.5)
        notice = self._notice()
        if notice:
            self._draw_panel("notice", self._set(notice), 1.0)
        self._canvas.flip()

    def _pictures(self, values: Values) -> list[tuple[str, Image]]:
        """What is shown, from left to right."""
        if self._frame is None:
            return []
        alone = values.choice("output.view") == "picture"
        named = (
            ("camera", None if alone else self._frame.camera),
            ("drawing", None if alone else self._frame.drawing),
            ("picture", self._frame.image),
        )
        return [(name, image) for name, image in named if image is not None]

    def _draw_picture(self, name: str, image: Image, cell: Rect, mirror: bool) -> None:
        size = (image.shape[0], image.shape[1])
        painter = self._canvas.painter
        if self._fills:
            painter.picture(name, image, cell, cut=crop(size, cell), mirror=mirror)
        else:
            painter.picture(name, image, fit(size, cell), mirror=mirror)

    def _draw_recording_mark(self) -> None:
        recorded_s = self._recorded_s()
        if recorded_s is not None:
            mark = recording_mark(int(recorded_s), self._canvas.text_scale)
            height, width = mark.shape[:2]
            at = Rect(self._canvas.size[1] - width, 0, width, height)
            self._canvas.painter.picture("recording", mark, at)

    def _draw_panel(self, name: str, ink: Ink, place: float) -> None:
        """Draw text; place 0 is the upper left corner, 0.5 the middle, 1 the lower right."""
        height, width = self._canvas.size
        shrink = min(1.0, width / ink.shape[1], height / ink.shape[0])
        across, down = ink.shape[1] * shrink, ink.shape[0] * shrink
        at = Rect((width - across) * place, (height - down) * place, across, down)
        self._canvas.painter.panel(name, ink, at)

    def _fresh_hud(self) -> Ink:
        now_s = time.monotonic()
        if self._hud_ink is None or now_s - self._hud_at_s >= HUD_PERIOD_S:
            self._hud_ink = self._set(wrapped(self._hud(), self._columns()))
            self._hud_at_s = now_s
        return self._hud_ink

    def _help(self) -> list[str]:
        listed = [one for one in self._bindings if one.description]
        widest = max(len(one.key) for one in listed)
        return [f"{one.key.upper():>{widest}}  {one.description}" for one in listed]

    def _columns(self) -> int:
        """How many letters fit beside each other, between margins."""
        return int(self._canvas.size[1] // (CELL[1] * self._canvas.text_scale)) - 2

    def _set(self, lines: Sequence[str]) -> Ink:
        return typeset(lines, scale=self._canvas.text_scale)
