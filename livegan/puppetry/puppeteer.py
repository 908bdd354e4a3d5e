"""Plays one puppet: from what is seen of a performer, frame by frame, to the puppet's landmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livegan.face_topology import COUNT, Landmarks
from livegan.parameters import Values
from livegan.puppetry.neutral import Neutral
from livegan.puppetry.retarget import REST, Drive, Limits, Retarget, read_drive
from livegan.puppetry.steadiness import Steadiness

Array = NDArray[np.float64]

# With no face: the last pose is held this long, then the puppet eases to its rest; a face that
# comes back is joined within a few frames. Times are those after which 63 % of the way is gone.
HOLD_S = 0.3
_TO_REST_S = 0.45
_TO_FACE_S = 0.12
_BREATH_S = 4.2
_BLINK_S = 3.7


class Puppeteer:
    """Plays one puppet.

    Args:
        landmarks: (478, 3) the puppet's neutral in pixels of its square picture.
        limits: how far it has learnt to go.
        size_px: side of that picture.
        neutral: the performer's, in parts of the side of the picture that he is seen in, where
            others know it; it gets better with what is seen here. None begins one.
    """

    def __init__(
        self,
        landmarks: Landmarks,
        limits: Limits,
        size_px: int,
        neutral: Neutral | None = None,
    ) -> None:
        puppet = landmarks.astype(np.float64)
        self._size_px = size_px
        self._neutral = neutral or Neutral()
        self._fitted: Array | None = None
        self._steadiness = Steadiness()
        self._retarget = Retarget(puppet, limits, size_px, puppet)
        self._live = REST.pack()
        self._offset = np.zeros_like(self._live)
        self._target_is_live = False
        self._played = False
        self._seen_s = -np.inf
        self._time_s = 0.0

    @property
    def status(self) -> str:
        """What it is doing, in a few words for the HUD."""
        if not self._target_is_live:
            return "no face: resting"
        return "playing" if self._neutral.taken else "playing, looking for a calm face"

    def recalibrate(self) -> None:
        """Take the performer's neutral anew, starting with the face as it is now."""
        self._neutral.restart()

    def play(self, performer: Landmarks | None, time_s: float, values: Values) -> Landmarks:
        """The puppet's landmarks for this moment.

        Args:
            performer: (478, 3) as seen in the crop, in pixels of the puppet's picture; None
                without a face.
            time_s: the moment, in seconds on any clock that rises.
            values: `puppet.*`.

        Returns:
            (478, 3) float32 in pixels of the puppet's picture.
        """
        step_s = min(max(time_s - self._time_s, 0.0), 0.5)
        self._time_s = time_s
        shown = self._target() + self._offset
        live = False
        if performer is not None:
            self._follow(performer.astype(np.float64), time_s, values)
            self._seen_s, live = time_s, True
        elif time_s - self._seen_s < HOLD_S:
            live = True
        if live != self._target_is_live:
            self._target_is_live = live
            # What comes in mid-show is where the performer is, and need not get there first.
            self._offset = (shown - self._target()) * self._played
        self._played = True
        fade_s = _TO_FACE_S if live else _TO_REST_S
        self._offset = self._offset * np.exp(-step_s / fade_s)
        drive = self._with_gains(Drive.unpack(self._target() + self._offset), values)
        if not live:
            drive = self._idle(drive, time_s)
        posed = self._retarget.pose(drive, head_gain=values.number("puppet.head_gain"))
        return posed.astype(np.float32)

    def _target(self) -> Array:
        return self._live if self._target_is_live else REST.pack()

    def _follow(self, performer: Array, time_s: float, values: Values) -> None:
        if time_s - self._seen_s > HOLD_S:
            self._steadiness.reset()
        performer = self._steadiness(performer, time_s, values.number("puppet.smoothing"))
        performer = performer / self._size_px
        self._neutral.watch(performer, time_s)
        neutral = self._neutral.face
        assert neutral is not None
        if neutral is not self._fitted:
            self._retarget.fit_to(neutral)
            self._fitted = neutral
        self._live = read_drive(performer, neutral).pack()

    def _with_gains(self, drive: Drive, values: Values) -> Drive:
        gain = np.ones(COUNT)
        for name, weight in self._retarget.gain_weights.items():
            gain += weight * (values.number(f"puppet.{name}_gain") - 1)
        return Drive(drive.expression * gain[:, None], drive.angles_deg, drive.scale, drive.shift)

    def _idle(self, drive: Drive, time_s: float) -> Drive:
        """Breathing and a blink now and then: a puppet at rest is not a photograph."""
        phase = 2 * np.pi * time_s / _BREATH_S
        sway = np.sin(phase / np.array([2.6, 1.0, 1.7]))
        shut = max(0.0, 1 - abs(time_s % _BLINK_S - 0.2) / 0.16)
        expression = drive.expression + shut * self._retarget.blink
        rise = np.array([0.0, 0.012 * np.sin(phase)])
        angles = drive.angles_deg + np.array([0.8, 0.9, 0.5]) * sway
        return Drive(expression, angles, drive.scale, drive.shift + rise)
