"""The generator that livegan trains: a U-Net that works on small pictures of many channels.

The drawing is folded 4 x 4 pixels into channels first (space to depth), so that the costly layers
run at a quarter of its width and height; the picture is unfolded from channels last. At 256 x 256
that is half a GMAC, where the classic U-Net of pix2pix takes six: 10 ms on one core.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from livegan.errors import UsageError

SLOPE = 0.2
"""Of the leaky ReLU after each block, as in pix2pix."""


REACH = 1.0
"""A move of 1 fetches from this far, in half sides: so large that moves are learnt in minutes."""


class Layers(NamedTuple):
    """What a picture is made of.

    Args:
        colours: (B, 3, H, W) in about -1..1, what the network paints.
        veil: (B, 1, H, W), 1 where that shows, 0 where the canvas does.
        moves: (B, 2, H, W), how far across and down to fetch from the canvas; 2 is its side.
    """

    colours: Tensor
    veil: Tensor
    moves: Tensor


@dataclass(frozen=True)
class UNetShape:
    """What must be known to build the network.

    Args:
        size: height and width of drawing and picture in pixels.
        width: channels at the finest level; twice and four times that below.
        depth: how often the picture is halved after folding.
        stem: pixels that are folded into channels, to each side.

    Raises:
        UsageError: the size can't be folded and halved that often.
    """

    size: tuple[int, int]
    width: int = 48
    depth: int = 4
    stem: int = 4

    def __post_init__(self) -> None:
        if min(self.width, self.depth, self.stem) < 1:
            raise UsageError("width, depth and stem are whole numbers of at least 1")
        step = self.stem * 2**self.depth
        if any(side % step for side in self.size):
            height, width = self.size
            raise UsageError(
                f"pictures of {height} x {width} don't fit a network of stem {self.stem} and "
                f"depth {self.depth}; wanted multiples of {step}"
            )

    def channels(self, level: int) -> int:
        """Channels `level` halvings below the finest."""
        return self.width * min(1 << level, 4)

    def area(self, level: int) -> tuple[int, int]:
        """Height and width `level` halvings below the finest."""
        step = self.stem * 2**level
        return self.size[0] // step, self.size[1] // step


class Block(nn.Module):
    """Convolution, normalisation, backdrop, leaky ReLU.

    Args:
        entering, leaving: channels.
        kernel: 1 or 3 pixels to each side.
        stride: 2 halves the picture.
        area: height and width of what leaves, if the block has a backdrop: a learned value for
            each place, which keeps what never moves (a painting's background) at no cost in time.
    """

    def __init__(
        self,
        entering: int,
        leaving: int,
        kernel: int = 3,
        stride: int = 1,
        area: tuple[int, int] | None = None,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(entering, leaving, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(leaving)
        self.backdrop = None if area is None else nn.Parameter(torch.zeros(1, leaving, *area))

    def forward(self, x: Tensor) -> Tensor:
        """(B, entering, H, W) -> (B, leaving, H / stride, W / stride)."""
        x = self.norm(self.conv(x))
        if self.backdrop is not None:
            x = x + self.backdrop
        return functional.leaky_relu(x, SLOPE)


class UNet(nn.Module):
    """Drawing in, picture out, both in BGR.

    A drawing is 0 (black) to 1, so that the zeros around it are black too and the scale can be
    folded into the first convolution at export; a picture is -1 to 1 and not clipped.

    Skips are added, not joined, and what comes from below is narrowed before it is doubled:
    half the work of the usual U-Net of this width.

    The picture has two layers. Below lies a canvas, one still picture, of which each
    place is fetched from somewhere near: so hair and brush strokes move with the head and stay as
    sharp as they are painted, which no small network could repaint. Above lies what the network
    paints itself, for all that the canvas does not have (an open mouth, a shut eye), under a veil
    that says where it shows.
    """

    def __init__(self, shape: UNetShape) -> None:
        super().__init__()
        self.shape = shape
        folded = 3 * shape.stem**2
        levels = range(shape.depth)
        ch = shape.channels
        self.stem = Block(folded, ch(0), kernel=1)
        self.down = nn.ModuleList(Block(ch(i), ch(i + 1), stride=2) for i in levels)
        self.narrow = nn.ModuleList(nn.Conv2d(ch(i + 1), ch(i), 1) for i in levels)
        self.up = nn.ModuleList(Block(ch(i), ch(i), area=shape.area(i)) for i in levels)
        # After the colours: the veil, and how far to reach across and down on the canvas.
        self.head = nn.Conv2d(ch(0), folded + 3, 3, padding=1)
        # Given, not learnt: learning would blur it until it is not wrong where moves are.
        self.canvas: Tensor
        self.register_buffer("canvas", torch.zeros(1, 3, *shape.size))
        self._unfold_alike()

    def forward(self, drawing: Tensor) -> Tensor:
        """(B, 3, H, W) in 0..1 -> (B, 3, H, W) in about -1..1."""
        return self.compose(self.layers(drawing))

    def layers(self, drawing: Tensor) -> Layers:
        """What the picture is made of, for a drawing of (B, 3, H, W) in 0..1."""
        x = functional.pixel_unshuffle(drawing, self.shape.stem)  # (B, 3 S S, H/S, W/S)
        x = self.stem(x)  # (B, C0, H/S, W/S)
        skips = []
        for down in self.down:
            skips.append(x)
            x = down(x)  # (B, Ci+1, H/S/2^(i+1), ...)
        for level in reversed(range(self.shape.depth)):
            x = functional.interpolate(self.narrow[level](x), scale_factor=2.0, mode="nearest")
            x = self.up[level](x + skips[level])  # (B, Ci, H/S/2^i, ...)
        painted = self.head(x)  # (B, 3 S S + 3, H/S, W/S)
        colours = functional.pixel_shuffle(painted[:, :-3], self.shape.stem)  # (B, 3, H, W)
        # In f32 whatever the convolutions are: moves are fractions of a pixel, and rounded to the
        # 8 bits of bf16 they bend everywhere; training, which makes bending dear, fell apart.
        moves = functional.interpolate(
            painted[:, -3:].float(), scale_factor=float(self.shape.stem), mode="bilinear"
        )  # (B, 3, H, W)
        return Layers(colours, torch.sigmoid(moves[:, :1]), REACH * moves[:, 1:])

    def compose(self, layers: Layers) -> Tensor:
        """(B, 3, H, W), the canvas moved, and painted over where the veil is 1."""
        places = self.places.to(layers.moves) + layers.moves  # (B, 2, H, W)
        moved = functional.grid_sample(
            self.canvas.expand(len(places), -1, -1, -1),
            places.permute(0, 2, 3, 1),
            padding_mode="border",
            align_corners=False,
        )
        return moved + layers.veil * (layers.colours - moved)

    @cached_property
    def places(self) -> Tensor:
        """(1, 2, H, W), where each pixel lies: x and y from -1 to 1, the picture's edges."""
        height, width = self.shape.size
        down = (torch.arange(height) + 0.5) * (2 / height) - 1
        across = (torch.arange(width) + 0.5) * (2 / width) - 1
        return torch.stack(torch.meshgrid(across, down, indexing="xy"))[None]

    def lay_canvas(self, picture: NDArray[np.uint8]) -> None:
        """Begin with a picture, (H, W, 3) uint8 BGR, as the canvas."""
        with torch.no_grad():
            self.canvas.copy_(torch.from_numpy(picture / 127.5 - 1).permute(2, 0, 1)[None])

    def freeze_norms(self) -> None:
        """From now on normalise with the running statistics, as the exported network does."""
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()

    def _unfold_alike(self) -> None:
        # All pixels of a 4 x 4 fold begin alike (ICNR), else training begins with a checkerboard.
        with torch.no_grad():
            area = self.shape.stem**2
            colours = self.head.weight[:-3]
            colours.copy_(colours[::area].repeat_interleave(area, 0))
            assert self.head.bias is not None
            self.head.bias.zero_()
            # Begin with the canvas as it lies, hardly veiled: what it can show it should.
            self.head.weight[-3:] = 0
            self.head.bias[-3] = -2
