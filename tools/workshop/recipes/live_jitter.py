"""Drawings as they would be a moment later, though nothing moved: the noise of a face detector."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

NOISE_PX = 0.5
"""How far landmarks tremble on a still face, in pixels of a drawing of 256, and a little more."""
KNOTS = 9
"""Neighbouring landmarks tremble together: so many of these across the picture do not."""


def jittered(random: np.random.Generator, drawings: Tensor) -> Tensor:
    """(B, 3, H, W) drawings, every place moved by a fraction of a pixel."""
    count, _, height, width = drawings.shape
    noise = random.normal(0, 2 * NOISE_PX / 256, (count, 2, KNOTS, KNOTS)).astype(np.float32)
    moves = torch.from_numpy(noise).to(drawings)
    moves = functional.interpolate(moves, (height, width), mode="bilinear", align_corners=True)
    still = torch.eye(2, 3).expand(count, -1, -1)
    places = functional.affine_grid(still, [count, 3, height, width], align_corners=False)
    places = places.to(drawings) + moves.permute(0, 2, 3, 1)
    return functional.grid_sample(drawings, places, align_corners=False)
