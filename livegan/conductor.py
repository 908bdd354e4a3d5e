"""Plays the clock by the rows of `clock`, and tells how it goes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from livegan.parameters import TABLE, LiveValues, Setting, Values
from livegan.parameters.rhythm import SLOTS
from livegan.tempo import Clock

_SET = ("clock.tempo", "clock.source", "clock.beats_per_bar")
_TAP = "clock.tap"
_MOVED_BY_IT = tuple(
    (name, TABLE[name].default)
    for name in (
        "clock.tempo",
        "clock.source",
        "clock.quantise",
        *(f"lfo.{number}_target" for number in range(1, SLOTS + 1)),
    )
)


class Conductor:
    """Hears what is set and tapped as it comes: a frame later a tap would be off the beat.

    Args:
        values: what is played.
        clock: what counts.
        now_s: the monotonic clock.
    """

    def __init__(
        self, values: LiveValues, clock: Clock, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._values = values
        self._clock = clock
        self._now_s = now_s
        # Of two who set at once the last one counts, for the clock too.
        self._setting = threading.RLock()
        self._tapped = values.snapshot().fired(_TAP)
        values.hear(_SET, self._set)
        values.hear((_TAP,), self._tap)
        self._set()

    def line(self, now_s: float) -> str:
        """How it goes, for the figures; "" while nobody asked for anything in time."""
        values = self._values.snapshot()
        if not self._tapped and all(values[name] == default for name, default in _MOVED_BY_IT):
            return ""
        beat, bar = self._clock.at(now_s), self._bar(values)
        by = ""
        if values.choice("clock.source") == "midi":
            by = ", MIDI" if self._clock.hears_midi else ", no MIDI clock comes"
        return f"tempo {beat.tempo_bpm:.1f}{by}, beat {int(beat.bar_phase * bar) + 1} of {bar}"

    def measured(self, now_s: float) -> dict[str, Setting]:
        """The read-only rows of `clock`."""
        beat, bar = self._clock.at(now_s), self._bar(self._values.snapshot())
        return {"clock.beat": 1 + beat.bar_phase * bar, "clock.tempo_now": beat.tempo_bpm}

    def _set(self) -> None:
        with self._setting:
            values = self._values.snapshot()
            self._clock.set(
                self._now_s(),
                tempo_bpm=values.number("clock.tempo"),
                source=values.choice("clock.source"),
                beats_per_bar=values.number("clock.beats_per_bar"),
            )

    def _tap(self) -> None:
        with self._setting:
            fired = self._values.snapshot().fired(_TAP)
            if fired != self._tapped:  # else false was sent: a button that was let go
                self._tapped = fired
                self._values.update({"clock.tempo": self._clock.tap(self._now_s())})

    @staticmethod
    def _bar(values: Values) -> int:
        return round(values.number("clock.beats_per_bar"))
