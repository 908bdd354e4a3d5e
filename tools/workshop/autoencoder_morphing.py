"""A decoder that morphs: from latents it tells how to bend some pictures and how to mix them.

Small networks paint faces softly, and a mean of two faces as a double one. Bending keeps each
brush stroke, and what lies between two faces is a face: eyes are mixed with eyes.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from workshop.networks import Block

SHOWN = 256
"""Side of what it paints, in pixels."""
GRID = 32
"""Moves are told for so many places to each side; shares for twice, touches for four times as
many."""
_CHANNELS = (48, 80, 128, 192)
SHARES, TOUCHES = 2, 4


class Layers(NamedTuple):
    """What a picture is made of.

    Args:
        moves: (B, K, 2, 32, 32), how far across and down to fetch from each canvas; 2 is its side.
        shares: (B, K, 64, 64), how much each canvas counts; over the canvases they sum to 1.
        touches: (B, 3, 128, 128), what is added to the colours, which are -1..1.
    """

    moves: Tensor
    shares: Tensor
    touches: Tensor


class Morphing(nn.Module):
    """Latents to picture.

    Args:
        latents: how many.
        canvases: how many pictures are mixed.
    """

    def __init__(self, latents: int, canvases: int) -> None:
        super().__init__()
        coarsest = GRID >> (len(_CHANNELS) - 1)
        values = _CHANNELS[-1] * coarsest**2
        up: list[nn.Module] = []
        for leaving, entering in zip(_CHANNELS, _CHANNELS[1:], strict=False):
            up = [nn.Upsample(scale_factor=2), Block(entering, leaving), *up]
        self.trunk = nn.Sequential(
            nn.Linear(latents, values), nn.Unflatten(1, (_CHANNELS[-1], coarsest, coarsest)), *up
        )
        self.moves, self.shares, self.touches = (
            nn.Conv2d(_CHANNELS[0], leaving, 3, padding=1)
            for leaving in (2 * canvases, canvases * SHARES**2, 3 * TOUCHES**2)
        )
        self.canvases: Tensor
        self.register_buffer("canvases", torch.zeros(canvases, 3, SHOWN, SHOWN))
        # Begin with the canvases as they lie, all of them alike, untouched.
        for head in (self.moves, self.shares, self.touches):
            nn.init.zeros_(head.weight)
            assert head.bias is not None
            nn.init.zeros_(head.bias)

    def forward(self, latents: Tensor) -> Tensor:
        """(B, latents) -> (B, 3, 256, 256) in about -1..1."""
        return self.compose(self.layers(latents), SHOWN)

    def layers(self, latents: Tensor) -> Layers:
        """What the picture is made of."""
        x = self.trunk(latents)  # (B, 48, 32, 32)
        moves = self.moves(x).float()
        moves = moves.reshape(len(moves), -1, 2, GRID, GRID)
        shares = functional.pixel_shuffle(self.shares(x), SHARES).float().softmax(1)
        return Layers(moves, shares, functional.pixel_shuffle(self.touches(x), TOUCHES).float())

    def compose(self, layers: Layers, side: int) -> Tensor:
        """(B, 3, side, side): the canvases bent, mixed and touched up.

        Args:
            layers: as `layers` gives them.
            side: in pixels; 256, or a half, or a quarter of that.
        """
        canvases = functional.avg_pool2d(self.canvases, SHOWN // side)
        moves = _enlarged(layers.moves.flatten(0, 1), side)  # (B K, 2, side, side)
        places = (places_of(side).to(moves) + moves).permute(0, 2, 3, 1)
        count = len(layers.moves)
        bent = functional.grid_sample(
            canvases.repeat(count, 1, 1, 1), places, padding_mode="border", align_corners=False
        ).reshape(count, -1, 3, side, side)
        shares = _enlarged(layers.shares, side)[:, :, None]  # (B, K, 1, side, side)
        return (bent * shares).sum(1) + _enlarged(layers.touches, side)

    def lay_canvases(self, pictures: NDArray[np.uint8]) -> None:
        """Begin with (K, 256, 256, 3) uint8 BGR pictures as canvases."""
        self.canvases.copy_(torch.from_numpy(pictures / 127.5 - 1).permute(0, 3, 1, 2))


@cache
def places_of(side: int) -> Tensor:
    """(1, 2, side, side), where each pixel lies: x and y from -1 to 1, the picture's edges."""
    along = (torch.arange(side) + 0.5) * (2 / side) - 1
    return torch.stack(torch.meshgrid(along, along, indexing="xy"))[None]


def _enlarged(x: Tensor, side: int) -> Tensor:
    if x.shape[-1] == side:
        return x
    return functional.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)
