"""What a recipe owes the workshop: to training, checkpoints, previews and export."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import onnx
from numpy.typing import NDArray
from torch import nn

from livegan.model_card import ConditionerCard, Puppet
from workshop.checkpoint import Part
from workshop.held_out import HeldOut
from workshop.pairs import Pairs

Pictures = NDArray[np.uint8]
Paint = Callable[[Pictures], Pictures]
"""(N, H, W, 3) uint8 BGR drawings -> pictures of the same form, as the exported network paints."""


class Recipe(Protocol):
    """A training that is under way.

    Duties:
        * `step` depends on the arguments that the recipe was made with, `parts`, `steps` and
          `fraction`, and on nothing else: chance is seeded by seed and step. So a run that was
          stopped and goes on comes to the same weights as one that was not.
        * All that changes is in `parts`, and `steps` counts the steps.
    """

    steps: int
    """Steps so far; a resumed run sets it."""

    @property
    def batch(self) -> int:
        """Drawings a step."""

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which each drawing comes about once."""

    @property
    def parts(self) -> Mapping[str, Part]:
        """Networks, averages and optimisers by the name that they have in the checkpoint."""

    @property
    def painters(self) -> Mapping[str, Paint]:
        """What paints now, by the name of the held-out drawings that it paints from: "" where
        there is one network, "a2b" and "b2a" where there are two."""

    def step(self, fraction: float) -> dict[str, float]:
        """Train on one batch; `fraction` of the training is over (0..1). Returns the losses."""


@dataclass(frozen=True, eq=False)
class Job:
    """A recipe with all that its run's folder says about it.

    Args:
        recipe: ready for its first step.
        told: what there is to train on, in words: "1810 pairs to train on, 80 held out".
        settings: the recipe's own, that must stay when the run is resumed; plain JSON.
        dataset: the dataset's card; plain JSON.
        held_out: what previews and metrics are made from, by the name of the painter.
    """

    recipe: Recipe
    told: str
    settings: dict[str, Any]
    dataset: dict[str, Any]
    held_out: dict[str, HeldOut]


@dataclass(frozen=True, eq=False)
class Product:
    """A trained network that becomes a generator.

    Args:
        painter: the name of its painter: "", or "a2b"; NAME-a2b is what export calls it then.
        part: the name of its network in the checkpoint.
        network: of the right form; the checkpoint fills it.
        size: height and width of drawing and picture in pixels.
        conditioner, puppet: as the generator's card should say.
        paint: paints with that network.
        to_onnx: the network as a graph, without a card.
        palette: the only colours of its drawings, `#rrggbb` by name; None where they may be any.
        most_bytes: how large its file may be; None for any size.
    """

    painter: str
    part: str
    network: nn.Module
    size: tuple[int, int]
    conditioner: ConditionerCard
    puppet: Puppet | None
    paint: Paint
    to_onnx: Callable[[], onnx.ModelProto]
    palette: Mapping[str, str] | None = None
    most_bytes: int | None = None


class RecipeModule(Protocol):
    """What a recipe's module has."""

    @property
    def NAME(self) -> str:  # noqa: N802
        """What people type after --recipe."""

    @property
    def HELP(self) -> str:  # noqa: N802
        """One line."""

    def add_arguments(self, parser: argparse._ActionsContainer) -> None:
        """Add the recipe's own options."""

    def begin(self, arguments: argparse.Namespace, progress: Callable[[int, int], None]) -> Job:
        """Read the dataset and make everything ready.

        Args:
            arguments: `dataset`, `seed`, `precision`, `compile` and the recipe's own.
            progress: called with what is read so far and all there is.

        Raises:
            UsageError: the dataset or an option is not as the recipe needs it.
        """

    def products(self, run: Mapping[str, Any]) -> list[Product]:
        """The networks of a run that become generators.

        Args:
            run: `settings` and `dataset`, as run.json and each checkpoint have them.
        """


def held_out_pairs(pairs: Pairs) -> HeldOut:
    """Of pairs that training never sees: those that tell most, and some of all others."""
    return HeldOut.of(pairs.drawings, pairs.pictures, pairs.landmarks)
