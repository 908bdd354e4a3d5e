"""Parts of the face that are played for themselves, as weights over the landmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face

Array = NDArray[np.float64]

Line = tuple[int, ...]

LIDS: tuple[tuple[Line, Line], ...] = (
    (face.RIGHT_EYE_UPPER, face.RIGHT_EYE_LOWER),
    (face.LEFT_EYE_UPPER, face.LEFT_EYE_LOWER),
)
INNER_LIPS: tuple[Line, Line] = (face.LIP_INNER_UPPER, face.LIP_INNER_LOWER)
IRISES: tuple[Line, ...] = (
    (face.RIGHT_PUPIL, *face.RIGHT_IRIS),
    (face.LEFT_PUPIL, *face.LEFT_IRIS),
)
_BROWS = (
    face.RIGHT_BROW_UPPER + face.RIGHT_BROW_LOWER + face.LEFT_BROW_UPPER + face.LEFT_BROW_LOWER
)
LIPS: Line = (
    face.LIP_OUTER_UPPER + face.LIP_OUTER_LOWER + face.LIP_INNER_UPPER + face.LIP_INNER_LOWER
)


def closeness(neutral: Array, members: tuple[int, ...], reach: float) -> Array:
    """(478,) 1 at the members, falling as a Gaussian of the distance to the nearest of them.

    Args:
        neutral: (478, 3) a resting face, eye distance 1.
        reach: standard deviation of the fall, in eye distances.
    """
    distance = np.linalg.norm(neutral[:, None] - neutral[None, list(members)], axis=2).min(axis=1)
    return np.asarray(np.exp(-0.5 * (distance / reach) ** 2))


def eye_weights(neutral: Array) -> list[Array]:
    """Two (478,): right eye, left eye; the irises are not in them."""
    weights = []
    for upper, lower in LIDS:
        weight = closeness(neutral, upper + lower, 0.1)
        weight[face.SKIN:] = 0
        weights.append(weight)
    return weights


def gain_weights(neutral: Array) -> dict[str, Array]:
    """(478,) each, for "mouth", "brows", "eyes" and "gaze"; they add up to 1 or less everywhere."""
    mouth = closeness(neutral, (*LIPS, 152, 148, 377, 176, 400), 0.25)
    brows = closeness(neutral, _BROWS, 0.12)
    eyes = np.maximum(*eye_weights(neutral))
    gaze = np.zeros(face.COUNT)
    gaze[face.SKIN:] = 1
    skin = {"mouth": mouth, "brows": brows, "eyes": eyes}
    for weight in skin.values():
        weight[face.SKIN:] = 0
    total = np.maximum(1, sum(skin.values()))
    return {name: weight / total for name, weight in skin.items()} | {"gaze": gaze}
