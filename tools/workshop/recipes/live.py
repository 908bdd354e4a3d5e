"""The recipe `live`, as people ask for it: its options, its dataset, what comes of it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from livegan.errors import UsageError
from livegan.model_card import ConditionerCard, Puppet
from workshop.checkpoint import newest_checkpoint
from workshop.networks import UNet, UNetShape
from workshop.onnx_graph import build_onnx
from workshop.pairs import read_dataset
from workshop.recipes.computing import Computing
from workshop.recipes.live_recipe import LiveRecipe, paint
from workshop.recipes.recipe import Job, Product, held_out_pairs
from workshop.run_folder import RunFolder

NAME = "live"
HELP = "a small generator that follows a face closely, in a quarter of an hour"
MOST_BYTES = 16 * 1024 * 1024
"""What ships beside the code must be small; puppets of the usual width have 12 MB."""


def add_arguments(parser: argparse._ActionsContainer) -> None:
    """Add the recipe's own options."""
    parser.add_argument("--batch", type=int, default=8, help="pairs a step (default: %(default)s)")
    parser.add_argument("--width", type=int, default=48,
                        help="channels at the finest level (default: %(default)s)")
    parser.add_argument("--depth", type=int, default=4,
                        help="halvings after folding (default: %(default)s)")
    parser.add_argument("--stem", type=int, default=4,
                        help="pixels folded to each side (default: %(default)s)")
    parser.add_argument("--base", type=Path, metavar="RUN", help="begin with the weights of an"
                        " earlier run of the same picture, and finish in half the time")


def begin(arguments: argparse.Namespace, progress: Callable[[int, int], None]) -> Job:
    """Read the pairs and make everything ready.

    Raises:
        UsageError: the dataset or an option is not as the recipe needs it.
    """
    if arguments.batch < 2:
        raise UsageError(f"--batch is {arguments.batch}, wanted at least 2")
    dataset = read_dataset(arguments.dataset, progress)
    shape = UNetShape(dataset.card.size, arguments.width, arguments.depth, arguments.stem)
    computing = Computing(arguments.precision, arguments.compile)
    recipe = LiveRecipe(shape, dataset.train, arguments.batch, arguments.seed, computing)
    settings: dict[str, Any] = {"shape": asdict(shape), "batch": arguments.batch}
    if arguments.base:
        recipe.begin_with(_checkpoint_of(arguments.base, shape))
        settings["base"] = arguments.base.name
    return Job(
        recipe=recipe,
        told=f"{len(dataset.train)} pairs to train on, {len(dataset.val)} held out",
        settings=settings,
        dataset=dataset.card.to_dict(),
        held_out={"": held_out_pairs(dataset.val)},
    )


def _checkpoint_of(base: Path, shape: UNetShape) -> Path:
    """The newest checkpoint of a run that trained a network of that shape."""
    found = RunFolder(base).read()["settings"].get("shape")
    wanted = json.loads(json.dumps(asdict(shape)))
    if found != wanted:
        raise UsageError(f"{base} trained a network of {found}, not {wanted};"
                         " give --base a run of the same size and --width")
    checkpoint = newest_checkpoint(base)
    if checkpoint is None:
        raise UsageError(f"{base} has no checkpoint yet; let it train for a minute")
    return checkpoint


def products(run: Mapping[str, Any]) -> list[Product]:
    """The averaged generator."""
    shape = run["settings"]["shape"]
    network = UNet(UNetShape(**{**shape, "size": tuple(shape["size"])})).eval()
    dataset = run["dataset"]
    puppet = dataset["puppet"]
    return [
        Product(
            painter="",
            part="averaged",
            network=network,
            size=network.shape.size,
            conditioner=ConditionerCard.from_dict(dataset["conditioner"], "run: conditioner"),
            puppet=puppet and Puppet.from_dict(puppet, "run: puppet"),
            paint=lambda drawings: paint(network, drawings),
            to_onnx=lambda: build_onnx(network),
            # Runs that were begun before datasets told it have none.
            palette=dataset.get("palette"),
            most_bytes=MOST_BYTES,
        )
    ]
