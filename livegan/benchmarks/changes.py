"""Changes of preset in mid-show: whether a frame comes late or is lost by them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from livegan.performance import Performance
from livegan.statistics import Lap

CHANGES = 10
EVERY_S = 1.5
SETTLE_S = 2.0
"""The first frames of a show are not what is asked about."""
LONGEST_S = SETTLE_S + 2 * CHANGES * EVERY_S


@dataclass(frozen=True)
class Changes:
    """A stretch without changes and one with them.

    Args:
        still, changing: what was shown.
        made: how many changes there were.
    """

    still: Lap
    changing: Lap
    made: int

    def lines(self) -> list[str]:
        """For people."""
        return [
            f"longest gap between frames: {self.changing.longest_gap_ms:.1f} ms in {self.made} "
            f"changes of preset, {self.still.longest_gap_ms:.1f} ms without",
            f"dropped: {self.changing.dropped} of {self.changing.frames + self.changing.dropped},"
            f" and {self.still.dropped} of {self.still.frames + self.still.dropped}",
        ]

    def report(self) -> dict[str, object]:
        """As it is written to a file."""

        def of(lap: Lap) -> dict[str, object]:
            gap_ms = round(lap.longest_gap_ms, 2)
            return {"frames": lap.frames, "dropped": lap.dropped, "longest_gap_ms": gap_ms}

        return {"made": self.made, "still": of(self.still), "changing": of(self.changing)}


def measure_changes(performance: Performance) -> Changes | None:
    """Play still, then change to the next preset again and again.

    Args:
        performance: already begun; it may still be loading its look.

    Returns:
        None if it ended before.
    """
    asked = 0
    made: list[str] = []
    still: Lap | None = None
    done: Lap | None = None

    def tick() -> None:
        nonlocal asked, still, done
        if performance.ready_at_s is None or done:
            return
        gone_s = time.monotonic() - performance.ready_at_s - SETTLE_S
        name = performance.values.snapshot().choice("preset.name")
        if not made or name != made[-1]:
            made.append(name)
        if gone_s < 0:
            performance.statistics.lap()
        elif gone_s >= (CHANGES + asked) * EVERY_S:
            if still is None:
                still = performance.statistics.lap()
            if asked == CHANGES:
                done = performance.statistics.lap()
                return
            asked += 1
            performance.values.update({"preset.next": True})

    performance.wait(LONGEST_S, tick)
    tick()  # the last stretch ends with the performance
    return Changes(still, done, len(made) - 1) if still and done else None
