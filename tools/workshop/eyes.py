"""Eyeballs that look about behind lids that shut.

They are the portrait's own: the iris is lifted off, the white is filled in beneath it, and both
are laid back where the gaze has them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.puppetry import regions
from workshop.painting import FRACTION_BITS, Array, Picture, colours_at, fixed_point


class Eye:
    """One eye of a portrait, with the iris loose.

    Args:
        picture: (S, S, 3) uint8 BGR.
        landmarks: (478, 3) where its face lies.
        side: 0 for the right eye, 1 for the left.
    """

    def __init__(self, picture: Picture, landmarks: Array, side: int) -> None:
        self._rest = landmarks[:, :2]
        self._upper, self._lower = regions.LIDS[side]
        self._pupil, *self._ring = regions.IRISES[side]
        self._size = picture.shape[0]
        centre = self._rest[self._pupil]
        self._radius = float(np.linalg.norm(self._rest[self._ring] - centre, axis=1).mean())
        opening = self._mask(self._rest, picture.shape)
        # The rim of the opening is lash and shadow, neither white nor iris.
        inner = cv2.erode(opening, np.ones((3, 3), np.uint8))
        grid = np.arange(self._size, dtype=np.float32) + 0.5
        away = np.hypot(grid[None] - centre[0], grid[:, None] - centre[1])
        self._white = self._fill_white(picture, (inner > 0) & (away > 1.15 * self._radius))
        self._iris = self._fill_iris(picture, inner > 0, away)
        disc = np.clip((self._radius - away) / (0.16 * self._radius) + 0.5, 0, 1)
        self._disc = disc.astype(np.float32)
        lash = colours_at(picture, landmarks[list(self._upper[2:-2])])
        self._lash = np.percentile(lash, 20, axis=0) * 0.75

    def paint(self, picture: Picture, landmarks: Array, hole: NDArray[np.bool_]) -> None:
        """Fill the hole with the eyeball and draw the lashes, in place.

        Args:
            picture: (S, S, 3) uint8 BGR, changed.
            landmarks: (478, 3) the face as it is now.
            hole: (S, S) where this eye shows.
        """
        lids = landmarks[list(self._upper + self._lower), :2]
        corner = np.maximum((lids.min(axis=0) - 2 * self._radius).astype(int), 0)
        end = np.minimum((lids.max(axis=0) + 2 * self._radius).astype(int), self._size)
        if (end <= corner).any():
            return
        box = slice(corner[1], end[1]), slice(corner[0], end[0])
        now = landmarks[:, :2] - corner
        if hole[box].any():
            ball = self._ball(now, hole[box].shape)
            picture[box][hole[box]] = np.clip(ball[hole[box]], 0, 255).astype(np.uint8)
        self._draw_lashes(picture[box], now)

    def _ball(self, now: Array, shape: tuple[int, ...]) -> Array:
        """(h, w, 3) the eyeball with its iris where it looks, as seen through no lids at all."""
        frame = self._similarity(now)
        drift = now[self._pupil] - (frame[:, :2] @ self._rest[self._pupil] + frame[:, 2])
        moved = frame + np.array([[0, 0, drift[0]], [0, 0, drift[1]]])
        white = _carry(self._white, frame, shape)
        disc = _carry(self._disc, moved, shape)[..., None]
        ball = white + disc * (_carry(self._iris, moved, shape) - white)
        # The upper lid throws a shadow on the ball, about half an iris deep.
        depth = cv2.distanceTransform(self._mask(now, shape), cv2.DIST_L2, 3)
        shadow = 0.72 + 0.28 * np.clip(depth / (0.45 * self._radius), 0, 1)
        return np.asarray(ball * shadow[..., None])

    def _draw_lashes(self, picture: Picture, now: Array) -> None:
        layer = np.zeros(picture.shape[:2], np.uint8)
        width = max(1, round(self._radius / 7))
        line = fixed_point(now[list(self._upper)])
        cv2.polylines(layer, [line], False, (255,), width, cv2.LINE_AA, FRACTION_BITS)
        share = (cv2.GaussianBlur(layer, (0, 0), 0.8) * (0.8 / 255))[..., None]
        picture[:] = np.clip(picture + share * (self._lash - picture), 0, 255).astype(np.uint8)

    def _similarity(self, now: Array) -> Array:
        """(2, 3) carries the eye's two corners from the portrait to where they are now."""
        ends = [self._upper[0], self._upper[-1]]
        here, there = self._rest[ends], now[ends]
        before, after = here[1] - here[0], there[1] - there[0]
        turn = complex(*after) / complex(*before)
        matrix = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
        return np.column_stack([matrix, there.mean(axis=0) - matrix @ here.mean(axis=0)])

    def _mask(self, now: Array, shape: tuple[int, ...]) -> Picture:
        mask = np.zeros(shape[:2], np.uint8)
        ring = list(self._upper) + list(self._lower[-2:0:-1])
        cv2.fillPoly(mask, [fixed_point(now[ring])], (255,), cv2.LINE_8, FRACTION_BITS)
        return mask

    def _fill_white(self, picture: Picture, known: NDArray[np.bool_]) -> NDArray[np.float32]:
        """The white of the eye spread over everything, as a smooth mean of what shows of it."""
        # The darker half of what lies beside the iris is lid shadow and lashes.
        level = picture.sum(axis=2)
        known = known & (level > np.percentile(level[known], 35)) if known.any() else known
        weight = known.astype(np.float32)
        spread = 0.8 * self._radius
        amount = cv2.GaussianBlur(weight, (0, 0), spread) + 1e-4
        mean = picture[known].mean(axis=0) if known.any() else np.array([150.0, 160.0, 165.0])
        total = cv2.GaussianBlur(picture * weight[..., None], (0, 0), spread) + 1e-4 * mean
        return np.asarray(total / amount[..., None], np.float32)

    def _fill_iris(
        self, picture: Picture, shown: NDArray[np.bool_], away: Array
    ) -> NDArray[np.float32]:
        """The iris whole: what the lids hide is the mean of what shows at the same radius."""
        share = np.minimum(away / self._radius, 1.2)
        ring = np.minimum((share * 12).astype(int), 14)
        visible = shown & (away < 1.1 * self._radius)
        colours = np.zeros((15, 3))
        colours[:] = picture[visible].mean(axis=0) if visible.any() else (40.0, 50.0, 60.0)
        for k in range(15):
            at_radius = visible & (ring == k)
            if at_radius.sum() > 3:
                colours[k] = picture[at_radius].mean(axis=0)
        profile = cv2.GaussianBlur(colours[ring].astype(np.float32), (0, 0), self._radius / 10)
        real = cv2.GaussianBlur(visible.astype(np.float32), (0, 0), 1.2)
        real = np.where(visible, np.clip(2 * real - 1, 0, 1), 0)[..., None]
        return np.asarray(profile + real * (picture - profile), np.float32)


def _carry(
    layer: NDArray[np.float32], frame: Array, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """The layer of the whole portrait, moved by (2, 3) `frame` into a box of that shape."""
    size = shape[1], shape[0]
    moved = cv2.warpAffine(layer, frame, size, flags=cv2.INTER_LINEAR,
                           borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)
