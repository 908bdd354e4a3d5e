"""The edges of the crop: Canny's, white on black or black on white."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.conditioners.conditioner import Conditioned
from livegan.conditioners.crop import cut_part
from livegan.frames import Frame, Image
from livegan.parameters import Values

Gradient = NDArray[np.int16]

# Tried on paintings and webcam clips at 256 pixels: with the strongest tenth of all gradients as
# seeds every face keeps its brows, eyes, nose and mouth; with a fifth, cloth and hair fill up, and
# with fixed thresholds of 60 and 150 pale faces lose their features. Half of that goes on: the
# same lines as with 0.4, and a sixth less flicker under camera noise.
_SEED_PERCENT = 90.0
_LOW_OF_HIGH = 0.5
# Camera noise of 4 grey levels makes gradients of up to 12 after the default blur: a blank wall
# must stay blank.
_LOWEST_SEED = 30.0


class Canny:
    """Draws edges, one pixel wide, 255 on 0 (inverted: 0 on 255), the same in all three channels.

    Thresholds are on |dx| + |dy| of a 3 x 3 Sobel filter, after the blur. Nothing is remembered
    from one frame to the next: a picture has one drawing, on stage and in a dataset.

    Args:
        size: height and width of the drawing in pixels.
    """

    kind = "canny"
    version = 1

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size

    def condition(self, frame: Frame, values: Values) -> Conditioned:
        """Draw one frame's edges."""
        crop = cut_part(frame.image, values, self._size)
        return Conditioned(draw_edges(crop, values), crop)

    def close(self) -> None:
        """Nothing is held."""


def draw_edges(picture: Image, values: Values) -> Image:
    """The edges of a picture, 255 on 0; inverted, 0 on 255.

    Args:
        picture: (H, W, 3) uint8 BGR.
        values: `canny.*`.
    """
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    blur_px = values.number("canny.blur")
    if blur_px > 0:
        gray = cv2.GaussianBlur(gray, (0, 0), blur_px)
    across, down = cv2.spatialGradient(gray)
    dx, dy = np.asarray(across, np.int16), np.asarray(down, np.int16)
    if values.switch("canny.automatic"):
        low, high = automatic_thresholds(dx, dy)
    else:
        low, high = sorted((values.number("canny.low"), values.number("canny.high")))
    edges = cv2.Canny(dx, dy, low, high)
    if values.switch("canny.inverted"):
        edges = cv2.bitwise_not(edges)
    return np.asarray(cv2.cvtColor(edges, cv2.COLOR_GRAY2BGR), np.uint8)


def automatic_thresholds(dx: Gradient, dy: Gradient) -> tuple[float, float]:
    """Low and high threshold for a picture, from its own gradients.

    The high one is a percentile of all gradients, which noise moves little because every pixel
    has a say in it, so that a still scene keeps its drawing.

    Args:
        dx, dy: (H, W) int16, the picture's Sobel gradients.
    """
    strength = np.abs(dx) + np.abs(dy)
    counts = np.bincount(strength.ravel())
    seed = float(np.searchsorted(np.cumsum(counts), strength.size * _SEED_PERCENT / 100))
    high = max(seed, _LOWEST_SEED)
    return high * _LOW_OF_HIGH, high
