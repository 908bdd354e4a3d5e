"""What a classic generator looks like: everything about it that is not a weight.

The classics are the generators of pytorch-CycleGAN-and-pix2pix (networks.py there): the U-Net of
the pix2pix paper (Isola 2017, section 6.1.1) and the ResNet of the CycleGAN paper (Zhu 2017,
section 7.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from livegan.errors import UsageError

Norm = Literal["batch", "instance", "none"]
Upsampling = Literal["transposed", "bilinear"]
NORMS: tuple[Norm, ...] = ("batch", "instance", "none")
UPSAMPLINGS: tuple[Upsampling, ...] = ("transposed", "bilinear")


@dataclass(frozen=True)
class UNetForm:
    """A U-Net's form; unet_256 is 8 downs, unet_128 is 7.

    Args:
        downs: halvings, at least 2; both sides of a picture are multiples of 2^downs.
        width: channels after the first halving (ngf); they double with each halving up to eight
            times that.
        norm: after every convolution but the first, the innermost and the last.
        dropout: half of the innermost channels are dropped in training.
        in_channels, out_channels: 3 is RGB, 1 is grey; 1 to 2 is Lab colouring.
        bias: biases before a norm; None is as the reference has it: with instance norm only.
        innermost_norm: a norm after the innermost halving too, as pix2pix-tensorflow has it.
    """

    downs: int = 8
    width: int = 64
    norm: Norm = "batch"
    dropout: bool = True
    in_channels: int = 3
    out_channels: int = 3
    bias: bool | None = None
    innermost_norm: bool = False

    def __post_init__(self) -> None:
        if self.downs < 2:
            raise UsageError(f"a U-Net of {self.downs} halvings; wanted 2 or more")
        _check(self)

    @property
    def step(self) -> int:
        """Both sides of a picture are multiples of this."""
        return int(2**self.downs)

    @property
    def biased(self) -> bool:
        """Whether convolutions before a norm have a bias."""
        return self.norm == "instance" if self.bias is None else self.bias

    def channels(self, level: int) -> int:
        """Channels after halving `level`, counted from 0."""
        return self.width * min(1 << level, 8)

    def drops(self, level: int) -> bool:
        """Whether there is dropout on the way up beside halving `level`: where channels stay."""
        return self.dropout and 4 <= level < self.downs - 1


@dataclass(frozen=True)
class ResNetForm:
    """A ResNet's form.

    Args:
        blocks: residual blocks: 9, or 6 for pictures below 256.
        width: channels of the first convolution (ngf).
        norm: after every convolution but the last.
        dropout: half of each block's channels are dropped in training.
        upsampling: "transposed" convolution, or "bilinear" enlargement before a convolution.
        in_channels, out_channels: 3 is RGB, 1 is grey; 1 to 2 is Lab colouring.
        bias: biases before a norm; None is as the reference has it: with instance norm only.
    """

    blocks: int = 9
    width: int = 64
    norm: Norm = "instance"
    dropout: bool = False
    upsampling: Upsampling = "transposed"
    in_channels: int = 3
    out_channels: int = 3
    bias: bool | None = None

    def __post_init__(self) -> None:
        if self.upsampling not in UPSAMPLINGS:
            wanted = ", ".join(UPSAMPLINGS)
            raise UsageError(f"up-sampling {self.upsampling!r} is unknown; wanted one of {wanted}")
        _check(self)

    @property
    def step(self) -> int:
        """Both sides of a picture are multiples of this."""
        return 4

    @property
    def biased(self) -> bool:
        """Whether convolutions before a norm have a bias."""
        return self.norm == "instance" if self.bias is None else self.bias


Form = UNetForm | ResNetForm


def form_to_dict(form: Form) -> dict[str, Any]:
    """A form as it stands in JSON, with its `family`: "unet" or "resnet"."""
    return {"family": "unet" if isinstance(form, UNetForm) else "resnet", **asdict(form)}


def form_from_dict(data: Mapping[str, Any]) -> Form:
    """Read a form back.

    Raises:
        UsageError: no such family, a field that is unknown, or a value that no network has.
    """
    fields = dict(data)
    family = fields.pop("family", None)
    if family not in ("unet", "resnet"):
        raise UsageError(f"network family {family!r} is unknown; wanted unet or resnet")
    try:
        return UNetForm(**fields) if family == "unet" else ResNetForm(**fields)
    except TypeError as error:
        raise UsageError(f"form of a {family} network can't be read: {error}") from error


def check_size(form: Form, size: tuple[int, int]) -> None:
    """Refuse a height and width in pixels that the network can't paint.

    Raises:
        UsageError: a side that is not a multiple of the form's step; names the nearest that is.
    """
    # A ResNet mirrors 3 pixels at its rim, and needs more than it mirrors.
    least = max(form.step, 8)
    if any(side % form.step or side < least for side in size):
        nearest = [max(least, round(side / form.step) * form.step) for side in size]
        raise UsageError(
            f"size {size[1]}x{size[0]} doesn't fit this network, whose sides are multiples of "
            f"{form.step}; nearest is {nearest[1]}x{nearest[0]}"
        )


def _check(form: Form) -> None:
    if form.norm not in NORMS:
        raise UsageError(f"norm {form.norm!r} is unknown; wanted one of {', '.join(NORMS)}")
    for name in ("width", "in_channels", "out_channels"):
        if getattr(form, name) < 1:
            raise UsageError(f"{name} is {getattr(form, name)}; wanted at least 1")
