"""Finds a performer's neutral face by watching: the mean of a second in which nothing happens."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face
from livegan.puppetry import pose, regions

Array = NDArray[np.float64]

STEADY_S = 1.0
# A face counts for nothing in these: mouth further open than this share of the eye distance,
_OPEN_MOUTH = 0.12
# eyes shut to this share of their width,
_SHUT_EYE = 0.12
# or moving faster than this many eye distances a second (mean over the expressive landmarks).
_FAST = 0.35


class Neutral:
    """One performer's neutral, better with each calm frame until it is taken.

    The first frame must do until there is something better; its mouth is shut and its eyes are
    opened, as most people's are at rest. Frames then count by how calm they are. After one
    second's worth of them the neutral is taken and stays until `restart`.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Look for a neutral anew, starting from the next frame."""
        self._calm_s = 0.0
        self._sum: Array | None = None
        self._guess: Array | None = None
        self._last: Array | None = None
        self._last_s = 0.0

    @property
    def taken(self) -> bool:
        """Whether a second of calm has been seen."""
        return self._calm_s >= STEADY_S

    @property
    def face(self) -> Array | None:
        """(478, 3) the neutral as far as it is known; None before the first frame."""
        return self._guess

    def watch(self, landmarks: Array, time_s: float) -> bool:
        """Learn from a frame.

        Args:
            landmarks: (478, 3) in pixels.
            time_s: when it was seen.

        Returns:
            Whether `face` has changed.
        """
        if self.taken:
            return False
        if self._guess is None:
            self._guess = resting(landmarks)
            self._last, self._last_s = landmarks, time_s
            return True
        straight = pose.unpose(landmarks, self._guess, pose.align(landmarks, self._guess))
        step_s = min(max(time_s - self._last_s, 0.0), 0.1)
        weight = step_s * self._calmness(straight, step_s)
        self._last, self._last_s = straight, time_s
        if weight <= 0:
            return False
        if self._sum is None:
            # The first guess weighs as much as a tenth of a second and is soon outweighed.
            self._sum, self._calm_s = 0.1 * self._guess, 0.1
        self._sum += weight * straight
        self._calm_s += weight
        self._guess = self._sum / self._calm_s
        return True

    def _calmness(self, straight: Array, step_s: float) -> float:
        """0 (in the middle of something) to 1 (at rest)."""
        if self._last is None or step_s <= 0:
            return 0.0
        unit = face.eye_distance(straight)
        speed = np.linalg.norm(straight - self._last, axis=1)[_LIVELY].mean() / unit / step_s
        still = max(0.0, 1 - speed / _FAST)
        shut_mouth = max(0.0, 1 - face.mouth_opening(straight) / _OPEN_MOUTH)
        open_eyes = np.clip((min(face.eye_opening(straight)) - _SHUT_EYE) / 0.1, 0, 1)
        return float(still * min(1.0, 1.5 * shut_mouth) * open_eyes)


_LIVELY = list(face.LIP_OUTER_UPPER + face.LIP_OUTER_LOWER + face.RIGHT_BROW_UPPER
               + face.LEFT_BROW_UPPER + face.RIGHT_EYE_UPPER + face.LEFT_EYE_UPPER)


def resting(landmarks: Array) -> Array:
    """(478, 3) the same face with its mouth shut and its eyes at least half open: a first guess."""
    guess = landmarks.astype(np.float64)
    axes = pose.face_axes(guess)
    down = axes[:, 1]
    upper, lower = (list(line) for line in regions.INNER_LIPS)
    gap = (guess[lower] - guess[upper]) @ down
    guess[lower] -= np.maximum(gap, 0)[:, None] * down
    below = [17, 84, 314, 181, 405, 91, 321, 152, 148, 377, 176, 400, 18, 200, 199, 175]
    guess[below] -= max(float(gap.max()), 0.0) * down
    for (above, under), opening in zip(regions.LIDS, face.eye_opening(guess), strict=True):
        if opening < 0.25:
            middle = list(above[1:-1])
            arch = np.sin(np.linspace(0, np.pi, len(above)))[1:-1, None]
            width = np.linalg.norm(guess[under[0]] - guess[under[-1]])
            guess[middle] -= (0.3 - opening) * width * arch * down
    return guess
