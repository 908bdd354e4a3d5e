"""Finds the face in a portrait and cuts a square round it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from livegan.conditioners.face_detector import FaceDetector
from livegan.errors import UsageError
from workshop.painting import Array, Picture

# The face from forehead to chin fills this share of the crop: room for hair, and for the head to
# move in.
_FACE_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Portrait:
    """A portrait, cut.

    Args:
        picture: (S, S, 3) uint8 BGR.
        landmarks: (478, 3) float64 where its face lies, in pixels of `picture`.
        crop: x, y, side of the cut in pixels of the file's picture.
    """

    picture: Picture
    landmarks: Array
    crop: tuple[float, float, float]


def read_portrait(path: Path, size: int, zoom: float = 1.0) -> Portrait:
    """Read a picture with one face.

    Args:
        path: any picture file that OpenCV reads.
        size: side of the cut in pixels.
        zoom: 1 gives the face half of the height; 2 all of it.

    Raises:
        UsageError: no such file, no picture, or no face to be found in it.
    """
    if not path.is_file():
        why = "; that is a folder: name a picture in it" if path.is_dir() else ""
        raise UsageError(f"no such file: {path}{why}")
    whole = cv2.imread(str(path))
    if whole is None:
        raise UsageError(f"{path} is not a picture that OpenCV reads; wanted PNG or JPEG")
    detector = FaceDetector(still=True)
    found = detector.find(np.asarray(whole, np.uint8))
    detector.close()
    if found is None:
        raise UsageError(f"no face found in {path}; use a portrait that is lit and seen from the"
                         " front or in three-quarter view, at least 100 pixels across the face")
    low, high = found.min(axis=0), found.max(axis=0)
    side = float(high[1] - low[1]) / (_FACE_SHARE * zoom)
    # A little below the middle, for the hair.
    x = float(low[0] + high[0]) / 2 - side / 2
    y = float(low[1] + high[1]) / 2 - 0.53 * side
    ratio = size / side
    matrix = np.array([[ratio, 0, -x * ratio], [0, ratio, -y * ratio]])
    smooth = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    picture = cv2.warpAffine(
        whole, matrix, (size, size), flags=smooth, borderMode=cv2.BORDER_REFLECT_101
    )
    landmarks = (found.astype(np.float64) - [x, y, 0]) * ratio
    return Portrait(np.asarray(picture, np.uint8), landmarks, (x, y, side))
