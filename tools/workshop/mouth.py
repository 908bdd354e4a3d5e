"""The inside of a mouth: teeth, tongue and the dark between.

Nothing of it can be seen in a portrait with shut lips, so it is drawn, in colours taken from the
portrait.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face
from livegan.puppetry.pose import face_axes
from workshop.painting import FRACTION_BITS, Array, Picture, colours_at, fixed_point


def _fill(picture: NDArray[np.float32], outline: Array, colour: Array) -> None:
    corners = fixed_point(outline)
    cv2.fillPoly(picture, [corners], tuple(map(float, colour)), cv2.LINE_8, FRACTION_BITS)


class Mouth:
    """Draws the inside of one portrait's mouth.

    Args:
        picture: (S, S, 3) uint8 BGR.
        landmarks: (478, 3) where its face lies.
    """

    def __init__(self, picture: Picture, landmarks: Array) -> None:
        self._rest = landmarks
        self._unit = face.eye_distance(landmarks)
        cheeks = [50, 280, 205, 425, 101, 330]
        skin = np.median(colours_at(picture, landmarks[cheeks]), axis=0)
        lips = np.median(colours_at(picture, landmarks[[0, 17, 37, 267, 84, 314]]), axis=0)
        bright = np.percentile(colours_at(picture, landmarks[[50, 280, 4, 151, 9, 117, 346]]), 80)
        # Teeth are a little paler than the brightest skin, under the same varnish.
        tint = bright * skin / skin.mean()
        self._teeth = np.clip(0.6 * tint + 0.4 * tint.mean(), 0, 235)
        self._gums = np.clip(lips * [0.75, 0.72, 0.95], 0, 255)
        self._tongue = np.clip(lips * [0.8, 0.72, 1.0] + [4, 2, 18], 0, 255)
        self._dark = lips * [0.16, 0.14, 0.2]

    def paint(
        self, picture: Picture, landmarks: Array, skull: Array, hole: NDArray[np.bool_]
    ) -> None:
        """Fill the hole with the inside of the mouth, in place.

        Args:
            picture: (S, S, 3) uint8 BGR, changed.
            landmarks: (478, 3) the face as it is now.
            skull: (478, 3) the neutral face with only the head's motion: the upper teeth sit on it.
            hole: (S, S) where the inside shows.
        """
        rows, columns = np.nonzero(hole)
        if not len(rows):
            return
        margin = int(self._unit / 4)
        top, left = max(rows.min() - margin, 0), max(columns.min() - margin, 0)
        box = slice(top, rows.max() + margin), slice(left, columns.max() + margin)
        canvas = np.empty((*hole[box].shape, 3), np.float32)
        canvas[:] = self._dark
        place = np.array([left, top], np.float64)
        unit = self._unit * face.eye_distance(skull) / face.eye_distance(self._rest)
        axes = face_axes(skull)
        across, down = axes[:2, 0], axes[:2, 1]
        lips_line = self._line(skull, face.LIP_INNER_UPPER, face.LIP_INNER_LOWER) - place
        opening = face.mouth_opening(landmarks)
        # The lower teeth ride on the jaw: the row keeps its shape and follows the lower lip.
        lower_lip = landmarks[[87, 14, 317], :2].mean(axis=0) - place
        jaw = lips_line - lips_line.mean(axis=0) + lower_lip + down * unit * 0.03
        self._draw_tongue(canvas, jaw, across * unit, down * unit, opening)
        self._draw_teeth(canvas, jaw, across * unit, -down * unit, lower=True)
        self._draw_teeth(canvas, lips_line, across * unit, down * unit, lower=False)
        lit = self._shade(canvas, hole[box])
        picture[box][hole[box]] = np.clip(lit[hole[box]], 0, 255).astype(np.uint8)

    @staticmethod
    def _line(landmarks: Array, upper: tuple[int, ...], lower: tuple[int, ...]) -> Array:
        """(11, 2) where the lips meet."""
        return (landmarks[list(upper), :2] + landmarks[list(lower), :2]) / 2

    def _draw_teeth(
        self, canvas: NDArray[np.float32], line: Array, across: Array, tip: Array, *, lower: bool
    ) -> None:
        """A row of teeth along `line`, their edges towards `tip`, narrower than the mouth."""
        middle = line.mean(axis=0)
        side = np.linspace(-1, 1, 41)[:, None]
        half = 0.40 * across if lower else 0.46 * across
        # The row curves back into the mouth: its ends lie higher above, deeper below.
        bow = -0.07 * side**2 * tip
        edge = middle + side * half + bow + (0.09 if lower else 0.075) * tip
        root = middle + side * half + 0.4 * bow - 0.30 * tip
        gum = edge - (0.13 if lower else 0.19) * tip
        fade = 1 - 0.6 * np.abs(side[:-1, 0]) ** 3
        for k in range(40):
            shade = fade[k] * (0.88 if lower else 1.0)
            _fill(canvas, np.stack([gum[k], gum[k + 1], edge[k + 1], edge[k]]), self._teeth * shade)
            _fill(canvas, np.stack([root[k], root[k + 1], gum[k + 1], gum[k]]), self._gums * shade)
        for position in np.linspace(-0.9, 0.9, 9 if lower else 8):
            k = int(round((position + 1) * 20))
            ends = fixed_point(np.stack([gum[k], edge[k]]))
            colour = tuple(map(float, self._teeth * fade[min(k, 39)] * 0.8))
            cv2.line(canvas, ends[0], ends[1], colour, 1, cv2.LINE_AA, FRACTION_BITS)

    def _draw_tongue(
        self, canvas: NDArray[np.float32], jaw: Array, across: Array, down: Array, opening: float
    ) -> None:
        turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)[:, None]
        height = 0.10 + 0.16 * min(opening, 0.8)
        middle = jaw.mean(axis=0) - 0.08 * down
        for grow, light in ((1.0, 0.72), (0.8, 0.86), (0.55, 1.0)):
            outline = middle + grow * (0.33 * np.cos(turn) * across + height * np.sin(turn) * down)
            _fill(canvas, outline, self._tongue * light)
        groove = fixed_point(np.stack([middle - 0.7 * height * down, middle + 0.6 * height * down]))
        colour = tuple(map(float, self._tongue * 0.7))
        cv2.line(canvas, groove[0], groove[1], colour, 1, cv2.LINE_AA, FRACTION_BITS)

    def _shade(
        self, canvas: NDArray[np.float32], inside: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        """Darker along the lips, so that a narrow gap is a dark line with a glint of teeth."""
        reach = self._unit / 7
        depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3)
        shadow = 0.3 + 0.7 * np.sqrt(np.clip(depth / reach, 0, 1))
        soft = cv2.GaussianBlur(canvas, (0, 0), max(self._unit / 180, 0.5))
        return np.asarray(soft * shadow[..., None], np.float32)
