"""How well a painted face does what it was told to: where its mouth and eyes lie, and whether they
move as the performer's do. The face is found again in what was painted, by livegan's own detector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face
from livegan.puppetry import pose

Points = NDArray[np.floating[Any]]

MOUTH = tuple(dict.fromkeys((*face.LIP_OUTER_UPPER, *face.LIP_OUTER_LOWER,
                             *face.LIP_INNER_UPPER, *face.LIP_INNER_LOWER)))
EYES = tuple(dict.fromkeys((*face.RIGHT_EYE_UPPER, *face.RIGHT_EYE_LOWER,
                            *face.LEFT_EYE_UPPER, *face.LEFT_EYE_LOWER)))
PARTS = {"mouth": MOUTH, "eyes": EYES}
MOVES = ("mouth", "eyes", "yaw")
FEWEST_FRAMES = 10
"""A correlation over fewer frames says nothing."""


def landmark_errors(found: Points, wanted: Points) -> dict[str, float]:
    """How far mouth and eyes lie from where they should.

    Args:
        found: (478, 2 or 3) as found in what was painted, in pixels.
        wanted: (478, 2 or 3) as they were drawn, in the same pixels.

    Returns:
        `mouth_error` and `eyes_error`: mean distance in the picture's plane over the distance of
        the eyes as drawn, which is the usual normalised mean error.
    """
    apart = np.linalg.norm(found[:, :2].astype(np.float64) - wanted[:, :2], axis=1)
    unit = face.eye_distance(wanted[:, :2].astype(np.float64))
    return {f"{part}_error": float(apart[list(points)].mean()) / unit
            for part, points in PARTS.items()}


@dataclass(frozen=True, eq=False)
class Moves:
    """What a face does over a clip.

    Args:
        mouth: (N,) opening over the distance of the eyes.
        eyes: (N,) opening over the width of the eye, mean of both.
        yaw: (N,) degrees to the picture's right, against the middle of the clip.
    """

    mouth: NDArray[np.float64]
    eyes: NDArray[np.float64]
    yaw: NDArray[np.float64]


def moves_of(landmarks: Sequence[Points]) -> Moves:
    """What one face does.

    Args:
        landmarks: (478, 3) a frame, at least one frame.
    """
    faces = np.stack(landmarks).astype(np.float64)  # (N, 478, 3)
    usual = np.median(faces, axis=0)
    return Moves(
        mouth=np.array([face.mouth_opening(points) for points in faces]),
        eyes=np.array([np.mean(face.eye_opening(points)) for points in faces]),
        yaw=np.array([pose.to_angles(pose.align(points, usual).rotation)[0] for points in faces]),
    )


def liveness(performer: Moves, painted: Moves) -> dict[str, float]:
    """Whether a puppet lives: how alike its moves are to the performer's, and how large.

    Returns:
        `NAME_follows`, the correlation over the clip (1 follows perfectly, 0 doesn't), and
        `NAME_reach`, how far it goes against how far the performer goes (2nd to 98th percentile),
        for mouth, eyes and yaw. Left out where the performer or the puppet doesn't move at all, or
        there are fewer than 10 frames. A reach under 1 may be meant: a puppet is held to what its
        portrait can do.
    """
    figures = {}
    for name in MOVES:
        told, done = getattr(performer, name), getattr(painted, name)
        if len(told) < FEWEST_FRAMES or min(told.std(), done.std()) < 1e-9:
            continue
        figures[f"{name}_follows"] = float(np.corrcoef(told, done)[0, 1])
        figures[f"{name}_reach"] = _reach(done) / max(_reach(told), 1e-9)
    return figures


def _reach(values: NDArray[np.float64]) -> float:
    low, high = np.percentile(values, [2, 98])
    return float(high - low)
