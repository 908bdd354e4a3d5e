"""Two ways of doing the same, in turn, so that a machine whose speed drifts favours neither."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Way(Protocol):
    """One way of painting a clip."""

    @property
    def name(self) -> str:
        """In one word."""

    @property
    def description(self) -> str:
        """What it does, with all that its speed depends on."""

    def play(self, seconds: float) -> float:
        """Paint for so long, from its first frame; frames a second."""


@dataclass(frozen=True)
class Comparison:
    """What was measured, block by block.

    Args:
        names, descriptions: of the two ways, the one that is judged first.
        rates_hz: of each pair of blocks, in the same order; at least one pair.
    """

    names: tuple[str, str]
    descriptions: tuple[str, str]
    rates_hz: tuple[tuple[float, float], ...]

    @property
    def ratios(self) -> list[float]:
        """How many times as fast the first way was, in each pair."""
        return [ours / theirs for ours, theirs in self.rates_hz]

    def medians_hz(self) -> tuple[float, float]:
        """The median rate of each way."""
        ours, theirs = zip(*self.rates_hz, strict=True)
        return statistics.median(ours), statistics.median(theirs)

    def lines(self) -> list[str]:
        """For people."""
        ratios, medians_hz = self.ratios, self.medians_hz()
        told = zip(self.names, medians_hz, self.descriptions, strict=True)
        return [
            *(f"{name:<8} {rate:7.1f} frames/s  {what}" for name, rate, what in told),
            f"ratio    {statistics.median(ratios):7.1f}  (median of {len(ratios)} pairs of blocks; "
            f"{min(ratios):.1f} to {max(ratios):.1f})",
        ]

    def report(self) -> dict[str, object]:
        """As it is written to a file."""
        ratios = self.ratios
        return {
            "ratio": {
                "median": round(statistics.median(ratios), 2),
                "min": round(min(ratios), 2),
                "max": round(max(ratios), 2),
            },
            "ways": {
                name: {
                    "description": self.descriptions[place],
                    "fps": round(self.medians_hz()[place], 2),
                    "blocks_fps": [round(pair[place], 2) for pair in self.rates_hz],
                }
                for place, name in enumerate(self.names)
            },
        }


def alternate(
    ways: tuple[Way, Way],
    *,
    pairs: int,
    block_s: float,
    tell: Callable[[str], None],
    stopped: Callable[[], bool],
) -> Comparison | None:
    """Let both paint in turn.

    Args:
        ways: the one that is judged, and what it is held against.
        pairs: how often each has its turn.
        block_s: how long a turn is, in seconds.
        tell: takes one line for each pair.
        stopped: whether to end before the next turn.

    Returns:
        None if it was ended before the first pair was whole.
    """
    ours, theirs = ways
    rates_hz: list[tuple[float, float]] = []
    while len(rates_hz) < pairs:
        ours_hz = ours.play(block_s)
        theirs_hz = 0.0 if stopped() else theirs.play(block_s)
        if stopped():
            break
        rates_hz.append((ours_hz, theirs_hz))
        tell(
            f"{len(rates_hz)} of {pairs}   {ours.name} {ours_hz:.1f} frames/s, "
            f"{theirs.name} {theirs_hz:.1f}, ratio {ours_hz / theirs_hz:.1f}"
        )
    if not rates_hz:
        return None
    names = ours.name, theirs.name
    return Comparison(names, (ours.description, theirs.description), tuple(rates_hz))
