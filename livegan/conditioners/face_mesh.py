"""Draws the performer's face, or a puppet that makes the performer's face."""

from __future__ import annotations

import numpy as np

from livegan.conditioners.conditioner import Conditioned
from livegan.conditioners.crop import quickly_resized, square_crop
from livegan.conditioners.face_detector import FaceDetector
from livegan.conditioners.face_drawing import draw_face
from livegan.face_topology import Landmarks
from livegan.frames import Frame, Image
from livegan.parameters import Values
from livegan.puppetry import Puppeteer

# The detector cuts the face out by itself, so that a larger crop costs it little: 3.6 ms at 720
# against 3.1 at 256. Shrinking 720 to 512 for it took 2.7.
_LARGEST_CROP = 720
_SMALLEST_CROP = 256


class FaceMesh:
    """A face mesh drawn from what the camera sees.

    Args:
        size: side of the drawing in pixels.
        puppeteer: carries the performer's face onto a puppet's; None draws the performer.
        still: each picture stands for itself, as in a folder of portraits.
    """

    kind = "face_mesh"
    version = 1

    def __init__(
        self, size: int, puppeteer: Puppeteer | None = None, *, still: bool = False
    ) -> None:
        self._size = size
        self._puppeteer = puppeteer
        self._detector = FaceDetector(still=still)

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
        height, width = frame.image.shape[:2]
        side = round(min(height, width) / values.number("source.zoom"))
        while side > _LARGEST_CROP:
            side //= 2
        side = max(side, _SMALLEST_CROP)
        crop = square_crop(frame.image, values, side)
        seen = self._detector.find(crop)
        if seen is not None:
            seen *= self._size / side
        camera = quickly_resized(crop, self._size)
        return self._draw(seen, camera, frame.captured_at_s, values)

    def rest(self, time_s: float, values: Values) -> Conditioned:
        """Draw without a frame: the puppet eases to its rest and breathes there.

        Args:
            time_s: the moment, on the clock of `Frame.captured_at_s`.
        """
        camera = np.zeros((self._size, self._size, 3), np.uint8)
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
