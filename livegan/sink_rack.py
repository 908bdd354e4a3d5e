"""The sinks of a performance, which may join and leave while it plays."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from livegan.errors import SinkError
from livegan.frames import Frame
from livegan.stages import OpenSink, SinkStage, join
from livegan.statistics import Shown
from livegan.supervision import HealthBoard, one_line

logger = logging.getLogger("livegan")

FILM_WITHIN_S = 30.0
"""On a busy machine an encoder may be seconds behind."""


class SinkRack:
    """Hands every picture to every sink.

    Args:
        open_sink: opens a sink by what people type.
        fps: pictures a second, for sinks that must declare it.
        shown: called with what people type and what was shown, for every sink.
        health: where they report.
    """

    def __init__(
        self,
        open_sink: OpenSink,
        fps: float,
        shown: Callable[[str, Shown], None],
        health: HealthBoard,
    ) -> None:
        self._open_sink = open_sink
        self._fps = fps
        self._shown = shown
        self._health = health
        self._changing = threading.Lock()
        # Replaced as a whole, so that the engine's thread reads it without a lock.
        self._stages: dict[str, SinkStage] = {}
        self._left: list[SinkStage] = []

    def specs(self) -> list[str]:
        """The sinks that take pictures, as people type them."""
        return [spec for spec, stage in self._stages.items() if stage.is_alive()]

    @property
    def none_left(self) -> bool:
        """Whether there are sinks, and none of them takes pictures any more."""
        return bool(self._stages) and not self.specs()

    def recorded_s(self, now_s: float) -> float | None:
        """How long the longest recording of those that run has been running."""
        begun = [stage.filming_since_s for stage in self._stages.values()]
        return max((now_s - since_s for since_s in begun if since_s is not None), default=None)

    @property
    def film_lost(self) -> bool:
        """Whether a recording ended before it should."""
        return any(stage.film_lost for stage in (*self._stages.values(), *self._left))

    def add(self, spec: str, give_up: Callable[[BaseException], None] | None = None) -> None:
        """Show in one more sink from now on. Returns at once.

        Args:
            spec: what people type to get it.
            give_up: called if it can't be opened at all; without it, health says why.

        Raises:
            SinkError: it is there already.
        """
        if spec in self.specs():
            raise SinkError(f"sink {spec} is there already")

        def tell(error: BaseException) -> None:
            self._take_out(spec)
            self._health.report(spec, "lost", one_line(error))

        stage = SinkStage(
            spec, self._open_sink, self._fps, self._shown, self._health, give_up or tell
        )
        stage.start()  # first: one that is on the rack and does not run has ended
        self._take_out(spec)
        with self._changing:
            self._stages = {**self._stages, spec: stage}

    def remove(self, spec: str) -> None:
        """Finish a sink; what it was given is kept. Returns at once."""
        stage = self._take_out(spec)
        if stage is None:
            return
        stage.stop()
        self._health.forget(spec)

    def put(self, frame: Frame) -> None:
        """Leave a picture for every sink. Returns at once."""
        for stage in self._stages.values():
            stage.mailbox.put(frame)

    def finish(self, deadline_s: float) -> None:
        """Let every sink show what it has, and close it.

        Args:
            deadline_s: the clock reading until which to wait for them. A recording gets
                `FILM_WITHIN_S` more: cut off before it is closed, a film can't be played.
        """
        stages = list(self._stages.values())
        for stage in stages:
            stage.stop()
        stages += self._left
        for stage in stages:
            join(stage, deadline_s)
        for stage in stages:
            if stage.is_alive() and stage.filming_since_s is not None:
                logger.info("sink       %s is being finished", stage.label)
                join(stage, deadline_s + FILM_WITHIN_S)
                stage.film_lost = stage.film_lost or stage.is_alive()

    def lines(self, now_s: float) -> list[str]:
        """How each does, for the HUD."""
        return [
            f"{spec} {stage.age.percentile_ms(now_s, 50):.1f} ms, dropped {stage.dropped}"
            for spec, stage in self._stages.items()
            if stage.is_alive()
        ]

    def _take_out(self, spec: str) -> SinkStage | None:
        with self._changing:
            left = dict(self._stages)
            stage = left.pop(spec, None)
            self._stages = left
            if stage:
                self._left.append(stage)
        return stage
