"""Pure timing: how long things took and how often they came, in memory that does not grow."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

_LOWEST_MS = 0.01
_RATIO = 1.01
"""Each bin is 1 % wider than the one before: a percentile is off by at most half of that."""
_BINS = math.ceil(math.log(1e7) / math.log(_RATIO))  # 10 us to 100 s


@dataclass(frozen=True)
class Summary:
    """What a distribution says, in milliseconds; all zero while it is empty."""

    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0


class Distribution:
    """Durations of a whole run, as a histogram of fixed size.

    Percentiles are true to 0.5 %, the maximum is exact. Not safe for several threads by itself.
    """

    def __init__(self) -> None:
        self._counts = [0] * (_BINS + 1)
        self._max_ms = 0.0
        self.count = 0

    def add(self, duration_s: float) -> None:
        """Count one duration, in seconds; below zero counts as zero."""
        duration_ms = max(duration_s, 0.0) * 1e3
        place = math.log(max(duration_ms, _LOWEST_MS) / _LOWEST_MS) / math.log(_RATIO)
        self._counts[min(int(place), _BINS)] += 1
        self._max_ms = max(self._max_ms, duration_ms)
        self.count += 1

    def percentile_ms(self, percent: float) -> float:
        """The duration that `percent` (0 to 100) of all stay at or below, in milliseconds."""
        wanted = max(1, math.ceil(self.count * percent / 100))
        seen = 0
        for place, count in enumerate(self._counts):
            seen += count
            if seen >= wanted:
                middle_ms: float = _LOWEST_MS * _RATIO ** (place + 0.5)
                return min(middle_ms, self._max_ms)
        return 0.0

    def summary(self) -> Summary:
        """Median, 95 %, 99 % and maximum."""
        return Summary(
            self.percentile_ms(50), self.percentile_ms(95), self.percentile_ms(99), self._max_ms
        )


class Recent:
    """The last few seconds of something that comes again and again: its rate and percentiles.

    Args:
        window_s: how far back it looks, in seconds.
    """

    CAPACITY = 1024
    """Room for two seconds at 500 a second; beyond that the window shrinks, not the memory."""

    def __init__(self, window_s: float = 2.0) -> None:
        self._window_s = window_s
        self._events: deque[tuple[float, float]] = deque(maxlen=self.CAPACITY)

    def add(self, now_s: float, duration_s: float) -> None:
        """Note that something ended at `now_s` after `duration_s`."""
        self._events.append((now_s, duration_s))

    def rate_hz(self, now_s: float) -> float:
        """How often a second it came lately; 0 where it came less than twice."""
        times = [at_s for at_s, _ in list(self._events) if now_s - at_s <= self._window_s]
        if len(times) < 2 or times[-1] <= times[0]:
            return 0.0
        return (len(times) - 1) / (times[-1] - times[0])

    def percentile_ms(self, now_s: float, percent: float) -> float:
        """The percentile over the window, in milliseconds; 0 where nothing came."""
        events = list(self._events)
        durations = sorted(took_s for at_s, took_s in events if now_s - at_s <= self._window_s)
        if not durations:
            return 0.0
        place = math.ceil(len(durations) * percent / 100) - 1
        return durations[min(max(place, 0), len(durations) - 1)] * 1e3
