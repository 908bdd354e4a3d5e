"""Carries a performer's expression and head motion onto a puppet's own face.

Both faces are looked at in their own axes with the eye distance as unit. What the performer's
face does against its neutral is the expression; it is fitted to the puppet part by part (a lid
that shuts the performer's eye shuts the puppet's, however wide each of them opens) and added to
the puppet's neutral. The head's turn, size and place follow as far as the puppet has learnt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from livegan.face_topology import COUNT, eye_distance
from livegan.puppetry import pose, regions

Array = NDArray[np.float64]


class Limits(Protocol):
    """How far the puppet has learnt to go, each way from its neutral."""

    @property
    def yaw_deg(self) -> float: ...
    @property
    def pitch_deg(self) -> float: ...
    @property
    def roll_deg(self) -> float: ...
    @property
    def shift(self) -> float:
        """In parts of the picture's side."""

    @property
    def scale(self) -> float:
        """In parts of the neutral's size."""


@dataclass(frozen=True, eq=False)
class Drive:
    """What the performer does, free of how the performer looks.

    Args:
        expression: (478, 3) float64, moves of the landmarks against the neutral, in the face's
            own axes, in eye distances.
        angles_deg: (3,) yaw, pitch, roll of the head against the neutral.
        scale: size against the neutral, as a natural logarithm.
        shift: (2,) move in the picture of the point that the head turns about, in eye distances.
    """

    expression: Array
    angles_deg: Array
    scale: float
    shift: Array

    def pack(self) -> Array:
        """(1440,) all of it in one row, so that drives can be mixed."""
        return np.concatenate([self.expression.ravel(), self.angles_deg, [self.scale], self.shift])

    @staticmethod
    def unpack(row: Array) -> Drive:
        """Undoes `pack`."""
        expression, head = row[: 3 * COUNT], row[3 * COUNT :]
        return Drive(expression.reshape(COUNT, 3), head[:3], float(head[3]), head[4:])


_SHUT = 0.25

REST = Drive(np.zeros((COUNT, 3)), np.zeros(3), 0.0, np.zeros(2))
"""A drive that does nothing."""


def read_drive(landmarks: Array, neutral: Array) -> Drive:
    """What the performer does now.

    Args:
        landmarks, neutral: (478, 3) of the same performer and crop, in pixels.
    """
    lie = pose.align(landmarks, neutral)
    straight = pose.unpose(landmarks, neutral, lie)
    unit = eye_distance(neutral)
    expression = (straight - neutral) @ pose.face_axes(neutral) / unit
    # The landmarks swing with a turn; the point that the head turns about only moves with the body.
    arm = _pivot(neutral) - pose.centre(neutral)
    shift = lie.shift + (lie.scale * lie.rotation @ arm - arm)[:2]
    angles = pose.to_angles(lie.rotation)
    return Drive(expression, angles, float(np.log(lie.scale)), shift / unit)


def _pivot(neutral: Array) -> Array:
    """(3,) what the head turns about: the neck's top, half an eye distance below the eyes and 1.1
    behind the skin."""
    arm: Array = eye_distance(neutral) * pose.face_axes(neutral) @ np.array([0.0, 0.5, 1.1])
    return pose.centre(neutral) + arm


def soften(value: Array | float, limit: Array | float) -> Array:
    """Follows `value` up to 60 % of the limit, then bends so that the limit is never passed."""
    knee = 0.6 * np.asarray(limit)
    over = np.maximum(np.abs(value) - knee, 0)
    room = np.maximum(np.asarray(limit) - knee, 1e-9)
    bent = np.minimum(np.abs(value), knee) + room * np.tanh(over / room)
    return np.asarray(np.sign(value) * bent)


