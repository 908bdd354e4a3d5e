"""The recipe `autoencoder` in its form `morphing`: latents learn to bend pictures, and to mix them.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from livegan.errors import UsageError
from livegan.face_topology import SKIN
from workshop.autoencoder_morphing import Layers, Morphing
from workshop.autoencoder_networks import SIDE, AutoencoderShape
from workshop.losses import bending, reconstruction_loss
from workshop.recipes.adversary import descend
from workshop.recipes.autoencoder_recipe import (
    FROZEN_FROM,
    PULL,
    AutoencoderRecipe,
    noise_at,
    rate_at,
)
from workshop.recipes.computing import Computing, seed_step
from workshop.recipes.faces import Framed
from workshop.regions import region_masks
from workshop.resizing import resized
from workshop.strangers import as_strangers

LEARNT_AT, COARSELY_UNTIL = 128, 0.5
"""Side at which pictures are compared; the canvases are twice as fine. For the first part of the
training half of it is enough."""
PARTS_WEIGHT = 5.0
"""Mouth and eyes count six times as much as the rest."""
GUIDE = 2.0
"""The skin at each landmark is to be fetched from where the canvas has that landmark: what shows
little of a canvas would else never tell the network how to bend it."""
SMOOTH, TOUCH = 1.0, 0.4
"""Moves that bend cost, and colours that are added: canvases should do most of the work."""
BETWEEN = 0.5
"""Weight of what lies between two faces: their mean landmarks, their mean shares."""
_NOSE_TIP = 4
COARSE = 8
"""Shares of two faces are averaged over so many places to a side: their eyes lie alike, not their
pixels."""


class MorphingRecipe(AutoencoderRecipe):
    """Everything that changes while training, and the step that changes it.

    Args:
        shape: of the network.
        faces: what it is trained on, 256 x 256.
        canvases: which of them are bent and mixed.
        batch: pictures a step.
        seed: of the first weights and of all chance.
        computing: where, and how exactly.
    """

    def __init__(
        self,
        shape: AutoencoderShape,
        faces: Framed,
        canvases: list[int],
        batch: int,
        seed: int,
        computing: Computing,
    ) -> None:
        small = resized(faces.pictures, (SIDE, SIDE))
        super().__init__(shape, small, False, batch, seed, computing)
        assert isinstance(self.network.decoder, Morphing)
        self.decoder: Morphing = self.network.decoder
        self.decoder.lay_canvases(faces.pictures[canvases])
        side = faces.pictures.shape[1]
        self._targets = resized(faces.pictures, (LEARNT_AT, LEARNT_AT))
        landmarks = faces.landmarks * (LEARNT_AT / side)
        self._masks = region_masks(landmarks, (LEARNT_AT, LEARNT_AT))
        places = landmarks[:, :SKIN] * (2 / LEARNT_AT) - 1  # (N, 468, 2) in -1..1
        self._places = torch.from_numpy(places.astype(np.float32)).to(computing.device)
        self._canvas_places = self._places[canvases]  # (K, 468, 2)

    def step(self, fraction: float) -> dict[str, float]:
        """Train on one batch; `fraction` of the training is over (0..1). Returns the losses."""
        random = seed_step(self._seed, self.steps)
        chosen = np.array(self._order.at(self.steps))
        side = LEARNT_AT // 2 if fraction < COARSELY_UNTIL else LEARNT_AT
        target, weight = self._targets_of(chosen, side)
        places = self._places[chosen]
        seen = self._computing.pictures(self._pictures[chosen]) / 127.5 - 1
        self.network.train()
        if fraction >= FROZEN_FROM:
            self.network.freeze_norms()
        with self._computing.autocast():
            latents = self.network.encode(as_strangers(random, seen)).float()
            noisy = latents + noise_at(fraction) * torch.randn_like(latents)
            toward = torch.rand(len(latents) // 2, 1, device=latents.device)
            between = _between(noisy, toward)
            layers = self.decoder.layers(torch.cat([noisy, between]))
        self.network.moments.watch(latents)
        count = len(latents)
        shown, middle = (Layers(*(layer[part] for layer in layers))
                         for part in (slice(count), slice(count, None)))
        painted = self.decoder.compose(shown, side)
        reconstruction = reconstruction_loss(painted, target, weight)
        guide = self._astray(shown.moves, places)
        shares = functional.adaptive_avg_pool2d(shown.shares, COARSE)
        mixed = functional.adaptive_avg_pool2d(middle.shares, COARSE)
        wanted = _between(shares.detach().flatten(1), toward)
        morph = functional.l1_loss(mixed.flatten(1), wanted)
        morph = morph + self._astray(middle.moves, _between(places.flatten(1), toward))
        touches = shown.touches.abs().mean() + middle.touches.abs().mean()
        size = latents.square().sum(1).mean()
        loss = (
            reconstruction + GUIDE * guide + BETWEEN * morph + TOUCH * touches + PULL * size
            + SMOOTH * bending(layers.moves.flatten(0, 1), 1)
        )
        descend(self.adam, loss, rate_at(fraction))
        self.steps += 1
        return {
            "reconstruction": reconstruction.item(), "latents": size.item(),
            "moves": guide.item(), "between": morph.item(), "touches": touches.item(),
        }

    def _targets_of(self, chosen: NDArray[np.int64], side: int) -> tuple[Tensor, Tensor]:
        """(B, 3, side, side) in -1..1, and (B, 1, side, side) how much each place counts."""
        target = self._computing.pictures(self._targets[chosen]) / 127.5 - 1
        target = functional.avg_pool2d(target, LEARNT_AT // side)
        mask = self._computing.pictures(self._masks[chosen, :, :, np.newaxis]) / 255
        mask = functional.interpolate(mask, size=(side, side), mode="bilinear")
        return target, 1 + PARTS_WEIGHT * mask

    def _astray(self, moves: Tensor, places: Tensor) -> Tensor:
        """How far (B, K, 2, G, G) moves miss the landmarks of the canvases, in picture sides.

        Args:
            moves: of all canvases.
            places: (B, 468, 2), or flat, where the landmarks lie in the picture.
        """
        count, canvases = moves.shape[:2]
        here = places.reshape(count, 1, SKIN, 2).repeat_interleave(canvases, 0)
        found = functional.grid_sample(
            moves.flatten(0, 1), here, padding_mode="border", align_corners=False
        )[:, :, 0].transpose(1, 2)  # (B K, 468, 2)
        there = self._canvas_places.repeat(count, 1, 1)
        return functional.l1_loss(found, there - here[:, 0])


def _between(rows: Tensor, toward: Tensor) -> Tensor:
    """(B / 2, N): between rows of the first half and of the second, as far as (B / 2, 1) says."""
    half = len(toward)
    return rows[:half].lerp(rows[half : 2 * half], toward)


def choose_canvases(faces: Framed, looks: int) -> list[int]:
    """Of each look two pictures: one of its mean face, one with a wide open mouth.

    Looks are clusters of the pictures' colours (k-means, begun with pictures far apart).

    Args:
        faces: at least two for each look.
        looks: how many.

    Raises:
        UsageError: the pictures don't differ that much.
    """
    thumbnails = resized(faces.pictures, (8, 8)).reshape(len(faces), -1).astype(np.float64)
    belongs = _cluster(thumbnails, looks)
    differ = len(np.unique(belongs))
    if differ < looks:
        raise UsageError(f"--looks is {looks}, but the pictures have {differ}; ask for {differ}")
    return [
        index for look in range(looks)
        for index in _calm_and_open(np.flatnonzero(belongs == look), faces.landmarks)
    ]


def _calm_and_open(members: NDArray[np.int64], landmarks: NDArray[np.float32]) -> tuple[int, int]:
    shapes = landmarks[members, :SKIN]
    middle = np.median(shapes, axis=0)
    away = np.linalg.norm(shapes - middle, axis=2)  # (M, 468)
    mouth = np.linalg.norm(shapes[:, 13] - shapes[:, 14], axis=1)
    shut, wide = mouth <= np.quantile(mouth, 0.3), mouth >= np.quantile(mouth, 0.9)
    # A shout is far from the mean by itself: the face above it tells whether the head lies calmly.
    above = middle[:, 1] < middle[_NOSE_TIP, 1]
    calm = np.argmin(np.where(shut, away.mean(1), np.inf))
    shout = np.argmin(np.where(wide, away[:, above].mean(1), np.inf))
    return int(members[calm]), int(members[shout])


def _cluster(rows: NDArray[np.float64], count: int, rounds: int = 30) -> NDArray[np.int64]:
    """(N,) which cluster each of (N, D) rows belongs to."""
    centres = rows[[int(np.argmax(np.linalg.norm(rows - rows.mean(0), axis=1)))]]
    while len(centres) < count:
        nearest = _distances(rows, centres).min(1)
        centres = np.concatenate([centres, rows[[int(np.argmax(nearest))]]])
    for _ in range(rounds):
        belongs = _distances(rows, centres).argmin(1)
        centres = np.stack([
            rows[belongs == look].mean(0) if (belongs == look).any() else centres[look]
            for look in range(count)
        ])
    return np.asarray(_distances(rows, centres).argmin(1))


def _distances(rows: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, K)."""
    return np.asarray(np.linalg.norm(rows[:, None] - centres, axis=2))
