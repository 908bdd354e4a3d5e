"""One Euro filter: still when the signal is still, quick when it is quick.

Casiez, Roussel, Vogel: "1 Euro Filter: a simple speed-based low-pass filter for noisy input in
interactive systems", CHI 2012. Here a speed that noise alone gives doesn't count, and the speed
itself is hardly filtered: at the paper's 1 Hz a blink is over before its speed is seen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def _weight(cutoff_hz: Array | float, step_s: float) -> Array | float:
    """Share of the new value in a first-order low-pass with that cutoff (equation 3 there)."""
    turn = 2 * np.pi * step_s * cutoff_hz
    return turn / (turn + 1)


class OneEuro:
    """Filters an array of values; each has its own speed.

    Args:
        cutoff_hz: cutoff for a still signal; lower is calmer. It may be changed at any time.
        beta: how much the cutoff rises with speed, in Hz per (unit a second).
        noise: speed that counts as none, in units a second.
        speed_cutoff_hz: cutoff of the low-pass on the speed itself.
    """

    def __init__(
        self, cutoff_hz: float, beta: float, noise: float = 0.0, speed_cutoff_hz: float = 30.0
    ) -> None:
        self.cutoff_hz = cutoff_hz
        self._beta = beta
        self._noise = noise
        self._speed_cutoff_hz = speed_cutoff_hz
        self.reset()

    def reset(self) -> None:
        """Forget everything: the next value passes as it is."""
        self._time_s = 0.0
        self._value: Array | None = None
        self._speed: Array | None = None

    def __call__(self, value: Array, time_s: float, unit: float = 1.0) -> Array:
        """The filtered value.

        Args:
            value: any shape, the same at each call until `reset`.
            time_s: when it was measured, in seconds, rising.
            unit: what counts as one in the value's own measure when its speed is judged.
        """
        if self._value is None or self._speed is None:
            self._value, self._speed, self._time_s = value, np.zeros_like(value), time_s
            return value
        step_s = max(time_s - self._time_s, 1e-3)
        speed = (value - self._value) / step_s
        self._speed = self._speed + _weight(self._speed_cutoff_hz, step_s) * (speed - self._speed)
        moving = np.maximum(np.abs(self._speed) / unit - self._noise, 0)
        cutoff_hz = self.cutoff_hz + self._beta * moving
        self._value = self._value + _weight(cutoff_hz, step_s) * (value - self._value)
        self._time_s = time_s
        return self._value
