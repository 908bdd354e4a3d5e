"""The recipe `live`: a small generator that follows a face closely, in a quarter of an hour.

First plain reconstruction, which gives a usable puppet within a minute; then discriminators too,
which make it sharp (live_critics). What a finished generator knows of moving a face is where it
begins, if it may (base_network); a smaller one can learn beside it (live_student).
"""

from __future__ import annotations

import copy
import math
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from livegan.errors import UsageError
from livegan.face_topology import SKIN
from workshop.base_network import settle_norms
from workshop.checkpoint import Part, load_checkpoint
from workshop.crew import crew
from workshop.held_out import spread
from workshop.losses import bending, reconstruction_loss
from workshop.networks import Layers, UNet, UNetShape
from workshop.pairs import Pairs
from workshop.recipes.adversary import descend
from workshop.recipes.computing import Computing
from workshop.recipes.live_critics import FEW, Critics, Views
from workshop.recipes.live_jitter import jittered
from workshop.recipes.live_painting import paint
from workshop.recipes.live_pairs import calmest, nearest_picture, shares_of
from workshop.recipes.live_student import FROM, Student
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
CONSISTENCY, JITTERED = 10.0, 4
"""The picture may not change with the detector's noise: a quarter of each batch comes twice."""
SAME_PICTURE = 12.0
"""Grey levels between a base's canvas and some pair, below which both show the same person."""
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


