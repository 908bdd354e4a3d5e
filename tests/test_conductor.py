"""The clock as it is played by its rows, and what it tells of itself."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from livegan.conductor import Conductor
from livegan.parameters import LiveValues, Setting
from livegan.tempo import Clock


class Stage:
    """Live values with a clock whose time a test decides."""

    def __init__(self, **values: Setting) -> None:
        self.now_s = 100.0
        self.values = LiveValues({name.replace("__", "."): to for name, to in values.items()})
        self.clock = Clock(self.now_s)
        self.conductor = Conductor(self.values, self.clock, lambda: self.now_s)

    def play(self, after_s: float = 0.0, **changes: object) -> None:
        """Set rows of the clock after a while."""
        self.now_s += after_s
        self.values.update({f"clock.{name}": value for name, value in changes.items()})

    @property
    def line(self) -> str:
        return self.conductor.line(self.now_s)


def test_taps_set_the_tempo_for_everybody_to_see() -> None:
    stage = Stage()
    for _ in range(3):
        stage.play(0.4, tap=True)
    assert stage.values.snapshot().number("clock.tempo") == pytest.approx(150)
    assert stage.clock.at(stage.now_s).tempo_bpm == pytest.approx(150)
    assert stage.clock.at(stage.now_s).phase == 0


def test_a_button_that_is_let_go_is_no_tap() -> None:
    stage = Stage()
    stage.play(tap=True)
    stage.play(0.3, tap=False)
    stage.play(0.3, tap=True)
    assert stage.values.snapshot().number("clock.tempo") == pytest.approx(100)


def test_what_is_set_at_the_start_holds_from_there() -> None:
    stage = Stage(clock__tempo=60.0, clock__beats_per_bar=3.0)
    assert stage.clock.at(101.5).beats == pytest.approx(1.5)
    assert stage.clock.at(101.5).bar_phase == pytest.approx(0.5)


def test_the_tempo_that_is_set_is_played_at_once() -> None:
    stage = Stage()
    stage.play(1.0, tempo=60.0)
    assert stage.clock.at(stage.now_s + 1).beats == pytest.approx(3)


def test_the_midi_clock_is_followed_once_it_is_the_source() -> None:
    stage = Stage()
    for number in range(96):
        stage.clock.midi_tick(stage.now_s + number / 24)
    stage.play(4.0, source="midi")
    assert stage.conductor.measured(stage.now_s)["clock.tempo_now"] == pytest.approx(60)
    assert "tempo 60.0, MIDI" in stage.line


def test_it_says_so_where_no_midi_clock_comes() -> None:
    stage = Stage()
    stage.play(1.0, source="midi")
    assert stage.line == "tempo 120.0, no MIDI clock comes, beat 3 of 4"


def test_it_says_nothing_until_something_is_played_in_time() -> None:
    stage = Stage()
    assert stage.line == ""
    stage.values.update({"lfo.3_target": "output.hue"})
    assert stage.line == "tempo 120.0, beat 1 of 4"
    stage.values.update({"lfo.3_target": "none"})
    stage.play(1.0, tap=True)
    stage.now_s += 1.0
    assert stage.line == "tempo 120.0, beat 3 of 4"


def test_where_in_the_bar_it_is_can_be_read() -> None:
    stage = Stage()
    assert stage.conductor.measured(100.75)["clock.beat"] == pytest.approx(2.5)


def test_of_two_who_set_the_tempo_at_once_the_last_one_counts_for_the_clock_too() -> None:
    """One is held between looking at the values and telling the clock, the other comes between."""
    stage = Stage()
    looked, may_go = threading.Event(), threading.Event()
    really = stage.clock.set

    def set_late(now_s: float, **wanted: Any) -> None:
        if wanted["tempo_bpm"] == 90:
            looked.set()
            assert may_go.wait(10)
        really(now_s, **wanted)

    stage.clock.set = set_late  # type: ignore[method-assign]
    one, other = (
        threading.Thread(target=stage.values.update, args=({"clock.tempo": tempo},))
        for tempo in (90.0, 140.0)
    )
    one.start()
    assert looked.wait(10)
    other.start()
    while stage.values.snapshot().number("clock.tempo") != 140:
        other.join(0.001)
    other.join(0.1)  # as far as it comes
    may_go.set()
    one.join(10)
    other.join(10)
    assert stage.clock.at(stage.now_s).tempo_bpm == 140
