"""The classic networks, weight for weight as pytorch-CycleGAN-and-pix2pix has them.

Their state dicts have the very keys of that project's `latest_net_G.pth` and `latest_net_D.pth`,
so weights go both ways without renaming. Pictures are RGB from -1 to 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import torch
from torch import Tensor, nn

from workshop.classic_forms import Form, Norm, ResNetForm, UNetForm

NormMode = Literal["per-image", "running"]
NORM_MODES: tuple[NormMode, ...] = ("per-image", "running")


class BatchNorm(nn.BatchNorm2d):
    """Batch norm that, once trained, can go on normalising by what it sees.

    pix2pix normalises by the statistics of the test batch, which is one picture (Isola 2017,
    section 3.3); with `per_image` each picture of a batch is normalised by its own. In training
    it is batch norm as always.
    """

    per_image = False

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        if self.training or not self.per_image:
            return super().forward(x)
        # By hand: PyTorch's own refuses a picture of one pixel, whose norm is just the bias.
        variance, mean = torch.var_mean(x, (2, 3), correction=0, keepdim=True)  # (B, C, 1, 1)
        x = (x - mean) * torch.rsqrt(variance + self.eps)
        return x * self.weight[:, None, None] + self.bias[:, None, None]


class InstanceNorm(nn.Module):
    """Instance norm without weights, eps 1e-5; one pixel becomes 0."""

    eps = 1e-5

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        variance, mean = torch.var_mean(x, (2, 3), correction=0, keepdim=True)  # (B, C, 1, 1)
        return (x - mean) * torch.rsqrt(variance + self.eps)


class HeldDropout(nn.Module):
    """Dropout thrown once: `mask` (1, C, H, W) is 0 where dropped, 2 elsewhere."""

    def __init__(self, mask: Tensor) -> None:
        super().__init__()
        self.mask: Tensor
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        return x * self.mask


class ClassicUNet(nn.Module):
    """The U-Net of pix2pix; weights begin as the reference's, normal with 0.02."""

    def __init__(self, form: UNetForm) -> None:
        super().__init__()
        self.form = form
        self.model = UNetLevel(form, 0)
        begin_weights(self)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) in -1..1 -> (B, out, H, W) in -1..1; H, W multiples of `form.step`."""
        painted: Tensor = self.model(x)
        return painted


class UNetLevel(nn.Module):
    """A halving, all that is below it, and the doubling beside it."""

    def __init__(self, form: UNetForm, level: int) -> None:
        super().__init__()
        self.outermost = level == 0
        innermost = level == form.downs - 1
        inner = form.channels(level)
        outer = form.out_channels if self.outermost else form.channels(level - 1)
        entering = form.in_channels if self.outermost else outer
        parts: list[nn.Module] = [] if self.outermost else [nn.LeakyReLU(0.2)]
        parts.append(nn.Conv2d(entering, inner, 4, 2, 1, bias=form.biased))
        if not self.outermost and (not innermost or form.innermost_norm):
            parts.append(_norm(form.norm, inner))
        if not innermost:
            parts.append(UNetLevel(form, level + 1))
        below = inner if innermost else 2 * inner
        bias = form.biased or self.outermost
        parts += [nn.ReLU(), nn.ConvTranspose2d(below, outer, 4, 2, 1, bias=bias)]
        parts.append(nn.Tanh() if self.outermost else _norm(form.norm, outer))
        if form.drops(level):
            parts.append(nn.Dropout(0.5))
        self.model = nn.Sequential(*parts)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, 2 C, H, W): what came in, then what comes from below."""
        painted: Tensor = self.model(x)
        return painted if self.outermost else torch.cat([x, painted], 1)


