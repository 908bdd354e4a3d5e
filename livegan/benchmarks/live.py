"""A performance into nothing, in real time, to see what it costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from livegan import process
from livegan.counting import counted
from livegan.performance import Performance
from livegan.statistics import Lap, Totals

_LAPS = 10
_SHORTEST_LAP_S = 10.0
MINUTE_S = 60.0

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Stretch:
    """A lap of a measurement, and the memory that the process held as it ended, in MiB."""

    lap: Lap
    memory_mib: float

    def report(self) -> dict[str, object]:
        """As it is written to a file."""
        latency = self.lap.latency
        return {
            "frames": self.lap.frames,
            "dropped": self.lap.dropped,
            "latency_ms": {
                "p50": round(latency.p50_ms, 2),
                "p95": round(latency.p95_ms, 2),
                "p99": round(latency.p99_ms, 2),
                "max": round(latency.max_ms, 2),
            },
            "rss_mib": round(self.memory_mib, 1),
        }


@dataclass(frozen=True)
class Soak:
    """The first minute of a long performance, and the last."""

    first: Stretch
    last: Stretch

    def lines(self) -> list[str]:
        """For people."""
        first, last = self.first.lap.latency, self.last.lap.latency
        grown_mib = self.last.memory_mib - self.first.memory_mib
        return [
            f"first minute against last, capture to shown: p50 {first.p50_ms:.1f} and "
            f"{last.p50_ms:.1f} ms, p95 {first.p95_ms:.1f} and {last.p95_ms:.1f} ms",
            f"dropped: {self.first.lap.dropped} and {self.last.lap.dropped}; memory: "
            f"{self.first.memory_mib:.0f} and {self.last.memory_mib:.0f} MiB ({grown_mib:+.1f})",
        ]

    def report(self) -> dict[str, object]:
        """As it is written to a file."""
        return {"first_minute": self.first.report(), "last_minute": self.last.report()}


def measure(performance: Performance, seconds: float, tell: Tell) -> Totals:
    """Play for some seconds and measure.

    A long run is told in laps, so that one sees whether its end is like its beginning.

    Args:
        performance: already begun; it may still be loading its look.
        seconds: how long, from the loaded look.
        tell: takes one line for each lap.
    """
    _in_laps(performance, seconds, max(seconds / _LAPS, _SHORTEST_LAP_S), tell)
    return performance.statistics.totals()


def soak(performance: Performance, minutes: int, tell: Tell) -> Soak | None:
    """Play for some minutes and compare the last with the first.

    Args:
        performance: already begun; it may still be loading its look.
        minutes: how long, from the loaded look; at least 2.
        tell: takes one line for each minute.

    Returns:
        None if it ended before two minutes were over.
    """
    minutes_played = _in_laps(performance, minutes * MINUTE_S, MINUTE_S, tell)
    if len(minutes_played) < 2:
        return None
    return Soak(minutes_played[0], minutes_played[-1])


def _in_laps(
    performance: Performance, seconds: float, lap_s: float, tell: Tell
) -> list[Stretch]:
    laps: list[Stretch] = []

    def tick() -> None:
        began_s = performance.ready_at_s
        if began_s is not None and time.monotonic() - began_s >= (len(laps) + 1) * lap_s:
            end_lap()

    def end_lap() -> None:
        lap = performance.statistics.lap()
        laps.append(Stretch(lap, process.memory_mib()))
        tell(
            f"{len(laps) * lap_s:5.0f} s  {counted(lap.frames, 'frame')}, {lap.dropped} dropped, "
            f"capture to shown p50 {lap.latency.p50_ms:.1f} ms, p95 {lap.latency.p95_ms:.1f} ms, "
            f"{laps[-1].memory_mib:.0f} MiB"
        )

    performance.wait(seconds, tick)
    tick()  # the last lap ends with the performance
    return laps


def describe(totals: Totals, *, startup_s: float, memory_mib: float) -> list[str]:
    """What was measured, as lines for people."""
    latency = totals.latency
    late_drops = totals.dropped - totals.dropped_at_start
    stages = ", ".join(
        f"{stage} {spent.p50_ms:.1f} / {spent.p95_ms:.1f}" for stage, spent in totals.stages.items()
    )
    return [
        f"{counted(totals.frames, 'frame')} in {totals.seconds:.1f} s, "
        f"{totals.rate_hz:.2f} frames/s",
        f"dropped: {totals.dropped_at_start} in the first second, {late_drops} after it",
        f"capture to shown: p50 {latency.p50_ms:.1f} ms, p95 {latency.p95_ms:.1f} ms, "
        f"p99 {latency.p99_ms:.1f} ms, longest {latency.max_ms:.1f} ms",
        f"p50 / p95 in ms: {stages}",
        f"first picture after {startup_s:.2f} s, at most {memory_mib:.0f} MiB of memory",
    ]
