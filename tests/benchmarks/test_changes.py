"""What changes of preset cost a show, on a clock that a test decides."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from livegan.benchmarks import changes
from livegan.benchmarks.changes import measure_changes
from livegan.frames import Frame
from livegan.parameters import LiveValues
from livegan.performance import Performance
from livegan.statistics import Shown, Statistics

FRAME_S = 1 / 32


class Rehearsal:
    """A performance of 32 frames a second; each change takes some frames' time, and drops them."""

    def __init__(self, late_frames: int, lasting_s: float = 1e9) -> None:
        self.statistics = Statistics()
        self.values = LiveValues()
        self.ready_at_s: float | None = None
        self.now_s = 500.0
        self._late_frames = late_frames
        self._lasting_s = lasting_s

    def monotonic(self) -> float:
        return self.now_s

    def wait(self, seconds: float, tick: Callable[[], None]) -> None:
        image, index, changed = np.zeros((1, 1, 3), np.uint8), 0, 0
        tick()
        self.ready_at_s = self.now_s
        while self.now_s < self.ready_at_s + min(seconds, self._lasting_s):
            tick()
            fired = self.values.snapshot().fired("preset.next")
            step = 1
            if fired != changed:
                changed, step = fired, 1 + self._late_frames
                self.values.measured({"preset.name": f"preset {fired}"})
            index += step
            self.now_s += step * FRAME_S
            frame = Frame(image, index, self.now_s)
            self.statistics.shown(Shown(frame, self.now_s, 0.0, 0.01))


def measured(monkeypatch: pytest.MonkeyPatch, rehearsal: Rehearsal) -> changes.Changes | None:
    monkeypatch.setattr(changes, "time", cast(Any, SimpleNamespace(monotonic=rehearsal.monotonic)))
    return measure_changes(cast(Performance, rehearsal))


@pytest.mark.parametrize("late_frames", [0, 3])
def test_the_longest_gap_is_told_with_changes_and_without(
    monkeypatch: pytest.MonkeyPatch, late_frames: int
) -> None:
    found = measured(monkeypatch, Rehearsal(late_frames))
    assert found is not None and found.made == 10
    gaps_ms = [1e3 * FRAME_S * (1 + late_frames)] * 10
    assert found.still.gaps_ms == pytest.approx([1e3 * FRAME_S] * 10)
    assert found.changing.gaps_ms == pytest.approx(gaps_ms)
    changing, still = found.lines()
    assert "in 10 changes of preset" in changing and f"{gaps_ms[0]:.1f} ms at most" in changing
    assert f"; {10 * late_frames} of 4" in changing
    assert "31.2 ms at most; 0 of 4" in still
    assert found.report()["made"] == 10


def test_a_show_that_ends_before_has_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    assert measured(monkeypatch, Rehearsal(0, lasting_s=20.0)) is None
