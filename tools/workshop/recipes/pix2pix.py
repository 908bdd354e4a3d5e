"""The recipe `pix2pix`, as people ask for it: its options, its dataset, what comes of it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from livegan.conditioners.canny import Canny
from livegan.conditioners.plain import Plain
from livegan.errors import UsageError
from livegan.model_card import ConditionerCard, Puppet
from workshop.classic_forms import UNetForm, check_size, form_from_dict, form_to_dict
from workshop.classic_networks import NormMode, build_network, set_norm_mode
from workshop.classic_onnx import build_classic_onnx
from workshop.pairs import Dataset, Pairs, read_dataset
from workshop.recipes.computing import Computing
from workshop.recipes.examples import Jitter, resized
from workshop.recipes.inpainting import FILLINGS, Paste, paint_pasted
from workshop.recipes.pix2pix_recipe import Pix2PixRecipe, Play
from workshop.recipes.recipe import Job, Product, held_out_pairs
from workshop.recipes.sizes import check_judged, deepest, fit_size, parse_size

NAME = "pix2pix"
HELP = "the paper's, compatible with pytorch-CycleGAN-and-pix2pix"
# Pairs, for the colour of their holes.
_LOOKED_AT = 16


def add_arguments(parser: argparse._ActionsContainer) -> None:
    """Add the recipe's own options."""
    parser.add_argument("--direction", choices=("AtoB", "BtoA"), default="AtoB",
                        help="A is the left half of each pair, the drawing (default: AtoB)")
    parser.add_argument("--size", type=parse_size, metavar="S|WxH",
                        help="pictures are stretched to it; by default what is nearest to theirs")
    parser.add_argument("--downs", type=int,
                        help="halvings: 8 is unet_256, 7 is unet_128 (default: as many as fit)")
    parser.add_argument("--ngf", type=int, default=64,
                        help="the generator's width (default: %(default)s)")
    parser.add_argument("--ndf", type=int, default=64,
                        help="the discriminator's width (default: %(default)s)")
    parser.add_argument("--norm", choices=("batch", "instance", "none"), default="batch",
                        help="how the networks normalise (default: batch)")
    parser.add_argument("--no-dropout", action="store_true", help="train without dropout")
    parser.add_argument("--batch", type=int, default=1, help="pairs a step (default: %(default)s)")
    parser.add_argument("--l1", type=float, default=100.0, 
                        help="weight of the distance in colour (default: 100)")
    parser.add_argument("--no-jitter", action="store_true", help="don't enlarge and cut pairs")
    parser.add_argument("--no-flip", action="store_true", help="don't mirror pairs")
    parser.add_argument("--lab", action="store_true",
                        help="colouring: the lightness stays, only colours are learnt")
    parser.add_argument("--mask-weight", type=float, default=10.0,
                        help="how often a pixel counts that the dataset's masks hide (default: 10)")
    parser.add_argument("--paste", choices=tuple(FILLINGS),
                        help="paint only where the drawing has this colour")


def begin(arguments: argparse.Namespace, progress: Callable[[int, int], None]) -> Job:
    """Read the pairs and make everything ready.

    Raises:
        UsageError: the dataset or an option is not as the recipe needs it.
    """
    _check(arguments)
    dataset = read_dataset(arguments.dataset, progress)
    _check_edges(arguments, dataset)
    paste = Paste(arguments.paste) if arguments.paste else None
    if paste:
        _check_holes(paste, arguments.dataset, dataset.train)
    size = arguments.size or dataset.card.size
    downs = arguments.downs or deepest(size)
    entering, leaving = (1, 2) if arguments.lab else (3, 3)
    form = UNetForm(downs, arguments.ngf, arguments.norm, not arguments.no_dropout,
                    entering, leaving)
    size = arguments.size or fit_size(size, form.step)
    check_size(form, size)
    check_judged(size)
    jitter = Jitter(not arguments.no_jitter, not arguments.no_flip)
    play = Play(arguments.batch, arguments.l1, arguments.mask_weight, arguments.ndf, jitter, paste)
    train, val = (
        _turned(_stretched(pairs, size), arguments.direction)
        for pairs in (dataset.train, dataset.val)
    )
    computing = Computing(arguments.precision, arguments.compile)
    return Job(
        recipe=Pix2PixRecipe(form, train, play, arguments.seed, computing),
        told=f"{len(train)} pairs to train on, {len(val)} held out; "
        f"U-Net of {downs} halvings at {size[1]}x{size[0]}",
        settings={"form": form_to_dict(form), "size": list(size), **_told(arguments, dataset)},
        dataset=dataset.card.to_dict(),
        held_out={"": held_out_pairs(val)},
    )


