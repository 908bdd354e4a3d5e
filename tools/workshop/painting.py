"""Small helpers that the painters of skin, eyes and mouth share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]
FRACTION_BITS = 4
"""OpenCV draws to 1/16 of a pixel with these."""


def fixed_point(points: Array) -> NDArray[np.int32]:
    """(..., 2) int32, points in pixels (0 is the first pixel's corner) as OpenCV draws them."""
    return ((points[..., :2] - 0.5) * (1 << FRACTION_BITS)).round().astype(np.int32)


def colours_at(picture: Picture, points: Array) -> Array:
    """(N, 3) float64, the colours of an (S, S, 3) picture at (N, 2 or 3) points in pixels."""
    inside = np.clip(points[:, :2].astype(int), 0, picture.shape[0] - 1)
    return np.asarray(picture[inside[:, 1], inside[:, 0]], np.float64)
