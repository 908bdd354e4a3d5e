"""A MIDI clock: where in the music it is, out of ticks that come a little early or late."""

from __future__ import annotations

from collections import deque

TICKS_A_BEAT = 24
_WINDOW = 2 * TICKS_A_BEAT
"""Ticks that a straight line is laid through. Over two beats, ticks that come up to 2 ms early or
late leave less than 0.2 % of error in the tempo."""
_FEW = 7
"""Fewer ticks say nothing of the tempo that was not known better before."""
_OFF_S = 0.006
_OFF_TICKS = 3
"""So many ticks in a row that far off the line: the tempo has changed, what was is forgotten."""
_PAUSE_S = 1.0
"""A clock that was silent for longer has lost ticks: its cable was pulled."""


class MidiTicks:
    """Lays a straight line through the latest ticks. For one thread at a time.

    It goes on in its tempo where ticks stay away, and stands still between stop and continue.
    """

    def __init__(self) -> None:
        self._heard: deque[tuple[int, float]] = deque(maxlen=_WINDOW)
        self._number = -1
        self._first_of_song = 0
        self._held: float | None = None
        self._stands = False
        self._off = 0
        self._tick_s = 60 / 120 / TICKS_A_BEAT
        self._zero_s = 0.0
        self._tempo_known = False

    @property
    def are_heard(self) -> bool:
        """Whether any came yet."""
        return bool(self._heard)

    @property
    def stand(self) -> bool:
        """Whether the music is stopped."""
        return self._stands

    @property
    def tempo_bpm(self) -> float:
        """The tempo of the latest ticks."""
        return 60 / TICKS_A_BEAT / self._tick_s

    def tick(self, now_s: float) -> None:
        """One of 24 for each beat came."""
        since_s = now_s - self._heard[-1][1] if self._heard else 0.0
        if since_s > _PAUSE_S:
            self._heard.clear()
            self._number += max(round(since_s / self._tick_s), 1)
        else:
            self._number += 1
        if self._held is not None and not self._stands:
            self._first_of_song = self._number - round(self._held * TICKS_A_BEAT)
            self._held = None
        if self._heard and abs(now_s - self._time_of(self._number)) > _OFF_S:
            self._off += 1
        else:
            self._off = 0
        self._heard.append((self._number, now_s))
        if self._off >= _OFF_TICKS:
            self._off = 0
            while len(self._heard) > _FEW:
                self._heard.popleft()
        self._lay_line()

    def start(self) -> None:
        """The next tick is the first of the music."""
        self._held, self._stands = 0.0, False

    def stop(self) -> None:
        """The music stands, though ticks may come on."""
        if self._held is None:
            self._held = (self._number + 1 - self._first_of_song) / TICKS_A_BEAT
        self._stands = True

    def resume(self) -> None:
        """The music goes on from where it stood, with the next tick."""
        self._stands = False

    def beats_at(self, now_s: float) -> float:
        """Beats since the music began."""
        if self._held is not None:
            return self._held
        tick = (now_s - self._zero_s) / self._tick_s
        return max((tick - self._first_of_song) / TICKS_A_BEAT, 0.0)

    def _time_of(self, number: int) -> float:
        return self._zero_s + number * self._tick_s

    def _lay_line(self) -> None:
        """Least squares: the time of a tick over its number."""
        count = len(self._heard)
        middle = sum(number for number, _ in self._heard) / count
        middle_s = sum(at_s for _, at_s in self._heard) / count
        if count >= (_FEW if self._tempo_known else 2):
            spread = sum((number - middle) ** 2 for number, _ in self._heard)
            together = sum((number - middle) * (at_s - middle_s) for number, at_s in self._heard)
            # A burst that waited somewhere comes all at once.
            self._tick_s = max(together / spread, 1e-4)
            self._tempo_known = True
        self._zero_s = middle_s - middle * self._tick_s
