"""Sends the performer's face to where it plays something: a synthesiser, lights, another program.

Each painted frame, each number of `face_controls` as one float: `/livegan/face/1/mouth 0.4`.
"""

from __future__ import annotations

import logging
import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from livegan.control.endpoints import Endpoint
from livegan.control.face_controls import NAMES, read_face
from livegan.control.osc_out import OscOut
from livegan.control.osc_player import ROOT
from livegan.face_topology import Landmarks
from livegan.frames import Closed, Frame, Mailbox
from livegan.parameters import Values
from livegan.puppetry.neutral import Neutral
from livegan.puppetry.steadiness import Steadiness
from livegan.supervision import HealthBoard, one_line

if TYPE_CHECKING:  # at run time it would load OpenCV and MediaPipe
    from livegan.conditioners.conditioner import Conditioned

logger = logging.getLogger("livegan")

HOLD_S = 0.3
"""A face that is lost for no longer than that keeps its numbers."""
_TO_REST_S = 0.3
"""Then they go to 0, 63 % of the way in this time: no note hangs."""
_NOTHING = 1e-3


@dataclass(frozen=True, eq=False)
class Seen:
    """What a frame showed.

    Args:
        performer: (478, 3) float32 in pixels of the crop; None without a face.
        size: height and width of the crop.
        time_s: when.
        smoothing: `puppet.smoothing`.
        neutrals: how often the neutral face was asked for.
        looked_for: whether the look looks for faces at all.
    """

    performer: Landmarks | None
    size: tuple[int, int]
    time_s: float
    smoothing: float
    neutrals: int
    looked_for: bool


class FacePlayer:
    """Makes numbers of what is seen, moment by moment; a pure function of what it was given."""

    def __init__(self) -> None:
        self._neutral = Neutral()
        self._neutrals: int | None = None
        self._steadiness = Steadiness()
        self._numbers = dict.fromkeys(NAMES, 0.0)
        self._seen_s = -math.inf
        self._time_s = 0.0

    def play(self, seen: Seen) -> dict[str, float]:
        """The numbers of this moment, by name."""
        if self._neutrals not in (None, seen.neutrals):
            self._neutral.restart()
        self._neutrals = seen.neutrals
        step_s, self._time_s = max(seen.time_s - self._time_s, 0.0), seen.time_s
        if seen.performer is not None:
            self._numbers = self._follow(seen, seen.performer)
        elif seen.time_s - self._seen_s < HOLD_S:
            self._numbers["found"] = 0.0
        else:
            left = math.exp(-step_s / _TO_REST_S)
            for name, value in self._numbers.items():
                self._numbers[name] = left * value if abs(value) > _NOTHING else 0.0
            self._numbers["found"] = 0.0
        return dict(self._numbers)

    def _follow(self, seen: Seen, performer: Landmarks) -> dict[str, float]:
        if seen.time_s - self._seen_s > HOLD_S:
            self._steadiness.reset()
        self._seen_s = seen.time_s
        landmarks = self._steadiness(performer.astype(np.float64), seen.time_s, seen.smoothing)
        self._neutral.watch(landmarks, seen.time_s)
        assert self._neutral.face is not None
        return read_face(landmarks, self._neutral.face, seen.size)


class FaceOut(threading.Thread):
    """Sends the face of each frame, in a thread of its own: whoever paints never waits for it.

    Args:
        to: where to.
    """

    def __init__(self, to: Endpoint) -> None:
        super().__init__(name="face-out", daemon=True)
        self._to = (to.host, to.port)
        self._out = OscOut()
        self._mailbox: Mailbox[Seen] = Mailbox()
        self._health: HealthBoard | None = None
        self._blind = False

    def play(self, health: HealthBoard) -> None:
        """Begin.

        Args:
            health: where it reports a face that it can make nothing of.
        """
        self._health = health
        self.start()

    def see(self, drawn: Conditioned, frame: Frame, values: Values) -> None:
        """Send what was seen in a frame. Returns at once."""
        self._mailbox.put(
            Seen(
                drawn.performer,
                (drawn.camera.shape[0], drawn.camera.shape[1]),
                frame.captured_at_s,
                values.number("puppet.smoothing"),
                values.fired("puppet.neutral"),
                drawn.found is not None,
            )
        )

    def run(self) -> None:
        """Send until it is closed."""
        player, health = FacePlayer(), self._health
        assert health
        while True:
            try:
                seen = self._mailbox.take()
            except Closed:
                break
            assert seen is not None  # only a wait with a time limit ends without one
            self._tell_blind(seen)
            try:
                numbers = player.play(seen)
            except Exception as error:  # what came of this face must not stay
                health.report("face-out", "degraded", one_line(error), error)
                player = FacePlayer()
                continue
            health.report("face-out", "ok")
            for name, value in numbers.items():
                self._out.send(self._to, f"{ROOT}/face/1/{name}", value)
        self._out.close()

    def close(self) -> None:
        """End it. May be called twice."""
        self._mailbox.close()
        if self.ident is None:
            self._out.close()

    def _tell_blind(self, seen: Seen) -> None:
        if not seen.looked_for and not self._blind:
            logger.warning("face-out   this look looks for no face; found stays 0")
        self._blind = not seen.looked_for
