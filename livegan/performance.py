"""A performance: opens the stages, runs the loop, closes them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from livegan.engine import Engine
from livegan.errors import SinkLost
from livegan.frames import Closed, Frame, Mailbox
from livegan.look import Following, Look, open_look
from livegan.parameters import LiveValues, Setting
from livegan.presets import Preset
from livegan.repertoire import Repertoire
from livegan.stages import OpenSink, SinkStage, SourceStage
from livegan.statistics import Statistics
from livegan.supervision import HealthBoard, one_line

if TYPE_CHECKING:
    from livegan.sinks.window import Window
    from livegan.sources.source import Source

PATIENCE_S = 0.5
"""So long without a frame, and the puppet rests: longer than a slow camera takes for one."""
REST_PERIOD_S = 1 / 30
KEYS_PERIOD_S = 1 / 60
"""How long a key pressed in the window may wait where no frame comes."""
GLANCE_S = 0.2
"""How often a performance without a window looks whether it should end. Windows delivers Ctrl-C
only between two waits, so it can't wait without a limit."""
CLOSE_WITHIN_S = 1.5
"""A device that takes longer to close is left to the operating system."""
WINDOW = "window"


class Performance:
    """One source, one look, and any number of sinks, each in a thread of its own.

    Use it as a context manager: entering starts every stage at once, and leaving ends them
    within two seconds.

    Args:
        preset: the look to begin with.
        open_source: opens the source; called again whenever it is lost.
        open_sink: opens a sink by what people type.
        sinks: what people type; the first is the one whose frames are counted and timed.
        overrides: parameter values that hold whatever the preset says.
        make_look: loads a look.
        fps: pictures a second, for sinks that must declare it.
    """

    def __init__(
        self,
        preset: Preset,
        *,
        open_source: Callable[[], Source],
        open_sink: OpenSink,
        sinks: Sequence[str],
        overrides: Mapping[str, Setting] | None = None,
        make_look: Callable[[Preset], Look] = open_look,
        fps: float = 30.0,
    ) -> None:
        self.statistics = Statistics()
        self.health = HealthBoard()
        self.values = LiveValues(overrides)
        self._repertoire = Repertoire(
            preset, make_look, self.values, overrides or {}, self.health
        )
        self._open_sink = open_sink
        self._fps = fps
        self._arrivals: Mailbox[Frame] = Mailbox()
        self._engine: Engine | None = None
        self._ready_at_s: float | None = None
        self._error: BaseException | None = None
        self._stop_asked = False
        self._changing_sinks = threading.Lock()
        self._primary = sinks[0]
        self._window_box: Mailbox[Frame] | None = Mailbox() if WINDOW in sinks else None
        self._sinks = {spec: self._sink_stage(spec, self._fail) for spec in sinks if spec != WINDOW}
        self._source = SourceStage(open_source, self._arrivals, self.health, self._fail)
        self._engine_thread = threading.Thread(target=self._run_engine, name="engine", daemon=True)
        self._ended = threading.Event()

    def __enter__(self) -> Performance:
        for thread in (self._source, self._engine_thread, *self._sinks.values()):
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def look(self) -> Look | None:
        """What paints now; None until the first look is loaded."""
        return self._engine.look if self._engine else None

    def wait(self, seconds: float | None = None, tick: Callable[[], None] | None = None) -> None:
        """Let it play, without a window, until it ends.

        Args:
            seconds: how long, counted from the loaded look; None plays on.
            tick: called several times a second.

        Raises:
            UsageError: a stage could not be opened at all.
        """
        while not self._over(seconds) and not self._ended.wait(GLANCE_S):
            if tick:
                tick()
        self._raise()

    def play_in(self, window: Window, seconds: float | None = None) -> None:
        """Let it play in a window, on the main thread, until it ends or the window is closed.

        Args:
            window: an open window.
            seconds: as in `wait`.

        Raises:
            UsageError: a stage could not be opened at all.
        """
        assert self._window_box is not None
        while not self._over(seconds) and window.pump():
            try:
                frame = self._window_box.take(KEYS_PERIOD_S)
            except Closed:
                break
            if frame is not None:
                self._show_in(window, frame)
        self._raise()

    def request_stop(self) -> None:
        """End soon. Takes no lock, so that a signal handler may call it."""
        self._stop_asked = True

    def close(self) -> None:
        """End every stage and close its device. May be called twice."""
        deadline_s = time.monotonic() + CLOSE_WITHIN_S
        self._source.stop()
        self._arrivals.close()
        _join(self._engine_thread, deadline_s)
        sinks = list(self._sinks.values())
        for stage in sinks:
            stage.stop()
        for thread in (self._source, *sinks):
            _join(thread, deadline_s)

    def sinks(self) -> list[str]:
        """The sinks beside the window, as people type them."""
        return list(self._sinks)

    def add_sink(self, spec: str, *, instead_of_window: bool = False) -> None:
        """Show in one more sink from now on; where it can't be opened, health says why.

        Args:
            spec: what people type to get it.
            instead_of_window: no window could be opened, and this takes its place.
        """
        if instead_of_window:
            self._window_box, self._primary = None, spec

        def tell(error: BaseException) -> None:
            self.health.report(spec, "lost", one_line(error))

        stage = self._sink_stage(spec, self._fail if instead_of_window else tell)
        with self._changing_sinks:
            self._sinks = {**self._sinks, spec: stage}
        stage.start()

    def remove_sink(self, spec: str) -> None:
        """Finish a sink; what it was given is kept. Returns at once."""
        with self._changing_sinks:
            left = dict(self._sinks)
            stage = left.pop(spec)
            self._sinks = left
        stage.stop()
        self.health.forget(spec)

    def next_preset(self) -> None:
        """Load the next preset and change to it, while this one plays on. Returns at once."""
        if self._engine:
            self._repertoire.next(self._engine)

    def recalibrate(self) -> None:
        """Take the performer's neutral face again."""
        if self.look and isinstance(self.look.conditioner, Following):
            self.look.conditioner.recalibrate()

    def hud(self) -> list[str]:
        """How it goes, as lines for the window."""
        now_s = time.monotonic()
        lines = list(self.statistics.lines(now_s))
        if self.look:
            following = self.look.conditioner
            status = f"   {following.status}" if isinstance(following, Following) else ""
            lines.insert(0, f"{self.look.name}{status}")
            lines.insert(1, self.look.generator.description)
        lines += [
            f"{spec} {stage.age.percentile_ms(now_s, 50):.1f} ms"
            for spec, stage in self._sinks.items()
        ]
        return lines + [str(health) for health in self.health.all() if health.state != "ok"]

    def _run_engine(self) -> None:
        try:
            look = self._repertoire.open_first()
            self._repertoire.adopt(look)
            self._engine = Engine(look, self.values, self.statistics, self.health)
            self._ready_at_s = time.monotonic()
            self._paint_all(self._engine)
        except BaseException as error:  # raised again in the main thread, which ends the command
            self._fail(error)
        finally:
            self._finish()
            if self._engine:
                self._engine.close()

    def _paint_all(self, engine: Engine) -> None:
        """Paint until the source ends; rest where it gives nothing, at the start too."""
        resting = True
        while True:
            try:
                frame = self._arrivals.take(REST_PERIOD_S if resting else PATIENCE_S)
            except Closed:
                return
            resting = frame is None
            picture = engine.rest(time.monotonic()) if frame is None else engine.paint(frame)
            if picture is None:
                continue
            for mailbox in self._mailboxes():
                mailbox.put(picture)

    def _mailboxes(self) -> list[Mailbox[Frame]]:
        boxes = [stage.mailbox for stage in self._sinks.values()]
        window_box = self._window_box
        return [*boxes, window_box] if window_box else boxes

    def _finish(self) -> None:
        """Nothing more will be painted: let the sinks show what they have, and end."""
        deadline_s = time.monotonic() + CLOSE_WITHIN_S
        for mailbox in self._mailboxes():
            mailbox.close()
        for stage in self._sinks.values():
            stage.stop()
            _join(stage, deadline_s)
        self._ended.set()

    def _sink_stage(self, spec: str, give_up: Callable[[BaseException], None]) -> SinkStage:
        return SinkStage(spec, self._open_sink, self._fps, self._shown, self.health, give_up)

    def _show_in(self, window: Window, frame: Frame) -> None:
        began_s = time.monotonic()
        try:
            window.show(frame)
        except SinkLost as error:
            self.health.report(WINDOW, "lost", one_line(error))
            return
        self._shown(WINDOW, frame, began_s, time.monotonic())
        self.health.report(WINDOW, "ok")

    def _shown(self, spec: str, frame: Frame, began_s: float, now_s: float) -> None:
        if spec == self._primary:
            self.statistics.spent("present", now_s, now_s - began_s)
            self.statistics.shown(frame, now_s)

    def _over(self, seconds: float | None) -> bool:
        if self._stop_asked or self._error:
            return True
        ready_at_s = self._ready_at_s
        if seconds is None or ready_at_s is None:
            return False
        return time.monotonic() - ready_at_s >= seconds

    def _fail(self, error: BaseException) -> None:
        self._error = self._error or error
        self._ended.set()

    def _raise(self) -> None:
        if self._error:
            raise self._error


def _join(thread: threading.Thread, deadline_s: float) -> None:
    if thread.ident is not None and thread is not threading.current_thread():
        thread.join(max(deadline_s - time.monotonic(), 0.05))
