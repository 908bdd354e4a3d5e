"""A walk from one random face to the next."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Latents = NDArray[np.floating[Any]]


def drift(place: float, count: int, seed: int = 0) -> Latents:
    """Where the walk is.

    At each whole number lies a random draw, and between two the walk eases from one to the other
    along a quarter of an ellipse: so every place is as likely a draw as those are (a straight line
    would pass nearer to the mean). It begins at 0, the mean.

    Args:
        place: how far it has gone, in draws; at least 0.
        count: how many latents.
        seed: of the draws.

    Returns:
        (count,) float64; from place 1 on standard normal.
    """
    before = math.floor(place)
    share = place - before
    turn = math.pi / 2 * share * share * (3 - 2 * share)
    return math.cos(turn) * _draw(before, count, seed) + math.sin(turn) * _draw(
        before + 1, count, seed
    )


def _draw(number: int, count: int, seed: int) -> Latents:
    if number == 0:
        return np.zeros(count)
    return np.random.default_rng((seed, number)).standard_normal(count)
