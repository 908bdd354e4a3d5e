"""Where in the music it is: by a tempo of its own, by taps, or by a MIDI clock."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from statistics import median
from typing import Literal

from livegan.midi_ticks import MidiTicks
from livegan.parameters import TABLE
from livegan.parameters.rhythm import FASTEST_BPM, SLOWEST_BPM

_TAPS = 8
"""Of so many intervals the tempo is the median: one tap that slips changes nothing."""
_PAUSE_S = 2.0
"""So long without a tap, and the next one begins anew."""
_BOUNCE_S = 0.15
"""No finger taps that fast: it is a button that bounces, or a note that is sent twice."""
_TEMPO_BPM = float(TABLE["clock.tempo"].default)
_BEATS_PER_BAR = int(TABLE["clock.beats_per_bar"].default)


@dataclass(frozen=True)
class Beat:
    """Where in the music it is.

    Args:
        tempo_bpm: beats a minute.
        beats: since the music began.
        phase: of the way from one beat to the next, 0 up to 1.
        bar_phase: of the way through the bar, 0 up to 1.
    """

    tempo_bpm: float
    beats: float
    phase: float
    bar_phase: float


@dataclass(frozen=True)
class _Line:
    """A tempo that does not change, through one beat at one time."""

    tempo_bpm: float
    at_s: float
    beats: float

    def beats_at(self, now_s: float) -> float:
        return self.beats + (now_s - self.at_s) * self.tempo_bpm / 60


class Clock:
    """Counts beats. From any thread; each call says what the clock reads, `time.monotonic()`.

    Args:
        now_s: the clock as the first bar begins.
    """

    def __init__(self, now_s: float = 0.0) -> None:
        self._lock = threading.Lock()
        self._own = _Line(_TEMPO_BPM, now_s, 0.0)
        self._taps: list[float] = []
        self._tapped = 0
        self._bar_tapped = 0
        self._ticks = MidiTicks()
        self._source = "own"
        self._beats_per_bar = _BEATS_PER_BAR

    def set(self, now_s: float, *, tempo_bpm: float, source: str, beats_per_bar: float) -> None:
        """Take over what is set; where in the beat it is never jumps by a change of tempo.

        Args:
            tempo_bpm, source, beats_per_bar: as the rows of `clock` say.
        """
        with self._lock:
            if tempo_bpm != self._own.tempo_bpm or source != self._source:
                # Back from MIDI, it goes on from where that was.
                self._own = _Line(tempo_bpm, now_s, self._beats_at(now_s))
            self._source = source
            self._beats_per_bar = max(round(beats_per_bar), 1)

    def tap(self, now_s: float) -> float:
        """A beat was tapped: it lies here; the first after a pause begins a bar.

        Returns:
            The tempo that is tapped, in beats a minute.
        """
        with self._lock:
            since_s = now_s - self._taps[-1] if self._taps else math.inf
            if since_s < _BOUNCE_S:
                return self._own.tempo_bpm
            tempo_bpm = self._own.tempo_bpm
            if since_s > _PAUSE_S:
                bar = self._beats_per_bar
                self._bar_tapped = round(self._own.beats_at(now_s) / bar) * bar
                self._taps, self._tapped = [now_s], 0
            else:
                self._taps = [*self._taps[-_TAPS:], now_s]
                pairs = zip(self._taps, self._taps[1:], strict=False)
                beat_s = median(after - before for before, after in pairs)
                self._tapped += max(round(since_s / beat_s), 1)  # one may be left out
                tempo_bpm = min(max(60 / beat_s, SLOWEST_BPM), FASTEST_BPM)
            self._own = _Line(tempo_bpm, now_s, self._bar_tapped + self._tapped)
            return tempo_bpm

    def midi_tick(self, now_s: float) -> None:
        """A tick of a MIDI clock came, one of 24 for each beat. Heard even while it is not
        followed, so that it can be at once."""
        with self._lock:
            self._ticks.tick(now_s)

    def midi_start(self, now_s: float) -> None:
        """MIDI's music begins with the next tick."""
        with self._lock:
            self._ticks.start()

    def midi_continue(self, now_s: float) -> None:
        """MIDI's music goes on from where it was stopped, with the next tick."""
        with self._lock:
            self._ticks.resume()

    def midi_stop(self) -> None:
        """MIDI's music stands."""
        with self._lock:
            self._ticks.stop()

    @property
    def hears_midi(self) -> bool:
        """Whether a MIDI clock ever came; until then the own one is followed."""
        with self._lock:
            return self._ticks.are_heard

    def at(self, now_s: float) -> Beat:
        """Where in the music it is."""
        with self._lock:
            beats, bar = self._beats_at(now_s), self._beats_per_bar
            tempo_bpm = self._ticks.tempo_bpm if self._by_midi else self._own.tempo_bpm
        return Beat(tempo_bpm, beats, beats % 1, beats / bar % 1)

    def next(self, now_s: float, what: Literal["beat", "bar"]) -> float:
        """The clock's reading as the next beat or bar begins; `now_s` where the music stands."""
        with self._lock:
            if self._by_midi and self._ticks.stand:
                return now_s
            length = self._beats_per_bar if what == "bar" else 1
        now = self.at(now_s)
        begins = (math.floor(now.beats / length) + 1) * length
        return now_s + (begins - now.beats) * 60 / now.tempo_bpm

    @property
    def _by_midi(self) -> bool:
        return self._source == "midi" and self._ticks.are_heard

    def _beats_at(self, now_s: float) -> float:
        return (self._ticks if self._by_midi else self._own).beats_at(now_s)
