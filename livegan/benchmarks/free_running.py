"""A look that is given each frame as soon as it can take one: played, and rendered."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from livegan.conditioners.conditioner import Conditioned, Conditioner
from livegan.errors import SourceEnded, SourceLost
from livegan.frames import Frame
from livegan.look import Look, open_look
from livegan.parameters import LiveValues, Setting, Values
from livegan.performance import WINDOW, Performance, Screen
from livegan.presets import Preset
from livegan.rendering import FiniteSource, Progress, render
from livegan.sources import open_source
from livegan.sources.source import Source

_USUAL_FPS = 30.0


class FreeRunning:
    """A clip, round after round, that gives a frame as the one before it is taken to be painted.

    So one is decoded and lies ready while one is painted, and none is replaced untaken.

    Args:
        clip: a file or a folder of pictures.
    """

    name = "free running"
    description = "a clip as fast as it is taken"

    def __init__(self, clip: str) -> None:
        self._rounds = Rounds(clip)
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
            self._newest += 1
        return self._rounds.read()

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
        self._rounds.close()


class Rounds:
    """A clip, round after round, as fast as it is read; its frames are counted on.

    Args:
        clip: a file or a folder of pictures.
    """

    name = "rounds"
    description = "a clip, round after round"
    frame_count = None

    def __init__(self, clip: str) -> None:
        self._clip = clip
        self._source: Source = open_source(clip, live=False)
        self._indices = itertools.count()
        self.fps = self._source.fps if isinstance(self._source, FiniteSource) else _USUAL_FPS

    def read(self) -> Frame:
        """The next frame; after the last one the first."""
        try:
            frame = self._source.read()
        except SourceEnded:
            self._source.close()
            self._source = open_source(self._clip, live=False)
            frame = self._source.read()
        return dataclasses.replace(frame, index=next(self._indices))

    def close(self) -> None:
        """Close the file. May be called twice."""
        self._source.close()


class Ours:
    """The whole instrument as it plays: a frame is drawn once the one before is painted.

    Args:
        preset, overrides: the look.
        clip: a file or a folder of pictures.
        screen: where it is shown.
        shown: in which words that is told.
    """

    name = "livegan"
    how = "each frame as soon as the one before is shown"

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
            f" at and drawn, painted, {self._shown}; {self.how}"
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
        if performance.look:
            self._note(performance.look)
        return performance.statistics.totals().rate_hz

    def _note(self, look: Look) -> None:
        height, width = look.generator.size
        self._generator = f"{height} x {width}, {look.generator.description}"


class OursRendered(Ours):
    """The whole instrument as it renders: a frame is drawn while the one before is painted."""

    name = "rendered"
    how = "the next frame is drawn while one is painted, as `livegan render` does"

    def play(self, seconds: float) -> float:
        """Paint for so long; frames a second, from the first to the last that was shown."""
        screen, began_s, last_s = self._screen, 0.0, 0.0

        def progress(done: Progress) -> bool:
            nonlocal began_s, last_s
            last_s = time.monotonic()
            began_s = began_s or last_s
            return screen.pump() and (done.frames < 2 or last_s - began_s < seconds)

        with closing(Rounds(self._clip)) as source, closing(
            open_look(self._preset, busy_cores=1)
        ) as look:
            values = LiveValues({**look.values, **self._overrides}).snapshot()
            done = render(source, look, _Shown(screen), values=values, progress=progress)
            self._note(look)
        return (done.frames - 1) / (last_s - began_s) if done.frames > 1 else 0.0


class _Shown:
    """A screen as a sink."""

    name = "screen"

    def __init__(self, screen: Screen) -> None:
        self.show = screen.show

    def close(self) -> None:
        """The screen stays open for the next turn."""


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
