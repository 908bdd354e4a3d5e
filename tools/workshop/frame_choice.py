"""Which frames of a film are worth training on: those that differ most, and none that is blurred.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face
from livegan.face_topology import eye_distance
from livegan.puppetry.retarget import Drive

Array = NDArray[np.float64]

# A frame with less than this share of the film's usual detail is blurred by motion or focus.
_BLURRED = 0.4
_PARTS = sorted(
    {*face.LIP_OUTER_UPPER, *face.LIP_OUTER_LOWER, *face.LIP_INNER_UPPER, *face.LIP_INNER_LOWER,
     *face.RIGHT_EYE_UPPER, *face.RIGHT_EYE_LOWER, *face.LEFT_EYE_UPPER, *face.LEFT_EYE_LOWER,
     *face.RIGHT_IRIS, *face.LEFT_IRIS}
)
_PART_WEIGHT = 2.0
_COMPONENTS = 32


def sharp(sharpness: NDArray[np.float32], seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(F,) which frames show a face that is not blurred, judged against the film's own median."""
    if not seen.any():
        return seen
    return np.asarray(seen & (sharpness >= _BLURRED * np.median(sharpness[seen])))


def features(drives: Sequence[Drive], posed: Array) -> Array:
    """(F, 32 or fewer) such that distances tell how different two frames are to draw.

    Half of it is where all landmarks lie, which the head's motion moves most; the other half is
    what mouth and eyes do in the face's own axes, weighted double.

    Args:
        drives: what the face does in each frame.
        posed: (F, 478, 3) its landmarks in pixels of the drawing.
    """
    unit = np.median([eye_distance(landmarks) for landmarks in posed])
    places = posed[:, :, :2].reshape(len(posed), -1) / unit / np.sqrt(face.COUNT)
    parts = np.stack([drive.expression[_PARTS].ravel() for drive in drives])
    rows = np.hstack([places, _PART_WEIGHT * parts / np.sqrt(len(_PARTS))])
    centred = rows - rows.mean(axis=0)
    # The distances are kept, in fewer columns: a film of minutes is compared with itself.
    _, _, axes = np.linalg.svd(centred[:: max(1, len(centred) // 1000)], full_matrices=False)
    return np.asarray(centred @ axes[:_COMPONENTS].T)


def farthest(points: Array, count: int) -> NDArray[np.int64]:
    """So many of the points that lie far from each other, in rising order.

    Each next one is that which is farthest from all chosen before (Gonzalez, "Clustering to
    minimize the maximum intercluster distance", 1985), beginning with the nearest to the mean.

    Args:
        points: (N, D).
        count: how many; all, if there are no more.
    """
    if count >= len(points):
        return np.arange(len(points))
    chosen = [int(np.linalg.norm(points - points.mean(axis=0), axis=1).argmin())]
    distances = np.full(len(points), np.inf)
    while len(chosen) < count:
        last = ((points - points[chosen[-1]]) ** 2).sum(axis=1)
        distances = np.minimum(distances, last)
        distances[chosen] = -1
        chosen.append(int(distances.argmax()))
    return np.sort(np.array(chosen, np.int64))
