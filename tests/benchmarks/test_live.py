"""The laps of a long measurement, and its first minute against its last."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from livegan.benchmarks import live
from livegan.frames import Frame
from livegan.performance import Performance
from livegan.statistics import Shown, Statistics


class Rehearsal:
    """A performance on a clock that ticks by the second; its look takes a while to load.

    Shows a frame a second; each is a millisecond older than the one before.
    """

    def __init__(self, loading_s: int, lasting_s: int | None = None) -> None:
        self.statistics = Statistics()
        self.ready_at_s: float | None = None
        self.now_s = 1000.0
        self._loading_s = loading_s
        self._lasting_s = lasting_s

    def wait(self, seconds: float, tick: Callable[[], None]) -> None:
        image = np.zeros((1, 1, 3), np.uint8)
        for second in range(self._loading_s + (self._lasting_s or int(seconds))):
            if second == self._loading_s:
                self.ready_at_s = self.now_s
            tick()
            age_s = second / 1e3
            frame = Frame(image, second, self.now_s)
            self.statistics.shown(Shown(frame, self.now_s, 0.0, age_s))
            self.now_s += 1


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Rehearsal]:
    """Begins a rehearsal, and lets the measurement read its clock."""

    def begin(**lasting: int) -> Rehearsal:
        rehearsal = Rehearsal(**lasting)
        clock = cast(Any, SimpleNamespace(monotonic=lambda: rehearsal.now_s))
        monkeypatch.setattr(live, "time", clock)
        memory = cast(Any, SimpleNamespace(memory_mib=lambda: rehearsal.now_s - 900))
        monkeypatch.setattr(live, "process", memory)
        return rehearsal

    return begin


def test_laps_are_counted_from_the_loaded_look(begin: Callable[..., Rehearsal]) -> None:
    rehearsal = begin(loading_s=25)
    told: list[tuple[float, str]] = []
    live.measure(
        cast(Performance, rehearsal), 30, lambda line: told.append((rehearsal.now_s, line))
    )
    assert [at_s for at_s, _ in told] == [1035.0, 1045.0, 1055.0]
    assert [line.split()[0] for _, line in told] == ["10", "20", "30"]


def test_the_last_minute_is_held_against_the_first(begin: Callable[..., Rehearsal]) -> None:
    rehearsal = begin(loading_s=0)
    told: list[str] = []
    lasting = live.soak(cast(Performance, rehearsal), 4, told.append)
    assert lasting is not None
    assert len(told) == 4
    report = cast(Any, lasting.report())
    first, last = report["first_minute"], report["last_minute"]
    assert first["frames"] == last["frames"] == 60
    assert first["latency_ms"]["p50"] == pytest.approx(30, abs=1)
    assert last["latency_ms"]["p50"] == pytest.approx(210, rel=0.01)
    assert (first["rss_mib"], last["rss_mib"]) == (160, 340)
    latency, memory = lasting.lines()
    assert latency.split("p50 ")[1].startswith(f"{first['latency_ms']['p50']:.1f} and ")
    assert "160 and 340 MiB (+180.0)" in memory


def test_what_ends_within_two_minutes_has_no_last_one(begin: Callable[..., Rehearsal]) -> None:
    rehearsal = begin(loading_s=3, lasting_s=100)
    assert live.soak(cast(Performance, rehearsal), 5, lambda line: None) is None
