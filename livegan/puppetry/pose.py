"""How a head lies: a similarity between two sets of landmarks, and the axes of a face.

All directions are the picture's: x right, y down, z away from the camera.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livegan.face_topology import STEADY, eye_distance

Array = NDArray[np.float64]
_STEADY = np.array(STEADY)
_MIRRORED = np.array([(33, 263), (133, 362), (127, 356), (234, 454), (54, 284)])
"""Landmarks of the right and the left half that mirror each other."""


@dataclass(frozen=True, eq=False)
class Pose:
    """A similarity: `landmarks = scale * (neutral - centre) @ rotation.T + centre + shift`.

    Args:
        rotation: (3, 3) float64.
        scale: over the neutral's size, 1 is the same.
        shift: (2,) float64, in pixels, how far the centre has moved in the picture.
    """

    rotation: Array
    scale: float
    shift: Array


def centre(landmarks: NDArray[np.floating[Any]]) -> Array:
    """(3,) the mean of the landmarks that the skull carries."""
    return np.asarray(landmarks[_STEADY].sum(axis=0, dtype=np.float64) / len(_STEADY))


def align(landmarks: Array, neutral: Array) -> Pose:
    """The similarity that carries `neutral` best onto `landmarks`, judged by the skull.

    Args:
        landmarks, neutral: (478, 3), any unit.

    Least squares after Umeyama, "Least-squares estimation of transformation parameters between
    two point patterns", PAMI 13(4), 1991.
    """
    here, there = centre(neutral), centre(landmarks)
    source, target = neutral[_STEADY] - here, landmarks[_STEADY] - there
    left, stretch, right = np.linalg.svd(target.T @ source)
    turn = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    rotation = (left * turn) @ right
    scale = float((stretch * turn).sum() / (source**2).sum())
    return Pose(rotation, scale, (there - here)[:2])


def unpose(landmarks: Array, neutral: Array, pose: Pose) -> Array:
    """(478, 3) the landmarks with the head put back to where the neutral holds it."""
    posed: Array = (landmarks - centre(landmarks)) @ pose.rotation
    return posed / pose.scale + centre(neutral)


def face_axes(landmarks: NDArray[np.floating[Any]]) -> Array:
    """(3, 3) the face's own axes as columns: to its left, down the face, into the head."""
    # Pairs of landmarks that mirror each other tell across; forehead to chin tells down.
    right, left = landmarks[_MIRRORED.T].sum(axis=1, dtype=np.float64)
    across = _unit(left - right)
    down = landmarks[152].astype(np.float64) - landmarks[10]
    down = _unit(down - across * (down @ across))
    inward = across[[1, 2, 0]] * down[[2, 0, 1]] - across[[2, 0, 1]] * down[[1, 2, 0]]
    return np.stack([across, down, inward], axis=1)


def _unit(vector: Array) -> Array:
    return np.asarray(vector / math.sqrt(vector @ vector))


def canonical(landmarks: Array) -> Array:
    """(478, 3) in the face's own axes, centred on the skull's landmarks, eye distance 1."""
    shape = (landmarks - centre(landmarks)) @ face_axes(landmarks)
    return np.asarray(shape / eye_distance(landmarks))


def to_angles(rotation: Array) -> Array:
    """(3,) yaw, pitch, roll in degrees: positive turns to the picture's right, up, and leans right.

    The rotation is roll after pitch after yaw (about z, then x, then y, from the outside in).
    """
    pitch = np.arcsin(np.clip(rotation[2, 1], -1, 1))
    yaw = np.arctan2(-rotation[2, 0], rotation[2, 2])
    roll = np.arctan2(-rotation[0, 1], rotation[1, 1])
    return np.degrees(np.array([-yaw, -pitch, roll], np.float64))


def to_rotation(angles_deg: Array) -> Array:
    """(3, 3) the rotation of yaw, pitch and roll in degrees; undoes `to_angles`."""
    yaw, pitch, roll = np.radians(angles_deg) * np.array([-1, -1, 1])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array(
        [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    )
    about_z = np.array(
        [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    )
    return np.asarray(about_z @ about_x @ about_y)
