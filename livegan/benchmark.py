"""A performance into nothing, in real time, to see what it costs."""

from __future__ import annotations

import time
from collections.abc import Callable

from livegan.performance import Performance
from livegan.statistics import Totals

_LAPS = 10
_SHORTEST_LAP_S = 10.0


def bench(performance: Performance, seconds: float, tell: Callable[[str], None]) -> Totals:
    """Play for some seconds and measure.

    A long run is told in laps, so that one sees whether its end is like its beginning.

    Args:
        performance: already begun; it may still be loading its look.
        seconds: how long, from the loaded look.
        tell: takes one line for each lap.
    """
    lap_s = max(seconds / _LAPS, _SHORTEST_LAP_S)
    laps = 0

    def tick() -> None:
        nonlocal laps
        began_s = performance.ready_at_s
        if began_s is not None and time.monotonic() - began_s >= (laps + 1) * lap_s:
            laps += 1
            lap = performance.statistics.lap()
            tell(
                f"{laps * lap_s:5.0f} s  {lap.frames} frames, {lap.dropped} dropped, capture to "
                f"shown p50 {lap.latency.p50_ms:.1f} ms, p95 {lap.latency.p95_ms:.1f} ms"
            )

    performance.wait(seconds, tick)
    return performance.statistics.totals()


def describe(totals: Totals, *, startup_s: float, memory_mib: float) -> list[str]:
    """What was measured, as lines for people."""
    latency = totals.latency
    late_drops = totals.dropped - totals.dropped_at_start
    stages = ", ".join(
        f"{stage} {spent.p50_ms:.1f} / {spent.p95_ms:.1f}" for stage, spent in totals.stages.items()
    )
    return [
        f"{totals.frames} frames in {totals.seconds:.1f} s, {totals.rate_hz:.2f} frames/s",
        f"dropped: {totals.dropped_at_start} in the first second, {late_drops} after it",
        f"capture to shown: p50 {latency.p50_ms:.1f} ms, p95 {latency.p95_ms:.1f} ms, "
        f"p99 {latency.p99_ms:.1f} ms, longest {latency.max_ms:.1f} ms",
        f"p50 / p95 in ms: {stages}",
        f"first picture after {startup_s:.2f} s, at most {memory_mib:.0f} MiB of memory",
    ]
