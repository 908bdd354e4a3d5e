"""The latents of a trained autoencoder as people play them, and painting with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from livegan.conditioners.latent_drawing import COUNT, REACH, READ, Layout
from workshop.autoencoder_networks import SIDE, Autoencoder

_AT_ONCE = 16
"""So many pictures are painted at a time: a morphing network keeps all its canvases for each."""

LEAST_VARIANCE = 1e-6
"""Of the largest: latents that never move are not divided by nothing."""


@dataclass(frozen=True, eq=False)
class LatentSpace:
    """Where the network's latents lie: `latents = centre + axes @ played`.

    Standard normal `played` latents are distributed as those of the faces in training.

    Args:
        centre: (N,) float32, the mean.
        axes: (N, N) float32; axes @ axes.T is the covariance.
        inverse: (N, N) float32, undoes `axes`.
    """

    centre: Tensor
    axes: Tensor
    inverse: Tensor


@torch.no_grad()
def fit_space(network: Autoencoder) -> LatentSpace:
    """The latents' distribution, on axes that people can play.

    Any rotation of whitened latents is white too. Taken is the one in which each axis changes the
    mean face in a way of its own (their pictures' changes are orthogonal), the first the most, and
    in which up is brighter.

    Args:
        network: put into its evaluation form.
    """
    network.eval()
    mean, covariance = network.moments.mean_and_covariance()
    variances, directions = torch.linalg.eigh(covariance)
    spread = variances.clamp(min=LEAST_VARIANCE * float(variances.max())).sqrt()
    axes = directions * spread
    device = network.moments.first.device
    steps = torch.cat([mean + axes.T, mean - axes.T]).float().to(device)
    painted = torch.cat([
        functional.adaptive_avg_pool2d(network(part), SIDE) for part in torch.split(steps, _AT_ONCE)
    ])
    above, below = painted.flatten(1).double().cpu().chunk(2)
    changes = (above - below) / 2  # (N, values)
    turn = torch.linalg.eigh(changes @ changes.T)[1].flip(1)
    brighter = (turn.T @ changes).sum(1)
    turn = turn * torch.where(brighter < 0, -1.0, 1.0)
    inverse = turn.T @ (directions / spread).T
    return LatentSpace(*(part.float() for part in (mean, axes @ turn, inverse)))


@torch.no_grad()
def paint(
    network: Autoencoder, space: LatentSpace, drawings: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Paint what latent drawings ask for.

    Args:
        network: put into its evaluation form.
        space: of its latents.
        drawings: (B, S, S, 3) uint8 BGR, see `livegan.conditioners.latent_drawing`.

    Returns:
        (B, S, S, 3) uint8 BGR.
    """
    network.eval()
    parts = np.split(drawings, range(_AT_ONCE, len(drawings), _AT_ONCE))
    return np.concatenate([_painted(network, space, part) for part in parts])


def _painted(
    network: Autoencoder, space: LatentSpace, drawings: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    device = network.moments.first.device
    centre, axes, inverse = (part.to(device) for part in (space.centre, space.axes, space.inverse))
    layout = Layout(drawings.shape[1])
    x = torch.from_numpy(np.ascontiguousarray(drawings)).to(device).permute(0, 3, 1, 2).float()
    face = x[:, :, : layout.face, : layout.face]
    face = functional.avg_pool2d(face, layout.face // SIDE) / 127.5 - 1  # (B, 3, 64, 64)
    share = x[:, READ, : layout.face, layout.face :].mean((1, 2)) / 255  # (B,)
    columns = x[:, READ, layout.face :].reshape(-1, layout.sliders, COUNT, layout.slider)
    sliders = columns.mean((1, 3)) * (2 * REACH / 255) - REACH  # (B, 32)
    seen = ((network.encode(face) - centre) @ inverse.T).clamp(-REACH, REACH)
    played = share[:, None] * seen + sliders[:, : len(centre)]
    picture = network(centre + played @ axes.T)  # (B, 3, side, side)
    if network.side != layout.size:
        picture = functional.interpolate(
            picture, scale_factor=layout.size / network.side, mode="bicubic", align_corners=False
        )
    levels = (picture * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8)
    return np.ascontiguousarray(levels.permute(0, 2, 3, 1).cpu().numpy())
