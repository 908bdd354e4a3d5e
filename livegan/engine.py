"""One frame in, one picture out: condition, generate, mix. Runs in one thread."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from livegan.errors import GeneratorLost
from livegan.frames import Frame, Image
from livegan.look import Look, Resting
from livegan.parameters import LiveValues, Values
from livegan.statistics import Statistics
from livegan.supervision import HealthBoard, State, one_line

if TYPE_CHECKING:  # at run time it would load OpenCV and MediaPipe
    from livegan.conditioners.conditioner import Conditioned

BEFORE_THE_FIRST = -1
"""Index of pictures that were painted before the source gave any frame."""


class Engine:
    """Paints frames with a look that may be exchanged between any two of them.

    A conditioner or generator that fails is degraded, never fatal: the last good picture is shown
    with its own index, so that the frame which failed counts as dropped, and the next one tries
    again.

    Args:
        look: what paints first.
        values: what is played; one snapshot is taken for each frame.
        statistics, health: where it reports.
    """

    def __init__(
        self, look: Look, values: LiveValues, statistics: Statistics, health: HealthBoard
    ) -> None:
        self._look = look
        self._values = values
        self._statistics = statistics
        self._health = health
        self._exchange = threading.Lock()
        self._next: tuple[Look, Callable[[], None]] | None = None
        self._last: Frame | None = None
        self._held: Image | None = None
        self._closed = False

    @property
    def look(self) -> Look:
        """What paints now."""
        return self._look

    def exchange(self, look: Look, then: Callable[[], None]) -> None:
        """Paint with another look from the next frame on; `then` runs as it takes over.

        From any thread. The old look is closed by a thread of its own: giving MediaPipe back
        takes longer than a frame.
        """
        with self._exchange:
            skipped, self._next = self._next, (look, then)
            if self._closed:  # it was still loading as the performance ended
                skipped, self._next = self._next, None
        if skipped:
            skipped[0].close()

    def paint(self, frame: Frame) -> Frame | None:
        """Paint a frame; None if that failed and there is no earlier picture to show instead."""
        self._take_over()
        conditioner = self._look.conditioner
        return self._work(frame, lambda values: conditioner.condition(frame, values))

    def rest(self, now_s: float) -> Frame | None:
        """Paint the puppet at rest, where no frames come.

        Args:
            now_s: the clock, `time.monotonic()`.

        Returns:
            A picture with the index of the last frame before it; None where the look has nothing
            that rests: then the last picture stays.
        """
        self._take_over()
        conditioner = self._look.conditioner
        if not isinstance(conditioner, Resting):
            return None
        empty = np.zeros((1, 1, 3), np.uint8)
        index = self._last.index if self._last else BEFORE_THE_FIRST
        frame = Frame(empty, index, now_s)
        return self._work(frame, lambda values: conditioner.rest(now_s, values))

    def close(self) -> None:
        """Close the look, and one that waits to take over or comes late. May be called twice."""
        with self._exchange:
            self._closed = True
            waiting, self._next = self._next, None
        if waiting:
            waiting[0].close()
        self._look.close()

    def _work(self, frame: Frame, condition: Callable[[Values], Conditioned]) -> Frame | None:
        values = self._values.snapshot()
        stage = "conditioner"
        try:
            began_s = time.monotonic()
            drawn = condition(values)
            drawn_s = time.monotonic()
            stage = "generator"
            picture = self._look.generator.generate(drawn.image)
            painted_s = time.monotonic()
        except Exception as error:
            state: State = "lost" if isinstance(error, GeneratorLost) else "degraded"
            self._health.report(stage, state, one_line(error), error)
            return self._last and self._mixed(self._last, frame, values)
        self._health.report("conditioner", "ok")
        self._health.report("generator", "ok")
        self._statistics.spent("condition", drawn_s, drawn_s - began_s)
        self._statistics.spent("generate", painted_s, painted_s - drawn_s)
        self._last = dataclasses.replace(
            frame, image=picture, camera=drawn.camera, drawing=drawn.image
        )
        return self._mixed(self._last, frame, values)

    def _take_over(self) -> None:
        with self._exchange:
            waiting, self._next = self._next, None
        if waiting is None:
            return
        old = self._look
        self._look, then = waiting
        then()
        threading.Thread(target=old.close, name="close-look", daemon=True).start()

    def _mixed(self, painted: Frame, frame: Frame, values: Values) -> Frame:
        """What was painted, as `output` wants it, with the stamp of `frame`."""
        picture = painted.image
        if not values.switch("output.freeze"):
            self._held = None
        elif self._held is None:
            self._held = picture
        if self._held is not None:
            picture = self._held
        if values.switch("output.blackout"):
            picture = np.zeros_like(picture)
        elif values.switch("output.mirror"):
            picture = np.ascontiguousarray(picture[:, ::-1])
        return dataclasses.replace(painted, image=picture, captured_at_s=frame.captured_at_s)
