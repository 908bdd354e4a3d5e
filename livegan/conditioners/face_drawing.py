"""Draws a face from its landmarks: the picture that a puppet's generator paints from."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face
from livegan.face_topology import Landmarks
from livegan.frames import Image
from livegan.parameters import Values

# Raise FaceMesh.version with any change of what is drawn. Colours are BGR. Parts that touch have
# colours of their own, so that a generator can tell an upper lip on a lower lip from a shut eye.
_TESSELLATION = (72, 72, 72)
_CONTOURS = (
    ((190, 190, 190), face.segments(face.OVAL, closed=True)),
    ((90, 200, 255), face.segments(face.RIGHT_BROW_UPPER, face.LEFT_BROW_UPPER)),
    ((60, 140, 255), face.segments(face.RIGHT_BROW_LOWER, face.LEFT_BROW_LOWER)),
    ((120, 255, 120), face.segments(face.NOSE_BRIDGE, face.NOSE_BASE)),
    ((255, 255, 255), face.segments(face.RIGHT_EYE_UPPER, face.LEFT_EYE_UPPER)),
    ((255, 170, 80), face.segments(face.RIGHT_EYE_LOWER, face.LEFT_EYE_LOWER)),
)
_IRISES = ((0, 255, 255), face.segments(face.RIGHT_IRIS, face.LEFT_IRIS, closed=True))
_LIPS = (
    ((80, 80, 255), face.segments(face.LIP_OUTER_UPPER)),
    ((200, 60, 220), face.segments(face.LIP_OUTER_LOWER)),
    ((160, 255, 255), face.segments(face.LIP_INNER_UPPER)),
    ((255, 110, 160), face.segments(face.LIP_INNER_LOWER)),
)
_FRACTION_BITS = 4


@cache
def _tessellation() -> NDArray[np.int64]:
    return face.tessellation()


def draw_face(landmarks: Landmarks | None, size: int, values: Values) -> Image:
    """The drawing of a face.

    Args:
        landmarks: (478, 3) in pixels of the drawing; None draws nothing.
        size: side of the drawing in pixels.
        values: `face_mesh.*` say which parts, and how wide the lines are.

    Returns:
        (size, size, 3) uint8 BGR on black; lines are antialiased and placed to 1/16 of a pixel.
        One call a colour: 0.9 ms at 512 with the tessellation, 0.2 ms without.
    """
    drawing = np.zeros((size, size, 3), np.uint8)
    if landmarks is None:
        return drawing
    # OpenCV takes the middle of the first pixel for 0, landmarks take its corner.
    points = np.clip((landmarks[:, :2] - 0.5) * (1 << _FRACTION_BITS), -1e6, 1e6).astype(np.int32)
    parts = [(_TESSELLATION, _tessellation())] if values.switch("face_mesh.tessellation") else []
    parts += _CONTOURS if values.switch("face_mesh.contours") else ()
    parts += (_IRISES,) if values.switch("face_mesh.irises") else ()
    parts += _LIPS if values.switch("face_mesh.lips") else ()
    # Line widths are whole pixels in OpenCV and mean the same share of a larger drawing.
    width = max(1, round(values.number("face_mesh.line_width") * size / 256))
    for colour, edges in parts:
        lines: Any = points[edges]  # (N, 2, 2): OpenCV takes it whole, its stubs want a list
        cv2.polylines(drawing, lines, False, colour, width, cv2.LINE_AA, _FRACTION_BITS)
    return drawing
