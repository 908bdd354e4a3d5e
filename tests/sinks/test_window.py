"""The window, as somebody in front of the screen sees it."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from sinks.helpers import BLUE, GREEN, RED, frame, grey, quarters

from livegan.errors import SinkError
from livegan.frames import Frame, Image
from livegan.parameters import LiveValues
from livegan.sinks import canvas, displays
from livegan.sinks.text import CELL
from livegan.sinks.window import Binding, Window

pytestmark = pytest.mark.display

BLACK = (0, 0, 0)


class Seat:
    """Somebody who looks at a window and presses its keys."""

    def __init__(self, bindings: Sequence[Binding] = (), display: int | None = None) -> None:
        self.values = LiveValues()
        self.hud = ["30 fps"]
        self.notice: list[str] = []
        self.recorded_s: float | None = None
        self.window = Window(
            title="livegan",
            values=self.values.snapshot,
            hud=lambda: self.hud,
            bindings=bindings,
            notice=lambda: self.notice,
            recorded_s=lambda: self.recorded_s,
            display=display,
        )
        self._seen: Image | None = None
        self._flip = self.window._canvas.flip
        self.window._canvas.flip = self._look_and_flip  # type: ignore[method-assign]
        self.window.pump()

    def press(self, key: str, modifiers: int = 0) -> bool:
        """Press a key, by pyglet's name for it; False if that closed the window."""
        import pyglet

        pressed = getattr(pyglet.window.key, key)
        self.window._canvas._window.dispatch_event("on_key_press", pressed, modifiers)
        return self.window.pump()

    def see(self, shown: Frame | None = None) -> Image:
        """What the window drew last, (H, W, 3) BGR; it draws a frame first if one is given."""
        if shown is not None:
            self.window.show(shown)
        assert self._seen is not None
        return self._seen

    def _look_and_flip(self) -> None:
        from pyglet import gl

        height, width = self.window._canvas.size
        seen = np.empty((height, width, 3), np.uint8)
        gl.glReadBuffer(gl.GL_BACK)
        gl.glPixelStorei(gl.GL_PACK_ALIGNMENT, 1)
        gl.glReadPixels(0, 0, width, height, gl.GL_BGR, gl.GL_UNSIGNED_BYTE, seen.ctypes.data)
        self._seen = seen[::-1]
        self._flip()

    def resize(self, width: int, height: int) -> None:
        """Pull the window's corner."""
        self.window._canvas._window.set_size(width, height)
        self.window.pump()


@pytest.fixture
def seat(request: pytest.FixtureRequest) -> Seat:
    """A window with a frame, and somebody in front of it."""
    someone = Seat()
    request.addfinalizer(someone.window.close)
    return someone


def at(image: Image, across: float, down: float) -> tuple[int, ...]:
    """The colour at a place, in fractions of the width and the height."""
    height, width = image.shape[:2]
    return tuple(int(channel) for channel in image[int(down * height), int(across * width)])


def test_the_picture_stands_upright_in_its_colours(seat: Seat) -> None:
    seen = seat.see(frame(quarters(256, 256)))
    assert seen.shape[0] == seen.shape[1]
    assert at(seen, 0.25, 0.25) == at(seen, 0.75, 0.25) == BLUE
    assert at(seen, 0.25, 0.75) == GREEN
    assert at(seen, 0.75, 0.75) == RED


def test_every_frame_takes_the_place_of_the_last(seat: Seat) -> None:
    for size in ((64, 64), (101, 77), (512, 512)):
        assert at(seat.see(frame(grey(200, *size))), 0.5, 0.5) == (200, 200, 200)
        assert at(seat.see(frame(grey(60, *size))), 0.5, 0.5) == (60, 60, 60)


