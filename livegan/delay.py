"""Holds pictures back, so that they meet a sound that comes late."""

from __future__ import annotations

from collections import deque

from livegan.frames import Frame

_SLOWNESS = 0.05
"""Share of each new interval in the estimate of how fast frames come."""
_RELUCTANCE = 0.7
"""In frames: a delay that is nearer than that to the one held stays as it is. A clock that shakes
would else show one frame twice and pass over the next."""
_LONGEST_INTERVAL_S = 0.5
_MOST_FRAMES = 64
"""Each is three pictures: 64 of 512 x 512 pixels are 150 MB."""


class DelayLine:
    """Gives for each picture the one of so much earlier, counted in whole frames."""

    def __init__(self) -> None:
        self._line: deque[Frame] = deque()
        self._interval_s: float | None = None
        self._time_s: float | None = None
        self._length = 0

    def after(self, frame: Frame, now_s: float, delay_s: float) -> Frame:
        """The frame to show now.

        While the line fills, that is the one that was shown last; while it empties, frames are
        passed over.

        Args:
            frame: what was just painted.
            now_s: the clock, rising.
            delay_s: how much later than it is painted a frame is shown; 0 gives `frame` itself.
        """
        self._time(now_s)
        self._line.append(frame)
        length = self._wanted_length(delay_s)
        while len(self._line) > length + 1:
            self._line.popleft()
        return self._line[0]

    def _time(self, now_s: float) -> None:
        before_s, self._time_s = self._time_s, now_s
        if before_s is None:
            return
        interval_s = min(max(now_s - before_s, 1e-4), _LONGEST_INTERVAL_S)
        if self._interval_s is None:
            self._interval_s = interval_s
        self._interval_s += _SLOWNESS * (interval_s - self._interval_s)

    def _wanted_length(self, delay_s: float) -> int:
        if delay_s <= 0:
            self._length = 0
        elif self._interval_s is not None:
            frames = delay_s / self._interval_s
            if abs(frames - self._length) > _RELUCTANCE or self._length == 0:
                self._length = min(round(frames), _MOST_FRAMES)
        return self._length
