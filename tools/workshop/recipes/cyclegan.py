"""The recipe `cyclegan`, as people ask for it: its options, its dataset, what comes of it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from livegan.conditioners.plain import Plain
from livegan.errors import UsageError
from livegan.model_card import ConditionerCard
from workshop.classic_forms import (
    Form,
    ResNetForm,
    UNetForm,
    check_size,
    form_from_dict,
    form_to_dict,
)
from workshop.classic_networks import build_network
from workshop.classic_onnx import build_classic_onnx
from workshop.classic_painting import paint
from workshop.held_out import HeldOut
from workshop.recipes.computing import Computing
from workshop.recipes.cyclegan_recipe import CycleGANRecipe, Play
from workshop.recipes.examples import Jitter
from workshop.recipes.recipe import Job, Product
from workshop.recipes.sizes import check_judged, deepest, parse_size
from workshop.unpaired import Unpaired, read_unpaired

NAME = "cyclegan"
HELP = "two heaps of pictures, turned into each other without pairs"
NETWORKS = ("resnet_9", "resnet_6", "unet")


def add_arguments(parser: argparse._ActionsContainer) -> None:
    """Add the recipe's own options."""
    parser.add_argument("--size", type=parse_size, metavar="S|WxH", default=(256, 256),
                        help="pictures are scaled and cut to it (default: 256)")
    parser.add_argument("--network", choices=NETWORKS, default="resnet_9",
                        help="resnet_9 is the paper's; a unet is six times as fast on stage")
    parser.add_argument("--ngf", type=int, default=64,
                        help="the generators' width (default: %(default)s)")
    parser.add_argument("--ndf", type=int, default=64,
                        help="the discriminators' width (default: %(default)s)")
    parser.add_argument("--batch", type=int, default=1,
                        help="pictures of each kind a step (default: %(default)s)")
    parser.add_argument("--cycle", type=float, default=10.0,
                        help="weight of coming back as it was (default: %(default)s)")
    parser.add_argument("--identity", type=float, default=0.5,
                        help="weight of leaving its own kind as it is, of that of --cycle")
    parser.add_argument("--no-jitter", action="store_true", help="don't enlarge and cut pictures")
    parser.add_argument("--no-flip", action="store_true", help="don't mirror pictures")


def begin(arguments: argparse.Namespace, progress: Callable[[int, int], None]) -> Job:
    """Read both heaps and make everything ready.

    Raises:
        UsageError: the dataset or an option is not as the recipe needs it.
    """
    form = _form(arguments)
    check_size(form, arguments.size)
    check_judged(arguments.size)
    for name, value, least in (
        ("batch", arguments.batch, 1), ("ndf", arguments.ndf, 1),
        ("cycle", arguments.cycle, 0), ("identity", arguments.identity, 0),
    ):
        if not least <= value < float("inf"):
            raise UsageError(f"--{name} is {value}, wanted at least {least}")
    heaps = read_unpaired(arguments.dataset, arguments.size, progress)
    jitter = Jitter(not arguments.no_jitter, not arguments.no_flip)
    play = Play(arguments.batch, arguments.cycle, arguments.identity, arguments.ndf, jitter)
    computing = Computing(arguments.precision, arguments.compile)
    settings = {
        "form": form_to_dict(form),
        "size": list(arguments.size),
        "batch": play.batch,
        "ndf": arguments.ndf,
        "cycle": play.cycle,
        "identity": play.identity,
        "jitter": jitter.crop,
        "flip": jitter.flip,
    }
    return Job(
        recipe=CycleGANRecipe(form, heaps.train, play, arguments.seed, computing),
        told=_told(heaps),
        settings=settings,
        dataset=_card(arguments, heaps),
        held_out={
            "a2b": HeldOut.of(heaps.val["A"], None),
            "b2a": HeldOut.of(heaps.val["B"], None),
        },
    )


def products(run: Mapping[str, Any]) -> list[Product]:
    """Both directions."""
    return [_product(run, direction) for direction in ("a2b", "b2a")]


def _product(run: Mapping[str, Any], direction: str) -> Product:
    size = (run["settings"]["size"][0], run["settings"]["size"][1])
    network = build_network(form_from_dict(run["settings"]["form"])).eval()
    return Product(
        painter=direction,
        part=direction,
        network=network,
        size=size,
        conditioner=ConditionerCard(Plain.kind, Plain.version),
        puppet=None,
        paint=lambda pictures: paint(network, pictures),
        # Instance norm is by the picture in any case.
        to_onnx=lambda: build_classic_onnx(network, "per-image", size),
    )


def _form(arguments: argparse.Namespace) -> Form:
    if arguments.network == "unet":
        return UNetForm(deepest(arguments.size), arguments.ngf, "instance", dropout=False)
    return ResNetForm(int(arguments.network[-1]), arguments.ngf)


def _told(heaps: Unpaired) -> str:
    counts = " and ".join(f"{len(heaps.train[kind])} {kind}" for kind in "AB")
    held = " and ".join(str(len(heaps.val[kind])) for kind in "AB")
    broken = ""
    if heaps.broken:
        names = ", ".join(path.name for path in heaps.broken[:3])
        broken = f"; {len(heaps.broken)} passed over that are no pictures: {names}"
    return f"pictures to train on: {counts}; {held} held out{broken}"


def _card(arguments: argparse.Namespace, heaps: Unpaired) -> dict[str, Any]:
    """What there is to say of a dataset that has no card."""
    folder = arguments.dataset.resolve()
    return {
        "name": folder.name,
        "size": list(arguments.size),
        "licence": "",
        "credit": "",
        "source": "unpaired pictures",
        "counts": {
            split: sum(len(heap) for heap in heaps_of.values())
            for split, heaps_of in (("train", heaps.train), ("val", heaps.val))
        },
    }
