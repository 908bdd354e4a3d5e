"""Pictures of one size from pictures of another."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def resized(images: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """(N, H, W, ...) uint8 stretched to another height and width."""
    if images.shape[1:3] == size:
        return images
    shrinks = size[0] * size[1] < images.shape[1] * images.shape[2]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    scaled = [cv2.resize(image, size[::-1], interpolation=way) for image in images]
    return np.asarray(scaled, np.uint8).reshape(len(images), *size, *images.shape[3:])
