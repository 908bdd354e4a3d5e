"""Draws the performer's face, or a puppet that makes the performer's face."""

from __future__ import annotations

import numpy as np

from livegan.conditioners.conditioner import Conditioned
from livegan.conditioners.crop import cut_part, quickly_resized, size_to_look_at
from livegan.conditioners.face_detector import FaceDetector
from livegan.conditioners.face_drawing import draw_face
from livegan.conditioners.performer import Finder
from livegan.face_topology import Landmarks
from livegan.frames import Frame, Image
from livegan.parameters import Values
from livegan.puppetry import Puppeteer

_SMALLEST_LOOKED_AT = 256


class FaceMesh:
    """A face mesh drawn from what the camera sees.

    Args:
        size: height and width of the drawing in pixels; a puppet's are the same.
        puppeteer: carries the performer's face onto a puppet's; None draws the performer.
        still: each picture stands for itself, as in a folder of portraits.
        detector: finds the face; closed with this. None opens one.
    """

    kind = "face_mesh"
    version = 1

    def __init__(
        self,
        size: tuple[int, int],
        puppeteer: Puppeteer | None = None,
        *,
        still: bool = False,
        detector: Finder | None = None,
    ) -> None:
        self._size = size
        self._puppeteer = puppeteer
        self._detector = detector or FaceDetector(still=still)

    @property
    def status(self) -> str:
        """What it is doing, in a few words."""
        return self._puppeteer.status if self._puppeteer else ""

    def recalibrate(self) -> None:
        """Take the performer's neutral face anew."""
        if self._puppeteer:
            self._puppeteer.recalibrate()

    def condition(self, frame: Frame, values: Values) -> Conditioned:
        """Draw one frame; its time is when it was captured."""
        looked_at = size_to_look_at(frame.image, values, self._size, _SMALLEST_LOOKED_AT)
        crop = cut_part(frame.image, values, looked_at)
        seen = self._detector.find(crop)
        if seen is not None:
            down, across = (own / other for own, other in zip(self._size, looked_at, strict=True))
            seen *= np.array([across, down, across], np.float32)
        camera = quickly_resized(crop, self._size)
        return self._draw(seen, camera, frame.captured_at_s, values)

    def rest(self, time_s: float, values: Values) -> Conditioned:
        """Draw without a frame: the puppet eases to its rest and breathes there.

        Args:
            time_s: the moment, on the clock of `Frame.captured_at_s`.
        """
        camera = np.zeros((*self._size, 3), np.uint8)
        return self._draw(None, camera, time_s, values)

    def _draw(
        self, seen: Landmarks | None, camera: Image, time_s: float, values: Values
    ) -> Conditioned:
        drawn = seen
        if self._puppeteer and values.switch("puppet.retarget"):
            drawn = self._puppeteer.play(seen, time_s, values)
        drawing = draw_face(drawn, self._size, values)
        return Conditioned(drawing, camera, seen is not None, drawn, seen)

    def close(self) -> None:
        """Give the models back. May be called twice."""
        self._detector.close()
