"""The recipe `pix2pix`, step by step: as in the paper (Isola 2017).

A drawing is painted; a discriminator that sees drawing and picture together says for each patch of
70 x 70 pixels whether it is true; and every pixel should be near its target.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from workshop.checkpoint import Part
from workshop.classic_forms import UNetForm
from workshop.classic_networks import (
    NORM_MODES,
    ClassicNetwork,
    NormMode,
    PatchGAN,
    build_network,
    set_norm_mode,
)
from workshop.classic_painting import LARGEST_AB, is_colouring, to_network
from workshop.pairs import Pairs
from workshop.recipes.adversary import adam, descend, game_loss, rate_at
from workshop.recipes.computing import Computing, seed_step
from workshop.recipes.examples import Jitter, Order
from workshop.recipes.inpainting import Paste, paint_pasted
from workshop.recipes.recipe import Paint


@dataclass(frozen=True)
class Play:
    """How it is trained.

    Args:
        batch: pairs a step; 1 in the paper.
        l1: weight of the distance to the target, 100 in the paper; the verdict's is 1.
        mask_weight: how many times as much a pixel counts where the drawing hides the picture.
        discriminator_width: its channels after the first convolution (ndf).
        jitter: what is done to each pair first.
        paste: where the painted picture is laid over the drawing; None lays it everywhere.
    """

    batch: int = 1
    l1: float = 100.0
    mask_weight: float = 10.0
    discriminator_width: int = 64
    jitter: Jitter = Jitter()
    paste: Paste | None = None

    @property
    def norm_mode(self) -> NormMode:
        """Painted one by one, a picture is normalised as it was in training: by itself if it was
        alone there, else by what was seen on the whole."""
        return NORM_MODES[0] if self.batch == 1 else NORM_MODES[1]


class Pix2PixRecipe:
    """Everything that changes while training, and the step that changes it.

    Args:
        form: of the generator.
        pairs: what it is trained on, of a size that the network takes.
        play: how it is trained.
        seed: of the first weights and of all chance.
        computing: where, and how exactly.
    """

    def __init__(
        self, form: UNetForm, pairs: Pairs, play: Play, seed: int, computing: Computing
    ) -> None:
        torch.manual_seed(seed)
        self.generator: ClassicNetwork = computing.place(build_network(form))
        set_norm_mode(self.generator, play.norm_mode)
        seen = form.in_channels + form.out_channels
        judge = PatchGAN(seen, play.discriminator_width, norm=form.norm)
        self.discriminator = computing.place(judge)
        self.generator_adam = adam(self.generator)
        self.discriminator_adam = adam(self.discriminator)
        self.steps = 0
        self.batch = play.batch
        self._form, self._pairs, self._play = form, pairs, play
        self._seed, self._computing = seed, computing
        self._order = Order(len(pairs), play.batch, seed)

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which all pairs have come once."""
        return self._order.steps_per_epoch

    @property
    def parts(self) -> dict[str, Part]:
        """All that changes, by its name in the checkpoint."""
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "generator_adam": self.generator_adam,
            "discriminator_adam": self.discriminator_adam,
        }

    @property
    def painters(self) -> dict[str, Paint]:
        """The generator, without dropout."""
        return {"": lambda drawings: paint_pasted(self.generator, drawings, self._play.paste)}

    def step(self, fraction: float) -> dict[str, float]:
        """Train on one batch; `fraction` of the training is over (0..1). Returns the losses."""
        random = seed_step(self._seed, self.steps)
        drawing, target, mask = self._batch_of(random)
        rate = rate_at(fraction)
        self.generator.train()
        with self._computing.autocast():
            painted = self.generator(drawing)
        painted = painted.float()
        if self._play.paste:
            assert mask is not None  # the recipe's options see to that
            painted = self._play.paste.over(painted, target, mask)
        self.discriminator.requires_grad_(True)
        doubt = self._verdict_loss(drawing, painted.detach(), false=True)
        trust = self._verdict_loss(drawing, target)
        # Halved, so that it learns more slowly than the generator (section 3.3 of the paper).
        descend(self.discriminator_adam, 0.5 * (doubt + trust), rate)
        self.discriminator.requires_grad_(False)
        adversarial = self._verdict_loss(drawing, painted)
        l1 = self._distance(painted, target, mask)
        descend(self.generator_adam, adversarial + self._play.l1 * l1, rate)
        self.steps += 1
        return {
            "l1": l1.item(),
            "adversarial": adversarial.item(),
            "true": trust.item(),
            "painted": doubt.item(),
        }

    def _verdict_loss(self, drawing: Tensor, picture: Tensor, false: bool = False) -> Tensor:
        with self._computing.autocast():
            verdict = self.discriminator(torch.cat([drawing, picture], 1))
        return game_loss(verdict.float(), not false, "vanilla")

    def _distance(self, painted: Tensor, target: Tensor, mask: Tensor | None) -> Tensor:
        difference = (painted - target).abs()
        if mask is not None:
            difference = difference * (1 + (self._play.mask_weight - 1) * mask)
        return difference.mean()

    def _batch_of(self, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor | None]:
        """(B, in, H, W) drawings, (B, out, H, W) targets, both -1..1, and (B, 1, H, W) masks."""
        pairs = self._pairs
        rows = []
        for index in self._order.at(self.steps):
            images = [pairs.drawings[index], pairs.pictures[index]]
            if pairs.masks is not None:
                images.append(pairs.masks[index])
            rows.append(self._play.jitter(random, images))
        drawings, pictures, *masks = (np.stack(column) for column in zip(*rows, strict=True))
        to_tensor = self._computing.pictures
        drawing = to_network(to_tensor(drawings), self._form)
        mask = to_tensor(masks[0][..., np.newaxis]) / 255 if masks else None
        return drawing, self._targets(pictures), mask

    def _targets(self, pictures: NDArray[np.uint8]) -> Tensor:
        """(B, out, H, W), what the network should give for (B, H, W, 3) uint8 BGR."""
        if not is_colouring(self._form):
            return self._computing.pictures(pictures).flip(1) / 127.5 - 1
        lab = [cv2.cvtColor(one.astype(np.float32) / 255, cv2.COLOR_BGR2Lab) for one in pictures]
        colours = np.stack(lab)[..., 1:] / LARGEST_AB  # (B, H, W, 2)
        return torch.from_numpy(colours).to(self._computing.device).permute(0, 3, 1, 2)
