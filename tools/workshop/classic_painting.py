"""Pictures into a classic network and out of it, as pytorch-CycleGAN-and-pix2pix does it.

Three channels are RGB from -1 to 1. One is grey as Pillow makes it. One in and two out is Lab
colouring (colorization_model.py there): lightness L / 50 - 1 goes in, a / 110 and b / 110 come
out, and the picture has the drawing's own lightness.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livegan.errors import UsageError
from workshop.classic_forms import Form
from workshop.classic_networks import ClassicNetwork

LUMA_BGR = (7471, 38470, 19595)
"""Of 65536: Rec. 601 as Pillow's `convert("L")` has it."""
LUMINANCE_BGR = (0.072169, 0.715160, 0.212671)
XYZ_TO_BGR = (
    (0.055648, -0.204043, 1.057311),
    (-0.969256, 1.875991, 0.041556),
    (3.240479, -1.537150, -0.498535),
)
"""sRGB primaries; rows blue, green and red."""
WHITE_XYZ = (0.950456, 1.0, 1.088754)
"""D65, as OpenCV and scikit-image take it for sRGB."""
LARGEST_AB = 110.0


def is_colouring(form: Form) -> bool:
    """Whether the network gives colour to a lightness."""
    return (form.in_channels, form.out_channels) == (1, 2)


def check_channels(form: Form) -> None:
    """Refuse a network that neither takes nor gives pictures.

    Raises:
        UsageError: other channels than grey, RGB, or lightness to colours.
    """
    entering, leaving = form.in_channels, form.out_channels
    if entering not in (1, 3) or (leaving not in (1, 3) and not is_colouring(form)):
        raise UsageError(
            f"a network from {entering} to {leaving} channels; livegan plays those that take 1 or "
            "3 and give 1 or 3, and Lab colouring (1 to 2)"
        )


def paint(network: ClassicNetwork, drawings: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Paint pictures one by one, as on stage.

    Args:
        network: in evaluation; see `classic_networks.set_norm_mode`.
        drawings: (N, H, W, 3) uint8 BGR.

    Returns:
        (N, H, W, 3) uint8 BGR, rounded where the reference cuts off.
    """
    device = next(network.parameters()).device
    pictures = []
    with torch.inference_mode():
        for drawing in drawings:
            x = torch.from_numpy(np.ascontiguousarray(drawing)).to(device).permute(2, 0, 1)[None]
            painted = network(to_network(x.float(), network.form))
            picture = to_picture(painted, x.float(), network.form)  # (1, 3, H, W) in 0..255
            pictures.append(picture.round().clamp(0, 255).byte()[0].permute(1, 2, 0).cpu().numpy())
    return np.stack(pictures)


def to_network(bgr: Tensor, form: Form) -> Tensor:
    """(B, 3, H, W) BGR in 0..255 -> (B, in, H, W) in -1..1."""
    if is_colouring(form):
        return lightness(bgr) / 50 - 1
    if form.in_channels == 1:
        weights = torch.tensor(LUMA_BGR, dtype=bgr.dtype, device=bgr.device)
        grey = (bgr * weights[:, None, None]).sum(1, keepdim=True)
        return ((grey + 32768) / 65536).floor() / 127.5 - 1
    return bgr.flip(1) / 127.5 - 1


def to_picture(painted: Tensor, bgr: Tensor, form: Form) -> Tensor:
    """(B, out, H, W) in -1..1, painted from (B, 3, H, W) BGR -> (B, 3, H, W) BGR in 0..255."""
    if is_colouring(form):
        return coloured(lightness(bgr), LARGEST_AB * painted)
    if form.out_channels == 1:
        painted = painted.expand(-1, 3, -1, -1)
    return painted.flip(1) * 127.5 + 127.5


def lightness(bgr: Tensor) -> Tensor:
    """CIE 1976 L, 0..100, of sRGB: (B, 3, H, W) BGR in 0..255 -> (B, 1, H, W)."""
    x = bgr / 255
    linear = torch.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    weights = torch.tensor(LUMINANCE_BGR, dtype=x.dtype, device=x.device)
    luminance = (linear * weights[:, None, None]).sum(1, keepdim=True)
    root = torch.where(
        luminance > 0.008856, luminance ** (1 / 3), 7.787 * luminance + 16 / 116
    )
    return 116 * root - 16


def coloured(light: Tensor, ab: Tensor) -> Tensor:
    """CIE 1976 Lab to sRGB: (B, 1, H, W) and (B, 2, H, W) -> (B, 3, H, W) BGR in 0..255."""
    y = (light + 16) / 116
    roots = torch.cat([y + ab[:, :1] / 500, y, y - ab[:, 1:] / 200], 1)
    xyz = torch.where(roots > 0.206893, roots**3, (roots - 16 / 116) / 7.787)
    matrix = torch.tensor(XYZ_TO_BGR, dtype=xyz.dtype, device=xyz.device)
    matrix = matrix * torch.tensor(WHITE_XYZ, dtype=xyz.dtype, device=xyz.device)
    linear = torch.einsum("cx,bxhw->bchw", matrix, xyz).clamp(0, 1)
    curved = 1.055 * linear.clamp(min=1e-8) ** (1 / 2.4) - 0.055
    return torch.where(linear <= 0.0031308, 12.92 * linear, curved) * 255
