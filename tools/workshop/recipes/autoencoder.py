"""The recipe `autoencoder`, as people ask for it: its options, its pictures, what comes of it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livegan.conditioners.latent import Latent
from livegan.conditioners.latent_drawing import COUNT, Layout, draw_latents
from livegan.errors import UsageError
from livegan.model_card import ConditionerCard
from workshop.autoencoder_networks import FORMS, SIDE, Autoencoder, AutoencoderShape
from workshop.autoencoder_onnx import build_latent_onnx
from workshop.held_out import HeldOut
from workshop.latent_space import LatentSpace, fit_space, paint
from workshop.recipes.autoencoder_morphing import MorphingRecipe, choose_canvases
from workshop.recipes.autoencoder_recipe import AutoencoderRecipe
from workshop.recipes.computing import Computing
from workshop.recipes.examples import resized
from workshop.recipes.faces import Framed, find_framing, frame_alike, read_faces
from workshop.recipes.recipe import Job, Product

NAME = "autoencoder"
HELP = (
    "faces from noise: the pictures of pairs, or of any folder, through a few numbers, which are "
    "played on stage"
)
SIZE = 256
"""Side of drawing and picture on stage, in pixels."""
RANDOM_FACES = 16
LOOKS = 3
FEWEST = 20
"""Pictures for each look of a morphing one."""


def add_arguments(parser: argparse._ActionsContainer) -> None:
    """Add the recipe's own options."""
    parser.add_argument("--form", choices=FORMS, default="convolutional",
                        help="morphing bends and mixes some of the pictures, of faces only, 5 MB,"
                        " sharp; convolutional paints anything at 64 x 64, 3 MB (default); dense is"
                        " the classic 12288 > 512 > 128 > latents and back, at 64 x 64, 51 MB")
    parser.add_argument("--looks", type=int, default=LOOKS,
                        help="morphing: how many people, or different looks, are mixed"
                        " (default: %(default)s)")
    parser.add_argument("--latents", type=int, default=COUNT,
                        help=f"how many numbers make a face, 1 to {COUNT} (default: {COUNT})")
    parser.add_argument("--batch", type=int, default=32,
                        help="pictures a step (default: %(default)s)")
    parser.add_argument("--no-flip", action="store_true",
                        help="don't mirror pictures; morphing never does")


def begin(arguments: argparse.Namespace, progress: Callable[[int, int], None]) -> Job:
    """Read the pictures and make everything ready.

    Raises:
        UsageError: there are no pictures, or an option is not as the recipe needs it.
    """
    for name, least in (("batch", 2), ("looks", 1)):
        value = getattr(arguments, name)
        if value < least:
            raise UsageError(f"--{name} is {value}, wanted at least {least}")
    AutoencoderShape(arguments.form, arguments.latents)  # refused before pictures are read
    faces = read_faces(arguments.dataset, SIZE, progress)
    framing = find_framing(faces.train)
    train, val, framed = faces.train, faces.val, None
    told = "there are no faces in them: the whole camera picture will be encoded"
    if framing:
        framed, unseen = (frame_alike(part, framing, progress) for part in (train, val))
        told = (f"framed by their eyes, as the performer's face will be; without a face and left"
                f" out: {len(train) + len(val) - len(framed) - len(unseen)}")
        train, val = framed.pictures, unseen.pictures
    if not len(val):
        raise UsageError(f"no face is found in the {len(faces.val)} held-out pictures")
    # A canvas is not mirrored: a bent one would have to turn inside out.
    flip = not arguments.no_flip and arguments.form != "morphing"
    recipe = _recipe(arguments, train, flip, framed)
    face_size, eye_height = framing or (0.0, 0.0)
    return Job(
        recipe=recipe,
        told=f"{len(train)} pictures to train on, {len(val)} held out; {told}",
        settings={
            "shape": asdict(recipe.network.shape), "batch": arguments.batch,
            "flip": flip, "face_size": face_size, "eye_height": eye_height,
        },
        dataset=faces.card.to_dict(),
        held_out={"": _to_encode(val), "random": _to_imagine()},
    )


def _recipe(
    arguments: argparse.Namespace, pictures: NDArray[np.uint8], flip: bool, framed: Framed | None
) -> AutoencoderRecipe:
    """The recipe for its form; `framed` are the same pictures if there are faces in them."""
    computing = Computing(arguments.precision, arguments.compile)
    common = arguments.batch, arguments.seed, computing
    if arguments.form != "morphing":
        shape = AutoencoderShape(arguments.form, arguments.latents)
        small = resized(pictures, (SIDE, SIDE))
        return AutoencoderRecipe(shape, small, flip, *common)
    looks = arguments.looks
    if framed is None or len(framed) < FEWEST * looks:
        found = 0 if framed is None else len(framed)
        raise UsageError(
            f"a face is found in {found} of the pictures, --form morphing with --looks {looks} "
            f"wants {FEWEST * looks}; take more pictures, or --form convolutional"
        )
    shape = AutoencoderShape(arguments.form, arguments.latents, 2 * looks)
    return MorphingRecipe(shape, framed, choose_canvases(framed, looks), *common)


def products(run: Mapping[str, Any]) -> list[Product]:
    """The latent generator."""
    settings = run["settings"]
    network = Autoencoder(AutoencoderShape(**settings["shape"])).eval()
    framing = {f"latent.{name}": settings[name] for name in ("face_size", "eye_height")}

    @cache  # once the checkpoint has filled the network
    def space() -> LatentSpace:
        return fit_space(network)

    return [
        Product(
            painter="",
            part="network",
            network=network,
            size=(SIZE, SIZE),
            conditioner=ConditionerCard(Latent.kind, Latent.version, framing),
            puppet=None,
            paint=lambda drawings: paint(network, space(), drawings),
            to_onnx=lambda: build_latent_onnx(network, space(), (SIZE, SIZE)),
        )
    ]


def _to_encode(pictures: NDArray[np.uint8]) -> HeldOut:
    """Faces that should come out as they went in."""
    kept = HeldOut.of(pictures, pictures)
    side = Layout(SIZE).face
    faces = resized(kept.drawings, (side, side))
    drawings = np.stack([draw_latents(face, 1.0, np.zeros(COUNT), SIZE) for face in faces])
    return HeldOut(drawings, kept.pictures, kept.shown)


def _to_imagine() -> HeldOut:
    """Random draws, of which nobody knows what they should look like but faces."""
    side = Layout(SIZE).face
    nobody = np.zeros((side, side, 3), np.uint8)
    draws = np.random.default_rng(0).standard_normal((RANDOM_FACES, COUNT))
    drawings = np.stack([draw_latents(nobody, 0.0, draw, SIZE) for draw in draws])
    return HeldOut(drawings, None, np.arange(RANDOM_FACES))