def test_a_picture_of_odd_width_is_not_sheared(seat: Seat) -> None:
    seen = seat.see(frame(quarters(101, 101)))
    assert at(seen, 0.25, 0.1) == at(seen, 0.75, 0.4) == BLUE
    for down in (0.55, 0.75, 0.95):
        assert (at(seen, 0.45, down), at(seen, 0.55, down)) == (GREEN, RED)


def test_a_wide_window_has_black_beside_the_picture_until_it_is_filled(seat: Seat) -> None:
    banded = grey(50, 256, 256)
    banded[64:192] = 200
    seat.resize(800, 400)
    seen = seat.see(frame(banded))
    assert at(seen, 0.1, 0.5) == at(seen, 0.9, 0.5) == BLACK
    assert at(seen, 0.3, 0.1) == (50, 50, 50)
    seat.press("G")
    filled = seat.see()
    for corner in ((0.01, 0.02), (0.99, 0.02), (0.01, 0.98), (0.99, 0.98)):
        assert at(filled, *corner) == (200, 200, 200)
    seat.press("G")
    assert at(seat.see(), 0.1, 0.5) == BLACK


def test_a_resized_window_is_drawn_again_without_a_new_frame(seat: Seat) -> None:
    seat.see(frame(grey(200)))
    seat.resize(500, 300)
    seen = seat.see()
    assert seen.shape == (300, 500, 3)
    assert at(seen, 0.5, 0.02) == at(seen, 0.5, 0.98) == (200, 200, 200)


def test_the_preview_is_mirrored_and_the_frame_is_not(seat: Seat) -> None:
    seat.values.update({"output.preview_mirror": True})
    shown = frame(quarters(256, 256))
    seen = seat.see(shown)
    assert at(seen, 0.25, 0.75) == RED
    assert at(seen, 0.75, 0.75) == GREEN
    assert at(seen, 0.5, 0.25) == BLUE
    assert np.array_equal(shown.image, quarters(256, 256))


def test_camera_drawing_and_picture_stand_side_by_side(seat: Seat) -> None:
    seat.values.update({"output.view": "side_by_side"})
    shown = Frame(
        grey(150), index=0, captured_at_s=0, camera=grey(50, 48, 48), drawing=grey(100, 32, 32)
    )
    seat.resize(600, 600)
    seen = seat.see(shown)
    levels = [at(seen, across, 0.5)[0] for across in (1 / 6, 3 / 6, 5 / 6)]
    assert levels == [50, 100, 150]


def test_the_window_widens_for_side_by_side_and_gets_its_size_back(seat: Seat) -> None:
    shown = Frame(grey(150), index=0, captured_at_s=0, camera=grey(50), drawing=grey(100))
    alone = seat.see(shown).shape
    for _ in range(2):
        seat.values.update({"output.view": "side_by_side"})
        seat.see(shown)
        seat.window.pump()
        seen = seat.see(shown)
        height, width = seen.shape[:2]
        assert width == pytest.approx(3 * height, abs=2)
        for across, level in ((1 / 6, 50), (3 / 6, 100), (5 / 6, 150)):
            for down in (0.02, 0.98):
                assert at(seen, across, down) == (level, level, level)
        seat.values.update({"output.view": "picture"})
        seat.see(shown)
        seat.window.pump()
        assert seat.see(shown).shape == alone


def test_a_window_that_was_pulled_beside_keeps_the_height_that_it_was_given(seat: Seat) -> None:
    shown = Frame(grey(150), index=0, captured_at_s=0, camera=grey(50), drawing=grey(100))
    seat.values.update({"output.view": "side_by_side"})
    seat.see(shown)
    seat.window.pump()  # hears of its own change first
    seat.resize(900, 300)
    seat.values.update({"output.view": "picture"})
    seat.see(shown)
    seat.window.pump()
    assert seat.see(shown).shape == (300, 300, 3)


