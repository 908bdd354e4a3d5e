"""Faces for tests: landmarks from the motion that ships, placed in a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livegan.face_topology import Landmarks
from livegan.puppetry import pose
from workshop import motion

Array = NDArray[np.float64]
EYES_PX = 50.0


def neutral_face(performer: int = 0, *, eyes_px: float = EYES_PX, at: float = 128.0) -> Array:
    """(478, 3) a resting face looking straight at the camera, its middle at (`at`, `at`)."""
    return np.asarray(motion.load()[performer].neutral * eyes_px + [at, at, 0.0])


def moved(
    face: Array,
    angles_deg: tuple[float, float, float],
    scale: float = 1.0,
    shift: tuple[float, float] = (0.0, 0.0),
) -> Array:
    """(478, 3) the same face with its head turned, nearer or farther, elsewhere."""
    middle = pose.centre(face)
    turned = scale * (face - middle) @ pose.to_rotation(np.array(angles_deg)).T + middle
    turned[:, :2] += shift
    return np.asarray(turned)


def open_mouthed(face: Array, gap_px: float) -> Array:
    """(478, 3) the face with lower lip and chin dropped by `gap_px`."""
    dropped = face.copy()
    lower = [95, 88, 178, 87, 14, 317, 402, 318, 324, 146, 91, 181, 84, 17, 314, 405, 321, 375]
    dropped[[*lower, 152, 148, 377, 176, 400, 18, 200, 199, 175], 1] += gap_px
    return dropped


def shut_eyed(face: Array, share: float = 1.0) -> Array:
    """(478, 3) the face with its upper lids lowered: 1 onto the lower ones."""
    shut = face.copy()
    for upper, lower in (
        ((246, 161, 160, 159, 158, 157, 173), (7, 163, 144, 145, 153, 154, 155)),
        ((466, 388, 387, 386, 385, 384, 398), (249, 390, 373, 374, 380, 381, 382)),
    ):
        shut[list(upper)] += share * (face[list(lower)] - face[list(upper)])
    return shut


def as_seen(face: Array) -> Landmarks:
    """As a detector hands it over."""
    return face.astype(np.float32)
