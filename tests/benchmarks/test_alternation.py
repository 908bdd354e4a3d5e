"""Ways in turn, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from livegan.benchmarks.alternation import Comparison, alternate


@dataclass
class Paced:
    """A way whose rate in each block is written down beforehand."""

    name: str
    rates_hz: Iterator[float]
    played: list[tuple[str, float]] = field(default_factory=list)

    @property
    def description(self) -> str:
        return f"{self.name}, as it is"

    def play(self, seconds: float) -> float:
        self.played.append((self.name, seconds))
        return next(self.rates_hz)


def compare(
    ours: list[float], theirs: list[float], rounds: int, stopped: Callable[[], bool]
) -> tuple[Comparison | None, list[tuple[str, float]], list[str]]:
    """What came out, who played when and for how long, and what was told."""
    played: list[tuple[str, float]] = []
    told: list[str] = []
    ways = Paced("ours", iter(ours), played), Paced("theirs", iter(theirs), played)
    compared = alternate(ways, rounds=rounds, block_s=2.0, tell=told.append, stopped=stopped)
    return compared, played, told


def test_the_ratio_is_that_of_neighbours() -> None:
    # The machine slows down to a third: the rates fall, the ratios don't.
    compared, played, told = compare([90, 60, 33], [9, 6, 3], 3, lambda: False)
    assert played == [("ours", 2.0), ("theirs", 2.0)] * 3
    assert compared is not None
    assert compared.ratios(0) == [10, 10, 11]
    lines = compared.lines()
    assert "60.0 frames/s  ours, as it is" in lines[0]
    assert "6.0 frames/s  theirs, as it is" in lines[1]
    assert "10.0  ours over theirs (median of 3 rounds; 10.0 to 11.0)" in lines[2]
    assert len(told) == 3
    report = cast(Any, compared.report())
    assert report["ratios"]["ours"] == {"median": 10, "min": 10, "max": 11}
    assert report["ways"]["theirs"]["blocks_fps"] == [9, 6, 3]


def test_a_round_that_was_broken_off_does_not_count() -> None:
    answers = iter([False, False, False, True])
    compared, played, _ = compare([50, 50], [5, 1], 9, lambda: next(answers))
    assert len(played) == 4
    assert compared is not None and compared.ratios(0) == [10]


def test_nothing_is_said_where_no_round_is_whole() -> None:
    compared, played, told = compare([50], [5], 9, lambda: True)
    assert compared is None
    assert played == [("ours", 2.0)]
    assert told == []
