"""The recipe `live`: a small generator that follows a face closely, in a quarter of an hour.

First plain reconstruction, which gives a usable puppet within a minute; then a discriminator too,
which makes it sharp. It sees half of each picture's width and height at a time, every other one
around mouth or eyes: a quarter of the work, and most of it where people look.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from livegan.face_topology import SKIN
from workshop.checkpoint import Part, load_checkpoint
from workshop.crew import crew
from workshop.discriminators import PatchDiscriminator
from workshop.losses import (
    adversarial_loss,
    bending,
    discriminator_loss,
    feature_loss,
    reconstruction_loss,
)
from workshop.networks import Layers, UNet, UNetShape
from workshop.pairs import Pairs
from workshop.recipes.adversary import descend
from workshop.recipes.computing import Computing
from workshop.recipes.live_pairs import calmest, shares_of
from workshop.recipes.recipe import Paint
from workshop.regions import SHRINK, part_centres, region_masks

RECONSTRUCTION, FEATURES, ADVERSARIAL = 100.0, 10.0, 0.2
"""The features make it sharp. The verdict itself helps them to begin with, but makes specks round
nostrils: it counts little, and no more in the last fifth of the time."""
PARTS_WEIGHT = 7.0
"""Mouth and eyes count eight times as much as the background."""
EMA_DECAY = 0.998
MOVES, GUIDED_UNTIL = 60.0, 0.4
"""For the first part of the time the landmarks show the canvas where to go, less and less."""
VEIL, VEIL_AT_LEAST = 5.0, 1.5
"""Veiling the canvas costs, less and less but always something: a network left alone repaints
everything, softly, and never learns to move what is there."""
SMOOTH = 150.0
"""Moves that bend cost: without that, nostrils and earrings are torn into specks."""


@dataclass(frozen=True)
class Moment:
    """What is done at one moment of the training.

    Args:
        generator_rate, discriminator_rate: learning rates.
        adversarial: whether the discriminator plays.
        frozen: whether the norms keep their statistics.
    """

    generator_rate: float
    discriminator_rate: float
    adversarial: bool
    frozen: bool


def moment(fraction: float) -> Moment:
    """The schedule, by the share of the time that is over (0..1).

    Higher rates than usual for pix2pix (2e-4), as a quarter of an hour on a CPU is only some
    thousand steps.
    """
    warm = min(1.0, 0.1 + fraction / 0.01)
    falling = 1.0 if fraction < 0.5 else 0.5 + 0.5 * math.cos(math.pi * (fraction - 0.5) / 0.5)
    return Moment(
        generator_rate=1e-3 * warm if fraction < 0.12 else 5e-4 * falling,
        discriminator_rate=5e-4 * falling,
        adversarial=fraction >= 0.12,
        frozen=fraction >= 0.8,
    )


class LiveRecipe:
    """Everything that changes while training, and the step that changes it.

    Args:
        shape: of the generator.
        pairs: what it is trained on; with landmarks, mouth and eyes count more.
        batch: pairs a step.
        seed: of the first weights and of the order of pairs.
        computing: where, and how exactly.
    """

    def __init__(
        self,
        shape: UNetShape,
        pairs: Pairs,
        batch: int,
        seed: int,
        computing: Computing = Computing(),  # noqa: B008 - frozen
    ) -> None:
        torch.manual_seed(seed)
        self.device, self._computing = computing.device, computing
        placed: dict[str, Any] = {"device": self.device, "memory_format": torch.channels_last}
        self.generator = UNet(shape)
        self._calm = calmest(pairs)
        self.generator.lay_canvas(pairs.pictures[self._calm])
        self.generator.to(**placed)
        self.discriminator = PatchDiscriminator().to(**placed)
        self.averaged = copy.deepcopy(self.generator).requires_grad_(False).eval()
        if computing.compiled:
            self.generator.layers = torch.compile(self.generator.layers)  # type: ignore[method-assign]
            self.discriminator.compile()
        # Rates are set before each step.
        self.generator_adam = torch.optim.Adam(self.generator.parameters(), betas=(0.5, 0.99))
        self.discriminator_adam = torch.optim.Adam(
            self.discriminator.parameters(), betas=(0.5, 0.99)
        )
        # Each process that trains has chances of its own.
        self._apart = (crew().rank,) if crew().rank else ()
        self.steps = 0
        self.batch = batch
        self._head_start = 0.0
        self._shape, self._pairs, self._seed = shape, pairs, seed
        landmarks = pairs.landmarks
        self._shares = None if landmarks is None else shares_of(landmarks)
        self._masks = None if landmarks is None else region_masks(landmarks, shape.size)
        self._centres = None if landmarks is None else part_centres(landmarks)

    def begin_with(self, checkpoint: Path) -> None:
        """Begin with the weights of another run, and behind the part in which moves are learnt.

        Raises:
            UsageError: it can't be read, or its networks have another form.
        """
        names = ("generator", "averaged", "discriminator")
        load_checkpoint(checkpoint, {name: self.parts[name] for name in names})
        self._head_start = GUIDED_UNTIL

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which as many pairs come as there are."""
        return max(1, len(self._pairs) // (self.batch * crew().count))

    @property
    def parts(self) -> dict[str, Part]:
        """All that changes, by its name in the checkpoint."""
        return {
            "generator": self.generator,
            "averaged": self.averaged,
            "discriminator": self.discriminator,
            "generator_adam": self.generator_adam,
            "discriminator_adam": self.discriminator_adam,
        }

    @property
    def painters(self) -> dict[str, Paint]:
        """The averaged generator."""
        return {"": lambda drawings: paint(self.averaged, drawings)}

    def step(self, fraction: float) -> dict[str, float]:
        """Train on one batch; `fraction` of the time is over (0..1). Returns the losses."""
        fraction = self._head_start + (1 - self._head_start) * fraction
        now = moment(fraction)
        # Seeded by the step, so that a resumed run goes on with other pairs than it began with.
        random = np.random.default_rng((self._seed, self.steps, *self._apart))
        chosen = random.choice(len(self._pairs), size=self.batch, p=self._shares)
        drawing, target, weight = self._batch_of(chosen)
        self.generator.train()
        if now.frozen:
            self.generator.freeze_norms()
        with self._computing.autocast():
            layers = self.generator.layers(drawing)
        # Moves are fractions of a pixel, which 8 bits can't add to a place.
        layers = Layers(*(layer.float() for layer in layers))
        painted = self.generator.compose(layers)
        loss = RECONSTRUCTION * reconstruction_loss(painted, target, weight)
        veil = layers.veil.mean()
        losses = {"reconstruction": loss.item() / RECONSTRUCTION, "veil": veil.item()}
        loss = loss + max(VEIL_AT_LEAST, VEIL * (1 - fraction / GUIDED_UNTIL)) * veil
        loss = loss + SMOOTH * bending(layers.moves, self._shape.stem)
        if self._pairs.landmarks is not None and fraction < GUIDED_UNTIL:
            guide = self._guide(layers.moves, self._pairs.landmarks[chosen])
            losses["moves"] = guide.item()
            loss = loss + (1 - fraction / GUIDED_UNTIL) * MOVES * guide
        if now.adversarial:
            crops = self._crop(random, chosen, drawing, painted, target)
            verdict = 0.0 if now.frozen else ADVERSARIAL
            played, adversarial_losses = self._play(now.discriminator_rate, verdict, *crops)
            loss = loss + played
            losses |= adversarial_losses
        descend(self.generator_adam, loss, now.generator_rate)
        self._average()
        self.steps += 1
        return losses

    def _guide(self, moves: Tensor, landmarks: NDArray[np.float32]) -> Tensor:
        """How far the moves miss the landmarks of the canvas: the skin at each landmark should be
        fetched from where the canvas has that landmark. In picture sides, a scalar."""
        assert self._pairs.landmarks is not None
        sides = np.array(self._shape.size[::-1], np.float32)
        here = torch.from_numpy(landmarks[:, :SKIN] / sides * 2 - 1).to(moves)
        there = torch.from_numpy(self._pairs.landmarks[self._calm, :SKIN] / sides * 2 - 1).to(moves)
        found = functional.grid_sample(moves, here[:, None], align_corners=False)  # (B, 2, 1, N)
        return functional.l1_loss(found[:, :, 0].transpose(1, 2), there - here)

    def _batch_of(self, chosen: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor | None]:
        drawing = self._to_device(self._pairs.drawings[chosen]) / 255  # (B, 3, H, W)
        target = self._to_device(self._pairs.pictures[chosen]) / 127.5 - 1
        if self._masks is None:
            return drawing, target, None
        mask = self._to_device(self._masks[chosen, :, :, np.newaxis]) / 255  # (B, 1, H/4, W/4)
        mask = functional.interpolate(mask, scale_factor=SHRINK, mode="bilinear")
        return drawing, target, 1 + PARTS_WEIGHT * mask

    def _to_device(self, images: NDArray[np.uint8]) -> Tensor:
        # (B, H, W, C) in memory is (B, C, H, W) channels last: no bytes are moved.
        return torch.from_numpy(images).to(self.device).permute(0, 3, 1, 2).float()

    def _crop(
        self, random: np.random.Generator, chosen: NDArray[np.int64], *images: Tensor
    ) -> list[Tensor]:
        """The same half of width and height of each image, every other one around a part."""
        size = np.array(self._shape.size)
        crop = size // 2 // 8 * 8
        corners = random.integers(0, size - crop + 1, size=(self.batch, 2))
        if self._centres is not None:
            parts = self._centres[chosen, random.integers(2, size=self.batch)][:, ::-1]
            around = parts - crop / 2 + random.normal(0, crop / 16, parts.shape)
            around = np.clip(np.rint(around), 0, size - crop).astype(np.int64)
            corners[::2] = around[::2]
        return [
            torch.stack(
                [
                    image[:, y : y + crop[0], x : x + crop[1]]
                    for image, (y, x) in zip(batch, corners, strict=True)
                ]
            ).contiguous(memory_format=torch.channels_last)
            for batch in images
        ]

    def _play(
        self, rate: float, weight: float, drawing: Tensor, painted: Tensor, target: Tensor
    ) -> tuple[Tensor, dict[str, float]]:
        """Train the discriminator, then judge what was painted with it as it was before."""
        self.discriminator.requires_grad_(True)
        with self._computing.autocast():
            true_verdict, true_features = self.discriminator(drawing, target)
            painted_verdict, _ = self.discriminator(drawing, painted.detach())
        loss = discriminator_loss(true_verdict.float(), painted_verdict.float())
        descend(self.discriminator_adam, loss, rate)
        self.discriminator.requires_grad_(False)
        with self._computing.autocast():
            verdict, features = self.discriminator(drawing, painted)
        adversarial = adversarial_loss(verdict.float())
        likeness = feature_loss(features, true_features)
        losses = {
            "features": likeness.item(),
            "adversarial": adversarial.item(),
            "discriminator": loss.item(),
        }
        return FEATURES * likeness + weight * adversarial, losses

    @torch.no_grad()
    def _average(self) -> None:
        decay = min(EMA_DECAY, (1 + self.steps) / (10 + self.steps))
        averages, values = self.averaged.parameters(), self.generator.parameters()
        for average, value in zip(averages, values, strict=True):
            average.lerp_(value, 1 - decay)
        # Running statistics are averages already.
        kept, running = self.averaged.buffers(), self.generator.buffers()
        for buffer, statistic in zip(kept, running, strict=True):
            buffer.copy_(statistic)


def paint(network: UNet, drawings: NDArray[np.uint8], batch: int = 16) -> NDArray[np.uint8]:
    """(N, H, W, 3) uint8 BGR drawings -> pictures of the same form."""
    device = next(network.parameters()).device
    pictures = []
    with torch.inference_mode():
        for start in range(0, len(drawings), batch):
            x = torch.from_numpy(drawings[start : start + batch]).to(device)
            painted = network(x.permute(0, 3, 1, 2).float() / 255)  # (B, 3, H, W)
            painted = (painted * 127.5 + 127.5).round().clamp(0, 255).byte()
            pictures.append(painted.permute(0, 2, 3, 1).cpu().numpy())
    return np.concatenate(pictures)
