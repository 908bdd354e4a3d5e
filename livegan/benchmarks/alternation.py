"""Ways of doing the same, in turn, so that a machine whose speed drifts favours none of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
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
    """What was measured, round by round.

    Args:
        names, descriptions: of the ways; the others are held against the last one.
        rates_hz: of each round, in the same order; at least one round.
    """

    names: tuple[str, ...]
    descriptions: tuple[str, ...]
    rates_hz: tuple[tuple[float, ...], ...]

    def ratios(self, way: int) -> list[float]:
        """How many times as fast as the last way another was, in each round."""
        return [rates_hz[way] / rates_hz[-1] for rates_hz in self.rates_hz]

    def medians_hz(self) -> list[float]:
        """The median rate of each way."""
        return [statistics.median(rates_hz) for rates_hz in zip(*self.rates_hz, strict=True)]

    def lines(self) -> list[str]:
        """For people."""
        told = zip(self.names, self.medians_hz(), self.descriptions, strict=True)
        lines = [f"{name:<8} {rate:7.1f} frames/s  {what}" for name, rate, what in told]
        for way, name in enumerate(self.names[:-1]):
            ratios = self.ratios(way)
            lines.append(
                f"ratio    {statistics.median(ratios):7.1f}  {name} over {self.names[-1]} (median"
                f" of {len(ratios)} rounds; {min(ratios):.1f} to {max(ratios):.1f})"
            )
        return lines

    def report(self) -> dict[str, object]:
        """As it is written to a file."""
        medians_hz = self.medians_hz()
        return {
            "ratios": {
                name: {
                    "median": round(statistics.median(self.ratios(way)), 2),
                    "min": round(min(self.ratios(way)), 2),
                    "max": round(max(self.ratios(way)), 2),
                }
                for way, name in enumerate(self.names[:-1])
            },
            "ways": {
                name: {
                    "description": self.descriptions[way],
                    "fps": round(medians_hz[way], 2),
                    "blocks_fps": [round(rates_hz[way], 2) for rates_hz in self.rates_hz],
                }
                for way, name in enumerate(self.names)
            },
        }


def alternate(
    ways: Sequence[Way],
    *,
    rounds: int,
    block_s: float,
    tell: Callable[[str], None],
    stopped: Callable[[], bool],
) -> Comparison | None:
    """Let all paint in turn.

    Args:
        ways: those that are judged, and last what they are held against.
        rounds: how often each has its turn.
        block_s: how long a turn is, in seconds.
        tell: takes one line for each round.
        stopped: whether to end before the next turn.

    Returns:
        None if it was ended before the first round was whole.
    """
    measured: list[tuple[float, ...]] = []
    while len(measured) < rounds:
        rates_hz: list[float] = []
        for way in ways:
            rates_hz.append(way.play(block_s))
            if stopped():
                break
        else:
            measured.append(tuple(rates_hz))
            told = (f"{way.name} {rate:.1f}" for way, rate in zip(ways, rates_hz, strict=True))
            tell(f"{len(measured)} of {rounds}   {', '.join(told)} frames/s")
            continue
        break
    if not measured:
        return None
    names, descriptions = zip(*((way.name, way.description) for way in ways), strict=True)
    return Comparison(names, descriptions, tuple(measured))
