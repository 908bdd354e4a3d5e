"""How a drawing becomes a picture: painted, mixed with what came in and with what went before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.frames import Image
from livegan.parameters import Values
from livegan.sinks.letterbox import Letterbox

if TYPE_CHECKING:
    from livegan.conditioners.conditioner import Conditioned
    from livegan.generators.generator import Generator

_PERSISTENCE_HZ = 30.0
"""A persistence says what is left after one frame at this rate; at other rates it looks alike."""


class Blending:
    """Paints drawings; it remembers what persists. One for each look."""

    def __init__(self) -> None:
        self._drawn = Trail()
        self._painted = Trail()

    def paint(
        self, generator: Generator, drawn: Conditioned, time_s: float, values: Values
    ) -> tuple[Image, Image]:
        """The drawing as it is painted from, and the picture.

        Args:
            generator: paints.
            drawn: the drawing, and the crop that it was made from.
            time_s: the moment, in seconds on any clock that rises.
            values: `source.bypass` and `generator.*`.
        """
        if values.switch("source.bypass"):
            return drawn.image, drawn.camera
        drawing = self._drawn.after(drawn.image, time_s, values.number("generator.persistence_in"))
        picture = generator.generate(drawing)
        stays = values.number("generator.persistence_out")
        picture = self._painted.after(picture, time_s, stays)
        mix = values.number("generator.mix")
        return drawing, picture if mix >= 1 else _mixed(picture, drawn.camera, mix)


class Trail:
    """Leaves a share of each picture in the next."""

    def __init__(self) -> None:
        # Not in whole grey levels: rounded at each step, a trail would never quite go.
        self._left: NDArray[np.float32] | None = None
        self._time_s = 0.0

    def after(self, picture: Image, time_s: float, stays: float) -> Image:
        """The picture with what is left of those before it.

        Args:
            picture: (H, W, 3) uint8.
            time_s: the moment, in seconds.
            stays: how much is left after 1/30 s, 0 to less than 1; 0 gives `picture` itself.
        """
        step_s, self._time_s = max(time_s - self._time_s, 0.0), time_s
        if stays <= 0:
            self._left = None
            return picture
        if self._left is None or self._left.shape != picture.shape:
            self._left = picture.astype(np.float32)
            return picture
        cv2.accumulateWeighted(picture, self._left, 1 - stays ** (step_s * _PERSISTENCE_HZ))
        return np.asarray(cv2.convertScaleAbs(self._left), np.uint8)


class Mixer:
    """Mixes two pictures, of whatever sizes: the smaller one is brought into the larger."""

    def __init__(self) -> None:
        self._letterbox: Letterbox | None = None

    def mixed(self, picture: Image, other: Image, share: float) -> Image:
        """Both in one.

        Args:
            picture, other: (H, W, 3) uint8 BGR.
            share: how much of `other` is seen, 0 to 1.

        Returns:
            (H, W, 3) uint8 BGR in the size of the one with more pixels; black where the shape of
            the smaller one leaves room.
        """
        larger = picture if picture.size >= other.size else other
        size = (larger.shape[0], larger.shape[1])
        if self._letterbox is None or self._letterbox.size != size:
            self._letterbox = Letterbox(size)
        one, two = self._letterbox.put(picture), self._letterbox.put(other)
        return np.asarray(cv2.addWeighted(one, 1 - share, two, share, 0), np.uint8)


def _mixed(picture: Image, camera: Image, mix: float) -> Image:
    if mix <= 0:
        return camera
    return np.asarray(cv2.addWeighted(picture, mix, camera, 1 - mix, 0), np.uint8)
