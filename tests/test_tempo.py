"""Where in the music it is: taps, a tempo that is set, a MIDI clock."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livegan.tempo import Clock


def tapped(clock: Clock, *times_s: float) -> float:
    """The tempo after these taps."""
    return [clock.tap(time_s) for time_s in times_s][-1]


def play(
    clock: Clock, now_s: float, bpm: float = 120.0, source: str = "own", bar: float = 4.0
) -> None:
    clock.set(now_s, tempo_bpm=bpm, source=source, beats_per_bar=bar)


def test_it_counts_from_the_start_in_its_own_tempo() -> None:
    beat = Clock(10.0).at(12.75)
    assert (beat.tempo_bpm, beat.beats) == (120, 5.5)
    assert beat.phase == 0.5 and beat.bar_phase == pytest.approx(1.5 / 4)


def test_the_tempo_is_the_median_of_the_taps_and_the_beat_lies_on_the_last() -> None:
    clock = Clock()
    assert tapped(clock, 1.0, 1.6, 2.2, 2.95, 3.4, 4.0) == pytest.approx(100)
    assert clock.at(4.0).phase == 0
    assert clock.at(4.6).beats - clock.at(4.0).beats == pytest.approx(1)


def test_the_first_tap_after_a_pause_begins_a_bar_and_keeps_the_tempo() -> None:
    clock = Clock()
    tapped(clock, 1.0, 1.5, 2.0)
    assert tapped(clock, 4.7) == 120
    assert clock.at(4.7).bar_phase == 0
    assert tapped(clock, 4.7 + 0.4) == pytest.approx(150), "the taps before the pause count no more"
    assert clock.at(4.7 + 0.4).bar_phase == pytest.approx(0.25)


def test_a_tap_that_is_left_out_is_counted_and_one_too_many_is_not() -> None:
    clock = Clock()
    assert tapped(clock, 0, 0.5, 1.0, 2.0, 2.02, 2.5) == pytest.approx(120)
    assert clock.at(2.5).bar_phase == pytest.approx(0.25)


def test_who_taps_half_as_fast_is_followed_from_the_second_tap_on() -> None:
    clock = Clock()
    assert tapped(clock, 0.0, 1.0) == pytest.approx(60)
    assert clock.at(1.0).bar_phase == pytest.approx(0.25)


@given(st.lists(st.floats(0, 5), min_size=1, max_size=30))
def test_whatever_is_tapped_is_a_tempo_of_the_table(pauses_s: list[float]) -> None:
    clock, now_s = Clock(), 100.0
    for pause_s in pauses_s:
        now_s += pause_s
        assert 20 <= clock.tap(now_s) <= 300
        assert 0 <= clock.at(now_s).phase < 1


@given(st.floats(20, 300), st.floats(20, 300), st.floats(0, 1000), st.floats(0, 1000))
def test_another_tempo_never_moves_the_beat(one: float, other: float, a: float, b: float) -> None:
    clock = Clock()
    play(clock, 0.0, one)
    before = clock.at(a + b).beats
    play(clock, a + b, other)
    assert clock.at(a + b).beats == pytest.approx(before)


@pytest.mark.parametrize(("what", "expected_s"), [("beat", 1.5), ("bar", 2.0)])
def test_the_next_beat_and_bar(what: Literal["beat", "bar"], expected_s: float) -> None:
    assert Clock().next(1.2, what) == pytest.approx(expected_s)


@pytest.mark.parametrize("what", ["beat", "bar"])
def test_on_a_boundary_the_next_one_is_meant(what: Literal["beat", "bar"]) -> None:
    clock = Clock()
    play(clock, 0.0, 60, bar=3)
    assert clock.next(3.0, what) == pytest.approx({"beat": 4.0, "bar": 6.0}[what])


def midi(clock: Clock, began_s: float, bpm: float, beats: int) -> float:
    for number in range(beats * 24):
        clock.midi_tick(began_s + number * 60 / bpm / 24)
    return began_s + beats * 60 / bpm


def test_midi_is_followed_only_where_it_is_the_source() -> None:
    clock = Clock()
    clock.midi_start(0.0)
    now_s = midi(clock, 0.0, 90, 8)
    assert clock.at(now_s).tempo_bpm == 120
    play(clock, now_s, source="midi")
    assert clock.at(now_s).tempo_bpm == pytest.approx(90)
    assert clock.at(now_s).beats == pytest.approx(8)


def test_back_from_midi_it_goes_on_from_that_beat() -> None:
    clock = Clock()
    play(clock, 0.0, source="midi")
    clock.midi_start(0.0)
    now_s = midi(clock, 3.0, 90, 8)
    play(clock, now_s, 120)
    assert clock.at(now_s).beats == pytest.approx(8)
    assert clock.at(now_s + 0.5).beats == pytest.approx(9)


def test_without_a_midi_clock_the_own_tempo_goes_on() -> None:
    clock = Clock()
    play(clock, 0.0, 60, source="midi")
    assert clock.at(5.0).beats == pytest.approx(5)


def test_nothing_waits_for_a_beat_of_music_that_stands() -> None:
    clock = Clock()
    play(clock, 0.0, source="midi")
    now_s = midi(clock, 0.0, 120, 4)
    clock.midi_stop()
    stood = clock.at(now_s).beats
    assert clock.next(now_s, "bar") == now_s
    assert clock.at(now_s + 9).beats == stood
    clock.midi_continue(now_s + 9)
    midi(clock, now_s + 9, 120, 1)
    assert clock.at(now_s + 9.5).beats == pytest.approx(stood + 1, abs=0.05)


@given(
    st.floats(20, 300),
    st.floats(1, 16),
    st.floats(0, 1e6),
    st.sampled_from(["beat", "bar"]),
)
def test_the_next_one_lies_ahead_and_no_further_than_its_length(
    bpm: float, bar: float, now_s: float, what: Literal["beat", "bar"]
) -> None:
    clock = Clock()
    play(clock, 0.0, bpm, bar=bar)
    length_s = 60 / bpm * (round(bar) if what == "bar" else 1)
    then_s = clock.next(now_s, what)
    assert now_s <= then_s <= now_s + length_s * 1.001
    beat = clock.at(then_s)
    phase = beat.bar_phase if what == "bar" else beat.phase
    assert min(phase, 1 - phase) < 1e-3
