"""The ends of a performance: a source or a sink in its own thread, opened again when it is lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from livegan.counting import counted
from livegan.errors import SinkFull, SourceEnded, SourceLost, UsageError
from livegan.frames import Closed, Frame, Mailbox
from livegan.pacing import Recent
from livegan.statistics import Shown
from livegan.supervision import HealthBoard, Retry, one_line

if TYPE_CHECKING:  # at run time they may load what wraps the devices
    from livegan.sinks.sink import Sink
    from livegan.sources.source import Source

logger = logging.getLogger("livegan")


class OpenSink(Protocol):
    """Opens a sink."""

    def __call__(self, spec: str, *, size: tuple[int, int], fps: float) -> Sink:
        """Open `spec` for pictures of (height, width) pixels at `fps` a second.

        Raises:
            SinkError: it cannot be opened.
        """


@runtime_checkable
class Delayed(Protocol):
    """A sink with a pace of its own: it presents a frame after `show` has returned."""

    @property
    def age_s(self) -> float | None:
        """From capture to presented, of the last frame; None before there was one."""


@runtime_checkable
class Dropping(Protocol):
    """A sink that can't always take every frame."""

    @property
    def dropped(self) -> int:
        """How many it was shown and did not present."""


@runtime_checkable
class Filming(Protocol):
    """A sink that keeps what it is shown, in a file."""

    @property
    def path(self) -> Path:
        """The file, which may have another name than it was asked for."""

    @property
    def written(self) -> int:
        """How many frames it holds."""


class Stage(threading.Thread):
    """A device's own thread. Losing the device only loses its frames: it is opened again.

    Args:
        label: what health and log call it.
        health: where it reports.
        give_up: called with an error of the user's, if the device never worked at all.
    """

    def __init__(
        self, label: str, health: HealthBoard, give_up: Callable[[BaseException], None]
    ) -> None:
        # A device's driver may hang for ever; it must not keep the process from ending.
        super().__init__(name=label, daemon=True)
        self.label = label
        self._stopping = threading.Event()
        self._health = health
        self._give_up = give_up
        self._retry = Retry()
        self._worked = False

    def run(self) -> None:
        """Play until the end; open the device again as often as it is lost."""
        self._health.report(self.label, "starting")
        while True:
            try:
                self.play()
                return
            except Exception as error:
                if isinstance(error, UsageError) and not self._worked:
                    self._give_up(error)
                    return
                now_s = time.monotonic()
                self._retry = self._retry.failed(now_s)
                self._health.report(self.label, "lost", one_line(error), error)
                full = isinstance(error, SinkFull)
                if full or self._stopping.wait(self._retry.wait_s(now_s)):
                    return

    def play(self) -> None:
        """Open the device, use it, close it; returns when there is nothing more to do."""
        raise NotImplementedError

    def works(self) -> None:
        """Say that the device has just done its work."""
        self._worked = True
        self._retry = Retry()
        self._health.report(self.label, "ok")


class SourceStage(Stage):
    """Reads a source into a mailbox and closes the mailbox after its last frame.

    Args:
        open_source: opens the source; called again whenever it is lost.
        arrivals: where the frames go.
        health, give_up: as in `Stage`.
    """

    def __init__(
        self,
        open_source: Callable[[], Source],
        arrivals: Mailbox[Frame],
        health: HealthBoard,
        give_up: Callable[[BaseException], None],
    ) -> None:
        super().__init__("source", health, give_up)
        self._open_source = open_source
        self._arrivals = arrivals
        self._source: Source | None = None
        self._told = ""

    def play(self) -> None:
        """Read until the source ends or is lost."""
        source = self._source = self._open_source()
        try:
            if source.description != self._told:
                self._told = source.description
                logger.info("source     %s", self._told)
            while not self._stopping.is_set():
                self._arrivals.put(source.read())
                self.works()
        except SourceEnded:
            self._arrivals.close()
        except SourceLost:
            if not self._stopping.is_set():  # `stop` closed it, to end a read
                raise
        finally:
            self._source = None
            source.close()

    def stop(self) -> None:
        """End the thread, also out of a blocked read. Returns at once."""
        self._stopping.set()
        source = self._source
        if source is not None:
            # A source that is closed waits for what it is at: a decoder, half a second for a
            # camera, for ever where a network drive is gone.
            threading.Thread(target=source.close, name="close-source", daemon=True).start()


