"""What a network of the recipe `live` paints, picture by picture as the exported one does."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from workshop.networks import UNet


def paint(network: UNet, drawings: NDArray[np.uint8], batch: int = 16) -> NDArray[np.uint8]:
    """(N, H, W, 3) uint8 BGR drawings -> pictures of the same form."""
    device = next(network.parameters()).device
    pictures = []
    network.eval()
    with torch.inference_mode():
        for start in range(0, len(drawings), batch):
            x = torch.from_numpy(drawings[start : start + batch]).to(device)
            painted = network(x.permute(0, 3, 1, 2).float() / 255)  # (B, 3, H, W)
            painted = (painted * 127.5 + 127.5).round().clamp(0, 255).byte()
            pictures.append(painted.permute(0, 2, 3, 1).cpu().numpy())
    return np.concatenate(pictures)
