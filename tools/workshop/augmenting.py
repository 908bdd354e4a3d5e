"""Disguises for the few pictures of a small dataset, so that no discriminator knows them by heart.

Differentiable augmentation (Zhao 2020, "Differentiable Augmentation for Data-Efficient GAN
Training"): true and painted pictures are both shown shifted and with a part cut out, and what the
generator learns comes back through it. Colours stay: a drawing and its picture are judged together.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

SHIFT = 1 / 8
"""Of the side, at most, as there."""
CUT = 1 / 2
"""Side of the part that is cut out, of the side, as there."""


def augmented(random: np.random.Generator, *images: Tensor) -> list[Tensor]:
    """Each batch shifted and cut alike; what comes in at the edges and the cut are 0.

    Args:
        random: draws one shift and one cut for each place in the batch.
        images: (B, C, H, W) each, all of one B, H and W.
    """
    count, _, height, width = images[0].shape
    reach = round(height * SHIFT), round(width * SHIFT)
    hole = round(height * CUT), round(width * CUT)
    shifts = random.integers(-np.array(reach), np.array(reach) + 1, size=(count, 2))
    first = -np.array(hole) // 2
    corners = random.integers(first, first + (height, width), size=(count, 2))
    kept = torch.ones(count, 1, height, width, device=images[0].device)
    for one, (y, x) in zip(kept, corners.tolist(), strict=True):
        one[:, max(y, 0) : y + hole[0], max(x, 0) : x + hole[1]] = 0
    return [_shifted(image, reach, shifts) * kept for image in images]


def _shifted(image: Tensor, reach: tuple[int, int], shifts: NDArray[np.int64]) -> Tensor:
    height, width = image.shape[2:]
    padded = functional.pad(image, (reach[1], reach[1], reach[0], reach[0]))
    parts = [
        one[:, reach[0] + y : reach[0] + y + height, reach[1] + x : reach[1] + x + width]
        for one, (y, x) in zip(padded, shifts.tolist(), strict=True)
    ]
    return torch.stack(parts).contiguous(memory_format=torch.channels_last)
