"""Frames, drops and ages as they are counted and written."""

from __future__ import annotations

import json

import pytest
from fakes import picture

from livegan.frames import Frame
from livegan.statistics import Shown, Statistics, report


def shown(index: int, captured_at_s: float, now_s: float) -> Shown:
    """A frame of that index, caught and shown at those times."""
    return Shown(Frame(picture(0), index, captured_at_s), now_s, 0.001, now_s - captured_at_s)


def play(statistics: Statistics, indices: list[int], age_s: float = 0.01) -> None:
    """Show these indices of a source with 10 frames a second."""
    for index in indices:
        statistics.shown(shown(index, index / 10, index / 10 + age_s))


def test_age_and_rate_of_what_was_shown() -> None:
    statistics = Statistics()
    play(statistics, list(range(21)))
    totals = statistics.totals()
    assert totals.frames == 21
    assert totals.seconds == pytest.approx(2.0)
    assert totals.rate_hz == pytest.approx(10.0)
    assert totals.latency.max_ms == pytest.approx(10.0)
    assert totals.dropped == 0


def test_gaps_are_drops_and_those_of_the_first_second_are_told_apart() -> None:
    statistics = Statistics()
    play(statistics, [0, 3, 10, 20, 24])
    totals = statistics.totals()
    assert totals.dropped == 2 + 6 + 9 + 3
    assert totals.dropped_at_start == 2 + 6


def test_a_source_that_counts_from_zero_again_has_dropped_nothing() -> None:
    statistics = Statistics()
    play(statistics, [7, 8])
    statistics.shown(shown(0, 1.0, 1.0))
    statistics.shown(shown(1, 1.1, 1.1))
    assert statistics.totals().dropped == 0
    assert statistics.totals().frames == 4


def test_pictures_at_rest_are_no_frames_but_are_shown() -> None:
    statistics = Statistics()
    statistics.shown(shown(-1, 0.0, 0.5))
    assert statistics.started_at_s == 0.5
    statistics.shown(shown(0, 1.0, 1.01))
    statistics.shown(shown(0, 9.0, 9.5))  # rests after the first: same index, own time
    totals = statistics.totals()
    assert totals.frames == 1
    assert totals.latency.max_ms == pytest.approx(10.0)


def test_a_lap_holds_only_what_came_since_the_last() -> None:
    statistics = Statistics()
    play(statistics, [0, 1, 5])
    first = statistics.lap()
    play(statistics, [6, 7], age_s=0.1)
    second = statistics.lap()
    assert (first.frames, first.dropped) == (3, 3)
    assert (second.frames, second.dropped) == (2, 0)
    assert second.latency.p50_ms == pytest.approx(100.0, rel=0.01)


def test_the_report_has_the_keys_that_others_read() -> None:
    statistics = Statistics()
    play(statistics, [0, 1, 2])
    statistics.spent("generate", 0.0, 0.003)
    data = report(
        statistics.totals(),
        preset="mona-lisa",
        generator="openvino CPU f32",
        size=(256, 256),
        startup_s=1.234567,
        memory_mib=321.0,
    )
    assert json.loads(json.dumps(data)) == data
    assert list(data) == [
        "schema", "preset", "generator", "size", "seconds", "frames", "fps", "dropped",
        "latency_ms", "stages_ms", "rss_mib", "startup_s",
    ]  # fmt: skip
    latency, stages = data["latency_ms"], data["stages_ms"]
    assert isinstance(latency, dict) and isinstance(stages, dict)
    assert list(latency) == ["p50", "p95", "p99", "max"]
    assert list(stages) == ["condition", "generate", "present"]
    assert stages["generate"]["p50"] == pytest.approx(3.0, rel=0.01)
    assert data["size"] == [256, 256]


def test_nothing_shown_is_a_report_too() -> None:
    totals = Statistics().totals()
    assert (totals.frames, totals.seconds, totals.rate_hz) == (0, 0.0, 0.0)
