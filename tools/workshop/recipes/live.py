"""The recipe `live`, as people ask for it: its options, its dataset, what comes of it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from livegan.errors import UsageError
from livegan.model_card import ConditionerCard, Puppet, read_card
from livegan.shipped import shipped
from workshop.base_network import grown, grown_shape, read_base
from workshop.checkpoint import newest_checkpoint
from workshop.networks import UNet, UNetShape
from workshop.onnx_graph import build_onnx
from workshop.pairs import read_dataset
from workshop.recipes.computing import Computing
from workshop.recipes.live_painting import paint
from workshop.recipes.live_recipe import LiveRecipe
from workshop.recipes.live_student import student_shape
from workshop.recipes.recipe import Job, Product, held_out_pairs
from workshop.run_folder import RunFolder

NAME = "live"
HELP = "a small generator that follows a face closely, in a quarter of an hour"
USUAL_BASE = "mona-lisa.onnx"
NONE = Path("none")
LARGE = 512
MOST_BYTES = 16 * 1024 * 1024
"""What ships beside the code must be small; puppets of the usual width have 12 MB."""


def add_arguments(parser: argparse._ActionsContainer) -> None:
    """Add the recipe's own options."""
    parser.add_argument("--batch", type=int, default=8, help="pairs a step (default: %(default)s)")
    parser.add_argument("--width", type=int, default=48,
                        help="channels at the finest level (default: %(default)s)")
    parser.add_argument("--depth", type=int, default=4,
                        help="halvings after folding (default: %(default)s)")
    parser.add_argument("--stem", type=int,
                        help="pixels folded to each side (default: 4; 8 from 512 pixels on)")
    parser.add_argument("--fast", action="store_true", help="train a smaller one beside it, which"
                        " takes two thirds of the time a picture: NAME-fast for slow machines")
    parser.add_argument("--base", type=Path, metavar="RUN|ONNX|none", help="begin with what an"
                        " earlier run or generator has learnt, of this size or half of it (default:"
                        " the Mona Lisa that comes with livegan, where drawing and size fit)")


def begin(arguments: argparse.Namespace, progress: Callable[[int, int], None]) -> Job:
    """Read the pairs and make everything ready.

    Raises:
        UsageError: the dataset or an option is not as the recipe needs it.
    """
    if arguments.batch < 2:
        raise UsageError(f"--batch is {arguments.batch}, wanted at least 2")
    dataset = read_dataset(arguments.dataset, progress)
    stem = arguments.stem or (8 if min(dataset.card.size) >= LARGE else 4)
    shape = UNetShape(dataset.card.size, arguments.width, arguments.depth, stem)
    computing = Computing(arguments.precision, arguments.compile)
    recipe = LiveRecipe(
        shape, dataset.train, arguments.batch, arguments.seed, computing, arguments.fast
    )
    settings: dict[str, Any] = {"shape": asdict(shape), "batch": arguments.batch}
    if arguments.fast:
        settings["fast"] = True
    base = arguments.base or usual_base(dataset.card.conditioner, shape)
    if base and base != NONE:
        _begin_with(recipe, base, shape)
        settings["base"] = base.name
    from_base = f"; begins with {settings['base']}" if "base" in settings else ""
    return Job(
        recipe=recipe,
        told=f"{len(dataset.train)} pairs to train on, {len(dataset.val)} held out{from_base}",
        settings=settings,
        dataset=dataset.card.to_dict(),
        held_out=dict.fromkeys(recipe.painters, held_out_pairs(dataset.val)),
    )


def usual_base(drawn: ConditionerCard, shape: UNetShape) -> Path | None:
    """What a puppet has learnt of moving a face serves others: on one performer's film 340 steps
    with it came to a HaarPSI of 0.49, 590 steps without it to 0.46."""
    path = shipped("engines") / USUAL_BASE
    if not path.exists():
        return None
    card = read_card(path)
    alike = (drawn.kind, drawn.version) == (card.conditioner.kind, card.conditioner.version)
    learnt = UNetShape(**{**card.training["shape"], "size": card.size})
    return path if alike and shape in (learnt, grown_shape(learnt)) else None


def _begin_with(recipe: LiveRecipe, base: Path, shape: UNetShape) -> None:
    if base.suffix != ".onnx":
        recipe.begin_with(_checkpoint_of(base, shape))
        return
    network = read_base(base)
    recipe.begin_like(grown(network) if grown_shape(network.shape) == shape else network)


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
    """The averaged generator, and its student where there is one."""
    shape = run["settings"]["shape"]
    teacher = UNetShape(**{**shape, "size": tuple(shape["size"])})
    products = [_product(run["dataset"], "", "averaged", teacher)]
    if run["settings"].get("fast"):
        products.append(_product(run["dataset"], "fast", "student", student_shape(teacher)))
    return products


def _product(dataset: Mapping[str, Any], painter: str, part: str, shape: UNetShape) -> Product:
    network = UNet(shape).eval()
    puppet = dataset["puppet"]
    return Product(
        painter=painter,
        part=part,
        network=network,
        size=shape.size,
        conditioner=ConditionerCard.from_dict(dataset["conditioner"], "run: conditioner"),
        puppet=puppet and Puppet.from_dict(puppet, "run: puppet"),
        paint=lambda drawings: paint(network, drawings),
        to_onnx=lambda: build_onnx(network),
        # Runs that were begun before datasets told it have none.
        palette=dataset.get("palette"),
        most_bytes=MOST_BYTES,
    )
