"""A MIDI clock: a steady tempo out of unsteady ticks, and where in the music it is."""

from __future__ import annotations

import random

import pytest

from livegan.midi_ticks import TICKS_A_BEAT, MidiTicks

JITTER_S = 0.002


def ticking(ticks: MidiTicks, began_s: float, bpm: float, count: int, jitter_s: float = 0) -> float:
    """Send so many ticks; the time of the next one."""
    moved = random.Random(bpm + began_s)
    for number in range(count):
        late_s = moved.uniform(-jitter_s, jitter_s)
        ticks.tick(began_s + number * 60 / bpm / TICKS_A_BEAT + late_s)
    return began_s + count * 60 / bpm / TICKS_A_BEAT


@pytest.mark.parametrize("bpm", [20, 60, 97.3, 120, 174, 300])
def test_the_tempo_is_steady_though_ticks_are_not(bpm: float) -> None:
    ticks = MidiTicks()
    now_s = ticking(ticks, 100.0, bpm, 96, JITTER_S)
    shown = []
    for _ in range(400):
        now_s = ticking(ticks, now_s, bpm, 1, JITTER_S)
        shown.append(ticks.tempo_bpm)
    assert max(abs(one / bpm - 1) for one in shown) < 0.01


def test_ticks_that_waited_for_a_busy_machine_are_no_other_tempo() -> None:
    ticks = MidiTicks()
    began_s, shown = 100.0, []
    moved = random.Random(7)
    for number in range(1000):
        late_s = moved.uniform(0, 0.01)
        if number % 50 < 3:  # three wait, and come together
            late_s = (3 - number % 50) * 60 / 126 / TICKS_A_BEAT
        ticks.tick(began_s + number * 60 / 126 / TICKS_A_BEAT + late_s)
        if number > 96:
            shown.append(ticks.tempo_bpm)
    assert max(abs(one / 126 - 1) for one in shown) < 0.02


@pytest.mark.parametrize("bpm", [60, 120, 174])
def test_the_beat_lies_where_the_ticks_lie_and_never_goes_back(bpm: float) -> None:
    ticks = MidiTicks()
    ticks.start()
    now_s = began_s = 50.0
    before = 0.0
    for number in range(600):
        now_s = ticking(ticks, began_s + number * 60 / bpm / TICKS_A_BEAT, bpm, 1, JITTER_S)
        beats = ticks.beats_at(now_s)
        if number > TICKS_A_BEAT:
            assert beats >= before
            before = beats
            assert beats == pytest.approx((now_s - began_s) * bpm / 60, abs=0.003 * bpm / 60)


@pytest.mark.parametrize(("slow", "fast"), [(120, 128), (128, 90), (60, 180)])
def test_another_tempo_is_followed_within_a_beat(slow: float, fast: float) -> None:
    ticks = MidiTicks()
    now_s = ticking(ticks, 0.0, slow, 200, JITTER_S / 2)
    ticking(ticks, now_s, fast, TICKS_A_BEAT + 6, JITTER_S / 2)
    assert ticks.tempo_bpm == pytest.approx(fast, rel=0.02)


def test_the_tick_after_a_start_is_the_first_of_the_music() -> None:
    ticks = MidiTicks()
    now_s = ticking(ticks, 0.0, 120, 37)
    ticks.start()
    assert ticks.beats_at(now_s - 0.001) == 0
    ticks.tick(now_s)
    assert ticks.beats_at(now_s) == pytest.approx(0)
    assert ticks.beats_at(now_s + 0.5) == pytest.approx(1)


def test_it_stands_while_stopped_and_goes_on_from_there() -> None:
    ticks = MidiTicks()
    ticks.start()
    now_s = ticking(ticks, 0.0, 120, 60)  # ticks 0 to 59
    ticks.stop()
    now_s = ticking(ticks, now_s, 120, 100)
    assert ticks.stand and ticks.beats_at(now_s) == 60 / TICKS_A_BEAT
    ticks.resume()
    ticks.tick(now_s)
    assert ticks.beats_at(now_s) == pytest.approx(60 / TICKS_A_BEAT)


def test_it_goes_on_while_ticks_stay_away_and_is_still_on_the_beat_after() -> None:
    ticks = MidiTicks()
    ticks.start()
    now_s = ticking(ticks, 0.0, 120, 96)
    assert ticks.beats_at(now_s + 3.0) == pytest.approx((now_s + 3.0) * 2)
    now_s += 96 / TICKS_A_BEAT / 2 - now_s % 1  # on a beat, seconds later
    ticking(ticks, now_s, 120, 24)
    assert ticks.beats_at(now_s + 0.4) == pytest.approx((now_s + 0.4) * 2, abs=0.01)


def test_a_burst_that_came_all_at_once_divides_by_nothing() -> None:
    ticks = MidiTicks()
    for _ in range(100):
        ticks.tick(7.0)
    assert ticks.tempo_bpm > 0 and ticks.beats_at(7.0) >= 0
