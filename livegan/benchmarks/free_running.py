"""A performance that is given each frame as soon as it can take one."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from livegan.conditioners.conditioner import Conditioned, Conditioner
from livegan.errors import SourceEnded, SourceLost
from livegan.frames import Frame
from livegan.look import Look, open_look
from livegan.parameters import Setting, Values
from livegan.performance import WINDOW, Performance, Screen
from livegan.presets import Preset
from livegan.sources import open_source
from livegan.sources.source import Source


class FreeRunning:
    """A clip, round after round, that gives a frame as the one before it is taken to be painted.

    So one is decoded and lies ready while one is painted, and none is replaced untaken.

    Args:
        clip: a file or a folder of pictures.
    """

    name = "free running"
    description = "a clip as fast as it is taken"

    def __init__(self, clip: str) -> None:
        self._clip = clip
        self._source: Source = open_source(clip, live=False)
        self._indices = itertools.count()
        self._changed = threading.Condition()
        self._newest = self._taken = -1
        self._closed = False

    def read(self) -> Frame:
        """Wait until the frame before was taken.

        Raises:
            SourceLost: it is closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._taken == self._newest)
            if self._closed:
                raise SourceLost("closed")
            self._newest = next(self._indices)
        return dataclasses.replace(self._next(), index=self._newest)

    def taken(self, index: int) -> None:
        """Say that the frame of that index is being painted."""
        with self._changed:
            self._taken = index
            self._changed.notify()

    def close(self) -> None:
        """End a read under way and close the file. May be called twice."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._source.close()

    def _next(self) -> Frame:
        try:
            return self._source.read()
        except SourceEnded:
            self._source.close()
            self._source = open_source(self._clip, live=False)
            return self._source.read()


class Ours:
    """The whole instrument: one of two ways to compare.

    Args:
        preset, overrides: the look.
        clip: a file or a folder of pictures.
        screen: where it is shown.
        shown: in which words that is told.
    """

    name = "livegan"

    def __init__(
        self,
        preset: Preset,
        overrides: Mapping[str, Setting],
        clip: str,
        screen: Screen,
        shown: str,
    ) -> None:
        self._preset = preset
        self._overrides = overrides
        self._clip = clip
        self._screen = screen
        self._shown = shown
        self._generator = ""

    @property
    def description(self) -> str:
        """What it does; complete once it has played."""
        return (
            f"{self._preset.name}, {self._generator}, on {Path(self._clip).name}: decoded, looked"
            f" at and drawn, painted, {self._shown}; each frame as soon as one is taken"
        )

    def play(self, seconds: float) -> float:
        """Paint for so long; frames a second, from the first to the last that was shown."""
        from livegan.sinks import open_sink

        source = FreeRunning(self._clip)
        performance = Performance(
            self._preset,
            open_source=lambda: source,
            open_sink=open_sink,
            sinks=[WINDOW],
            overrides=self._overrides,
            make_look=lambda preset: _telling(open_look(preset), source),
        )
        with _quiet(), performance:
            performance.play_in(self._screen, seconds)
        look = performance.look
        if look:
            height, width = look.generator.size
            self._generator = f"{height} x {width}, {look.generator.description}"
        return performance.statistics.totals().rate_hz


class _Telling:
    """A conditioner that tells the source which frame it has taken."""

    def __init__(self, conditioner: Conditioner, source: FreeRunning) -> None:
        self.kind = conditioner.kind
        self.version = conditioner.version
        self._conditioner = conditioner
        self._source = source

    def condition(self, frame: Frame, values: Values) -> Conditioned:
        self._source.taken(frame.index)
        return self._conditioner.condition(frame, values)

    def close(self) -> None:
        self._conditioner.close()


def _telling(look: Look, source: FreeRunning) -> Look:
    return dataclasses.replace(look, conditioner=_Telling(look.conditioner, source))


@contextmanager
def _quiet() -> Iterator[None]:
    """Which source, preset and generator play is not told again for each block."""
    logger = logging.getLogger("livegan")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