class ClassicResNet(nn.Module):
    """The ResNet of CycleGAN; weights begin as the reference's, normal with 0.02."""

    def __init__(self, form: ResNetForm) -> None:
        super().__init__()
        self.form = form
        width, bias = form.width, form.biased
        parts: list[nn.Module] = [
            nn.ReflectionPad2d(3),
            nn.Conv2d(form.in_channels, width, 7, bias=bias),
            _norm(form.norm, width),
            nn.ReLU(),
        ]
        for channels in (width, 2 * width):
            parts.append(nn.Conv2d(channels, 2 * channels, 3, 2, 1, bias=bias))
            parts += [_norm(form.norm, 2 * channels), nn.ReLU()]
        parts += [Residual(form) for _ in range(form.blocks)]
        for channels in (4 * width, 2 * width):
            parts += [*_enlarging(form, channels), _norm(form.norm, channels // 2), nn.ReLU()]
        parts += [nn.ReflectionPad2d(3), nn.Conv2d(width, form.out_channels, 7), nn.Tanh()]
        self.model = nn.Sequential(*parts)
        begin_weights(self)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) in -1..1 -> (B, out, H, W) in -1..1; H and W multiples of 4."""
        painted: Tensor = self.model(x)
        return painted


class Residual(nn.Module):
    def __init__(self, form: ResNetForm) -> None:
        super().__init__()
        channels = 4 * form.width
        parts: list[nn.Module] = []
        for last in (False, True):
            parts += [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3, bias=form.biased)]
            parts.append(_norm(form.norm, channels))
            if not last:
                parts += [nn.ReLU(), *([nn.Dropout(0.5)] if form.dropout else [])]
        self.conv_block = nn.Sequential(*parts)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        change: Tensor = self.conv_block(x)
        return x + change


class PatchGAN(nn.Module):
    """The discriminator of pix2pix: says real or not for each patch of a picture.

    Args:
        in_channels: of the picture; of drawing and picture together where it judges pairs (6).
        width: channels of the first convolution (ndf).
        layers: halvings; 3 gives patches of 70 x 70 (Isola 2017, section 6.1.2).
        norm: after every convolution but the first and the last.
    """

    def __init__(
        self, in_channels: int, width: int = 64, layers: int = 3, norm: Norm = "batch"
    ) -> None:
        super().__init__()
        bias = norm == "instance"
        parts: list[nn.Module] = [nn.Conv2d(in_channels, width, 4, 2, 1), nn.LeakyReLU(0.2)]
        for layer in range(1, layers + 1):
            entering, leaving = (width * min(2**power, 8) for power in (layer - 1, layer))
            stride = 1 if layer == layers else 2
            parts.append(nn.Conv2d(entering, leaving, 4, stride, 1, bias=bias))
            parts += [_norm(norm, leaving), nn.LeakyReLU(0.2)]
        parts.append(nn.Conv2d(width * min(2**layers, 8), 1, 4, 1, 1))
        self.model = nn.Sequential(*parts)
        begin_weights(self)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) in -1..1 -> (B, 1, H', W') without bounds, one number for each patch."""
        verdict: Tensor = self.model(x)
        return verdict


ClassicNetwork = ClassicUNet | ClassicResNet


def build_network(form: Form) -> ClassicNetwork:
    """A fresh network of that form."""
    return ClassicUNet(form) if isinstance(form, UNetForm) else ClassicResNet(form)


def set_norm_mode(network: nn.Module, mode: NormMode) -> None:
    """How batch norms normalise after training; others normalise by the picture in any case.

    Args:
        network: changed in place.
        mode: "per-image", by the picture itself as pix2pix does, or "running", by what was seen
            in training.
    """
    for module in network.modules():
        if isinstance(module, BatchNorm):
            module.per_image = mode == "per-image"


def hold_dropout(network: ClassicNetwork, size: tuple[int, int], seed: int) -> None:
    """Put one throw of dropout in place of dropout, for good.

    pix2pix leaves dropout on when it paints, as its only chance (Isola 2017, section 3.1); thrown
    anew for each frame it flickers.

    Args:
        network: changed in place; from then on it paints that size only.
        size: height and width in pixels.
        seed: of the throw.
    """
    generator = torch.Generator().manual_seed(seed)

    def throw(sequence: nn.Sequential, place: str) -> Callable[[nn.Module, Any, Tensor], None]:
        def hook(_module: nn.Module, _inputs: Any, output: Tensor) -> None:
            kept = torch.rand(output.shape, generator=generator) < 0.5
            setattr(sequence, place, HeldDropout(2.0 * kept.to(output.device)))

        return hook

    for sequence in [module for module in network.modules() if isinstance(module, nn.Sequential)]:
        for place, module in sequence.named_children():
            if isinstance(module, nn.Dropout):
                module.register_forward_hook(throw(sequence, place))
    device = next(network.parameters()).device
    with torch.no_grad():
        network.eval()(torch.zeros(1, network.form.in_channels, *size, device=device))


def begin_weights(network: nn.Module) -> None:
    """Begin as the reference does: normal with 0.02, around 1 for norms; biases 0."""
    if next(network.parameters()).is_meta:
        return  # only its form is wanted, and PyTorch takes 3 s to do nothing here
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(module.weight, 0.0, 0.02)
        elif isinstance(module, BatchNorm):
            nn.init.normal_(module.weight, 1.0, 0.02)
        else:
            continue
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def _norm(norm: Norm, channels: int) -> nn.Module:
    if norm == "batch":
        return BatchNorm(channels)
    return InstanceNorm() if norm == "instance" else nn.Identity()


def _enlarging(form: ResNetForm, channels: int) -> list[nn.Module]:
    leaving, bias = channels // 2, form.biased
    if form.upsampling == "transposed":
        return [nn.ConvTranspose2d(channels, leaving, 3, 2, 1, output_padding=1, bias=bias)]
    return [
        nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
        nn.ReflectionPad2d(1),
        nn.Conv2d(channels, leaving, 3, bias=bias),
    ]