def products(run: Mapping[str, Any]) -> list[Product]:
    """The generator."""
    settings, dataset = run["settings"], run["dataset"]
    norm: NormMode = settings["norm_mode"]
    size = (settings["size"][0], settings["size"][1])
    paste = Paste(settings["paste"]) if settings["paste"] else None
    network = build_network(form_from_dict(settings["form"]))
    set_norm_mode(network, norm)
    conditioner, puppet = _conditioner(settings["direction"], dataset, size)

    def to_onnx() -> Any:
        model = build_classic_onnx(network, norm, size)
        return paste.add_to(model) if paste else model

    return [
        Product(
            painter="",
            part="generator",
            network=network,
            size=size,
            conditioner=conditioner,
            puppet=puppet,
            paint=lambda drawings: paint_pasted(network, drawings, paste),
            to_onnx=to_onnx,
            # Whoever paints labels from pictures is shown pictures.
            palette=dataset.get("palette") if settings["direction"] == "AtoB" else None,
        )
    ]


def _conditioner(
    direction: str, dataset: Mapping[str, Any], size: tuple[int, int]
) -> tuple[ConditionerCard, Puppet | None]:
    """What draws for it: the dataset's conditioner, or nothing where pictures are the input."""
    if direction == "BtoA":
        return ConditionerCard(Plain.kind, Plain.version), None
    conditioner = ConditionerCard.from_dict(dataset["conditioner"], "run: conditioner")
    if dataset["puppet"] is None:
        return conditioner, None
    puppet = Puppet.from_dict(dataset["puppet"], "run: puppet")
    # The pairs were stretched, and the face in them.
    down, across = (own / other for own, other in zip(size, dataset["size"], strict=True))
    landmarks = puppet.landmarks * np.array([across, down, across], np.float32)
    return conditioner, replace(puppet, landmarks=landmarks)


def _told(arguments: argparse.Namespace, dataset: Dataset) -> dict[str, Any]:
    """The settings that are as they were asked for."""
    height, width = dataset.card.size
    return {
        "direction": arguments.direction,
        # What a picture should be stretched back to.
        "aspect_ratio": round(width / height, 4),
        "norm_mode": Play(arguments.batch).norm_mode,
        "batch": arguments.batch,
        "ndf": arguments.ndf,
        "l1": arguments.l1,
        "jitter": not arguments.no_jitter,
        "flip": not arguments.no_flip,
        "mask_weight": arguments.mask_weight if dataset.train.masks is not None else None,
        "paste": arguments.paste,
    }


def _check(arguments: argparse.Namespace) -> None:
    for name, least in (("batch", 1), ("ndf", 1)):
        if getattr(arguments, name) < least:
            raise UsageError(f"--{name} is {getattr(arguments, name)}, wanted at least {least}")
    for name in ("l1", "mask_weight"):
        value = getattr(arguments, name)
        if not 0 <= value < float("inf"):
            raise UsageError(f"--{name.replace('_', '-')} is {value}, wanted 0 or more")
    if arguments.paste and arguments.lab:
        raise UsageError("--paste keeps pixels and --lab keeps lightness; wanted one of them")
    if arguments.lab and arguments.direction == "BtoA":
        raise UsageError("--lab colours the drawing; wanted --direction AtoB with it")
    if arguments.paste and arguments.direction == "BtoA":
        raise UsageError("--paste paints into the drawing; wanted --direction AtoB with it")


def _check_edges(arguments: argparse.Namespace, dataset: Dataset) -> None:
    """Refuse edges of another size: shrunk from 128 to 64 they are grey and fine, and the stage
    finds fewer in a picture of 64, as wide as any."""
    card = dataset.card
    drawn_on_stage = arguments.direction == "AtoB" and card.conditioner.kind == Canny.kind
    if drawn_on_stage and arguments.size not in (None, card.size):
        size, other = ("x".join(map(str, pair[::-1])) for pair in (arguments.size, card.size))
        raise UsageError(f"--size is {size}, and the edges were drawn at {other}; the stage would"
                         f" draw others: make the dataset with --size {size}")


def _check_holes(paste: Paste, folder: Path, pairs: Pairs) -> None:
    """Refuse to paste where holes can't be told by that colour: nothing would be painted."""
    if pairs.masks is None:
        raise UsageError(f"{folder} has no masks, --paste needs them; "
                         "make one with: python tools/dataset.py mask")
    inside = pairs.masks[:_LOOKED_AT] > 127
    found = paste.holes(pairs.drawings[:_LOOKED_AT])
    if found[inside].mean() < 0.5:
        raise UsageError(f"--paste {paste.filling} is not the colour of the holes in {folder}; "
                         "wanted what dataset.py mask was told with --fill: black or magenta")


def _stretched(pairs: Pairs, size: tuple[int, int]) -> Pairs:
    masks = None if pairs.masks is None else resized(pairs.masks, size)
    return Pairs(
        resized(pairs.drawings, size), resized(pairs.pictures, size), pairs.landmarks, masks
    )


def _turned(pairs: Pairs, direction: str) -> Pairs:
    if direction == "AtoB":
        return pairs
    return replace(pairs, drawings=pairs.pictures, pictures=pairs.drawings)
