"""The red dot that says that what is seen is also recorded."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import cv2
import numpy as np

from livegan.frames import Image
from livegan.sinks.text import CELL, typeset

RED = (40, 40, 230)
"""BGR."""

_GROUND = 13
"""The grey level of a panel: as dark as those of text."""


@lru_cache(maxsize=1)
def recording_mark(seconds: int, scale: int) -> Image:
    """A red dot and how long it has been recording.

    Args:
        seconds: how long.
        scale: pixels of the screen to a pixel of text, as for `typeset`.

    Returns:
        (H, W, 3) uint8 BGR; the same array where the same is asked again.
    """
    ink = typeset([f"   {seconds // 60}:{seconds % 60:02}"], scale=scale)
    mark = cast(Image, cv2.cvtColor(np.maximum(ink, _GROUND), cv2.COLOR_GRAY2BGR))
    height, width = CELL[0] * scale, CELL[1] * scale
    cv2.circle(mark, (width * 2, mark.shape[0] // 2), height * 3 // 10, RED, -1, cv2.LINE_AA)
    return mark
