"""The skin of a portrait unrolled, with what the painter's view hides filled in.

A head in three-quarter view shows its far cheek as a few squeezed pixels next to hair. Stretched
by a turn of the head they would smear, so there the skin's colour is spread from what is seen.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face
from livegan.puppetry.pose import canonical
from workshop.painting import FRACTION_BITS, Array, Picture, fixed_point
from workshop.piecewise import corner_shares, sample

# Skin is hidden where the view meets it flatter than about 6 degrees, seen from about 17 on.
_HIDDEN_FACING, _SEEN_FACING = 0.1, 0.3


class SkinAtlas:
    """One portrait's skin.

    Args:
        picture: (S, S, 3) uint8 BGR, the portrait.
        landmarks: (478, 3) where its face lies.

    Attributes:
        picture: (S, S, 3) uint8 BGR, the unrolled skin.
        points: (468, 2) float64, where each landmark lies in it, in pixels.
        hidden: (468,) float64, 1 where the portrait does not show the skin, 0 where it does well.
    """

    def __init__(self, picture: Picture, landmarks: Array) -> None:
        self._size = picture.shape[0]
        corners = face.triangles()
        self.points = self._unroll(canonical(landmarks)[:face.SKIN])
        facing = (_facing(landmarks) - _HIDDEN_FACING) / (_SEEN_FACING - _HIDDEN_FACING)
        self.hidden = 1 - np.clip(facing, 0, 1)
        unrolled, seen = self._fetch(picture, landmarks[:face.SKIN, :2], corners)
        self.picture = _spread(unrolled, seen)

    def _unroll(self, shape: Array) -> Array:
        """Round the head like a label off a jar: across by angle, down as it is."""
        middle = np.array([0.0, 0.3, 1.0])
        angle = np.arctan2(shape[:, 0] - middle[0], middle[2] - shape[:, 2])
        flat = np.stack([1.2 * angle, shape[:, 1]], axis=1)
        low, high = flat.min(axis=0), flat.max(axis=0)
        scale = 0.9 * self._size / (high - low).max()
        return np.asarray((flat - (low + high) / 2) * scale + self._size / 2)

    def _fetch(
        self, picture: Picture, source: Array, corners: NDArray[np.int64]
    ) -> tuple[Array, NDArray[np.bool_]]:
        """The unrolled skin, and (S, S) bool where it was seen well."""
        numbers = np.full((self._size, self._size), -1, np.int32)
        for number, outline in enumerate(fixed_point(self.points[corners])):
            cv2.fillConvexPoly(numbers, outline, (number,), cv2.LINE_8, FRACTION_BITS)
        shares = corner_shares(self.points[corners])
        unrolled = sample(picture, np.maximum(numbers, 0), shares @ source[corners])
        well = self.hidden[corners].max(axis=1) <= 0.5
        seen = np.where(numbers >= 0, 255 * well[np.maximum(numbers, 0)], 0).astype(np.uint8)
        # The last seen rim already holds some hair.
        seen = np.asarray(cv2.erode(seen, np.ones((5, 5), np.uint8)), np.uint8)
        return unrolled.astype(np.float64), seen > 0


def _facing(landmarks: Array) -> Array:
    """(468,) cosine between the skin at each landmark and the view: 1 faces it, 0 is edge on."""
    sides = landmarks[face.triangles()]
    normals = np.cross(sides[:, 1] - sides[:, 0], sides[:, 2] - sides[:, 0])
    total = np.zeros((face.SKIN, 3))
    for corner in range(3):
        np.add.at(total, face.triangles()[:, corner], normals)
    return np.asarray(total[:, 2] / np.linalg.norm(total, axis=1))


def _spread(unrolled: Array, seen: NDArray[np.bool_]) -> Picture:
    """Fills what was not seen with a smooth mean of the nearest that was, from fine to coarse."""
    result = unrolled.copy()
    missing = ~seen
    for sigma in (4.0, 10.0, 25.0, 60.0):
        amount = cv2.GaussianBlur(seen.astype(np.float32), (0, 0), sigma)
        mean = cv2.GaussianBlur((unrolled * seen[..., None]).astype(np.float32), (0, 0), sigma)
        ready = missing & (amount > 0.02)
        result[ready] = mean[ready] / amount[ready][:, None]
        missing &= ~ready
    soft = cv2.GaussianBlur(result, (0, 0), 5)
    return np.clip(np.where(seen[..., None], result, soft), 0, 255).astype(np.uint8)
