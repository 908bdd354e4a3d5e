"""Draws a face from its landmarks: the picture that a puppet's generator paints from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face
from livegan.face_topology import Landmarks
from livegan.frames import Image
from livegan.parameters import Values

_FRACTION_BITS = 4


@dataclass(frozen=True, eq=False)
class Pen:
    """Lines of one colour, each drawn in one go.

    Args:
        colour: BGR.
        landmarks: (N,) those of all lines, one line after another.
        lines: where in `landmarks` each line is.
    """

    colour: tuple[int, int, int]
    landmarks: NDArray[np.int64]
    lines: tuple[slice, ...]

    @classmethod
    def of(cls, colour: tuple[int, int, int], *lines: tuple[int, ...]) -> Pen:
        """Lines along landmarks."""
        ends = tuple(accumulate(len(line) for line in lines))
        places = tuple(map(slice, (0, *ends), ends))
        return cls(colour, np.concatenate([np.array(line) for line in lines]), places)

    def draw(self, drawing: Image, points: NDArray[np.int32], width: int) -> None:
        """Draw, in place, landmarks that lie at `points`: (478, 2) in 1/16 of a pixel."""
        along = points[self.landmarks]
        lines = [along[line] for line in self.lines]  # np.split takes as long as the drawing
        cv2.polylines(drawing, lines, False, self.colour, width, cv2.LINE_AA, _FRACTION_BITS)


def _ring(line: tuple[int, ...]) -> tuple[int, ...]:
    return line + line[:1]


# Raise FaceMesh.version with any change of what is drawn. Parts that touch have colours of their
# own, so that a generator can tell an upper lip on a lower lip from a shut eye.
_PARTS = {
    "tessellation": (Pen.of((72, 72, 72), *face.strokes()),),
    "contours": (
        Pen.of((190, 190, 190), _ring(face.OVAL)),
        Pen.of((90, 200, 255), face.RIGHT_BROW_UPPER, face.LEFT_BROW_UPPER),
        Pen.of((60, 140, 255), face.RIGHT_BROW_LOWER, face.LEFT_BROW_LOWER),
        Pen.of((120, 255, 120), face.NOSE_BRIDGE, face.NOSE_BASE),
        Pen.of((255, 255, 255), face.RIGHT_EYE_UPPER, face.LEFT_EYE_UPPER),
        Pen.of((255, 170, 80), face.RIGHT_EYE_LOWER, face.LEFT_EYE_LOWER),
    ),
    "irises": (Pen.of((0, 255, 255), _ring(face.RIGHT_IRIS), _ring(face.LEFT_IRIS)),),
    "lips": (
        Pen.of((80, 80, 255), face.LIP_OUTER_UPPER),
        Pen.of((200, 60, 220), face.LIP_OUTER_LOWER),
        Pen.of((160, 255, 255), face.LIP_INNER_UPPER),
        Pen.of((255, 110, 160), face.LIP_INNER_LOWER),
    ),
}


def draw_face(landmarks: Landmarks | None, size: tuple[int, int], values: Values) -> Image:
    """The drawing of a face.

    Args:
        landmarks: (478, 3) in pixels of the drawing; None draws nothing.
        size: height and width of the drawing in pixels.
        values: `face_mesh.*` say which parts, and how wide the lines are.

    Returns:
        (*size, 3) uint8 BGR on black; lines are antialiased and placed to 1/16 of a pixel.
        One call a colour: 0.25 ms at 256 with the tessellation.
    """
    drawing = np.zeros((*size, 3), np.uint8)
    if landmarks is None:
        return drawing
    # OpenCV takes the middle of the first pixel for 0, landmarks take its corner.
    points = np.clip((landmarks[:, :2] - 0.5) * (1 << _FRACTION_BITS), -1e6, 1e6).astype(np.int32)
    # Line widths are whole pixels in OpenCV and mean the same share of a larger drawing.
    width = max(1, round(values.number("face_mesh.line_width") * max(size) / 256))
    for part, pens in _PARTS.items():
        if values.switch(f"face_mesh.{part}"):
            for pen in pens:
                pen.draw(drawing, points, width)
    return drawing
