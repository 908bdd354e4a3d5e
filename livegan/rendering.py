"""Every frame of a source once, as fast as it goes."""

from __future__ import annotations

import dataclasses
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, runtime_checkable

from livegan.errors import SourceEnded
from livegan.frames import Frame
from livegan.look import Look
from livegan.modulation import Modulation
from livegan.parameters import Values
from livegan.sinks.sink import Sink
from livegan.sources.source import Source
from livegan.tempo import Clock

if TYPE_CHECKING:  # at run time it would load OpenCV and MediaPipe
    from livegan.conditioners.conditioner import Conditioned

Item = TypeVar("Item")

AHEAD = 4
"""Frames between two steps: enough to smooth out a slow one, few enough to stay in the cache."""


@runtime_checkable
class FiniteSource(Source, Protocol):
    """A source that ends, and whose frames are evenly spaced."""

    @property
    def fps(self) -> float:
        """Frames a second."""

    @property
    def frame_count(self) -> int | None:
        """How many frames it has, where that is known."""


@dataclass(frozen=True)
class Progress:
    """How far a rendering is.

    Args:
        frames: how many are done.
        found: in how many of them there was a face; None where none is looked for.
        seconds: since it began.
    """

    frames: int
    found: int | None
    seconds: float

    @property
    def rate_hz(self) -> float:
        """Frames a second since it began."""
        return self.frames / self.seconds if self.seconds > 0 else 0.0


def render(
    source: FiniteSource,
    look: Look,
    sink: Sink,
    *,
    values: Values,
    progress: Callable[[Progress], bool],
) -> Progress:
    """Paint every frame of a source.

    Reading, conditioning, generating and writing each have a thread. The clock is the stream's:
    frame N was caught at N / fps, so that smoothing and resting come out the same on any machine.

    Args:
        source: opened with `live=False`.
        look: what paints.
        sink: takes every frame; opened with `live=False` where it is a recording.
        values: hold for the whole rendering, but for what they let swing; `output.delay` is for
            sound that is heard live.
        progress: called after each frame; it ends the rendering by returning False.
    """
    # These load OpenCV: not before a look did.
    from livegan.blending import Blending
    from livegan.finish import Finish

    blending, finish = Blending(), Finish()
    modulation = Modulation(_music(values))

    def draw(frame: Frame) -> tuple[Conditioned, Frame, Values]:
        swung = modulation.at(frame.captured_at_s, values)
        return look.conditioner.condition(frame, swung), frame, swung

    def paint(seen: Conditioned, frame: Frame, swung: Values) -> Frame:
        time_s = frame.captured_at_s
        drawing, picture = blending.paint(look.generator, seen, time_s, swung)
        picture = finish(picture, swung)
        return dataclasses.replace(frame, image=picture, camera=seen.camera, drawing=drawing)

    began_s = time.monotonic()
    done = Progress(0, None, 0.0)
    frames = Ahead(_read(source))
    drawn = Ahead(draw(frame) for frame in frames)
    painted = Ahead((paint(*one), one[0]) for one in drawn)
    try:
        for picture, seen in painted:
            sink.show(picture)
            found = done.found if seen.found is None else (done.found or 0) + seen.found
            done = Progress(done.frames + 1, found, time.monotonic() - began_s)
            if not progress(done):
                break
    finally:
        for step in (painted, drawn, frames):
            step.close()
    return done


def _music(values: Values) -> Clock:
    """Begins with the film, in the tempo that is set."""
    clock = Clock(0.0)
    clock.set(
        0.0,
        tempo_bpm=values.number("clock.tempo"),
        source="own",
        beats_per_bar=values.number("clock.beats_per_bar"),
    )
    return clock


def _read(source: FiniteSource) -> Iterator[Frame]:
    count = 0
    while True:
        try:
            frame = source.read()
        except SourceEnded:
            return
        yield dataclasses.replace(frame, captured_at_s=count / source.fps)
        count += 1


class Ahead(Generic[Item]):
    """Runs an iterator in a thread of its own, a few items ahead of whoever takes them.

    What the iterator raises is raised again where the items are taken.

    Args:
        items: the iterator.
    """

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self._ready: queue.Queue[Item | None] = queue.Queue(AHEAD)
        self._closed = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        while (item := self._ready.get()) is not None:
            yield item
        if self._error:
            raise self._error

    def close(self) -> None:
        """End the thread, whatever it is at. Nobody may be taking items."""
        self._closed = True
        while self._thread.is_alive():
            self._empty()
            self._thread.join(0.01)

    def _run(self) -> None:
        try:
            for item in self._items:
                self._ready.put(item)
                if self._closed:
                    break
        except BaseException as error:  # raised again where the items are taken
            self._error = error
        self._ready.put(None)

    def _empty(self) -> None:
        try:
            while True:
                self._ready.get_nowait()
        except queue.Empty:
            return
