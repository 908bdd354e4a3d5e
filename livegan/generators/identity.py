"""Paints nothing: the drawing is the picture."""

from __future__ import annotations

import numpy as np

from livegan.frames import Image
from livegan.generators.drawing_check import check_drawing


class Identity:
    """A generator that shows the drawing itself; needs no file.

    Args:
        size: height and width in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._size

    @property
    def description(self) -> str:
        """"backend device precision"."""
        return "identity CPU uint8"

    def generate(self, image: Image) -> Image:
        """A copy of the drawing.

        Raises:
            ModelError: the drawing has another shape or type; the message names both.
        """
        check_drawing(image, self._size)
        return np.array(image, order="C")

    def close(self) -> None:
        """It holds nothing."""