class SinkStage(Stage):
    """Shows what lies in its mailbox.

    Args:
        spec: what people type to get the sink.
        open_sink: opens it, as the first picture's size is known.
        fps: pictures a second, for sinks that must declare it.
        shown: called with `spec` and what was shown.
        health, give_up: as in `Stage`.
    """

    def __init__(
        self,
        spec: str,
        open_sink: OpenSink,
        fps: float,
        shown: Callable[[str, Shown], None],
        health: HealthBoard,
        give_up: Callable[[BaseException], None],
    ) -> None:
        super().__init__(spec, health, give_up)
        self.mailbox: Mailbox[Frame] = Mailbox()
        self.age = Recent()
        self._open_sink = open_sink
        self._fps = fps
        self._shown = shown
        self._size: tuple[int, int] | None = None
        self._sink: Sink | None = None
        self.film_lost = False
        """Whether a recording ended before it should."""
        self.filming_since_s: float | None = None
        """Clock reading as the present recording began."""

    @property
    def dropped(self) -> int:
        """How many pictures it was too slow for."""
        own = self._sink.dropped if isinstance(self._sink, Dropping) else 0
        return self.mailbox.dropped + own

    def play(self) -> None:
        """Show until the mailbox is closed or the sink is lost."""
        try:
            frame = self._wait_for_a_frame()
        except Closed:
            return
        if self._size is None:
            self._size = (frame.image.shape[0], frame.image.shape[1])
        sink = self._sink = self._open_sink(self.label, size=self._size, fps=self._fps)
        film = sink if isinstance(sink, Filming) else None
        other = film is not None and film.path != Path(self.label)
        logger.info("sink       %s%s", sink.name, f"; {self.label} is kept" if other else "")
        dropped_before = self.mailbox.dropped
        self.filming_since_s = time.monotonic() if film else None
        try:
            self._show_all(sink, frame)
        except Exception:
            self.film_lost = self.film_lost or film is not None
            raise
        finally:
            self.filming_since_s = None
            if film:
                held, dropped = counted(film.written, "frame"), self.dropped - dropped_before
                logger.info("recorded   %s, %s, %d dropped", film.path, held, dropped)

    def stop(self) -> None:
        """Show what lies in the mailbox, then end. Returns at once."""
        self.mailbox.close()
        self._stopping.set()

    def _show_all(self, sink: Sink, frame: Frame) -> None:
        """Show this frame and all that come after it, and close the sink."""
        try:
            self._show(sink, frame)
            while True:
                self._show(sink, self._wait_for_a_frame())
        except Closed:
            return
        finally:
            sink.close()

    def _wait_for_a_frame(self) -> Frame:
        frame = self.mailbox.take()
        assert frame is not None  # only a wait with a time limit ends without one
        return frame

    def _show(self, sink: Sink, frame: Frame) -> None:
        began_s = time.monotonic()
        sink.show(frame)
        now_s = time.monotonic()
        age_s = now_s - frame.captured_at_s
        if isinstance(sink, Delayed):
            age_s = age_s if sink.age_s is None else sink.age_s
        self.age.add(now_s, age_s)
        self._shown(self.label, Shown(frame, now_s, now_s - began_s, age_s))
        self.works()


def join(thread: threading.Thread, deadline_s: float) -> None:
    """Wait for a thread to end, if it was begun, until the clock reads `deadline_s`."""
    if thread.ident is not None:
        thread.join(max(deadline_s - time.monotonic(), 0.05))