class Retarget:
    """Poses one puppet after one performer.

    Args:
        puppet: (478, 3) the puppet's neutral landmarks in pixels of its square picture.
        limits: how far it has learnt to go.
        size_px: side of that picture.
        performer: (478, 3) the performer's neutral landmarks in pixels of the crop.

    Attributes:
        fit: (478, 3) float64, how much larger each move is on the puppet's face.
        gain_weights: (478,) each, the parts of the face that have a gain of their own.
        lid_weights: two (478,), what belongs to the right eye's lids and to the left's.
        blink: (478, 3) float64, the expression that shuts the puppet's eyes.
    """

    def __init__(self, puppet: Array, limits: Limits, size_px: int, performer: Array) -> None:
        self._puppet = puppet.astype(np.float64)
        self._axes = pose.face_axes(self._puppet)
        self._unit = eye_distance(self._puppet)
        self._face = pose.canonical(self._puppet)
        self._angle_limits = np.array([limits.yaw_deg, limits.pitch_deg, limits.roll_deg])
        self._scale_limit = float(np.log1p(limits.scale))
        self._shift_limit = limits.shift * size_px
        self._pivot = _pivot(self._puppet)
        self.gain_weights = regions.gain_weights(self._face)
        self.lid_weights = regions.eye_weights(self._face)
        self._mouth = regions.closeness(self._face, regions.LIPS, 0.3)[:, None]
        self.fit_to(performer)

    def fit_to(self, performer: Array) -> None:
        """Play after another neutral: that of another performer, or a better one of this.

        Args:
            performer: (478, 3) in pixels of the crop.
        """
        self.fit = self._fitting(pose.canonical(performer.astype(np.float64)))
        self.blink = self._shut_eyes()

    def _fitting(self, performer: Array) -> Array:
        """(478, 3) how much larger each move is on the puppet's face than on the performer's."""
        ours = np.ptp(self._face[[61, 291], 0]) / np.ptp(performer[[61, 291], 0])
        fit = np.repeat(1 + self._mouth * (np.clip(ours, 0.6, 1.6) - 1), 3, axis=1)
        pairs = zip(regions.LIDS, regions.IRISES, self.lid_weights, strict=True)
        for (upper, lower), iris, weight in pairs:
            wide = _width(self._face, upper) / _width(performer, upper)
            high = _gap(self._face, upper, lower) / max(_gap(performer, upper, lower), 1e-3)
            fit[:, 1] += weight * (np.clip(high, 0.4, 2.5) - fit[:, 1])
            fit[list(iris)] = np.clip(wide, 0.5, 2.0)
        return fit

    def _shut_eyes(self) -> Array:
        """(478, 3) the expression that shuts both of the puppet's eyes: upper lids meet lower."""
        shut = np.zeros((COUNT, 3))
        for (upper, lower), weight in zip(regions.LIDS, self.lid_weights, strict=True):
            # The skin above follows the lid less the farther it lies from it.
            above = weight * (self._face[:, 1] <= self._face[list(lower), 1].max())
            shut += above[:, None] * [0.0, _gap(self._face, upper, lower), 0.0]
            shut[list(lower)] = 0.0
            shut[list(upper)] = self._face[list(lower)] - self._face[list(upper)]
        return np.asarray(shut / np.maximum(self.fit, 1e-3))

    def pose(self, drive: Drive, *, head_gain: float = 1.0) -> Array:
        """(478, 3) the puppet's landmarks in pixels of its picture."""
        shape = self._face + self.fit * drive.expression
        _keep_apart(shape, self._face)
        straight = pose.centre(self._puppet) + self._unit * shape @ self._axes.T
        angles = soften(head_gain * drive.angles_deg, self._angle_limits)
        scale = np.exp(soften(head_gain * drive.scale, self._scale_limit))
        turned = scale * (straight - self._pivot) @ pose.to_rotation(angles).T + self._pivot
        turned[:, :2] += soften(head_gain * drive.shift * self._unit, self._shift_limit)
        return np.asarray(turned)


def _width(shape: Array, line: tuple[int, ...]) -> float:
    return float(np.linalg.norm(shape[line[0]] - shape[line[-1]]))


def _gap(shape: Array, upper: tuple[int, ...], lower: tuple[int, ...]) -> float:
    middle = slice(3, 6)
    return float(np.mean(shape[list(lower[middle]), 1] - shape[list(upper[middle]), 1]))


def _keep_apart(shape: Array, neutral: Array) -> None:
    """Lips and lids touch but never cross: where they would, both go to the middle (in place)."""
    above, below = _FACING_LIDS
    rest = np.maximum(neutral[below, 1] - neutral[above, 1], 1e-4)
    open_share = (shape[below, 1] - shape[above, 1]) / rest
    # The detector leaves a shut eye a quarter open, so that much counts as shut.
    share = np.where(open_share < 1, (open_share - _SHUT) / (1 - _SHUT), open_share)
    shape[above, 1] += (open_share - np.maximum(share, 0)) * rest
    above, below = _FACING
    # A neutral may cross by a hair where the detector saw it so; that much is left alone.
    least = np.minimum(neutral[below, 1] - neutral[above, 1], 0)
    half = np.maximum(shape[above, 1] - shape[below, 1] + least, 0) / 2
    shape[above, 1] -= half
    shape[below, 1] += half


def _facing(*lines: tuple[regions.Line, regions.Line]) -> NDArray[np.int64]:
    """(2, N) the landmarks of upper and lower lines that face each other, corners left out."""
    pairs = [(upper[1:-1], lower[1:-1]) for upper, lower in lines]
    return np.array([np.concatenate(line) for line in zip(*pairs, strict=True)])


_FACING_LIDS = _facing(*regions.LIDS)
_FACING = _facing(regions.INNER_LIPS, *regions.LIDS)
