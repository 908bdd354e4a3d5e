"""The check that every generator makes of what it is given."""

from __future__ import annotations

import numpy as np

from livegan.errors import ModelError
from livegan.frames import Image


def check_drawing(image: Image, size: tuple[int, int]) -> None:
    """Refuse what a generator can't paint from.

    Raises:
        ModelError: not (height, width, 3) uint8 of that size; the message names both.
    """
    wanted = (*size, 3)
    if image.shape != wanted or image.dtype != np.uint8:
        raise ModelError(f"drawing is {image.dtype} {image.shape}, generator wants uint8 {wanted}")
