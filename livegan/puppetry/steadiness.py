"""Takes the shaking out of a performer's landmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livegan.face_topology import eye_distance
from livegan.puppetry.one_euro import OneEuro

Array = NDArray[np.float64]

# Camera noise of sigma 4 moves landmarks at up to 0.2 eye distances a second.
_NOISE = 0.2
_BETA = 40.0


class Steadiness:
    """One Euro in eye distances: a small face is not smoothed harder than a near one."""

    def __init__(self) -> None:
        self._filter = OneEuro(_cutoff_hz(0.5), _BETA, _NOISE)

    def reset(self) -> None:
        """Forget everything: the next face passes as it is."""
        self._filter.reset()

    def __call__(self, performer: Array, time_s: float, smoothing: float) -> Array:
        """The landmarks, steadier.

        Args:
            performer: (478, 3) in pixels of any scale.
            time_s: when they were seen, in seconds, rising.
            smoothing: 0 (raw) to 1 (calmest); while it is played, nothing jumps.
        """
        if smoothing <= 0:
            self.reset()
            return performer
        self._filter.cutoff_hz = _cutoff_hz(smoothing)
        return self._filter(performer, time_s, eye_distance(performer))


def _cutoff_hz(smoothing: float) -> float:
    """8 Hz when still near 0, 2 Hz at 0.5, 0.5 Hz at 1."""
    return float(0.5 * 16 ** (1 - smoothing))
