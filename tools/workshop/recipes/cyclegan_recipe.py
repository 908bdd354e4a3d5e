"""The recipe `cyclegan`, step by step: as in the paper (Zhu 2017).

Two generators turn A into B and B into A. Each has a discriminator; what went there and back
should be what it was; and a picture that is of the wanted kind already should stay as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from workshop.checkpoint import Part
from workshop.classic_forms import Form
from workshop.classic_networks import ClassicNetwork, PatchGAN, build_network
from workshop.classic_painting import paint
from workshop.recipes.adversary import adam, descend, game_loss, rate_at
from workshop.recipes.computing import Computing, seed_step
from workshop.recipes.examples import Jitter, Order
from workshop.recipes.recipe import Paint

POOL = 50
"""Painted pictures that a discriminator remembers (Zhu 2017, section 4)."""


@dataclass(frozen=True)
class Play:
    """How it is trained.

    Args:
        batch: pictures of each kind a step; 1 in the paper.
        cycle: weight of coming back as it was; 10 in the paper, the verdict's is 1.
        identity: weight of staying as it is, of that of coming back; 0.5 in the paper.
        discriminator_width: its channels after the first convolution (ndf).
        jitter: what is done to each picture first.
    """

    batch: int = 1
    cycle: float = 10.0
    identity: float = 0.5
    discriminator_width: int = 64
    jitter: Jitter = Jitter()


class Memory(nn.Module):
    """Painted pictures of before, half of the time given back in place of new ones.

    Args:
        size: height and width in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.pictures: Tensor
        self.register_buffer("pictures", torch.zeros(POOL, 3, *size))
        self.count: Tensor
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    def exchange(self, painted: Tensor, random: np.random.Generator) -> Tensor:
        """(B, 3, H, W) in, and as many out."""
        given = []
        for picture in painted:
            count = int(self.count)
            if count < POOL:
                self.pictures[count] = picture
                self.count += 1
            elif random.random() < 0.5:
                place = int(random.integers(POOL))
                old = self.pictures[place].clone()
                self.pictures[place] = picture
                picture = old
            given.append(picture)
        return torch.stack(given)


class CycleGANRecipe:
    """Everything that changes while training, and the step that changes it.

    Args:
        form: of both generators; from three channels to three.
        heaps: by "A" and "B", (N, H, W, 3) uint8 BGR pictures of a size that the networks take.
        play: how it is trained.
        seed: of the first weights and of all chance.
        computing: where, and how exactly.
    """

    def __init__(
        self,
        form: Form,
        heaps: Mapping[str, NDArray[np.uint8]],
        play: Play,
        seed: int,
        computing: Computing,
    ) -> None:
        torch.manual_seed(seed)
        self.a2b: ClassicNetwork = computing.place(build_network(form))
        self.b2a: ClassicNetwork = computing.place(build_network(form))
        # Each judges what is painted as its kind.
        self.judges: dict[str, PatchGAN] = {}
        self.memories: dict[str, Memory] = {}
        size: Any = heaps["A"].shape[1:3]
        for kind in "AB":
            judge = PatchGAN(3, play.discriminator_width, norm="instance")
            self.judges[kind] = computing.place(judge)
            self.memories[kind] = Memory(size).to(computing.device)
        self.generators_adam = adam(self.a2b, self.b2a)
        self.judges_adam = adam(*self.judges.values())
        self.steps = 0
        self.batch = play.batch
        self._heaps, self._play, self._seed, self._computing = heaps, play, seed, computing
        self._orders = {
            kind: Order(len(heaps[kind]), play.batch, seed + place)
            for place, kind in enumerate("AB")
        }

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which all pictures of the larger heap have come once."""
        return max(order.steps_per_epoch for order in self._orders.values())

    @property
    def parts(self) -> dict[str, Part]:
        """All that changes, by its name in the checkpoint."""
        return {
            "a2b": self.a2b,
            "b2a": self.b2a,
            "judge_a": self.judges["A"],
            "judge_b": self.judges["B"],
            "memory_a": self.memories["A"],
            "memory_b": self.memories["B"],
            "generators_adam": self.generators_adam,
            "judges_adam": self.judges_adam,
        }

    @property
    def painters(self) -> dict[str, Paint]:
        """Both directions."""
        return {
            "a2b": lambda pictures: paint(self.a2b.eval(), pictures),
            "b2a": lambda pictures: paint(self.b2a.eval(), pictures),
        }

    def step(self, fraction: float) -> dict[str, float]:
        """Train on one batch; `fraction` of the training is over (0..1). Returns the losses."""
        random = seed_step(self._seed, self.steps)
        a, b = self._batch_of("A", random), self._batch_of("B", random)
        rate = rate_at(fraction)
        self.a2b.train()
        self.b2a.train()
        for judge in self.judges.values():
            judge.requires_grad_(False)
        as_b, as_a = self._through(self.a2b, a), self._through(self.b2a, b)
        adversarial = self._verdict_loss("B", as_b, True) + self._verdict_loss("A", as_a, True)
        cycle = functional.l1_loss(self._through(self.b2a, as_b), a)
        cycle = cycle + functional.l1_loss(self._through(self.a2b, as_a), b)
        loss = adversarial + self._play.cycle * cycle
        losses = {"adversarial": adversarial.item(), "cycle": cycle.item()}
        if self._play.identity:
            same = functional.l1_loss(self._through(self.a2b, b), b)
            same = same + functional.l1_loss(self._through(self.b2a, a), a)
            losses["identity"] = same.item()
            loss = loss + self._play.cycle * self._play.identity * same
        descend(self.generators_adam, loss, rate)
        losses["judges"] = self._train_judges(random, rate, {"A": (a, as_a), "B": (b, as_b)})
        self.steps += 1
        return losses

    def _train_judges(
        self, random: np.random.Generator, rate: float, seen: dict[str, tuple[Tensor, Tensor]]
    ) -> float:
        loss = torch.zeros((), device=self._computing.device)
        for kind, (true, painted) in seen.items():
            self.judges[kind].requires_grad_(True)
            remembered = self.memories[kind].exchange(painted.detach(), random)
            doubt = self._verdict_loss(kind, remembered, False)
            # Halved, so that it learns more slowly than the generators.
            loss = loss + 0.5 * (self._verdict_loss(kind, true, True) + doubt)
        descend(self.judges_adam, loss, rate)
        return loss.item()

    def _through(self, network: ClassicNetwork, pictures: Tensor) -> Tensor:
        with self._computing.autocast():
            painted: Tensor = network(pictures)
        return painted.float()

    def _verdict_loss(self, kind: str, pictures: Tensor, true: bool) -> Tensor:
        with self._computing.autocast():
            verdict = self.judges[kind](pictures)
        return game_loss(verdict.float(), true, "lsgan")

    def _batch_of(self, kind: str, random: np.random.Generator) -> Tensor:
        """(B, 3, H, W) RGB in -1..1."""
        chosen = self._orders[kind].at(self.steps)
        moved = [self._play.jitter(random, [self._heaps[kind][index]])[0] for index in chosen]
        return self._computing.pictures(np.stack(moved)).flip(1) / 127.5 - 1
