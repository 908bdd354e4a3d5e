"""Finds the faces of a picture, however small they are in it, and cuts them out."""

from __future__ import annotations

import math

import cv2
import numpy as np

from livegan.conditioners.face_detector import FaceBox, FaceBoxes, FaceDetector, once_each
from livegan.frames import Image

# Of a square's side: a face of 7 % was found at 1280 x 720, one of 4 % was not.
_REACH = 0.08
# Faces had 0.91 and more, a pair of folded hands 0.55 and a window 0.58 (tried with 5 performers,
# 4 portraits and 12 facades). What is less sure must also have a mesh.
_SURE = 0.8


class FaceFinder:
    """Looks at the whole picture, and closer where a face could be too small for that.

    Args:
        smallest_px: width of a face that is still of use.
    """

    def __init__(self, smallest_px: float) -> None:
        self._smallest_px = smallest_px
        self._boxes = FaceBoxes()
        self._mesh = FaceDetector(still=True)

    def find(self, image: Image) -> list[FaceBox]:
        """All faces, the surest first; some may be smaller than asked.

        Args:
            image: (H, W, 3) uint8 BGR.
        """
        found = self._boxes.find(image)
        height, width = image.shape[:2]
        for left, top, side in closer_squares(height, width, self._smallest_px / _REACH):
            part = np.ascontiguousarray(image[top : top + side, left : left + side])
            for box in self._boxes.find(part):
                if not _is_cut(box, side):
                    found.append(box._replace(left=box.left + left, top=box.top + top))
        return [box for box in once_each(found) if box.score >= _SURE or self._has_mesh(image, box)]

    def _has_mesh(self, image: Image, box: FaceBox) -> bool:
        return self._mesh.find(cut_face(image, box, 0.45, 256)) is not None

    def close(self) -> None:
        """Give the models back. May be called twice."""
        self._boxes.close()
        self._mesh.close()


def closer_squares(height: int, width: int, side: float) -> list[tuple[int, int, int]]:
    """Squares that cover a picture, each sharing half with the next: left, top, side.

    None if one look at the whole picture sees as much as a square of that side would show.
    """
    if max(height, width) <= side:
        return []
    whole = min(round(side), height, width)

    def places(length: int) -> list[int]:
        steps = math.ceil(2 * (length - whole) / whole)
        return [round(k * (length - whole) / max(steps, 1)) for k in range(steps + 1)]

    return [(left, top, whole) for top in places(height) for left in places(width)]


def _is_cut(box: FaceBox, side: int) -> bool:
    """Whether it reaches the square's rim: another square, or the whole picture, has more of it."""
    far = max(box.left + box.width, box.top + box.height)
    return min(box.left, box.top) < 1 or far > side - 1


def cut_face(image: Image, box: FaceBox, margin: float, size: int) -> Image:
    """The square round a face, as far as the picture goes.

    Near the rim the square is moved inwards, and it is never larger than the picture: what lies
    beyond can't be made up. (Mirrored, it had second chins where the first were near the rim.)

    Args:
        image: (H, W, 3) uint8 BGR.
        box: where the face is; its middle lies in the picture.
        margin: room on each side, in parts of the face.
        size: side of what comes out, in pixels.
    """
    height, width = image.shape[:2]
    wanted = round(max(box.width, box.height) * (1 + 2 * margin))
    side = max(1, min(wanted, height, width))
    left = round(box.left + box.width / 2 - side / 2)
    top = round(box.top + box.height / 2 - side / 2)
    left, top = min(max(left, 0), width - side), min(max(top, 0), height - side)
    smooth = cv2.INTER_AREA if side >= size else cv2.INTER_CUBIC
    square = image[top : top + side, left : left + side]
    return np.asarray(cv2.resize(square, (size, size), interpolation=smooth), np.uint8)