def test_side_by_side_in_fullscreen_widens_the_window_that_comes_after_it(seat: Seat) -> None:
    shown = Frame(grey(150), index=0, captured_at_s=0, camera=grey(50), drawing=grey(100))
    seat.press("F")
    covered = seat.see(shown)
    seat.values.update({"output.view": "side_by_side"})
    assert seat.see(shown).shape == covered.shape
    seat.press("ESCAPE")
    height, width = seat.see(shown).shape[:2]
    assert width == pytest.approx(3 * height, abs=2)


def test_what_a_frame_has_not_got_leaves_no_gap(seat: Seat) -> None:
    seat.values.update({"output.view": "side_by_side"})
    seen = seat.see(frame(grey(150)))
    assert at(seen, 0.05, 0.5) == at(seen, 0.95, 0.5) == (150, 150, 150)


def test_figures_come_and_go_with_i(seat: Seat) -> None:
    plain = seat.see(frame(grey(120)))
    seat.press("I")
    seen = seat.see()
    panel = seen[: 2 * CELL[0], : 8 * CELL[1]]
    assert panel.max() > 200 and panel.min() < 60
    assert np.array_equal(seen[100:], plain[100:])
    seat.press("I")
    assert np.array_equal(seat.see(), plain)


def test_figures_wider_than_the_window_are_made_smaller(seat: Seat) -> None:
    seat.resize(200, 200)
    seat.hud = ["M" * 45]
    seat.press("I")
    seen = seat.see(frame(grey(120)))
    assert (seen[:12, -8:] != 120).any()


