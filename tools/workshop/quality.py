"""How near painted pictures come to what they should be."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def psnr_db(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Peak signal to noise ratio of two stacks of pictures, in decibels; infinite when equal."""
    error = float(np.mean((one.astype(np.float32) - other.astype(np.float32)) ** 2))
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def picture_metrics(
    painted: NDArray[np.uint8], targets: NDArray[np.uint8]
) -> dict[str, float]:
    """What a card tells of held-out pairs.

    Args:
        painted, targets: (N, H, W, 3) uint8.

    Returns:
        `l1` in grey levels (0..255) and `psnr_db`, at most 100.
    """
    difference = np.abs(painted.astype(np.int16) - targets.astype(np.int16))
    return {
        "l1": round(float(difference.mean()), 4),
        "psnr_db": round(min(100.0, psnr_db(painted, targets)), 3),
    }
