"""A change of preset that waits for the beat or bar."""

from __future__ import annotations

import math
import threading
from typing import Literal

import pytest
from fakes import PRESET, FakeSink, FakeSource, fake_look

from livegan.parameters import TABLE
from livegan.performance import Performance


class Music:
    """Says of every moment that the beat and the bar come then, and notes who asked."""

    def __init__(self, performance: Performance, comes_s: float | None) -> None:
        self.asked: list[str] = []
        self._comes_s = comes_s
        performance.clock.next = self.next  # type: ignore[method-assign]

    def next(self, now_s: float, what: Literal["beat", "bar"]) -> float:
        self.asked.append(what)
        return now_s if self._comes_s is None else self._comes_s


def show(sink: FakeSink) -> Performance:
    """A puppet at rest."""
    return Performance(
        PRESET,
        open_source=lambda: FakeSource([5], threading.Semaphore(0)),
        open_sink=lambda spec, size, fps: sink,
        sinks=["null"],
        make_look=lambda preset: fake_look(preset.name),
    )


def plays(performance: Performance, name: str) -> bool:
    return performance.values.snapshot()["preset.name"] == name


@pytest.mark.parametrize("quantise", TABLE["clock.quantise"].choices)
def test_the_change_waits_for_what_is_set(quantise: str) -> None:
    sink = FakeSink()
    with show(sink) as performance:
        music = Music(performance, None)
        assert sink.wait_for(lambda frames: len(frames) > 0)
        performance.values.update({"clock.quantise": quantise, "preset.load": "pearl"})
        assert sink.wait_for(lambda _: plays(performance, "pearl"))
    assert music.asked == ([] if quantise == "off" else [quantise])


def test_pictures_go_on_until_the_bar_comes() -> None:
    sink = FakeSink()
    with show(sink) as performance:
        music = Music(performance, math.inf)
        assert sink.wait_for(lambda frames: len(frames) > 0)
        performance.values.update({"clock.quantise": "bar", "preset.load": "pearl"})
        assert sink.wait_for(lambda _: music.asked == ["bar"])
        shown = len(sink.frames)
        assert sink.wait_for(lambda frames: len(frames) > shown + 10)
        assert plays(performance, PRESET.name)
