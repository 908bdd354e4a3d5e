"""Moves a portrait with its face mesh: a picture of the same face in another pose.

The skin is a mesh of triangles with the portrait as texture, painted from back to front; what has
turned away is left out. Around it lie rings of skirt that follow the head less and less, out to a
border that stays. Eyes and mouth are holes, told apart in the answer, for others to fill.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face
from livegan.puppetry import regions
from workshop.painting import FRACTION_BITS, Array, Picture, fixed_point
from workshop.piecewise import corner_shares, sample, spread
from workshop.skin_atlas import SkinAtlas

# (how far out from the middle of the face, in parts of the outline's distance; how much it
# follows the head above the chin; and below, where neck and shoulders hold it)
_RINGS = ((1.14, 1.0, 0.75), (1.38, 0.9, 0.4), (1.75, 0.55, 0.15), (2.3, 0.2, 0.0))
MOUTH, RIGHT_EYE, LEFT_EYE = -2, -3, -4


@dataclass(frozen=True, eq=False)
class Warped:
    """A moved portrait.

    Args:
        picture: (S, S, 3) uint8 BGR.
        holes: (S, S) int32, `MOUTH`, `RIGHT_EYE` and `LEFT_EYE` where these show, else 0 or more.
    """

    picture: Picture
    holes: NDArray[np.int32]


class MeshWarp:
    """One portrait, ready to be moved.

    Args:
        picture: (S, S, 3) uint8 BGR, the square crop of the portrait.
        landmarks: (478, 3) where its face lies, in pixels of that crop.
    """

    def __init__(self, picture: Picture, landmarks: Array) -> None:
        self.picture = picture
        self.size = picture.shape[0]
        self._rest = landmarks.astype(np.float64)
        self._ring_points, self._ring_weights = self._rings()
        self._border = self._border_points()
        self._source = self._all_points(self._rest, self._ring_points)[:, :2]
        self._skirt = self._skirt_triangles()
        self._skin = face.triangles()
        self._corners = np.concatenate([self._skirt, self._skin])
        self._atlas = SkinAtlas(picture, self._rest)
        rest_areas = _areas(self._rest[self._skin])
        self._rest_areas = np.maximum(rest_areas, 0.02 * np.median(rest_areas))

    def warp(self, landmarks: Array, rigid: tuple[Array, Array]) -> Warped:
        """The portrait with its face at `landmarks`.

        Args:
            landmarks: (478, 3) in pixels, x, y, z.
            rigid: (3, 3) and (3,), the head's motion without expression, as matrix and offset
                on pixels; what lies around the face follows it.
        """
        matrix, offset = rigid
        moved = self._ring_points @ matrix.T + offset
        rings = self._ring_points + self._ring_weights * (moved - self._ring_points)
        target = self._all_points(landmarks, rings)
        numbers = self._paint(target)
        return Warped(self._fetch(numbers, target[:, :2]), numbers)

    def _rings(self) -> tuple[Array, Array]:
        outline = self._rest[list(face.OVAL)]
        middle = outline.mean(axis=0)
        reach = outline - middle
        # Below the chin (as far as the outline's own lower third) the neck holds the skirt.
        low = np.clip((reach[:, 1] / np.abs(reach[:, 1]).max() - 0.3) / 0.5, 0, 1)[:, None]
        points, weights = [], []
        for distance, above, below in _RINGS:
            ring = middle + reach * [distance, distance, 1.0]
            # Hair and neck lie as deep as the ears, more so farther out; a forehead's own depth
            # would drag them along with every turn.
            ring[:, 2] += np.clip((distance - 1) / 0.6, 0, 1) * (outline[:, 2].max() - ring[:, 2])
            points.append(ring)
            weights.append(above + (below - above) * low)
        return np.concatenate(points), np.concatenate(weights)

    def _border_points(self) -> Array:
        """(36, 3) one border point for each point of the outline, far outside the picture."""
        outline = self._rest[list(face.OVAL)]
        away = outline - outline.mean(axis=0)
        away[:, 2] = 0
        away /= np.linalg.norm(away, axis=1, keepdims=True)
        return np.asarray(np.array([self.size / 2, self.size / 2, 0.0]) + away * self.size * 1.5)

    def _all_points(self, landmarks: Array, rings: Array) -> Array:
        return np.concatenate([landmarks[:face.SKIN], rings, self._border])

    def _skirt_triangles(self) -> NDArray[np.int64]:
        """From the border inwards, so that what lies nearer to the face is painted over it."""
        count = len(face.OVAL)
        starts = [face.SKIN + count * k for k in range(len(_RINGS) + 1)]
        circles = [np.array(face.OVAL)] + [np.arange(s, s + count) for s in starts]
        corners = []
        for inner, outer in reversed(list(zip(circles, circles[1:], strict=False))):
            a, b, c, d = inner, np.roll(inner, -1), outer, np.roll(outer, -1)
            corners += [np.stack([a, c, b], 1), np.stack([b, c, d], 1)]
        return np.concatenate(corners)

    def _paint(self, target: Array) -> NDArray[np.int32]:
        """(S, S) int32, the number of the triangle that shows at each pixel, or that of a hole."""
        numbers = np.full((self.size, self.size), -1, np.int32)
        points = fixed_point(target)
        count = len(self._skirt)
        for number in range(count):
            cv2.fillConvexPoly(numbers, points[self._corners[number]], (number,), 8, FRACTION_BITS)
        for hole, (upper, lower) in (
            (MOUTH, regions.INNER_LIPS), (RIGHT_EYE, regions.LIDS[0]), (LEFT_EYE, regions.LIDS[1])
        ):
            ring = points[list(upper) + list(lower[-2:0:-1])]
            cv2.fillPoly(numbers, [ring], (hole,), 8, FRACTION_BITS)
        edges = target[self._skin]
        facing = _areas(edges) > 0
        for index in np.argsort(-edges[:, :, 2].mean(axis=1)):
            if facing[index]:
                cv2.fillConvexPoly(
                    numbers, points[self._skin[index]], (count + int(index),), 8, FRACTION_BITS
                )
        return numbers

    def _fetch(self, numbers: NDArray[np.int32], target: Array) -> Picture:
        """Each pixel from where its triangle has it in the portrait, or in the filled-in skin."""
        shares = corner_shares(target[self._corners])
        numbers = np.maximum(numbers, 0)
        picture = sample(self.picture, numbers, shares @ self._source[self._corners])
        share = self._borrowed(target)
        if not share.any():
            return picture
        points = np.zeros((len(self._source), 3))
        points[:face.SKIN, :2], points[:face.SKIN, 2] = self._atlas.points, share
        onto = shares @ points[self._corners]
        filled = sample(self._atlas.picture, numbers, onto[..., :2])
        weight = np.clip(spread(numbers, onto[..., 2]), 0, 1)[..., None]
        return np.asarray(picture + weight * (filled.astype(np.float32) - picture), np.uint8)

    def _borrowed(self, target: Array) -> Array:
        """(468,) how much each landmark's skin comes from the atlas: where the portrait hides it
        and the pose has opened it to more than it shows there."""
        growth = np.clip(_areas(target[self._skin]) / self._rest_areas, 0, 10)
        total, count = np.zeros(face.SKIN), np.zeros(face.SKIN)
        for corner in range(3):
            np.add.at(total, self._skin[:, corner], growth)
            np.add.at(count, self._skin[:, corner], 1)
        return np.asarray(self._atlas.hidden * np.clip((total / count - 1.15) / 0.8, 0, 1))


def _areas(corners: Array) -> Array:
    """(T,) signed areas of (T, 3, 2 or 3) triangles in the picture, in square pixels."""
    along, across = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.asarray((along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0]) / 2)
