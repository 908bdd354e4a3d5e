"""A puppet read from what its own film shows: its resting face, and how far it goes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livegan.model_card import PuppetLimits
from livegan.puppetry.neutral import Neutral
from livegan.puppetry.retarget import REST, Drive, Retarget, read_drive

Array = NDArray[np.float64]

_BOUNDLESS = PuppetLimits(1e6, 1e6, 1e6, 1e6, 1e6)
# The rest are moments that training saw too few of, and faces that the detector saw wrong.
_PERCENT_WITHIN = 97.0


def neutral_face(faces: Sequence[Array], times_s: Sequence[float]) -> Array:
    """(478, 3) the resting face, held as the head mostly is.

    Args:
        faces: (478, 3) each, in pixels of the drawing.
        times_s: when each was seen, rising.
    """
    watcher = Neutral()
    for landmarks, time_s in zip(faces, times_s, strict=True):
        watcher.watch(landmarks, time_s)
    face = watcher.face
    assert face is not None
    drives = [read_drive(landmarks, face) for landmarks in faces]
    usual = Drive(
        REST.expression,
        np.median([drive.angles_deg for drive in drives], axis=0),
        float(np.median([drive.scale for drive in drives])),
        np.median([drive.shift for drive in drives], axis=0),
    )
    return player(face).pose(usual)


def player(neutral: Array, performer: Array | None = None) -> Retarget:
    """Poses the face as the stage does, wherever it is asked to go: its lids and lips meet and
    never cross, which the detector's do not.

    Args:
        neutral: (478, 3) the face's own.
        performer: (478, 3) the neutral of whoever drives it; None: the same.
    """
    return Retarget(neutral, _BOUNDLESS, 1, neutral if performer is None else performer)


def seen_limits(drives: Sequence[Drive], unit: float) -> PuppetLimits:
    """How far the head goes in nearly all frames, each way from rest.

    Args:
        drives: against the neutral.
        unit: its eye distance, in parts of the picture's side.
    """

    def reach(values: Array) -> Array:
        return np.asarray(np.percentile(np.abs(values), _PERCENT_WITHIN, axis=0))

    angles = reach(np.stack([drive.angles_deg for drive in drives]))
    scale = float(np.expm1(reach(np.array([drive.scale for drive in drives]))))
    shift = float(reach(np.stack([drive.shift for drive in drives])).max()) * unit
    yaw, pitch, roll = (round(float(angle), 2) for angle in angles)
    return PuppetLimits(yaw, pitch, roll, round(shift, 4), round(scale, 4))
