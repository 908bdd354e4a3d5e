"""The U-Net of the pix2pix paper (Isola 2017, section 6.1.1) in PyTorch: unet_256 of its authors.

Only for its speed: its weights are whatever they begin as. The workshop has one that learns.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_WIDTHS = (64, 128, 256, 512, 512, 512, 512, 512)


class ClassicUNet(nn.Module):
    """Halvings down to one pixel, doublings back, and each level's picture beside the next.

    Args:
        widths: channels after each halving; the paper's for 256 x 256.
    """

    def __init__(self, widths: tuple[int, ...] = _WIDTHS) -> None:
        super().__init__()
        last = len(widths) - 1
        self.downs = nn.ModuleList()
        self.ups = nn.ModuleList()
        for level, width in enumerate(widths):
            outer = widths[level - 1] if level else 3
            normed = 0 < level < last
            down: list[nn.Module] = [nn.LeakyReLU(0.2)] if level else []
            down.append(nn.Conv2d(outer, width, 4, 2, 1, bias=False))
            self.downs.append(nn.Sequential(*down, *([nn.BatchNorm2d(width)] if normed else [])))
            entering = width if level == last else 2 * width
            up: list[nn.Module] = [nn.ReLU()]
            up.append(nn.ConvTranspose2d(entering, outer, 4, 2, 1, bias=level == 0))
            self.ups.append(nn.Sequential(*up, nn.BatchNorm2d(outer) if level else nn.Tanh()))

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) in -1..1 -> the same; H and W are multiples of 2 ** len(widths)."""
        passed: list[Tensor] = []
        for down in self.downs:
            x = down(x)
            passed.append(x)
        x = passed.pop()
        for level in range(len(self.ups) - 1, -1, -1):
            x = self.ups[level](x)
            if level:
                x = torch.cat([passed.pop(), x], 1)
        return x

    @property
    def parameter_count(self) -> int:
        """How many numbers it has learnt, or would have."""
        return sum(weight.numel() for weight in self.parameters())
