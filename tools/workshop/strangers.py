"""Disguises for the faces that an encoder learns from: as other cameras, in other light, see them.

An encoder that knows a few paintings only would make nothing of a performer's face: other skin,
other light, another room. What it is shown is changed, what should come out is not.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

_TURN, _GROW, _SHIFT = 0.05, 0.06, 0.05
"""Radians, shares, and half sides: how far a face may lie off where it should."""


def as_strangers(random: np.random.Generator, pictures: Tensor) -> Tensor:
    """Each picture in other colours, light and sharpness, and lying a little elsewhere.

    Args:
        random: of all chance.
        pictures: (B, 3, H, W) in -1..1.

    Returns:
        The same form.
    """
    count = len(pictures)

    def draw(low: float, high: float, channels: int = 1) -> Tensor:
        values = random.uniform(low, high, (count, channels, 1, 1)).astype(np.float32)
        return torch.from_numpy(values).to(pictures.device)

    x = functional.grid_sample(
        pictures, _moved(random, pictures), padding_mode="border", align_corners=False
    )
    grey = x.mean(1, keepdim=True)
    x = grey + draw(0, 1.3) * (x - grey) + draw(-0.2, 0.2, 3)
    x = draw(0.5, 1.5) * x + draw(-0.35, 0.35) + _light(random, x)
    soft = functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    x = x + draw(-0.5, 1) * (soft - x) + 0.03 * torch.randn_like(x)
    return x.clamp(-1, 1)


def _moved(random: np.random.Generator, pictures: Tensor) -> Tensor:
    """(B, H, W, 2) places to fetch from."""
    count = len(pictures)
    angle = random.uniform(-_TURN, _TURN, count)
    grown = 1 + random.uniform(-_GROW, _GROW, count)
    matrix = np.zeros((count, 2, 3), np.float32)
    matrix[:, 0, 0] = matrix[:, 1, 1] = grown * np.cos(angle)
    matrix[:, 1, 0] = grown * np.sin(angle)
    matrix[:, 0, 1] = -matrix[:, 1, 0]
    matrix[:, :, 2] = random.uniform(-_SHIFT, _SHIFT, (count, 2))
    return functional.affine_grid(
        torch.from_numpy(matrix).to(pictures.device), list(pictures.shape), align_corners=False
    )


def _light(random: np.random.Generator, pictures: Tensor) -> Tensor:
    """(B, 1, H, W): brighter from one side."""
    count, _, height, width = pictures.shape
    slope: NDArray[np.float32] = random.normal(0, 0.2, (2, count, 1, 1, 1)).astype(np.float32)
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, width, dtype=np.float32)
    return torch.from_numpy(slope[0] * down + slope[1] * across).to(pictures.device)
