"""The sinks of a performance, which may join and leave while it plays."""

from __future__ import annotations

import threading
from collections.abc import Callable

from livegan.frames import Frame
from livegan.stages import OpenSink, SinkStage, join
from livegan.statistics import Shown
from livegan.supervision import HealthBoard, one_line


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
        self._leaving: list[SinkStage] = []

    def specs(self) -> list[str]:
        """The sinks that there are, as people type them."""
        return list(self._stages)

    def add(self, spec: str, give_up: Callable[[BaseException], None] | None = None) -> None:
        """Show in one more sink from now on. Returns at once.

        Args:
            spec: what people type to get it.
            give_up: called if it can't be opened at all; without it, health says why.
        """

        def tell(error: BaseException) -> None:
            self._take_out(spec)
            self._health.report(spec, "lost", one_line(error))

        stage = SinkStage(
            spec, self._open_sink, self._fps, self._shown, self._health, give_up or tell
        )
        with self._changing:
            self._stages = {**self._stages, spec: stage}
        stage.start()

    def remove(self, spec: str) -> None:
        """Finish a sink; what it was given is kept. Returns at once."""
        stage = self._take_out(spec)
        if stage is None:
            return
        stage.stop()
        self._leaving = [one for one in (*self._leaving, stage) if one.is_alive()]
        self._health.forget(spec)

    def put(self, frame: Frame) -> None:
        """Leave a picture for every sink. Returns at once."""
        for stage in self._stages.values():
            stage.mailbox.put(frame)

    def finish(self, deadline_s: float) -> None:
        """Let every sink show what it has, and close it.

        Args:
            deadline_s: the clock reading until which to wait for them.
        """
        stages = list(self._stages.values())
        for stage in stages:
            stage.stop()
        for stage in (*stages, *self._leaving):
            join(stage, deadline_s)

    def lines(self, now_s: float) -> list[str]:
        """How each does, for the HUD."""
        return [
            f"{spec} {stage.age.percentile_ms(now_s, 50):.1f} ms, dropped {stage.dropped}"
            for spec, stage in self._stages.items()
        ]

    def _take_out(self, spec: str) -> SinkStage | None:
        with self._changing:
            left = dict(self._stages)
            stage = left.pop(spec, None)
            self._stages = left
        return stage
