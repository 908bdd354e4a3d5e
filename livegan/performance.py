"""A performance: opens the stages, runs the loop, closes them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from livegan.conductor import Conductor
from livegan.decks import OnDecks
from livegan.engine import Engine
from livegan.errors import SinkLost
from livegan.frames import Closed, Frame, Mailbox
from livegan.look import Following, Look, open_look
from livegan.parameters import LiveValues, Setting, Values
from livegan.presets import Preset
from livegan.repertoire import Repertoire
from livegan.sink_rack import SinkRack
from livegan.stages import OpenSink, SourceStage, join
from livegan.statistics import Shown, Statistics
from livegan.supervision import HealthBoard, one_line
from livegan.tempo import Clock

if TYPE_CHECKING:
    from livegan.conditioners.conditioner import Conditioned
    from livegan.sources.source import Source

    Watcher = Callable[[Conditioned, Frame, Values], None]

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


class Screen(Protocol):
    """What a performance may be shown in on the main thread: a window."""

    def show(self, frame: Frame) -> None:
        """Show one frame.

        Raises:
            SinkLost: it is closed.
        """

    def pump(self) -> bool:
        """Hear keys and the mouse; False once it is closed."""


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
        self.clock = Clock(time.monotonic())
        """Where in the music it is."""
        self.conductor = Conductor(self.values, self.clock)
        self.repertoire = Repertoire(
            preset, make_look, self.values, overrides or {}, self.health, self._when
        )
        self.sinks = SinkRack(open_sink, fps, self._shown, self.health)
        self._sinks_asked = [spec for spec in sinks if spec != WINDOW]
        self._arrivals: Mailbox[Frame] = Mailbox()
        self._engine: Engine | None = None
        self._watchers: tuple[Watcher, ...] = ()
        self.face_found: bool | None = None
        """Whether a face was in the last frame; None where none is looked for."""
        self.picture: Frame | None = None
        """The last that was painted, as it is shown; None before the first."""
        self.between_frames = threading.Event()
        """Set while nothing is painted: what takes time from whoever paints is done then."""
        self.between_frames.set()
        self.ready_at_s: float | None = None
        """Clock reading, `time.monotonic()`, as it began to play; None until a look is loaded."""
        self._error: BaseException | None = None
        self._stop_asked = False
        self._primary = sinks[0]
        self._window_box: Mailbox[Frame] | None = Mailbox() if WINDOW in sinks else None
        self._source = SourceStage(open_source, self._arrivals, self.health, self._fail)
        self._engine_thread = threading.Thread(target=self._run_engine, name="engine", daemon=True)
        self._ended = threading.Event()

    def __enter__(self) -> Performance:
        # Sinks first: the very first picture must find them.
        for spec in self._sinks_asked:
            self.sinks.add(spec, self._fail)
        self._source.start()
        self._engine_thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def look(self) -> Look | None:
        """What paints now; None until the first look is loaded."""
        return self._engine.look if self._engine else None

    @property
    def playing(self) -> OnDecks | None:
        """The looks on the decks and what they play; None until the first is loaded."""
        return self._engine.on_decks if self._engine else None

    def wait(self, seconds: float | None = None, tick: Callable[[], None] | None = None) -> None:
        """Let it play, without a window, until it ends.

        Args:
            seconds: how long, counted from the loaded look; None plays on.
            tick: called several times a second.

        Raises:
            UsageError: a stage could not be opened at all.
        """
        while not self._over(seconds) and not self._ended.wait(GLANCE_S):
            if self.sinks.none_left:  # full, all of them: nobody would see any more
                break
            if tick:
                tick()
        self._raise()

    def play_in(self, window: Screen, seconds: float | None = None) -> None:
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
        join(self._engine_thread, deadline_s)
        self.sinks.finish(deadline_s)
        join(self._source, deadline_s)

    def replace_window(self, spec: str) -> None:
        """Show in another sink, because no window can be opened."""
        self._window_box, self._primary = None, spec
        self.sinks.add(spec, self._fail)

    def watch(self, watcher: Watcher) -> None:
        """Let someone see what is seen: called in the engine's thread, it returns at once."""
        self._watchers = (*self._watchers, watcher)

    def hud(self) -> list[str]:
        """How it goes, as lines for the window."""
        now_s = time.monotonic()
        lines = list(self.statistics.lines(now_s))
        if self._engine:
            front = self._engine.front
            following = front.look.conditioner
            status = f"   {following.status}" if isinstance(following, Following) else ""
            lines.insert(0, f"{front.preset.name}{status}")
            lines.insert(1, front.look.generator.description)
            lines += [*self._engine.lines(), *self.repertoire.lines()]
        lines += [line for line in (self.conductor.line(now_s),) if line]
        lines += self.sinks.lines(now_s)
        return lines + [str(health) for health in self.health.all() if health.state != "ok"]

    def _saw(self, drawn: Conditioned, frame: Frame, values: Values) -> None:
        self.face_found = drawn.found
        for watcher in self._watchers:
            watcher(drawn, frame, values)

    def _when(self, now_s: float, values: Values) -> float:
        """When a change of the look may happen that could happen now."""
        step = values.choice("clock.quantise")
        if step == "off":
            return now_s
        return self.clock.next(now_s, "bar" if step == "bar" else "beat")

    def _run_engine(self) -> None:
        try:
            self._engine = Engine(
                self.repertoire.open_first(),
                self.values,
                self.statistics,
                self.health,
                self._saw,
                self.clock,
                self.repertoire.step,
            )
            self.ready_at_s = time.monotonic()
            self._paint_all(self._engine)
        except BaseException as error:  # raised again in the main thread, which ends the command
            self._fail(error)
        finally:
            self._finish()
            self.repertoire.close()
            if self._engine:
                self._engine.close()

    def _paint_all(self, engine: Engine) -> None:
        """Paint until the source ends; rest where it gives nothing, at the start too."""
        resting = True
        while True:
            self.between_frames.set()
            try:
                frame = self._arrivals.take(REST_PERIOD_S if resting else PATIENCE_S)
            except Closed:
                return
            self.between_frames.clear()
            resting = frame is None
            picture = engine.rest(time.monotonic()) if frame is None else engine.paint(frame)
            window_box = self._window_box
            if picture is not None:
                self.picture = picture
                self.sinks.put(picture)
                if window_box:
                    window_box.put(picture)

    def _finish(self) -> None:
        """Nothing more will be painted: let the sinks show what they have, and end."""
        if self._window_box:
            self._window_box.close()
        self.sinks.finish(time.monotonic() + CLOSE_WITHIN_S)
        self._ended.set()

    def _show_in(self, window: Screen, frame: Frame) -> None:
        began_s = time.monotonic()
        try:
            window.show(frame)
        except SinkLost as error:
            self.health.report(WINDOW, "lost", one_line(error))
            return
        now_s = time.monotonic()
        self._shown(WINDOW, Shown(frame, now_s, now_s - began_s, now_s - frame.captured_at_s))
        self.health.report(WINDOW, "ok")

    def _shown(self, spec: str, shown: Shown) -> None:
        if spec == self._primary:
            self.statistics.spent("present", shown.now_s, shown.took_s)
            self.statistics.shown(shown)

    def _over(self, seconds: float | None) -> bool:
        if self._stop_asked or self._error:
            return True
        ready_at_s = self.ready_at_s
        if seconds is None or ready_at_s is None:
            return False
        return time.monotonic() - ready_at_s >= seconds

    def _fail(self, error: BaseException) -> None:
        self._error = self._error or error
        self._ended.set()

    def _raise(self) -> None:
        if self._error:
            raise self._error
