"""What a performance measures about itself."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from livegan.frames import Frame
from livegan.pacing import Distribution, Recent, Summary

STAGES = ("condition", "generate", "present")


@dataclass(frozen=True)
class Shown:
    """A frame that a sink has shown.

    Args:
        frame: what was shown.
        now_s: the clock as it was.
        took_s: how long the sink was at it.
        age_s: from its capture until then.
    """

    frame: Frame
    now_s: float
    took_s: float
    age_s: float


@dataclass(frozen=True)
class Lap:
    """One stretch of a run: frames shown, frames dropped, capture to shown, and the longest time
    from one shown frame to the next."""

    frames: int
    dropped: int
    latency: Summary
    longest_gap_ms: float = 0.0


@dataclass(frozen=True)
class Totals:
    """A run so far.

    Args:
        seconds: from the first shown frame to the last.
        frames: frames from the source that were shown.
        dropped: frames that the source saw and that were never shown, since the first shown one.
        dropped_at_start: how many of them in the first second.
        latency: capture to shown.
        stages: condition, generate and present, by name.
    """

    seconds: float
    frames: int
    dropped: int
    dropped_at_start: int
    latency: Summary
    stages: dict[str, Summary]

    @property
    def rate_hz(self) -> float:
        """Frames shown a second."""
        return (self.frames - 1) / self.seconds if self.frames > 1 and self.seconds > 0 else 0.0


@dataclass(frozen=True)
class Lately:
    """The last seconds: frames shown a second, capture to shown; and frames dropped in all."""

    rate_hz: float
    p50_ms: float
    p95_ms: float
    dropped: int


class Statistics:
    """Counts frames, drops and durations, from any thread, in memory that does not grow.

    Shown is what the first sink of the performance shows. Frames that rest without a source
    carry the index of the last frame before them; they have no age and are not counted.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stages = {stage: Distribution() for stage in STAGES}
        self._recent_stages = {stage: Recent() for stage in STAGES}
        self._latency = Distribution()
        self._recent_latency = Recent()
        self._lap = Distribution()
        self._lap_dropped = 0
        self._lap_gap_s = 0.0
        self._first_s: float | None = None
        self._last_s = 0.0
        self._last_index: int | None = None
        self._frames = 0
        self._dropped = 0
        self._dropped_at_start = 0
        self.started_at_s: float | None = None
        """Clock reading as the very first picture was shown, resting or not."""

    def spent(self, stage: str, now_s: float, duration_s: float) -> None:
        """Count what a stage took, in seconds, as it ended at `now_s`."""
        with self._lock:
            self._stages[stage].add(duration_s)
            self._recent_stages[stage].add(now_s, duration_s)

    def shown(self, shown: Shown) -> None:
        """Count a frame that the first sink has shown."""
        frame, now_s = shown.frame, shown.now_s
        with self._lock:
            if self.started_at_s is None:
                self.started_at_s = now_s
            last, self._last_index = self._last_index, frame.index
            if frame.index < 0 or frame.index == last:
                return
            if self._first_s is None:
                self._first_s = now_s
            # A source that was opened again counts from zero: that is no gap.
            missed = max(frame.index - last - 1, 0) if last is not None and last >= 0 else 0
            self._dropped += missed
            self._lap_dropped += missed
            if now_s - self._first_s <= 1.0:
                self._dropped_at_start += missed
            if self._frames:
                self._lap_gap_s = max(self._lap_gap_s, now_s - self._last_s)
            self._last_s = now_s
            self._frames += 1
            self._latency.add(shown.age_s)
            self._lap.add(shown.age_s)
            self._recent_latency.add(now_s, shown.age_s)

    def lap(self) -> Lap:
        """What came since the last call of this."""
        with self._lock:
            gap_ms = 1e3 * self._lap_gap_s
            lap = Lap(self._lap.count, self._lap_dropped, self._lap.summary(), gap_ms)
            self._lap, self._lap_dropped, self._lap_gap_s = Distribution(), 0, 0.0
        return lap

    def totals(self) -> Totals:
        """The whole run so far."""
        with self._lock:
            return Totals(
                seconds=self._last_s - (self._first_s or self._last_s),
                frames=self._frames,
                dropped=self._dropped,
                dropped_at_start=self._dropped_at_start,
                latency=self._latency.summary(),
                stages={stage: spent.summary() for stage, spent in self._stages.items()},
            )

    def lately(self, now_s: float) -> Lately:
        """How it goes, as the clock reads `now_s`."""
        with self._lock:
            latency = self._recent_latency
            p50_ms, p95_ms = (latency.percentile_ms(now_s, percent) for percent in (50, 95))
            return Lately(latency.rate_hz(now_s), p50_ms, p95_ms, self._dropped)

    def lines(self, now_s: float) -> Iterable[str]:
        """The last seconds, as lines for the HUD."""
        lately = self.lately(now_s)
        with self._lock:
            stages = [
                f"{stage} {recent.percentile_ms(now_s, 50):.1f}"
                for stage, recent in self._recent_stages.items()
            ]
        return (
            f"{lately.rate_hz:.1f} frames/s   dropped {lately.dropped}",
            f"capture to shown {lately.p50_ms:.1f} ms, p95 {lately.p95_ms:.1f} ms",
            "  ".join(stages) + " ms",
        )


def report(
    totals: Totals, *, preset: str, generator: str, size: tuple[int, int], startup_s: float,
    memory_mib: float,
) -> dict[str, object]:
    """The totals as they are written to a file by `--stats` and `--json`.

    Args:
        totals: the run.
        preset: its preset's name.
        generator: "backend device precision".
        size: height and width of the picture, in pixels.
        startup_s: from the start of the process to the first shown picture, in seconds.
        memory_mib: the most memory that was held, in MiB.
    """
    latency = totals.latency
    return {
        "schema": 1,
        "preset": preset,
        "generator": generator,
        "size": list(size),
        "seconds": round(totals.seconds, 3),
        "frames": totals.frames,
        "fps": round(totals.rate_hz, 2),
        "dropped": totals.dropped,
        "latency_ms": {
            "p50": round(latency.p50_ms, 2),
            "p95": round(latency.p95_ms, 2),
            "p99": round(latency.p99_ms, 2),
            "max": round(latency.max_ms, 2),
        },
        "stages_ms": {
            stage: {"p50": round(spent.p50_ms, 2), "p95": round(spent.p95_ms, 2)}
            for stage, spent in totals.stages.items()
        },
        "rss_mib": round(memory_mib, 1),
        "startup_s": round(startup_s, 2),
    }
