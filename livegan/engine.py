"""One frame in, one picture out: condition, generate, finish. Runs in one thread.

Drawing the next frame while this one is painted was tried: on two busy cores a fifth more frames
came out, each two fifths older. A rendering gains by that, a performance does not.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from livegan.delay import DelayLine
from livegan.errors import GeneratorLost
from livegan.frames import Frame, Image
from livegan.look import Following, Look, Resting
from livegan.modulation import Modulation
from livegan.parameters import Glide, LiveValues, Values
from livegan.statistics import Statistics
from livegan.supervision import HealthBoard, State, one_line
from livegan.tempo import Clock

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
        watch: called, in the engine's thread, with what was seen in each frame and the values
            that it was seen with.
        clock: what the values swing by.
    """

    def __init__(
        self,
        look: Look,
        values: LiveValues,
        statistics: Statistics,
        health: HealthBoard,
        watch: Callable[[Conditioned, Frame, Values], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        # These load OpenCV: not before a look did.
        from livegan.blending import Blending
        from livegan.finish import Finish

        self._look = look
        self._values = values
        self._statistics = statistics
        self._health = health
        self._exchange = threading.Lock()
        self._next: tuple[Look, Callable[[], None]] | None = None
        self._watch = watch
        self._glide = Glide()
        self._modulation = Modulation(clock or Clock())
        self._make_blending = Blending
        self._blending = Blending()
        self._delay = DelayLine()
        self._finish = Finish()
        self._neutrals = values.snapshot().fired("puppet.neutral")
        self._last: Frame | None = None
        self._frozen: Image | None = None
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
        return self._work(frame, self._look.conditioner.condition)

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
        return self._work(frame, lambda _, values: conditioner.rest(now_s, values))

    def close(self) -> None:
        """Close the look, and one that waits to take over or comes late. May be called twice."""
        with self._exchange:
            self._closed = True
            waiting, self._next = self._next, None
        if waiting:
            waiting[0].close()
        self._look.close()

    def _work(
        self, frame: Frame, condition: Callable[[Frame, Values], Conditioned]
    ) -> Frame | None:
        began_s = time.monotonic()
        values = self._glide.at(began_s, self._values.snapshot())
        values = self._modulation.at(began_s, values)
        self._hear_neutral(values)
        stage = "conditioner"
        try:
            drawn = condition(self._source_frame(frame, values), values)
            drawn_s = time.monotonic()
            stage = "generator"
            generator = self._look.generator
            drawing, picture = self._blending.paint(generator, drawn, drawn_s, values)
            painted_s = time.monotonic()
        except Exception as error:
            state: State = "lost" if isinstance(error, GeneratorLost) else "degraded"
            self._health.report(stage, state, one_line(error), error)
            return self._last and self._finished(self._last, frame, values)
        self._health.report("conditioner", "ok")
        self._health.report("generator", "ok")
        self._statistics.spent("condition", drawn_s, drawn_s - began_s)
        self._statistics.spent("generate", painted_s, painted_s - drawn_s)
        if self._watch:
            self._watch(drawn, frame, values)
        self._last = dataclasses.replace(frame, image=picture, camera=drawn.camera, drawing=drawing)
        return self._finished(self._last, frame, values)

    def _hear_neutral(self, values: Values) -> None:
        """Take the performer's neutral face again, if that was asked since the last frame."""
        fired = values.fired("puppet.neutral")
        if fired != self._neutrals and isinstance(self._look.conditioner, Following):
            self._look.conditioner.recalibrate()
        self._neutrals = fired

    def _source_frame(self, frame: Frame, values: Values) -> Frame:
        """The frame, or, frozen, its time with the picture that came as it was frozen."""
        if not values.switch("source.freeze"):
            self._frozen = None
            return frame
        if self._frozen is None:
            self._frozen = frame.image
        return dataclasses.replace(frame, image=self._frozen)

    def _take_over(self) -> None:
        with self._exchange:
            waiting, self._next = self._next, None
        if waiting is None:
            return
        old = self._look
        self._look, then = waiting
        then()
        self._glide.jump()
        self._blending = self._make_blending()
        threading.Thread(target=old.close, name="close-look", daemon=True).start()

    def _finished(self, painted: Frame, frame: Frame, values: Values) -> Frame:
        """What was painted, as `output` wants it, with the stamp of `frame`."""
        painted = dataclasses.replace(painted, captured_at_s=frame.captured_at_s)
        shown = self._delay.after(painted, time.monotonic(), values.number("output.delay") / 1e3)
        picture = self._finish(shown.image, values)
        return shown if picture is shown.image else dataclasses.replace(shown, image=picture)
