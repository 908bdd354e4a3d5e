"""The recipe `autoencoder`, step by step: pictures through a few numbers and back."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from workshop.autoencoder_networks import Autoencoder, AutoencoderShape
from workshop.checkpoint import Part
from workshop.latent_space import fit_space, paint
from workshop.losses import reconstruction_loss
from workshop.recipes.adversary import descend
from workshop.recipes.computing import Computing, seed_step
from workshop.recipes.examples import Jitter, Order
from workshop.recipes.recipe import Paint

RATE = 1e-3
FROZEN_FROM = 0.8
"""From this part of the training on, norms are as the exported network has them."""
NOISE, FULL_NOISE_FROM = 0.5, 0.2
PULL = 1e-4
"""Noise on the latents makes neighbours of them paint alike, so that places between faces are
faces too; the pull to 0 keeps the network from drowning it. Together a variational autoencoder of
fixed variance (Kingma and Welling 2014). The noise grows until FULL_NOISE_FROM of the training is
over: a decoder that hears nothing else at first learns to paint the mean face."""


def noise_at(fraction: float) -> float:
    """Of the noise on the latents, the standard deviation."""
    return NOISE * min(1.0, fraction / FULL_NOISE_FROM)


def rate_at(fraction: float) -> float:
    """The learning rate: falling to 0 along half a wave."""
    return RATE * 0.5 * (1 + math.cos(math.pi * fraction))


class AutoencoderRecipe:
    """Everything that changes while training, and the step that changes it.

    Args:
        shape: of the network.
        pictures: (N, 64, 64, 3) uint8 BGR, what it is trained on.
        flip: mirror every other one.
        batch: pictures a step.
        seed: of the first weights and of all chance.
        computing: where, and how exactly.
    """

    def __init__(
        self,
        shape: AutoencoderShape,
        pictures: NDArray[np.uint8],
        flip: bool,
        batch: int,
        seed: int,
        computing: Computing,
    ) -> None:
        torch.manual_seed(seed)
        self.network: Autoencoder = computing.place(Autoencoder(shape))
        self.adam = torch.optim.Adam(self.network.parameters(), RATE)
        self.steps = 0
        self.batch = min(batch, len(pictures))
        self._pictures = pictures
        self._jitter = Jitter(crop=False, flip=flip)
        self._seed, self._computing = seed, computing
        self._order = Order(len(pictures), self.batch, seed)

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which all pictures have come about once."""
        return self._order.steps_per_epoch

    @property
    def parts(self) -> dict[str, Part]:
        """All that changes, by its name in the checkpoint."""
        return {"network": self.network, "adam": self.adam}

    @property
    def painters(self) -> dict[str, Paint]:
        """One network, shown for faces that it never saw and for random ones."""

        def paint_now(drawings: NDArray[np.uint8]) -> NDArray[np.uint8]:
            return paint(self.network, fit_space(self.network), drawings)

        return {"": paint_now, "random": paint_now}

    def step(self, fraction: float) -> dict[str, float]:
        """Train on one batch; `fraction` of the training is over (0..1). Returns the losses."""
        random = seed_step(self._seed, self.steps)
        pictures = self._batch_of(random)
        self.network.train()
        if fraction >= FROZEN_FROM:
            self.network.freeze_norms()
        with self._computing.autocast():
            latents = self.network.encode(pictures).float()
            noise = noise_at(fraction) * torch.randn_like(latents)
            painted = self.network(latents + noise).float()
        self.network.moments.watch(latents)
        reconstruction = reconstruction_loss(painted, pictures)
        size = latents.square().sum(1).mean()
        descend(self.adam, reconstruction + PULL * size, rate_at(fraction))
        self.steps += 1
        return {"reconstruction": reconstruction.item(), "latents": size.item()}

    def _batch_of(self, random: np.random.Generator) -> Tensor:
        """(B, 3, 64, 64) in -1..1."""
        chosen = [
            self._jitter(random, [self._pictures[index]])[0] for index in self._order.at(self.steps)
        ]
        return self._computing.pictures(np.stack(chosen)) / 127.5 - 1
