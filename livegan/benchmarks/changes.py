"""Changes of preset in mid-show: whether a frame comes late or is lost by them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from livegan.performance import Performance
from livegan.statistics import Lap

CHANGES = 10
STRETCH_S = 1.5
"""Longer than it takes to load a look."""
SETTLE_S = 2.0
"""The first frames of a show are not what is asked about."""
LONGEST_S = SETTLE_S + (2 * CHANGES + 1) * STRETCH_S


@dataclass(frozen=True)
class Stretches:
    """Stretches of one kind."""

    laps: Sequence[Lap]

    @property
    def gaps_ms(self) -> list[float]:
        """The longest time from one shown frame to the next, in each."""
        return [lap.longest_gap_ms for lap in self.laps]

    def line(self) -> str:
        """For people."""
        frames, dropped = (sum(of) for of in zip(*self._counts(), strict=True))
        return (
            f"{median(self.gaps_ms):.1f} ms in the middle of them, {max(self.gaps_ms):.1f} ms at"
            f" most; {dropped} of {frames + dropped} dropped"
        )

    def report(self) -> dict[str, object]:
        """As it is written to a file."""
        frames, dropped = (sum(of) for of in zip(*self._counts(), strict=True))
        gaps_ms = [round(gap_ms, 2) for gap_ms in self.gaps_ms]
        return {"frames": frames, "dropped": dropped, "longest_gaps_ms": gaps_ms}

    def _counts(self) -> list[tuple[int, int]]:
        return [(lap.frames, lap.dropped) for lap in self.laps]


@dataclass(frozen=True)
class Changes:
    """Stretches with a change in each, and as many without, in turn.

    Args:
        still, changing: what was shown.
        made: how many changes there were.
    """

    still: Stretches
    changing: Stretches
    made: int

    def lines(self) -> list[str]:
        """For people."""
        return [
            f"longest gap between frames, in {self.made} changes of preset: {self.changing.line()}",
            f"the same in stretches without a change: {self.still.line()}",
        ]

    def report(self) -> dict[str, object]:
        """As it is written to a file."""
        return {
            "made": self.made,
            "still": self.still.report(),
            "changing": self.changing.report(),
        }


def measure_changes(performance: Performance) -> Changes | None:
    """Change to the next preset again and again, and play still in between.

    In turn, so that whatever else the machine does is on both sides.

    Args:
        performance: already begun; it may still be loading its look.

    Returns:
        None if it ended before.
    """
    laps: list[Lap] = []
    names: list[str] = []

    def tick() -> None:
        if performance.ready_at_s is None or len(laps) == 2 * CHANGES:
            return
        gone_s = time.monotonic() - performance.ready_at_s - SETTLE_S
        name = performance.values.snapshot().choice("preset.name")
        if names[-1:] != [name]:
            names.append(name)
        if gone_s < 0:
            performance.statistics.lap()
        elif gone_s >= (len(laps) + 1) * STRETCH_S:
            laps.append(performance.statistics.lap())
            if len(laps) % 2:
                performance.values.update({"preset.next": True})

    performance.wait(LONGEST_S, tick)
    if len(laps) < 2 * CHANGES:
        return None
    return Changes(Stretches(laps[::2]), Stretches(laps[1::2]), len(names) - 1)
