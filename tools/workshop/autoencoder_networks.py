"""Networks that press a small picture through a few numbers: an encoder and a decoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from livegan.errors import UsageError
from livegan.parameters import LATENTS
from workshop.autoencoder_morphing import SHOWN, Morphing
from workshop.networks import SLOPE, Block

SIDE = 64
"""Of the pictures, in pixels: 64 x 64 x 3 = 12288 values, the classic size."""
VALUES = SIDE * SIDE * 3
_DENSE = (VALUES, 512, 128)
_CHANNELS = (3, 24, 48, 96, 192)
_COARSEST = SIDE >> (len(_CHANNELS) - 1)
_COARSEST_VALUES = _CHANNELS[-1] * _COARSEST**2

Form = Literal["dense", "convolutional", "morphing"]
FORMS: tuple[Form, ...] = get_args(Form)


@dataclass(frozen=True)
class AutoencoderShape:
    """What must be known to build the network.

    Args:
        form: "dense" is 12288 > 512 > 128 > latents and back; "convolutional" halves the picture
            four times and doubles it again; "morphing" halves it likewise, and bends and mixes
            canvases.
        latents: how many numbers a picture is pressed through, 1 to 32.
        canvases: of a morphing one; 0 for the others.

    Raises:
        UsageError: more latents than can be played, or none.
    """

    form: Form = "convolutional"
    latents: int = LATENTS
    canvases: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.latents <= LATENTS:
            raise UsageError(f"--latents is {self.latents}, wanted 1 to {LATENTS}")


class Autoencoder(nn.Module):
    """Picture to latents to picture; pictures are BGR in -1..1, 64 x 64.

    A morphing one sees 64 x 64, and paints 256 x 256.

    Args:
        shape: its form.

    Attributes:
        side: of what it paints, in pixels.
    """

    def __init__(self, shape: AutoencoderShape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder: nn.Sequential
        self.decoder: nn.Sequential | Morphing
        if shape.form == "dense":
            self.encoder, self.decoder = _dense(shape.latents)
        elif shape.form == "convolutional":
            self.encoder = _convolutional_encoder(shape.latents)
            self.decoder = _convolutional_decoder(shape.latents)
        else:
            self.encoder = _convolutional_encoder(shape.latents)
            self.decoder = Morphing(shape.latents, shape.canvases)
        self.side = SHOWN if shape.form == "morphing" else SIDE
        self.moments = Moments(shape.latents)

    def forward(self, latents: Tensor) -> Tensor:
        """(B, latents) -> (B, 3, side, side) in -1..1."""
        picture: Tensor = self.decoder(latents)
        return picture

    def encode(self, picture: Tensor) -> Tensor:
        """(B, 3, 64, 64) in -1..1 -> (B, latents)."""
        latents: Tensor = self.encoder(picture)
        return latents

    def freeze_norms(self) -> None:
        """From now on normalise with the running statistics, as the exported network does."""
        for module in self.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                module.eval()


class Moments(nn.Module):
    """Mean and covariance of the latents as they come by in training, the last ones most.

    Args:
        count: of latents.
        decay: what is kept at each batch; with 0.99 about the last hundred batches count.
    """

    def __init__(self, count: int, decay: float = 0.99) -> None:
        super().__init__()
        self._decay = decay
        self.weight: Tensor
        self.first: Tensor
        self.second: Tensor
        self.register_buffer("weight", torch.zeros(()))
        self.register_buffer("first", torch.zeros(count))
        self.register_buffer("second", torch.zeros(count, count))

    @torch.no_grad()
    def watch(self, latents: Tensor) -> None:
        """Take (B, count) latents in."""
        new = 1 - self._decay
        self.weight.lerp_(torch.ones_like(self.weight), new)
        self.first.lerp_(latents.mean(0), new)
        self.second.lerp_(latents.T @ latents / len(latents), new)

    def mean_and_covariance(self) -> tuple[Tensor, Tensor]:
        """(count,) and (count, count) float64 on the CPU; standard normal before all training."""
        first, second = self.first.double().cpu(), self.second.double().cpu()
        if not self.weight:
            return first, torch.eye(len(first), dtype=torch.float64)
        mean = first / self.weight.double().cpu()
        return mean, second / self.weight.double().cpu() - torch.outer(mean, mean)


def _dense(latents: int) -> tuple[nn.Sequential, nn.Sequential]:
    widths = (*_DENSE, latents)
    down: list[nn.Module] = [nn.Flatten()]
    up: list[nn.Module] = []
    for entering, leaving in zip(widths, widths[1:], strict=False):
        # Without norms it paints the mean face for its first minutes, or for ever.
        down += [nn.Linear(entering, leaving), nn.BatchNorm1d(leaving), nn.LeakyReLU(SLOPE)]
        up = [nn.BatchNorm1d(leaving), nn.LeakyReLU(SLOPE), nn.Linear(leaving, entering), *up]
    # Nothing after the latents, nothing before them.
    return (
        nn.Sequential(*down[:-2]),
        nn.Sequential(*up[2:], nn.Unflatten(1, (3, SIDE, SIDE)), nn.Tanh()),
    )


def _convolutional_encoder(latents: int) -> nn.Sequential:
    down = [
        Block(entering, leaving, stride=2)
        for entering, leaving in zip(_CHANNELS, _CHANNELS[1:], strict=False)
    ]
    return nn.Sequential(*down, nn.Flatten(), nn.Linear(_COARSEST_VALUES, latents))


def _convolutional_decoder(latents: int) -> nn.Sequential:
    up: list[nn.Module] = []
    for entering, leaving in zip(_CHANNELS[1:], _CHANNELS[2:], strict=False):
        up = [nn.Upsample(scale_factor=2), Block(leaving, entering), *up]
    # The last doubling is unfolded from channels: half of all work would be at 64 x 64 else.
    up += [nn.Conv2d(_CHANNELS[1], 3 * 4, 3, padding=1), nn.PixelShuffle(2), nn.Tanh()]
    coarsest = (_CHANNELS[-1], _COARSEST, _COARSEST)
    return nn.Sequential(nn.Linear(latents, _COARSEST_VALUES), nn.Unflatten(1, coarsest), *up)
