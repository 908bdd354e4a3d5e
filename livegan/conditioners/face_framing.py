"""The square around a face in which its eyes always lie at the same place and as far apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.conditioners.crop import from_part
from livegan.face_topology import eye_distance
from livegan.frames import Image

_EYE_CORNERS = (33, 133, 362, 263)
_OVERSAMPLED = 2


@dataclass(frozen=True)
class Square:
    """Where a square lies in a picture; in pixels, not rounded.

    Args:
        left, top: the corner.
        side: width and height.
    """

    left: float
    top: float
    side: float


def eyes_of(landmarks: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """(3,) the middle between the eyes, x and y, and how far they are apart, in pixels.

    Args:
        landmarks: (478, 3) in pixels.
    """
    middle = landmarks[list(_EYE_CORNERS), :2].mean(axis=0)
    return np.array([*middle, eye_distance(landmarks)], np.float64)


def frame_face(eyes: NDArray[np.float64], face_size: float, eye_height: float) -> Square:
    """The square around a face.

    Args:
        eyes: (3,) as `eyes_of` gives them.
        face_size: the distance of the eyes in parts of the square's side.
        eye_height: how far down the eyes lie, in parts of its side.
    """
    x, y, apart = (float(value) for value in eyes)
    side = apart / face_size
    return Square(x - side / 2, y - side * eye_height, side)


def cut_square(image: Image, square: Square, size: int) -> Image:
    """Cut a square out that may lie across the edges; what lies outside is the edge continued.

    Args:
        image: (H, W, 3) uint8 BGR.
        square: where.
        size: side of what comes out, in pixels.

    Returns:
        (size, size, 3) uint8 BGR.
    """
    # Fetched twice as finely, then averaged: a large face does not shimmer as it moves.
    fine = size * _OVERSAMPLED
    scale = square.side / fine
    matrix = from_part(square.left, square.top, scale, scale)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    part = cv2.warpAffine(image, matrix, (fine, fine), flags=flags,
                          borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(part, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
