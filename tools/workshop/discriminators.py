"""The networks that training plays against: they tell painted pictures from true ones."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from workshop.networks import SLOPE


class PatchDiscriminator(nn.Module):
    """Judges a picture beside its drawing, patch by patch (52 x 52 pixels).

    Folded 2 x 2 first and without norms: 0.1 GMAC for 128 x 128 pixels. Spectral norm keeps it
    from running away from the generator.

    Args:
        width: channels of the first layer.
    """

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        folded = 6 * 4
        self.layers = nn.ModuleList(
            [
                spectral_norm(nn.Conv2d(folded, width, 4, 2, 1)),
                spectral_norm(nn.Conv2d(width, 2 * width, 4, 2, 1)),
                spectral_norm(nn.Conv2d(2 * width, 2 * width, 3, 1, 1)),
            ]
        )
        self.verdict = spectral_norm(nn.Conv2d(2 * width, 1, 3, 1, 1))

    def forward(self, drawing: Tensor, picture: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Judge (B, 3, H, W) drawings in 0..1 with their pictures in -1..1.

        Returns:
            (B, 1, H/8, W/8) verdicts, true above 0 and painted below, and the features of each
            layer.
        """
        x = torch.cat([2 * drawing - 1, picture], 1)  # (B, 6, H, W)
        x = functional.pixel_unshuffle(x, 2)  # (B, 24, H/2, W/2)
        features = []
        for layer in self.layers:
            x = functional.leaky_relu(layer(x), SLOPE)
            features.append(x)
        return self.verdict(x), features
