"""One frame in, one picture out: condition, generate, finish. Runs in one thread.

Drawing the next frame while this one is painted was tried: on two busy cores a fifth more frames
came out, each two fifths older. A rendering gains by that, a performance does not.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from livegan.decks import CROSSFADE, Decks, Loaded, OnDecks
from livegan.delay import DelayLine
from livegan.errors import GeneratorLost
from livegan.frames import Frame, Image
from livegan.look import Look, Resting
from livegan.modulation import Modulation
from livegan.parameters import TABLE, Glide, LiveValues, Setting, Values
from livegan.statistics import Statistics
from livegan.supervision import HealthBoard, State, one_line
from livegan.tempo import Clock

if TYPE_CHECKING:  # at run time it would load OpenCV and MediaPipe
    from livegan.conditioners.conditioner import Conditioned, Conditioner

    Condition = Callable[[Conditioner, Frame, Values], Conditioned]

_BEHIND = "the deck behind"
_EARLIER = tuple(
    name for name, row in TABLE.items() if row.group != "output" and not row.read_only
)
"""What a frame is painted by; `output` only touches what was painted."""
BEFORE_THE_FIRST = -1
"""Index of pictures that were painted before the source gave any frame."""


class Engine:
    """Paints frames with the looks on two decks, which may change between any two of them.

    A conditioner or generator that fails is degraded, never fatal: the last good picture is shown
    with its own index, so that the frame which failed counts as dropped, and the next one tries
    again.

    Args:
        first: what paints first.
        values: what is played; one snapshot is taken for each frame.
        statistics, health: where it reports.
        watch: called, in the engine's thread, with what was seen in each frame and the values
            that it was seen with.
        clock: what the values swing by.
        direct: called before each frame, with the time and the decks, to change what plays; gives
            values that are set and shall not glide there.
    """

    def __init__(
        self,
        first: Loaded,
        values: LiveValues,
        statistics: Statistics,
        health: HealthBoard,
        watch: Callable[[Conditioned, Frame, Values], None] | None = None,
        clock: Clock | None = None,
        direct: Callable[[float, Decks], Mapping[str, Setting]] | None = None,
    ) -> None:
        # These load OpenCV: not before a look did.
        from livegan.finish import Finish

        self._decks = Decks(first, values)
        self._values = values
        self._statistics = statistics
        self._health = health
        self._watch = watch
        self._glide = Glide()
        self._modulation = Modulation(clock or Clock())
        self._direct = direct
        self._delay = DelayLine()
        self._finish = Finish()
        self._taken = values.snapshot()
        self._neutrals = self._taken.fired("puppet.neutral")
        self._last: Frame | None = None
        self._frozen: Image | None = None
        self._behind_fails = False

    @property
    def look(self) -> Look:
        """What paints now."""
        return self._decks.front.look

    @property
    def front(self) -> Loaded:
        """What is on the deck in front."""
        return self._decks.front

    @property
    def on_decks(self) -> OnDecks:
        """What is on both decks. From any thread."""
        return self._decks.both

    def lines(self) -> list[str]:
        """What is on the decks, for the figures."""
        return self._decks.lines()

    def paint(self, frame: Frame) -> Frame | None:
        """Paint a frame; None if that failed and there is no earlier picture to show instead."""
        return self._work(frame, lambda conditioner, *drawn: conditioner.condition(*drawn))

    def rest(self, now_s: float) -> Frame | None:
        """Paint the puppet at rest, where no frames come.

        Args:
            now_s: the clock, `time.monotonic()`.

        Returns:
            A picture with the index of the last frame before it; None where the look has nothing
            that rests: then the last picture stays.
        """
        empty = np.zeros((1, 1, 3), np.uint8)
        index = self._last.index if self._last else BEFORE_THE_FIRST
        return self._work(Frame(empty, index, now_s), _at_rest)

    def close(self) -> None:
        """Close what is on the decks. May be called twice."""
        self._decks.close()

    def _work(self, frame: Frame, condition: Condition) -> Frame | None:
        began_s = time.monotonic()
        steady, values = self._moment(began_s)
        front = self._decks.front
        stage = "conditioner"
        try:
            came = self._source_frame(frame, values)
            drawn = condition(front.look.conditioner, came, values)
            drawn_s = time.monotonic()
            stage = "generator"
            drawing, picture = front.blending.paint(front.look.generator, drawn, drawn_s, values)
        except _Restless:
            return None
        except Exception as error:
            state: State = "lost" if isinstance(error, GeneratorLost) else "degraded"
            self._health.report(stage, state, one_line(error), error)
            return self._last and self._finished(self._last, frame, values)
        self._health.report("conditioner", "ok")
        self._health.report("generator", "ok")

        def paint_behind(behind: Loaded) -> Image | None:
            own = self._modulation.at(began_s, steady.changed_by(behind.own))
            return self._paint_behind(behind, came, condition, own)

        picture = self._decks.mixed(picture, paint_behind)
        if self._behind_fails and not self._decks.mixing:  # it is no trouble while it is not seen
            self._behind_fails = False
            self._health.report(_BEHIND, "ok")
        painted_s = time.monotonic()
        self._statistics.spent("condition", drawn_s, drawn_s - began_s)
        self._statistics.spent("generate", painted_s, painted_s - drawn_s)
        if self._watch:
            self._watch(drawn, frame, values)
        self._last = dataclasses.replace(frame, image=picture, camera=drawn.camera, drawing=drawing)
        return self._finished(self._last, frame, values)

    def _moment(self, now_s: float) -> tuple[Values, Values]:
        """Change what is to change, and take the snapshot for a frame: steady, and as it swings."""
        try:
            self._glide.jump(self._direct(now_s, self._decks) if self._direct else {})
        except Exception as error:
            self._health.report("preset", "degraded", one_line(error), error)
        self._taken = self._values.snapshot()
        steady = self._glide.at(now_s, self._taken)
        values = self._modulation.at(now_s, steady)
        if came := self._decks.follow(values.number(CROSSFADE)):
            self._glide.jump(came)
            steady = steady.changed_by(came)
            values = self._modulation.at(now_s, steady)
        fired = values.fired("puppet.neutral")
        if fired != self._neutrals:
            self._decks.recalibrate()
        self._neutrals = fired
        return steady, values

    def _paint_behind(
        self, behind: Loaded, frame: Frame, condition: Condition, values: Values
    ) -> Image | None:
        """The picture of the deck behind, for a mix; None if it fails: the other one plays on."""
        try:
            drawn = condition(behind.look.conditioner, frame, values)
            now_s = time.monotonic()
            _, picture = behind.blending.paint(behind.look.generator, drawn, now_s, values)
        except _Restless:
            return None
        except Exception as error:
            self._health.report(_BEHIND, "degraded", one_line(error), error)
            self._behind_fails = True
            return None
        self._health.report(_BEHIND, "ok")
        self._behind_fails = False
        return picture

    def _source_frame(self, frame: Frame, values: Values) -> Frame:
        """The frame, or, frozen, its time with the picture that came as it was frozen."""
        if not values.switch("source.freeze"):
            self._frozen = None
            return frame
        if self._frozen is None:
            self._frozen = frame.image
        return dataclasses.replace(frame, image=self._frozen)

    def _finished(self, painted: Frame, frame: Frame, values: Values) -> Frame:
        """What was painted, as `output` wants it, with the stamp of `frame`."""
        painted = dataclasses.replace(painted, captured_at_s=frame.captured_at_s)
        now_s = time.monotonic()
        values = self._latest(now_s, values)
        shown = self._delay.after(painted, now_s, values.number("output.delay") / 1e3)
        picture = self._finish(shown.image, values)
        return shown if picture is shown.image else dataclasses.replace(shown, image=picture)

    def _latest(self, now_s: float, values: Values) -> Values:
        """The values with what was set of `output` while the frame was painted: a blackout is seen
        in this one already. Where more than that was set, all of it waits for the next frame: what
        is set together is seen together."""
        latest = self._values.snapshot()
        if latest is self._taken or any(latest[name] != self._taken[name] for name in _EARLIER):
            return values
        return self._modulation.at(now_s, self._glide.at(now_s, latest))


class _Restless(Exception):
    """A look has nothing that rests."""


def _at_rest(conditioner: Conditioner, frame: Frame, values: Values) -> Conditioned:
    if not isinstance(conditioner, Resting):
        raise _Restless
    return conditioner.rest(frame.captured_at_s, values)
