"""Where people look in a face: mouth, eyes, brows, which training weighs more than the rest."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face

SHRINK = 4
"""Weights are soft, so a quarter of the picture's width and height is enough of them."""

_WEIGHTED = (
    # Lips and lids move little and count most; brows are larger and less sharp.
    (1.0, face.LIP_OUTER_UPPER + face.LIP_OUTER_LOWER, 1.3),
    (1.0, face.RIGHT_EYE_UPPER + face.RIGHT_EYE_LOWER, 1.5),
    (1.0, face.LEFT_EYE_UPPER + face.LEFT_EYE_LOWER, 1.5),
    (0.4, face.RIGHT_BROW_UPPER + face.RIGHT_BROW_LOWER, 1.3),
    (0.4, face.LEFT_BROW_UPPER + face.LEFT_BROW_LOWER, 1.3),
)


def region_masks(
    landmarks: NDArray[np.floating[Any]], size: tuple[int, int]
) -> NDArray[np.uint8]:
    """Soft masks of what counts.

    Args:
        landmarks: (N, 478, 2) in pixels of the picture.
        size: height and width of the picture in pixels.

    Returns:
        (N, H / 4, W / 4) uint8, 255 in mouth and eyes, 102 in brows, falling off softly to 0.
    """
    height, width = size[0] // SHRINK, size[1] // SHRINK
    masks = np.zeros((len(landmarks), height, width), np.uint8)
    for mask, points in zip(masks, landmarks / SHRINK, strict=True):
        for weight, part, growth in _WEIGHTED:
            outline = points[list(part)]
            middle = outline.mean(axis=0)
            hull = cv2.convexHull((middle + growth * (outline - middle)).astype(np.float32))
            filled = np.zeros_like(mask)
            cv2.fillConvexPoly(filled, np.rint(hull).astype(np.int32), [round(255 * weight)])
            np.maximum(mask, filled, out=mask)
        cv2.GaussianBlur(mask, (0, 0), max(1.0, width / 48), dst=mask)
    return masks


def part_centres(landmarks: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """(N, 478, 2) -> (N, 2, 2) float32: the middles of mouth and eyes, x and y in pixels."""
    mouth = landmarks[:, list(face.LIP_OUTER_UPPER + face.LIP_OUTER_LOWER)].mean(axis=1)
    eyes = landmarks[:, [33, 133, 362, 263]].mean(axis=1)
    centres: NDArray[np.float32] = np.stack([mouth, eyes], axis=1).astype(np.float32)
    return centres