def moment(fraction: float, beginning: float = 0.0) -> Moment:
    """The schedule, by the share of the time that is over (0..1).

    It begins gently, with a base too: the first steps of Adam are as long as its rate, and would
    undo what was learnt. Higher rates than usual for pix2pix (2e-4), as a quarter of an hour on a
    CPU is only some thousand steps.
    """
    warm = min(1.0, 0.05 + (fraction - beginning) / 0.02)
    falling = 1.0 if fraction < 0.5 else 0.5 + 0.5 * math.cos(math.pi * (fraction - 0.5) / 0.5)
    return Moment(
        generator_rate=warm * (1e-3 if fraction < 0.12 else 5e-4 * falling),
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
        fast: whether a student learns beside it.
    """

    def __init__(
        self,
        shape: UNetShape,
        pairs: Pairs,
        batch: int,
        seed: int,
        computing: Computing = Computing(),  # noqa: B008 - frozen
        fast: bool = False,
    ) -> None:
        torch.manual_seed(seed)
        self.device, self._computing = computing.device, computing
        placed: dict[str, Any] = {"device": self.device, "memory_format": torch.channels_last}
        self.generator = UNet(shape)
        self._calm = calmest(pairs)
        self.generator.lay_canvas(pairs.pictures[self._calm])
        self.generator.to(**placed)
        landmarks = pairs.landmarks
        centres = None if landmarks is None else part_centres(landmarks)
        self.critics = Critics(shape.size, centres, len(pairs) < FEW, computing).to(**placed)
        self.averaged = copy.deepcopy(self.generator).requires_grad_(False).eval()
        if computing.compiled:
            self.generator.layers = torch.compile(self.generator.layers)  # type: ignore[method-assign]
            for judge in self.critics.judges:
                judge.compile()
        # Rates are set before each step.
        self.generator_adam = torch.optim.Adam(self.generator.parameters(), betas=(0.5, 0.99))
        self.critics_adam = torch.optim.Adam(self.critics.parameters(), betas=(0.5, 0.99))
        self._student = Student(self.generator, computing) if fast else None
        # Each process that trains has chances of its own.
        self._apart = (crew().rank,) if crew().rank else ()
        self.steps = 0
        self.batch = batch
        self._head_start = 0.0
        self._shape, self._pairs, self._seed = shape, pairs, seed
        self._shares = None if landmarks is None else shares_of(landmarks)
        self._masks = None if landmarks is None else region_masks(landmarks, shape.size)

    def begin_with(self, checkpoint: Path) -> None:
        """Begin with the weights of another run, and behind the part in which moves are learnt.

        Raises:
            UsageError: it can't be read, or its networks have another form.
        """
        names = ("generator", "averaged", "critics")
        load_checkpoint(checkpoint, {name: self.parts[name] for name in names})
        self._head_start = GUIDED_UNTIL

    def begin_like(self, base: UNet) -> None:
        """Begin with the weights of a finished generator; its canvas comes from the pairs.

        Raises:
            UsageError: its network has another shape.
        """
        if base.shape != self._shape:
            raise UsageError(
                f"the base is a network of {asdict(base.shape)}, not {asdict(self._shape)};"
                " give --base one of the same --width, of the same size or of half of it"
            )
        nearest, distance = nearest_picture(self._pairs.pictures, base.canvas)
        if distance < SAME_PICTURE:
            self._calm, self._head_start = nearest, GUIDED_UNTIL
        network = copy.deepcopy(base)
        network.lay_canvas(self._pairs.pictures[self._calm])
        some = spread(len(self._pairs), 64)
        drawings = torch.from_numpy(self._pairs.drawings[some]).permute(0, 3, 1, 2)
        settle_norms(network, drawings.float() / 255)
        for mine in (self.generator, self.averaged):
            mine.load_state_dict(network.state_dict())

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which as many pairs come as there are."""
        return max(1, len(self._pairs) // (self.batch * crew().count))

    @property
    def parts(self) -> dict[str, Part]:
        """All that changes, by its name in the checkpoint."""
        parts: dict[str, Part] = {
            "generator": self.generator,
            "averaged": self.averaged,
            "critics": self.critics,
            "generator_adam": self.generator_adam,
            "critics_adam": self.critics_adam,
        }
        if self._student:
            parts |= {"student": self._student.network, "student_adam": self._student.adam}
        return parts

    @property
    def painters(self) -> dict[str, Paint]:
        """The averaged generator, and its student."""
        networks = {"": self.averaged}
        if self._student:
            networks["fast"] = self._student.network
        return {name: partial(paint, network) for name, network in networks.items()}

    def step(self, fraction: float) -> dict[str, float]:
        """Train on one batch; `fraction` of the time is over (0..1). Returns the losses."""
        fraction = self._head_start + (1 - self._head_start) * fraction
        now = moment(fraction, self._head_start)
        # Seeded by the step, so that a resumed run goes on with other pairs than it began with.
        random = np.random.default_rng((self._seed, self.steps, *self._apart))
        chosen = random.choice(len(self._pairs), size=self.batch, p=self._shares)
        drawing, target, weight = self._batch_of(chosen)
        self.generator.train()
        if now.frozen:
            self.generator.freeze_norms()
        calm = self.batch // JITTERED
        shown = torch.cat([drawing, jittered(random, drawing[:calm])]) if calm else drawing
        with self._computing.autocast():
            layers = self.generator.layers(shown)
        layers = Layers(*(layer.float() for layer in layers))
        both = self.generator.compose(layers)
        painted = both[: self.batch]
        loss = RECONSTRUCTION * reconstruction_loss(painted, target, weight)
        veil = layers.veil.mean()
        losses = {"reconstruction": loss.item() / RECONSTRUCTION, "veil": veil.item()}
        loss = loss + max(VEIL_AT_LEAST, VEIL * (1 - fraction / GUIDED_UNTIL)) * veil
        loss = loss + SMOOTH * bending(layers.moves, self._shape.stem)
        if self._pairs.landmarks is not None and fraction < GUIDED_UNTIL:
            guide = self._guide(layers.moves[: self.batch], self._pairs.landmarks[chosen])
            losses["moves"] = guide.item()
            loss = loss + (1 - fraction / GUIDED_UNTIL) * MOVES * guide
        if calm:
            jitter = functional.l1_loss(both[self.batch :], painted[:calm])
            losses["jitter"] = jitter.item()
            loss = loss + CONSISTENCY * jitter
        if now.adversarial:
            views = self.critics.views(random, chosen, drawing, painted, target)
            played, adversarial_losses = self._play(now, *views)
            loss = loss + played
            losses |= adversarial_losses
        descend(self.generator_adam, loss, now.generator_rate)
        self._average()
        if self._student and fraction >= FROM:
            share = (fraction - FROM) / (1 - FROM)
            losses["student"] = self._student.step(self.averaged, drawing, weight, share)
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

    def _play(
        self, now: Moment, drawing: Views, painted: Views, target: Views
    ) -> tuple[Tensor, dict[str, float]]:
        """Train the critics, then let them judge what was painted."""
        self.critics.requires_grad_(True)
        loss, true_features = self.critics.study(drawing, painted, target)
        descend(self.critics_adam, loss, now.discriminator_rate)
        self.critics.requires_grad_(False)
        verdict = self.critics.verdict(drawing, painted, true_features)
        losses = {
            "features": verdict.likeness.item(),
            "adversarial": verdict.adversarial.item(),
            "discriminator": loss.item(),
        }
        weight = 0.0 if now.frozen else ADVERSARIAL
        return FEATURES * verdict.likeness + weight * verdict.adversarial, losses

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
