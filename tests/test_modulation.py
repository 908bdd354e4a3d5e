"""What swings: where it is at a reading of the clock, and that what is set stays set."""

from __future__ import annotations

import threading

import pytest
from fakes import PRESET, FakeSource, fake_look
from hypothesis import given
from hypothesis import strategies as st

from livegan.decks import Loaded
from livegan.engine import Engine
from livegan.modulation import SHAPES, Modulation
from livegan.parameters import TABLE, LiveValues, Setting, Values
from livegan.parameters.rhythm import SHAPES as NAMED
from livegan.statistics import Statistics
from livegan.supervision import HealthBoard
from livegan.tempo import Clock

HUE = "output.hue"  # -180 to 180
MIX = "generator.mix"  # 0 to 1


def swing(slot: int = 1, target: str = HUE, **wanted: Setting) -> dict[str, Setting]:
    """The rows of a slot."""
    return {f"lfo.{slot}_{name}": value for name, value in {"target": target, **wanted}.items()}


def at(now_s: float, *slots: dict[str, Setting], **others: float) -> Values:
    """The values as they swing; 120 beats a minute, from 0 s on."""
    values = LiveValues({name: value for slot in slots for name, value in slot.items()})
    values.update({name.replace("__", "."): value for name, value in others.items()})
    return Modulation(Clock()).at(now_s, values.snapshot())


def test_where_nothing_swings_the_very_same_snapshot_is_played() -> None:
    values = Values()
    assert Modulation(Clock()).at(5.0, values) is values


@pytest.mark.parametrize(
    ("shape", "heights"),
    [
        ("sine", (0, 1, 0, -1)),
        ("triangle", (0, 1, 0, -1)),
        ("saw", (-1, -0.5, 0, 0.5)),
        ("square", (1, 1, -1, -1)),
    ],
)
def test_each_shape_at_its_quarters(shape: str, heights: tuple[float, ...]) -> None:
    slot = swing(shape=shape, rate=4.0, depth=1.0)  # 4 beats: 2 s
    shown = [at(quarter * 0.5, slot).number(HUE) / 180 for quarter in range(4)]
    assert shown == pytest.approx(heights, abs=1e-9)


def test_random_holds_for_a_turn_and_is_the_same_when_it_comes_again() -> None:
    slot = swing(shape="random", rate=1.0, depth=1.0)
    turns = [at(beat / 2 + 0.01, slot).number(HUE) for beat in range(64)]
    assert turns == [at(beat / 2 + 0.49, slot).number(HUE) for beat in range(64)]
    assert len(set(turns)) == 64
    assert min(turns) < -120 and max(turns) > 120
    other = [at(beat / 2 + 0.01, swing(2, shape="random", rate=1.0)).number(HUE) for beat in (0, 1)]
    assert other != turns[:2], "each slot has its own"


def test_it_swings_around_what_is_set_by_half_the_depth_each_way() -> None:
    assert at(0.5, swing(target=MIX, depth=0.4), generator__mix=0.5).number(MIX) == pytest.approx(
        0.7
    )
    assert at(1.5, swing(target=MIX, depth=0.4), generator__mix=0.5).number(MIX) == pytest.approx(
        0.3
    )


@given(
    st.sampled_from(TABLE["lfo.1_target"].choices[1:]),
    st.sampled_from(NAMED),
    st.floats(0.01, 64),
    st.floats(0, 1e6),
)
def test_it_never_leaves_the_range(target: str, shape: str, rate: float, now_s: float) -> None:
    row = TABLE[target]
    for unit in ("beats", "hz"):
        slot = swing(target=target, shape=shape, rate=rate, unit=unit, depth=1.0)
        assert row.low <= at(now_s, slot).number(target) <= row.high


def test_slots_with_one_target_add_up_before_the_range_ends_them() -> None:
    up = swing(1, MIX, shape="square", depth=1.0)
    down = swing(2, MIX, shape="square", depth=0.8, phase=0.5)
    shown = at(0.1, up, down, generator__mix=0.9).number(MIX)
    assert shown == pytest.approx(0.9 + 0.5 - 0.4)


def test_beats_and_hertz() -> None:
    beats = swing(shape="saw", rate=2.0, unit="beats", depth=1.0)
    hertz = swing(shape="saw", rate=2.0, unit="hz", depth=1.0)
    assert at(0.9, beats).number(HUE) == pytest.approx(180 * (0.9 * 2 - 1))
    assert at(0.9, hertz).number(HUE) == pytest.approx(180 * (0.8 * 2 - 1))


def test_the_phase_moves_it() -> None:
    assert at(0.0, swing(depth=1.0, phase=0.25)).number(HUE) == pytest.approx(180)


def test_hertz_that_change_go_on_from_where_they_are() -> None:
    values = LiveValues(swing(shape="saw", rate=1.0, unit="hz", depth=1.0))
    modulation = Modulation(Clock())
    before = modulation.at(100.25, values.snapshot()).number(HUE)
    values.update({"lfo.1_rate": 7.3})
    assert modulation.at(100.25, values.snapshot()).number(HUE) == pytest.approx(before)
    after = modulation.at(100.26, values.snapshot()).number(HUE)
    assert after == pytest.approx(before + 0.01 * 7.3 * 360)


def test_each_shape_that_can_be_named_is_there() -> None:
    assert tuple(SHAPES) == NAMED


def test_the_picture_swings_and_what_is_set_does_not() -> None:
    gate = threading.Semaphore(9)
    source = FakeSource([100] * 3, gate)
    slot = swing(target="output.brightness", shape="square", depth=1.0, rate=64.0)
    values = LiveValues({"output.brightness": 1.0, **slot})
    now_s = source.read().captured_at_s
    first = Loaded(fake_look(), PRESET)
    engine = Engine(first, values, Statistics(), HealthBoard(), clock=Clock(now_s - 16.0))
    swung = engine.paint(source.read())  # 32 beats on: it is down for the next 16 s
    assert swung is not None and swung.image.max() == 0
    assert values.snapshot().number("output.brightness") == 1.0
    values.update({"lfo.1_target": "none"})
    still = engine.paint(source.read())
    assert still is not None and still.image[0, -1, 0] == 100
    engine.close()
