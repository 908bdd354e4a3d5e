"""The crop without its colours, for generators that learned to colour."""

from __future__ import annotations

import cv2
import numpy as np

from livegan.conditioners.conditioner import Conditioned
from livegan.conditioners.crop import cut_part
from livegan.frames import Frame, Image
from livegan.parameters import Values


class Grayscale:
    """Shows the crop in grey, the same in all three channels.

    Args:
        size: height and width of the drawing in pixels.
    """

    kind = "grayscale"
    version = 1

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size

    def condition(self, frame: Frame, values: Values) -> Conditioned:
        """Take the colours out of one frame."""
        crop = cut_part(frame.image, values, self._size)
        return Conditioned(without_colour(crop), crop)

    def close(self) -> None:
        """Nothing is held."""


def without_colour(picture: Image) -> Image:
    """(H, W, 3) uint8 BGR -> the same with equal channels (BT.601 weights)."""
    gray = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return np.asarray(gray, np.uint8)
