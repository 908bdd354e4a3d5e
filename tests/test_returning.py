"""What was on the deck behind as a show was left: when it comes back, and what prevents it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from fakes import FakeGenerator, fake_look

from livegan.decks import Decks, Loaded
from livegan.errors import PresetError
from livegan.left import Behind
from livegan.look import Look
from livegan.parameters import LiveValues, Setting
from livegan.presets import Preset
from livegan.returning import Returning

LEFT = Behind("blue", "", {"canny.blur": 4.0, "output.hue": 50.0}, "B", 0.3)


class Show:
    """Decks on which `amber` plays, frame by frame, and what comes back behind it."""

    def __init__(self, **overrides: Setting) -> None:
        self.overrides = {f"deck.{name}": to for name, to in overrides.items()}
        self.values = LiveValues(self.overrides)
        self.wanted: dict[str, Setting] = {"output.hue": 20.0, "output.fade": 0.5}
        self.opened: list[tuple[str, str]] = []
        self.generator = FakeGenerator()
        self.gate = threading.Event()
        self.gate.set()
        self.returning = Returning(self._open, self.values, self.overrides)

    def begin(self, left: Behind = LEFT) -> None:
        """Load what plays."""
        self.returning.ask(left, self._look_of)
        self.values.update(self.returning.begins)
        self.decks = Decks(Loaded(fake_look("amber"), Preset("amber", "amber")), self.values)
        self.frame()

    def frame(self) -> dict[str, Setting]:
        """What happens before a frame; the values that jump."""
        jumps = dict(self.returning.step(self.decks))
        self.decks.follow(self.values.snapshot().number("deck.crossfade"))
        return jumps

    def until(self, happened: Callable[[], bool]) -> None:
        """Play until something has happened."""
        deadline_s = time.monotonic() + 10
        while not happened():
            assert time.monotonic() < deadline_s
            self.frame()

    @property
    def crossfade(self) -> float:
        """Where it stands."""
        return self.values.snapshot().number("deck.crossfade")

    @property
    def names(self) -> tuple[str, str]:
        """What is on deck A and deck B."""
        now = self.values.snapshot()
        return now.choice("deck.a"), now.choice("deck.b")

    def _look_of(self, name: str | None, generator: str | None) -> Preset:
        if name == "gone":
            raise PresetError("no preset is called 'gone'")
        assert name and generator is None
        return Preset(name, name, values=self.wanted)

    def _open(self, preset: Preset) -> Look:
        self.opened.append((preset.name, threading.current_thread().name))
        assert self.gate.wait(10)
        look = fake_look(preset.name, self.generator)
        return replace(look, settings={"canny.low": 33.0, "canny.blur": 1.0})


@pytest.fixture
def show() -> Iterator[Show]:
    show = Show()
    yield show
    show.gate.set()
    show.returning.close()


def test_the_first_picture_is_painted_before_anything_else_is_loaded(show: Show) -> None:
    show.gate.clear()
    before = set(threading.enumerate())
    show.begin()
    assert set(threading.enumerate()) <= before and show.names == ("amber", "")
    show.until(lambda: len(show.opened) == 1)
    for _ in range(50):
        assert show.frame() == {}, "frames go on while it is loaded"
    assert show.names == ("amber", "") and show.crossfade == 0.0
    assert show.returning.to_come == LEFT
    assert show.opened == [("blue", "deck-behind")]


def test_it_comes_back_with_its_own_values_and_then_the_crossfade_stands_as_it_stood(
    show: Show,
) -> None:
    show.begin()
    show.until(lambda: show.names == ("amber", "blue"))
    assert show.crossfade == 0.3 and show.decks.front.preset.name == "amber"
    assert show.returning.to_come is None
    behind = show.decks.behind
    assert behind is not None
    assert (behind.own["canny.blur"], behind.own["canny.low"]) == (4.0, 33.0)
    assert behind.own["puppet.mouth_gain"] == 1.0
    assert behind.stage == {"output.hue": 50.0}, "the fade was set already, and taken back"
    assert show.values.snapshot().number("canny.blur") != 4.0


def test_the_look_in_front_is_on_the_deck_where_it_was(show: Show) -> None:
    show.begin(replace(LEFT, deck="A", crossfade=0.5))
    assert show.names == ("", "amber") and show.crossfade == 1.0
    show.until(lambda: show.names == ("blue", "amber"))
    show.frame()
    assert show.crossfade == 0.5 and show.decks.front.preset.name == "amber"


def test_a_fader_that_was_moved_meanwhile_is_the_players(show: Show) -> None:
    show.gate.clear()
    show.begin()
    show.values.update({"deck.crossfade": 0.8})
    show.frame()
    show.gate.set()
    show.until(lambda: show.names == ("amber", "blue"))
    assert show.crossfade == 0.0 and not show.decks.mixing, "as where he had loaded it himself"


@pytest.mark.parametrize(("asked", "names"), [(0.2, ("amber", "blue")), (0.9, ("blue", "amber"))])
def test_a_crossfade_that_was_asked_for_holds(asked: float, names: tuple[str, str]) -> None:
    show = Show(crossfade=asked)
    show.begin()
    show.until(lambda: show.names == names)
    assert show.crossfade == asked


def test_what_somebody_loads_there_meanwhile_stays(show: Show) -> None:
    show.gate.clear()
    show.begin()
    show.until(lambda: len(show.opened) == 1)
    show.decks.put_behind(Loaded(fake_look("coral"), Preset("coral", "coral")))
    show.frame()
    assert show.returning.to_come is None
    show.gate.set()
    show.until(lambda: show.generator.closed == 1)
    show.frame()
    assert show.names == ("amber", "coral") and show.crossfade == 0.0


def test_one_that_is_gone_is_told_in_one_line(show: Show, caplog: pytest.LogCaptureFixture) -> None:
    show.begin(replace(LEFT, preset="gone"))
    show.until(lambda: show.returning.to_come is None)
    show.frame()
    assert caplog.messages == ["session    nothing is on deck B: no preset is called 'gone'"]
    assert caplog.records[0].levelno == logging.WARNING and caplog.records[0].exc_info is None
    assert show.names == ("amber", "") and show.crossfade == 0.0


def test_a_show_that_ends_before_closes_what_comes_and_still_knows_of_it(show: Show) -> None:
    show.gate.clear()
    show.begin()
    show.until(lambda: len(show.opened) == 1)
    show.returning.close()
    show.gate.set()
    deadline_s = time.monotonic() + 10
    while not show.generator.closed:
        assert time.monotonic() < deadline_s
        time.sleep(0.01)
    assert show.returning.to_come == LEFT, "so that the next show brings it back"


def test_where_nothing_was_behind_nothing_is_loaded() -> None:
    show = Show()
    assert show.returning.begins == {}
    decks = Decks(Loaded(fake_look("amber"), Preset("amber", "amber")), show.values)
    for _ in range(5):
        assert show.returning.step(decks) == {}
    assert show.opened == []
