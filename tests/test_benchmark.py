"""The laps of a long measurement."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from livegan import benchmark
from livegan.performance import Performance
from livegan.statistics import Statistics


class Rehearsal:
    """A performance on a clock that ticks by the second; its look takes a while to load."""

    def __init__(self, loading_s: int) -> None:
        self.statistics = Statistics()
        self.ready_at_s: float | None = None
        self.now_s = 1000.0
        self._loading_s = loading_s

    def wait(self, seconds: float, tick: Callable[[], None]) -> None:
        for second in range(self._loading_s + int(seconds) + 1):
            if second == self._loading_s:
                self.ready_at_s = self.now_s
            tick()
            self.now_s += 1


def test_laps_are_counted_from_the_loaded_look(monkeypatch: pytest.MonkeyPatch) -> None:
    rehearsal = Rehearsal(loading_s=25)
    told: list[tuple[float, str]] = []
    clock = cast(Any, SimpleNamespace(monotonic=lambda: rehearsal.now_s))
    monkeypatch.setattr(benchmark, "time", clock)
    benchmark.bench(
        cast(Performance, rehearsal), 30, lambda line: told.append((rehearsal.now_s, line))
    )
    assert [at_s for at_s, _ in told] == [1035.0, 1045.0, 1055.0]
    assert [line.split()[0] for _, line in told] == ["10", "20", "30"]
