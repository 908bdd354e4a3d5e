"""The face in numbers: which of the 478 landmarks make a lip, an eye, a triangle.

The order of the landmarks is MediaPipe's face mesh with refined irises. Left and right are the
performer's own: the right eye lies on the left of an unmirrored picture.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Landmarks = NDArray[np.float32]
"""(478, 3) float32: x, y in pixels of the square crop (origin top left), z in the same unit,
negative towards the camera."""

COUNT = 478
SKIN = 468
"""Landmarks before this one are skin; those from it on are the irises."""

OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
        152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)
"""The outline of the face, closed, clockwise in the picture, from the top of the forehead."""

# Open lines run from the outer corner of the mouth or eye to the other corner.
LIP_OUTER_UPPER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LIP_OUTER_LOWER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
LIP_INNER_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LIP_INNER_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
RIGHT_EYE_UPPER = (33, 246, 161, 160, 159, 158, 157, 173, 133)
RIGHT_EYE_LOWER = (33, 7, 163, 144, 145, 153, 154, 155, 133)
LEFT_EYE_UPPER = (263, 466, 388, 387, 386, 385, 384, 398, 362)
LEFT_EYE_LOWER = (263, 249, 390, 373, 374, 380, 381, 382, 362)
RIGHT_BROW_UPPER = (70, 63, 105, 66, 107)
RIGHT_BROW_LOWER = (46, 53, 52, 65, 55)
LEFT_BROW_UPPER = (300, 293, 334, 296, 336)
LEFT_BROW_LOWER = (276, 283, 282, 295, 285)
NOSE_BRIDGE = (168, 6, 197, 195, 5, 4, 1, 19, 94, 2)
NOSE_BASE = (48, 64, 98, 97, 2, 326, 327, 294, 278)
RIGHT_IRIS = (469, 470, 471, 472)
LEFT_IRIS = (474, 475, 476, 477)
RIGHT_PUPIL, LEFT_PUPIL = 468, 473

STEADY = (10, 67, 109, 338, 297, 151, 9, 8, 168, 6, 197, 195, 5, 4, 127, 234, 356, 454,
          33, 133, 362, 263, 103, 332, 21, 251, 162, 389, 54, 284)
"""Landmarks that the skull carries: hardly moved by expression, they tell how the head lies."""


@cache
def triangles() -> NDArray[np.int64]:
    """(852, 3) int64: the skin, all triangles turned the same way; eyes and mouth are holes."""
    return np.asarray(np.load(Path(__file__).with_name("face_triangles.npy")), np.int64)


@cache
def tessellation() -> NDArray[np.int64]:
    """(1322, 2) int64: each edge of the triangles once."""
    corners = triangles()
    edges = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    return np.asarray(np.unique(np.sort(edges, axis=1), axis=0))


@cache
def strokes() -> tuple[tuple[int, ...], ...]:
    """The tessellation as lines of landmarks, drawn without lifting the pen: each edge once.

    107 lines in place of 1322 edges: OpenCV draws them in a third of the time.
    """
    left: dict[int, set[int]] = {}
    for start, end in tessellation().tolist():
        left.setdefault(start, set()).add(end)
        left.setdefault(end, set()).add(start)
    # A line that begins where an odd number of edges meet can only end at another such place; what
    # is left over after all of these are loops.
    odd = [place for place, others in left.items() if len(others) % 2]
    lines = []
    for start in [*odd, *left]:
        line = [start]
        while left[line[-1]]:
            nearest = min(left[line[-1]])
            left[line[-1]].discard(nearest)
            left[nearest].discard(line[-1])
            line.append(nearest)
        if len(line) > 1:
            lines.append(tuple(line))
    return tuple(lines)


def eye_distance(landmarks: NDArray[np.floating[Any]]) -> float:
    """Distance between the middles of the two eyes, in three dimensions, in the landmarks' unit.

    Taken from the corners of the eyes, which gaze does not move.
    """
    # Spelt out: several times a frame, and a fifth of the time of mean and norm.
    apart = landmarks[33] + landmarks[133] - landmarks[362] - landmarks[263]
    return 0.5 * math.sqrt(apart @ apart)


def mouth_opening(landmarks: NDArray[np.floating[Any]]) -> float:
    """Gap between the inner lips over the distance of the eyes: 0 shut, about 0.7 a shout."""
    return float(np.linalg.norm(landmarks[13] - landmarks[14])) / eye_distance(landmarks)


def eye_opening(landmarks: NDArray[np.floating[Any]]) -> tuple[float, float]:
    """Gap between the lids over the width of the eye, right and left: 0 shut, about 0.35 open."""
    gaps = [
        np.linalg.norm(landmarks[[upper]] - landmarks[[lower]])
        / np.linalg.norm(landmarks[outer] - landmarks[inner])
        for upper, lower, outer, inner in ((159, 145, 33, 133), (386, 374, 263, 362))
    ]
    return float(gaps[0]), float(gaps[1])