def test_a_long_line_among_the_figures_is_broken_and_leaves_the_letters_their_size(
    seat: Seat,
) -> None:
    seat.press("I")
    seen = seat.see(frame(grey(120)))
    seat.hud = ["30 fps", "degraded " * 40]
    seat.window._hud_ink = None
    letters = (slice(CELL[0] // 2, CELL[0] // 2 + CELL[0]), slice(0, 7 * CELL[1]))
    assert np.array_equal(seat.see(frame(grey(120)))[letters], seen[letters])


def test_a_red_dot_with_the_time_stands_in_the_corner_while_it_is_recorded(seat: Seat) -> None:
    plain = seat.see(frame(grey(120)))
    seat.recorded_s = 59.9
    first = seat.see(frame(grey(120)))
    seat.recorded_s = 60.0
    later = seat.see(frame(grey(120)))
    corner = first[: 2 * CELL[0], -10 * CELL[1] :].astype(int)
    assert (corner[..., 2] - corner[..., 0] > 100).sum() > 50, "something red"
    assert (later != first).any(), "the time goes on"
    assert np.array_equal(first[100:], plain[100:])
    seat.recorded_s = None
    assert np.array_equal(seat.see(frame(grey(120))), plain)


def test_a_notice_stands_in_the_lower_right_corner_as_long_as_there_is_one(seat: Seat) -> None:
    plain = seat.see(frame(grey(120)))
    seat.notice = ["MIDI plays output.fade"]
    seen = seat.see(frame(grey(120)))
    corner = seen[-2 * CELL[0] :, -10 * CELL[1] :]
    assert corner.max() > 200 and corner.min() < 60
    assert np.array_equal(seen[:100], plain[:100])
    seat.notice = []
    assert np.array_equal(seat.see(frame(grey(120))), plain)


def test_h_lists_every_key(seat: Seat) -> None:
    short = _panel_height(seat)
    more = [Binding(f"F{number}", "something", lambda: None) for number in range(2, 7)]
    longer = Seat(more)
    try:
        assert _panel_height(longer) - short == 5 * CELL[0]
    finally:
        longer.window.close()


def test_a_key_that_is_not_described_acts_and_is_not_listed(seat: Seat) -> None:
    quiet = Seat([Binding("UP", "", lambda: None)])
    try:
        assert _panel_height(quiet) == _panel_height(seat)
    finally:
        quiet.window.close()


def _panel_height(seat: Seat) -> int:
    """How many rows of pixels the list of keys covers."""
    plain = seat.see(frame(grey(120)))
    seat.press("H")
    return int((seat.see() != plain).any(axis=(1, 2)).sum())


def test_keys_of_the_owner_act() -> None:
    pressed: list[str] = []

    def act(key: str) -> Callable[[], None]:
        return lambda: pressed.append(key)

    names = ("SPACE", "n", "TAB", "1", "F5")
    seat = Seat([Binding(name, "something", act(name)) for name in names])
    for key in ("SPACE", "N", "TAB", "_1", "F5", "X"):
        assert seat.press(key)
    seat.window.close()
    assert pressed == list(names)


@pytest.mark.parametrize("key", ["UP", "DOWN", "LEFT", "RIGHT", "BACKSPACE", "TAB", "L"])
def test_keys_are_known_by_the_names_that_people_know(key: str) -> None:
    pressed = []
    someone = Seat([Binding(key, "something", lambda: pressed.append(key))])
    try:
        someone.press(key)
    finally:
        someone.window.close()
    assert pressed == [key]


def test_a_key_with_control_or_alt_belongs_to_the_desktop(seat: Seat) -> None:
    import pyglet

    for modifier in (pyglet.window.key.MOD_CTRL, pyglet.window.key.MOD_ALT):
        assert seat.press("Q", modifier)


def test_two_actions_on_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="two actions"):
        Seat([Binding("f", "something else", lambda: None)])


def test_f_covers_the_display_and_escape_leaves_it(seat: Seat) -> None:
    from livegan.sinks.window import list_displays

    display = list_displays()[0]
    before = seat.see(frame(quarters(256, 256))).shape
    seat.press("F")
    seen = seat.see()
    assert seat.window.fullscreen
    assert seen.shape == (display.height, display.width, 3)
    assert at(seen, 0.5, 0.25) == BLUE
    assert seat.press("ESCAPE")
    assert not seat.window.fullscreen
    assert seat.see().shape == before
    assert at(seat.see(), 0.25, 0.25) == BLUE


@pytest.mark.skipif(sys.platform != "linux", reason="other systems place it themselves")
def test_a_window_begins_on_the_display_that_was_chosen_and_covers_only_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = displays.find_screens()[0]
    half = whole.width // 2
    left, right = copy.copy(whole), copy.copy(whole)
    left.width = right.width = right.x = half
    for module in (displays, canvas):
        monkeypatch.setattr(module, "find_screens", lambda: [left, right])
    seat = Seat(display=1)
    try:
        assert seat.window._canvas._window.get_location()[0] > half
        seat.press("F")
        assert seat.window._canvas._window.get_location() == (half, whole.y)
        assert seat.see(frame(grey(90))).shape == (whole.height, half, 3)
    finally:
        seat.window.close()


def test_escape_does_not_end_a_performance(seat: Seat) -> None:
    assert seat.press("ESCAPE")


def test_q_ends_it() -> None:
    seat = Seat()
    assert not seat.press("Q")
    assert not seat.window.pump()


@pytest.mark.parametrize("last", ["F", "ESCAPE", "H", "SPACE"])
def test_keys_after_q_are_not_heard(last: str) -> None:
    import pyglet

    heard: list[str] = []
    seat = Seat([Binding("SPACE", "something", lambda: heard.append("SPACE"))])
    for key in ("Q", last):  # both before the window looks at either
        pressed = getattr(pyglet.window.key, key)
        seat.window._canvas._window.dispatch_event("on_key_press", pressed, 0)
    assert not seat.window.pump()
    assert not heard


def test_the_button_in_its_frame_ends_it() -> None:
    seat = Seat()
    seat.window._canvas._window.dispatch_event("on_close")
    assert not seat.window.pump()
    assert not seat.window.pump()


def test_a_display_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SinkError, match="display 'beamer' does not exist; there are: 0 "):
        Window(
            title="livegan", values=LiveValues().snapshot, hud=list, bindings=[], display="beamer"
        )
